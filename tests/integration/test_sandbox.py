"""`make sandbox`: an alliance that stays, is found again, and ends as exactly one process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors.clinician import Clinician
from chartkey.actors.patient import Patient
from chartkey.chain.network import Network, connect
from chartkey.crypto.keyfile import KeyFile
from chartkey.models import Kind, RelationshipStatus, Standing

from scripts.alliance import motion
from scripts.alliance.cast import CLINIC, HOSPITAL, HOUSES, LEAD, PEOPLE
from scripts.alliance.ganache import Ganache, launch
from scripts.alliance.keyset import Keyset
from scripts.alliance.parameters import PROFILES, REFERRALS, ROOT, SANDBOX_KEYS
from scripts.alliance.party import read_parties
from tests.chains import start_chain

SCRIPT = ROOT / "scripts" / "sandbox.py"
ENDED = 2**22 + 1
"""A process number above what Linux hands out by default."""


def sandbox(command: str, folder: Path, *options: str) -> str:
    """Run the script as make does; return what it printed."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), command, "--folder", str(folder), *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Started:
    """One sandbox for all tests of this file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with start_chain() as other:
            self.port = other.port
        # What a sandbox that was killed leaves: a record of a process that is gone, and files.
        folder.mkdir()
        Ganache(f"http://127.0.0.1:{self.port}", self.port, ENDED, "0").record(folder)
        (folder / "leftover").touch()
        begun = time.monotonic()
        self.report: dict[str, Any] = json.loads(sandbox("start", folder, "--json"))
        self.seconds = time.monotonic() - begun
        self.rpc, self.manifest = self.report["rpc"], folder / "alliance.json"
        self.people = {person["label"]: person for person in self.report["people"]}

    @property
    def network(self) -> Network:
        return connect(self.rpc, self.manifest)

    def keyfile(self, label: str) -> Path:
        return self.folder / "keys" / f"{label}.json"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The sandbox, started over the remains of another."""
    Keyset(SANDBOX_KEYS).create()
    folder = tmp_path_factory.mktemp("sandbox") / "alliance"
    try:
        yield Started(folder)
    finally:
        sandbox("stop", folder)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Ganache]:
    """A chain like the sandbox's, with nothing on it."""
    started = launch(ROOT, tmp_path)
    yield started
    started.stop()


def test_three_institutions_are_active_members(started: Started) -> None:
    consortium = started.network.consortium
    assert consortium.census().electorate == 3
    for house in HOUSES:
        assert consortium.is_active(started.people[house.label]["account"])


def test_the_clinic_was_voted_in_after_the_founders(started: Started) -> None:
    members = started.network.consortium.members()
    assert members == tuple(started.people[h.label]["account"] for h in (LEAD, HOSPITAL, CLINIC))


def test_the_regulator_is_admitted(started: Started) -> None:
    assert started.network.consortium.is_regulator(started.people["regulator"]["account"])


def test_every_kind_has_an_adopted_profile(started: Started) -> None:
    consortium = started.network.consortium
    for profile in motion.profiles(PROFILES):
        assert consortium.is_profile_of(consortium.profile_id(profile), Kind(profile.kind))


def test_the_rules_of_referral_are_set(started: Started) -> None:
    consortium = started.network.consortium
    assert consortium.referral_rules() == motion.rules_of_referral(REFERRALS)
    clinic, hospital = (started.people[h.label]["account"] for h in (CLINIC, HOSPITAL))
    assert consortium.may_refer(clinic, hospital)
    assert consortium.may_refer(hospital, clinic)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.label)
def test_everybody_is_certified_by_their_institution(started: Started, person: Any) -> None:
    registrar, account = started.network.registrar, started.people[person.label]["account"]
    found = registrar.person_of(account)
    assert found.role is person.role
    assert found.certifier == started.people[person.house]["account"]


@pytest.mark.parametrize("label", ["dr-wang", "dr-li", "dr-chen"])
def test_clinicians_can_act_in_their_department(started: Started, label: str) -> None:
    entry = started.people[label]
    affiliation = bytes.fromhex(entry["affiliation"][2:])
    active, house = started.network.registrar.is_clinician_active(entry["account"], affiliation)
    assert active
    assert started.network.registrar.department_of(affiliation) == (house, Standing.ACTIVE)


def test_the_patient_of_the_clinic_has_accepted_a_relationship(started: Started) -> None:
    patient = Patient.open(started.network, started.keyfile("patient-zhang"))
    (entry,) = patient.relationships()
    parties = started.network.relationship(entry.relationship).parties()
    assert entry.status is RelationshipStatus.ACCEPTED
    assert parties.institution == started.people["clinic"]["account"]
    assert parties.mirror == started.people["lead"]["account"]


def test_a_key_file_opens_with_the_passphrase_beside_it(started: Started) -> None:
    affiliation = bytes.fromhex(started.people["dr-wang"]["affiliation"][2:])
    doctor = Clinician.open(started.network, started.keyfile("dr-wang"), affiliation=affiliation)
    assert doctor.address == started.people["dr-wang"]["account"]


def test_each_institution_has_a_store_and_a_custodian_of_its_own(started: Started) -> None:
    manifest = started.network.manifest
    places = {
        manifest.locate(name)
        for entry in manifest.institutions
        for name in (entry.custodian, entry.store)
    }
    assert len(places) == 2 * len(HOUSES)
    assert all(place.is_relative_to(started.folder.resolve()) for place in places)


def test_nobody_but_the_owner_can_read_keys_and_passphrase(started: Started) -> None:
    files = list((started.folder / "keys").iterdir())
    assert len(files) > len(PEOPLE) + len(HOUSES)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_only_institutions_have_ether(started: Started) -> None:
    network = started.network
    for label, entry in started.people.items():
        balance = network.quantity(network.raw("eth_getBalance", [entry["account"], "latest"]))
        assert (balance > 0) == (label in {house.label for house in HOUSES})


def test_what_a_dead_sandbox_left_is_removed_and_its_port_used_again(started: Started) -> None:
    assert not (started.folder / "leftover").exists()
    assert started.rpc.endswith(f":{started.port}")


def test_a_second_start_leaves_the_running_one_alone(started: Started) -> None:
    before = started.network.head().number
    again = sandbox("start", started.folder)
    assert again.startswith("Already running.")
    assert json.loads(sandbox("status", started.folder, "--json")) == started.report
    assert started.network.head().number == before


def test_the_text_names_everybody_and_the_next_command(started: Started) -> None:
    text = sandbox("status", started.folder)
    for entry in started.people.values():
        assert entry["name"] in text
        assert entry["account"] in text
    assert f"Next: . {started.folder}/env and, for example, chartkey" in text


def test_no_passphrase_and_no_key_is_printed(started: Started) -> None:
    passphrase = (started.folder / "keys" / "passphrase").read_text().strip()
    key = KeyFile.open(started.keyfile("lead"), passphrase).account.key
    shown = sandbox("status", started.folder) + sandbox("status", started.folder, "--json")
    shown += " ".join(_command_lines())
    assert passphrase not in shown
    assert bytes(key).hex() not in shown


def _command_lines() -> list[str]:
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_an_interrupted_start_leaves_no_chain_running(tmp_path: Path) -> None:
    Keyset(SANDBOX_KEYS).create()
    command = [sys.executable, str(SCRIPT), "start", "--folder", str(tmp_path / "alliance")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    starting = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, **quiet)
    until = time.monotonic() + 60
    while not (tmp_path / "alliance" / "keys").exists():
        assert starting.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    chain = Ganache.recorded(tmp_path / "alliance")
    starting.send_signal(signal.SIGINT)
    assert starting.wait(60) != 0
    assert chain is not None
    assert not chain.alive


def test_status_says_when_nothing_runs(tmp_path: Path) -> None:
    assert "does not run" in sandbox("status", tmp_path / "none")
    assert json.loads(sandbox("status", tmp_path / "none", "--json"))["running"] is False


def test_stop_ends_the_recorded_process_and_says_so(chain: Ganache, tmp_path: Path) -> None:
    assert f"Ended process {chain.pid}" in sandbox("stop", tmp_path)
    assert not chain.alive
    assert "Nothing was running." in sandbox("stop", tmp_path)


def test_stop_leaves_every_other_chain_alone(chain: Ganache, tmp_path: Path) -> None:
    other = launch(ROOT, tmp_path / "other")
    try:
        sandbox("stop", tmp_path)
        assert other.alive
    finally:
        other.stop()


def test_a_process_that_took_the_number_of_a_dead_chain_is_left_alone(tmp_path: Path) -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        Ganache("http://127.0.0.1:1", 1, bystander.pid, "an earlier process").record(tmp_path)
        assert "Nothing was running." in sandbox("stop", tmp_path)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_killed_chain_counts_as_ended(chain: Ganache, tmp_path: Path) -> None:
    os.kill(chain.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while chain.alive and time.monotonic() < until:
        time.sleep(0.02)
    assert not chain.alive
    assert "Nothing was running." in sandbox("stop", tmp_path)


def test_a_damaged_record_counts_as_no_sandbox(tmp_path: Path) -> None:
    (tmp_path / "chain.json").write_text('{"pid": 1}')
    assert "Nothing was running." in sandbox("stop", tmp_path)


def test_a_chain_that_runs_unfinished_is_not_called_running(chain: Ganache, tmp_path: Path) -> None:
    assert "does not run" in sandbox("status", tmp_path)


def test_key_files_are_made_once(tmp_path: Path) -> None:
    Keyset(SANDBOX_KEYS).create()
    keyset = Keyset(SANDBOX_KEYS).copy(tmp_path)
    keyset.keyfile("patient-liu").unlink()
    before = keyset.keyfile("lead").read_bytes()
    assert keyset.create() == ("patient-liu",)
    assert keyset.create() == ()
    assert keyset.keyfile("lead").read_bytes() == before


def test_the_brownie_scripts_find_the_founders_beside_the_keys() -> None:
    keyset = Keyset(SANDBOX_KEYS)
    keyset.create()
    founders = read_parties(SANDBOX_KEYS / "founders.json")
    assert [party.account for party in founders] == [
        keyset.address(x) for x in ("lead", "hospital")
    ]
    assert [party.details for party in founders] == [LEAD.details, HOSPITAL.details]
    clinic, regulator = read_parties(SANDBOX_KEYS / "admissions.json")
    assert (clinic.details, regulator.details) == (CLINIC.details, None)


def test_a_copy_of_the_keys_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    Keyset(SANDBOX_KEYS).create()
    copied = Keyset(SANDBOX_KEYS).copy(tmp_path / "keys")
    assert replace(copied) == Keyset(tmp_path / "keys")
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
