"""The command line on a running alliance: every verb, as people and as programs call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chartkey.chain.journal import MemoryJournal
from chartkey.chain.sender import Sender
from chartkey.models import Action

from scripts.alliance import motion
from scripts.alliance.cast import CLINIC, HOSPITAL, LEAD, PEOPLE
from tests.integration.cli_scene import LI, LIU, WANG, ZHANG, Desk, granted

WEEK = 7 * 86_400
IDENTIFIERS = {person.label: person.identifier[1] for person in PEOPLE}


def test_a_draft_waits_and_is_confirmed_by_how_its_id_begins(desk: Desk, summary: Path) -> None:
    made = desk.json("draft", desk.address(ZHANG), summary, key=WANG)
    [waiting] = desk.json("drafts", key=ZHANG)
    assert waiting == made
    assert (made["kind"], made["institution"]) == ("patient-summary", CLINIC.name)
    record = desk.json("confirm --yes", made["draft"][:10], key=ZHANG)
    assert (record["record"], record["status"]) == (made["draft"], "confirmed")
    assert desk.json("drafts", key=ZHANG) == []


def test_the_patient_sees_the_draft_before_confirming(desk: Desk, summary: Path) -> None:
    desk.text("draft", desk.address(ZHANG), summary, key=WANG)
    ended = desk.run("confirm", key=ZHANG, answer="y\n")
    assert ended.status == 0
    assert "not yet confirmed" in ended.err
    assert ended.out.startswith("Anchored record 0x")


def test_a_patient_who_says_no_leaves_the_draft_waiting(desk: Desk, summary: Path) -> None:
    desk.text("draft", desk.address(ZHANG), summary, key=WANG)
    ended = desk.run("confirm", key=ZHANG, answer="n\n")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("chartkey: Not confirmed; nothing was done.\n")
    assert len(desk.json("drafts", key=ZHANG)) == 1


def test_a_refused_draft_is_gone(desk: Desk, summary: Path) -> None:
    made = desk.json("draft", desk.address(ZHANG), summary, key=WANG)
    assert desk.json("refuse", key=ZHANG) == {"refused": made["draft"]}
    assert desk.text("drafts", key=ZHANG) == "No draft waits.\n"
    assert desk.refused("confirm", made["draft"], "--yes", key=ZHANG) == "draft-missing"


def test_a_correction_names_the_version_by_how_it_begins(
    desk: Desk, summary: Path, anchored: str
) -> None:
    desk.text("draft", desk.address(ZHANG), summary, "--corrects", anchored[:12], key=WANG)
    desk.text("confirm --yes", key=ZHANG)
    assert [row["current"] for row in desk.json("records", key=ZHANG)] == [False, True]


def test_a_damaged_file_is_refused_and_nothing_waits(desk: Desk, tmp_path: Path) -> None:
    damaged = tmp_path / "summary.json"
    damaged.write_text('{"resourceType": "Bundle"')
    assert desk.refused("draft", desk.address(ZHANG), damaged, key=WANG) == "record-invalid"
    assert desk.json("drafts", key=ZHANG) == []


def test_the_ward_reads_what_was_approved(desk: Desk, summary: Path, anchored: str) -> None:
    request = granted(desk)
    [listed] = desk.json("records --request", request, key=LI)
    read = desk.json("read", key=LI)
    assert listed["record"] == read["record"] == anchored
    assert desk.json("read --bundle", anchored[:8], key=LI) == json.loads(summary.read_text())
    assert "confirmed by the patient" in desk.text("read --request", request, key=LI)


def test_a_record_is_saved_for_its_reader_alone_and_replaces_nothing(
    desk: Desk, summary: Path, anchored: str, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.json"
    assert desk.json("read --save", saved, key=ZHANG)["saved"] == str(saved)
    assert saved.read_bytes() == summary.read_bytes()
    assert desk.refused("read --save", saved, key=ZHANG) == "file-exists"
    desk.text("read --overwrite --save", saved, key=ZHANG)


def test_without_a_grant_the_ward_learns_nothing(desk: Desk, anchored: str) -> None:
    assert desk.text("records", key=LI) == "No record.\n"
    for words in ("read", f"read {anchored}", "read 0xff"):
        assert desk.refused(words, key=LI) == "access-denied"


def test_a_revoked_grant_reads_nothing_more(desk: Desk, anchored: str) -> None:
    request = granted(desk)
    assert desk.json("revoke", key=ZHANG) == {"revoked": request}
    assert desk.refused("read", anchored, key=LI) == "access-denied"
    [grant] = desk.json("grants", key=ZHANG)
    assert (grant["request"], grant["revoked"]) == (request, True)
    assert desk.refused("revoke", key=ZHANG) == "request-missing"


def test_the_patient_reads_the_consent_text_and_who_asks(desk: Desk) -> None:
    desk.text("request", desk.address(ZHANG), "--reason", "转诊", key=LI)
    ended = desk.run("approve --days 3 --language zh-CN", key=ZHANG, answer="y\n")
    assert ended.status == 0
    assert "无法收回" in ended.err
    assert f"({HOSPITAL.name}) asks for everything, TREAT: 转诊" in ended.err
    assert ended.out.startswith("Granted until 20")


def test_a_declined_request_is_answered(desk: Desk) -> None:
    asked = desk.json("request --purpose etreat", desk.address(ZHANG), key=LI)
    [waiting] = desk.json("requests", key=ZHANG)
    assert (waiting["request"], waiting["purpose"]) == (asked["request"], "ETREAT")
    desk.text("decline", key=ZHANG)
    assert desk.text("requests", key=ZHANG) == "No request waits.\n"
    assert [row["status"] for row in desk.json("requests", key=LI)] == ["refused"]


def test_one_record_is_asked_for_by_how_its_id_begins(desk: Desk, anchored: str) -> None:
    granted(desk, f"--record {anchored[:10]}")
    [grant] = desk.json("grants", key=ZHANG)
    assert grant["what"] == f"record {anchored}"
    assert desk.json("read", key=LI)["record"] == anchored


def test_the_log_tells_who_read(desk: Desk, anchored: str) -> None:
    granted(desk)
    desk.text("read", key=LI)
    log = desk.json("log", key=ZHANG)
    assert sorted(row["what"] for row in log) == ["granted", "read", "requested"]
    [read] = [row for row in log if row["what"] == "read"]
    assert (read["who"], read["record"]) == (desk.address(LI), anchored)
    assert CLINIC.name in desk.text("log", key=ZHANG)


def test_a_relationship_is_proposed_accepted_and_ended(desk: Desk) -> None:
    proposed = desk.json("propose", desk.address(LIU), "--mirror", LEAD.name, key="hospital")
    [row] = desk.json("relationships", key=LIU)
    assert row["relationship"] == proposed["relationship"]
    assert (row["institution"], row["mirror"]) == (HOSPITAL.name, LEAD.name)
    assert desk.json("accept", key=LIU) == {"accepted": row["relationship"]}
    desk.text("end", row["relationship"][:10], key=LIU)
    assert [one["status"] for one in desk.json("relationships", key=LIU)] == ["ended"]
    assert desk.refused("end", key=LIU) == "relationship-missing"


def test_another_member_becomes_the_mirror(desk: Desk, anchored: str) -> None:
    assert desk.json("mirror", HOSPITAL.name, key=ZHANG)["mirror"] == HOSPITAL.name
    assert [row["mirror"] for row in desk.json("relationships", key=ZHANG)] == [HOSPITAL.name]
    assert desk.json("read", key=ZHANG)["record"] == anchored
    assert desk.refused("mirror 不存在的医院", key=ZHANG) == "address-invalid"


def test_a_patient_proposes_and_the_institution_accepts(desk: Desk) -> None:
    proposed = desk.json("propose", HOSPITAL.name, "--mirror", desk.address("lead"), key=LIU)
    desk.text("accept", proposed["relationship"], key="hospital")
    [row] = desk.json("relationships", desk.address(LIU), key=LI)
    assert row["status"] == "accepted"


def test_somebody_new_gets_a_key_is_registered_and_found(desk: Desk) -> None:
    made = desk.json("keys new", desk.keyfile("zhao"))
    words = ("register", desk.keyfile("zhao"), "--role", "patient")
    registered = desk.json(*words, key="clinic", answer="99999919900101001X\n")
    assert registered == {"account": made["address"], "role": "patient"}
    found = desk.json("find --identifier 99999919900101001X", key="clinic")
    assert found == {"account": made["address"]}
    assert desk.json("relationships", key="zhao") == []
    assert desk.refused("find --identifier 1", key="clinic") == "person-unknown"


def test_an_identifier_is_registered_once_and_never_repeated(desk: Desk) -> None:
    desk.json("keys new", desk.keyfile("zhao"))
    words = f"register {desk.keyfile('zhao')} --role patient --identifier {IDENTIFIERS[ZHANG]}"
    ended = desk.run(words, key="clinic")
    assert ended.status == 1
    assert IDENTIFIERS[ZHANG] not in ended.out + ended.err


def test_a_suspended_licence_stops_a_clinician_until_it_is_restored(
    desk: Desk, summary: Path
) -> None:
    words = ("draft", desk.address(ZHANG), summary)
    desk.text("licence", desk.address(WANG), "suspended", key="clinic")
    assert desk.refused(*words, key=WANG) == "person-inactive"
    desk.text("licence", desk.address(WANG), "active", key="clinic")
    desk.text(*words, key=WANG)


def test_a_clinician_with_two_affiliations_names_one(desk: Desk, summary: Path) -> None:
    department = desk.json("department", key="clinic")["department"]
    added = desk.json("affiliate --department", department, desk.address(WANG), key="clinic")
    assert added["affiliation"] == department
    words = ("draft", desk.address(ZHANG), summary)
    assert desk.refused(*words, key=WANG) == "ambiguous"
    desk.text(*words, "--affiliation", department, key=WANG)
    desk.text("department --standing suspended", department, key="clinic")
    assert desk.refused(*words, "--affiliation", department, key=WANG) == "person-inactive"


def test_an_affiliation_goes_by_the_institutions_name(desk: Desk, summary: Path) -> None:
    words = ("draft", desk.address(ZHANG), summary, "--affiliation")
    desk.text(*words, CLINIC.name, key=WANG)
    assert desk.refused(*words, HOSPITAL.name, key=WANG) == "person-inactive"


def test_a_rotated_key_reads_older_records(desk: Desk, anchored: str) -> None:
    assert desk.json("keys rotate", key=ZHANG) == {"version": 2}
    assert desk.json("read", key=ZHANG)["record"] == anchored


def test_a_member_votes_and_an_invited_one_signs_and_enrols(desk: Desk) -> None:
    network, keys = desk.alliance.network, desk.alliance.keys
    new = desk.json("keys new --institution", desk.keyfile("fourth"))["address"]
    invited = motion.institution(new, HOSPITAL.details)
    lead = Sender(network, keys["lead"], MemoryJournal())
    lead.send(invited.propose(network.consortium, network.block_time() + WEEK))
    number = network.consortium.census().proposal_count
    assert desk.json("vote", number, key="lead") == {"proposal": number, "yes": 1, "no": 0}
    assert "1 for, 1 against" in desk.text("vote --against", number, key="clinic")
    desk.text("vote", number, key="hospital")
    assert desk.refused("vote", number, key="hospital") == "contract-refused"
    lead.send(network.consortium.enact(number, invited.parameters))
    desk.chain.fund(new)
    desk.text("sign", key="fourth")
    assert desk.json("enrol", key="fourth") == {"enrolled": new}
    assert desk.json("status", key="fourth")["key"]["role"] == "institution, active"
    assert network.consortium.proposal_of(number).action is Action.ADMIT_INSTITUTION


@pytest.mark.parametrize(
    ("label", "role"),
    [
        (WANG, "certified clinician, licence active"),
        (ZHANG, "certified patient"),
        ("lead", "institution, active"),
        ("regulator", "regulator"),
    ],
)
def test_the_status_says_who_somebody_is(desk: Desk, label: str, role: str) -> None:
    status = desk.json("status", key=label)
    assert (status["chain"], status["development"]) == (1337, True)
    assert [row["institution"] for row in status["institutions"]] == [
        house.name for house in (LEAD, HOSPITAL, CLINIC)
    ]
    assert status["key"]["account"] == desk.address(label)
    assert status["key"]["role"] == role
    assert role in desk.text("status", key=label)


def test_the_status_needs_no_key(desk: Desk) -> None:
    assert desk.json("status")["key"] is None
    assert "none; name one with --key" in desk.text("status")


def test_somebody_of_another_role_is_told_so(desk: Desk, summary: Path) -> None:
    assert desk.refused("drafts", key=LI) == "person-unknown"
    assert desk.refused("draft", desk.address(ZHANG), summary, key=ZHANG) == "person-unknown"
    assert desk.refused("records", key="regulator") == "person-unknown"


def test_a_wrong_passphrase_opens_nothing(desk: Desk) -> None:
    beside = desk.folder / "keys" / "passphrase"
    beside.write_text("another")
    assert desk.refused("drafts", key=ZHANG) == "passphrase-wrong"
    beside.unlink()
    assert desk.refused("drafts", key=ZHANG) == "passphrase-missing"


def test_an_unknown_account_is_named(desk: Desk, summary: Path) -> None:
    assert desk.refused("draft", "0x" + "11" * 20, summary, key=WANG) == "person-unknown"
    assert desk.refused("draft", "0x12", summary, key=WANG) == "address-invalid"
    assert desk.refused("request 张秀英", key=LI) == "address-invalid"


def test_another_chain_is_refused(desk: Desk) -> None:
    path = desk.folder / "alliance.json"
    path.write_text(path.read_text().replace("1337", "1338"))
    assert desk.refused("status") == "chain-mismatch"


def test_the_auditor_finds_events_and_storage_agreed(desk: Desk, anchored: str) -> None:
    report = desk.json("audit replay")
    assert report["proven"] <= report["contracts"]
    assert report["events"] > 100
    assert f"{report['events']} events up to block {report['block']}" in desk.text("audit replay")


def test_the_timeline_is_a_table_a_page_and_a_spreadsheet(
    desk: Desk, anchored: str, tmp_path: Path
) -> None:
    html, csv = tmp_path / "timeline.html", tmp_path / "timeline.csv"
    rows = desk.json("audit timeline")
    written = desk.text("audit timeline --html", html, "--csv", csv)
    assert written.startswith(f"{len(rows)} events written to ")
    assert html.read_text("utf-8").startswith("<!doctype html>")
    assert len(csv.read_text("utf-8-sig").splitlines()) == len(rows) + 1
    assert "wrote a record (patient-summary), which the owner confirmed" in desk.text(
        "audit timeline"
    )
    assert desk.refused("audit timeline --html", html) == "file-exists"


def test_who_could_read_is_answered_at_every_block(desk: Desk, anchored: str) -> None:
    granted(desk)
    before = desk.alliance.network.head().number
    desk.text("revoke", key=ZHANG)
    now = desk.json("audit who", anchored[:10])
    then = desk.json("audit who --block", before)
    li = desk.address(LI)
    assert li in [reader["account"] for reader in now["barred"]]
    assert li in [reader["account"] for reader in then["readers"]]
    assert "could not:  clinician" in desk.text("audit who")
    assert desk.refused("audit who --block 999999999") == "argument-invalid"
    assert desk.refused("audit who 0xff") == "record-missing"


def test_a_part_of_a_record_is_saved_by_its_bytes(
    desk: Desk, anchored: str, tmp_path: Path
) -> None:
    whole, part = tmp_path / "whole.json", tmp_path / "part"
    desk.text("read", anchored, "--save", whole, key=ZHANG)
    saved = desk.json("read", anchored, "--bytes", "2:90", "--save", part, key=ZHANG)
    assert (saved["start"], saved["bytes"]) == (2, 88)
    assert part.read_bytes() == whole.read_bytes()[2:90]
    assert part.stat().st_mode & 0o777 == 0o600
    for words in ("--bytes 2:90", f"--bytes 9:2 --save {part}", f"--bytes 2 --save {part}"):
        assert desk.run(f"read {words}", anchored, key=ZHANG).status == 2
