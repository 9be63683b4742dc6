"""Asking, granting and revoking through the actors (R20, R21, P11)."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors.consent import consent_text
from chartkey.custody.directory import Directory
from chartkey.errors import (
    AccessDenied,
    AddressInvalid,
    Ambiguous,
    ArgumentInvalid,
    CustodianUnavailable,
    PersonInactive,
    RelationshipMissing,
    RequestMissing,
)
from chartkey.models import AccessRequest, Kind, Purpose, Scope, Standing

from tests.integration.custody_scene import (
    DAY,
    anchored,
    custodian,
    granted,
    patient,
    receipt,
    relayed,
)

AWAY = CustodianUnavailable(institution="it", problem="it does not answer")


def height(scene: Any) -> int:
    number: int = scene.network.head().number
    return number


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf")])
def test_no_grant_and_no_draft_is_for_no_time(scene: Any, summary: Path, days: float) -> None:
    request = scene.li.request(scene.patient.address)
    before = height(scene)
    with pytest.raises(ArgumentInvalid):
        scene.patient.approve(request, days=days)
    with pytest.raises(ArgumentInvalid):
        scene.wang.draft(scene.patient.address, summary, days=days)
    assert (height(scene), scene.patient.drafts()) == (before, [])


def test_R21_a_grant_is_what_was_asked_for_and_shown(scene: Any) -> None:
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY, purpose=Purpose.ETREAT)
    text = consent_text("zh-CN")
    terms = scene.patient.approve(request, days=2, consent=text).terms
    assert (terms.viewer, terms.affiliation) == (scene.li.address, scene.li.affiliation)
    assert (terms.scope, terms.kind, terms.purpose) == (Scope.KIND, Kind.LABORATORY, "ETREAT")
    assert (terms.consent, terms.request) == (text.commitment, request.id)
    assert abs(terms.expires_at - time.time() - 2 * DAY) < 120


def test_approving_again_returns_the_grant_in_force_and_no_other(scene: Any) -> None:
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY)
    grant = scene.patient.approve(request, days=1)
    before = height(scene)
    assert scene.patient.approve(request, days=30) == grant
    assert height(scene) == before
    scene.pass_time(DAY + 60)
    with pytest.raises(RequestMissing):
        scene.patient.approve(request)


def test_a_refused_request_is_not_approved(scene: Any) -> None:
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY)
    scene.patient.refuse_request(request)
    scene.patient.refuse_request(request)
    with pytest.raises(RequestMissing):
        scene.patient.approve(request)
    with pytest.raises(RequestMissing):
        scene.patient.revoke(request)


def test_a_patient_revokes_one_grant_or_all_of_a_request(scene: Any) -> None:
    first, second = granted(scene, kind=Kind.LABORATORY), granted(scene, kind=Kind.IMAGING)
    scene.patient.revoke(first)
    assert [g.revoked for g in scene.patient.grants()] == [True, False]
    scene.patient.revoke(first)
    request = next(r for r in scene.li.requested() if r.id == second.terms.request)
    scene.patient.revoke(request)
    assert [g.revoked for g in scene.patient.grants()] == [True, True]


def test_asking_is_for_a_patient_and_a_relationship_that_are_there(scene: Any) -> None:
    with pytest.raises(AddressInvalid):
        scene.li.request("patient-zhang")
    with pytest.raises(RelationshipMissing):
        scene.li.request(scene.patient.address, relationship=scene.address("lead"))
    lower = scene.li.request(scene.patient.address.lower(), relationship=scene.relationship.lower())
    assert lower.relationship == scene.relationship
    scene.house("hospital").set_licence(scene.li.address, Standing.SUSPENDED)
    with pytest.raises(PersonInactive):
        scene.li.request(scene.patient.address)


def test_of_several_relationships_one_is_named(scene: Any, summary: Path) -> None:
    other = scene.house("hospital").propose(scene.patient.address, mirror=scene.address("lead"))
    scene.patient.accept(other)
    with pytest.raises(Ambiguous) as several:
        scene.li.request(scene.patient.address)
    names = scene.directory.names()
    for relationship, house in ((scene.relationship, "clinic"), (other, "hospital")):
        assert f"{relationship} ({names[scene.address(house)]})" in str(several.value)
    assert scene.li.request(scene.patient.address, relationship=other).relationship == other
    assert scene.wang.draft(scene.patient.address, summary).relationship == scene.relationship


def test_asking_for_something_else_is_another_request(scene: Any, summary: Path) -> None:
    record = anchored(scene, summary).record
    asked = [
        scene.li.request(scene.patient.address, **what)
        for what in (
            {},
            {"kind": Kind.LABORATORY},
            {"kind": Kind.IMAGING},
            {"record": record},
            {"purpose": Purpose.ETREAT},
        )
    ]
    asked.append(scene.chen.request(scene.patient.address))
    assert len({request.id for request in asked}) == len(asked)
    assert [r.id for r in scene.li.requested()] == [r.id for r in asked[:-1]]
    assert {r.id for r in scene.patient.requests()} == {r.id for r in asked}
    scene.patient.refuse_request(asked[0])
    assert scene.li.request(scene.patient.address).id not in {r.id for r in asked}


def test_R21_a_purpose_that_would_steer_a_terminal_is_taken_out(scene: Any) -> None:
    asked = AccessRequest(b"s" * 32, scene.li.affiliation, Scope.EVERYTHING, "TREAT")
    call = scene.network.relationship(scene.relationship).request_access(asked)
    evil = call.data.replace(b"TREAT\0", b"\x1b[2J\0\0")
    relayed(scene, replace(call, data=evil), scene.li.keys)
    [request] = scene.patient.requests()
    assert request.purpose == "\ufffd[2J"
    with pytest.raises(ArgumentInvalid):
        scene.patient.approve(request)


def test_P11_a_grant_with_an_odd_purpose_is_denied_like_any_other(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    request = scene.li.request(scene.patient.address)
    terms = scene.patient._terms(request, 1, consent_text())
    call = scene.network.relationship(scene.relationship).grant_access(terms)
    relayed(scene, replace(call, data=call.data.replace(b"TREAT\0", b"\x1b[2J\0\0")))
    [grant] = scene.patient.grants()
    with pytest.raises(AccessDenied):
        custodian(scene, "clinic").release(receipt(scene, pointer, grant, scene.li))


def test_a_house_whose_custodian_cannot_be_opened_is_away_and_others_serve(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = scene.network.manifest
    entry = manifest.institution(scene.address("clinic"))
    broken = manifest.path.parent / entry.custodian
    broken.mkdir(parents=True, exist_ok=True)
    database = broken / "custodian.db"
    database.touch()
    database.chmod(0o644)
    try:
        houses = Directory(scene.network)
        with pytest.raises(CustodianUnavailable) as told:
            houses.custodian(entry.address)
        assert told.value.values["institution"] == entry.address
        person = patient(scene, houses)
        call = scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)
        person.relays.send(call, entry.address)
    finally:
        database.unlink()
    with pytest.raises(CustodianUnavailable):
        houses.custodian("0x" + "42" * 20)
