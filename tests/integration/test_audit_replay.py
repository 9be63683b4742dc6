"""Replay and verification on a real chain: what agrees, and every lie that is noticed.

The chain is Ganache where it is installed: its storage roots are Ethereum's, Anvil's are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from chartkey.audit import Auditor, Report, replay, verify
from chartkey.audit.fold import HANDLERS
from chartkey.chain.event import Event
from chartkey.chain.events import events
from chartkey.chain.network import Network
from chartkey.errors import (
    ArgumentInvalid,
    EventRefused,
    NodeRefused,
    RecordMissing,
    ReplayDiverged,
)

from tests.chains import deploy, engines, start_chain
from tests.integration.audit_scene import (
    CLINIC,
    CONTRACTS,
    FRIEND,
    HOSPITAL,
    LEAD,
    PATIENT,
    SURGEON,
    Scene,
    identifier,
)

NOT_STORED = {
    "RelationshipProposed": {
        "rootCommitment",
        "ownerKeyVersion",
        "institutionKeyVersion",
        "ownerWrap",
        "institutionWrap",
    },
    "StatusChanged": {"by"},
    "RootRewrapped": {"party", "keyVersion", "wrap"},
    "AccessRequested": {"affiliation", "scope", "kind", "recordId", "purpose", "reason"},
    "CallForwarded": {"from", "to", "relay"},
}
"""What events carry for people only: no slot holds it, so no comparison can miss it."""

OVERWRITTEN = {"MirrorChanged", "RootRewrapped"}
"""Events that can leave no trace: a later one overwrites them, or they write nothing."""


class Frozen(Network):
    """A network that remembers every answer: the scene's chain does not move any more."""

    def __init__(self, network: Network) -> None:
        super().__init__(network._rpc, network.manifest)
        self._answers: dict[str, Any] = {}

    def raw(self, method: str, params: list[Any]) -> Any:
        return self.raw_batch([(method, params)])[0]

    def raw_batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        missing = [call for call in calls if repr(call) not in self._answers]
        answers = super().raw_batch(missing) if missing else []
        self._answers |= {repr(c): a for c, a in zip(missing, answers, strict=True)}
        return [self._answers[repr(call)] for call in calls]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with start_chain("ganache" if "ganache" in engines() else None) as chain:
        played = Scene.on(chain)
        played.play()
        yield played


@pytest.fixture(scope="module")
def told(scene: Scene) -> list[Event]:
    return list(events(scene.network, timestamps=True))


@pytest.fixture(scope="module")
def frozen(scene: Scene) -> Network:
    return Frozen(scene.network)


@pytest.fixture(scope="module")
def auditor(scene: Scene) -> Auditor:
    return Auditor.open(scene.network)


def head(network: Network) -> int:
    return network.head().number


def problem(network: Network, told: list[Event]) -> str | None:
    """What replaying and comparing these events finds wrong; None when nothing is."""
    try:
        verify(network, replay(told), head(network))
    except (EventRefused, ReplayDiverged) as err:
        return str(err)
    return None


def test_every_event_of_this_scene_is_known(told: list[Event]) -> None:
    """Those of the contracts beside the relationships happen in test_life.py."""
    happened = {(event.contract, event.name) for event in told}
    assert happened <= set(HANDLERS)
    assert len(happened) == 35


def test_replay_agrees_with_every_view_and_every_storage_root(
    auditor: Auditor, told: list[Event]
) -> None:
    report = auditor.verify()
    assert report.events == len(told)
    assert report.proven == report.contracts == CONTRACTS
    assert report.compared["record"] == 4
    assert set(report.compared) == {
        "census", "agreement", "member", "proposal", "vote", "regulator", "profile", "person",
        "summary", "key", "handle", "department", "affiliation", "nonce", "tombstone",
        "relationship", "record", "grant", "request", "stop", "rules", "successor", "batch",
    }  # fmt: skip


def test_replay_agrees_at_every_block_on_the_way(frozen: Network, told: list[Event]) -> None:
    blocks = sorted({event.block for event in told})
    for number in blocks[:4] + blocks[4::9]:
        state = replay(event for event in told if event.block <= number)
        report = verify(frozen, state, number)
        assert report.proven == report.contracts


def test_a_replay_reports_its_progress(scene: Scene, told: list[Event]) -> None:
    seen: list[tuple[str, int]] = []
    auditor = Auditor.open(scene.network)
    auditor.replay(lambda what, count: seen.append((what, count)))
    auditor.verify(lambda what, count: seen.append((what, count)))
    assert seen[0] == ("events", len(told))
    assert seen[-1] == ("contracts", CONTRACTS)


def test_leaving_out_any_one_event_is_noticed(frozen: Network, told: list[Event]) -> None:
    unnoticed = {
        left.name
        for index, left in enumerate(told)
        if problem(frozen, told[:index] + told[index + 1 :]) is None
    }
    assert unnoticed <= OVERWRITTEN - {"MirrorChanged"}


def test_telling_any_one_event_twice_is_noticed(frozen: Network, told: list[Event]) -> None:
    for index, event in enumerate(told):
        again = replace(event, log_index=event.log_index + 1000)
        assert problem(frozen, [*told[: index + 1], event, *told[index + 1 :]])
        later = [*told[: index + 1], again, *told[index + 1 :]]
        noticed = problem(frozen, later)
        assert noticed or event.name in OVERWRITTEN, event


def test_altering_any_stored_value_of_any_event_is_noticed(
    frozen: Network, told: list[Event]
) -> None:
    last = {event.name: index for index, event in enumerate(told)}
    unnoticed = {
        (name, argument)
        for name, index in last.items()
        for argument in told[index].args.keys() - NOT_STORED.get(name, set())
        for altered in [alter(told[index], argument)]
        if not problem(frozen, [*told[:index], altered, *told[index + 1 :]])
    }
    assert unnoticed == set()


def test_altering_a_blocks_time_is_noticed_where_a_contract_stored_it(
    frozen: Network, told: list[Event]
) -> None:
    stored = {"PersonRegistered", "PersonApplied", "PersonCertified", "InstitutionEnrolled"}
    stored |= {"RecordAnchored", "AgreementSigned"}
    last = {event.name: index for index, event in enumerate(told)}
    for name in stored:
        event = told[last[name]]
        later = replace(event, timestamp=(event.timestamp or 0) + 1)
        assert problem(frozen, [*told[: last[name]], later, *told[last[name] + 1 :]]), name


def alter(event: Event, argument: str) -> Event:
    """The same event with one argument changed a little."""
    value = event.args[argument]
    if argument == "attestation":
        # Its kind is what is stored; the rest was signed, and stands in the event alone.
        return replace(event, args=event.args | {argument: value | {"kind": value["kind"] + 1}})
    return replace(event, args=event.args | {argument: other(value)})


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, dict):
        return {name: other(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return (other(value[0]), *value[1:])
    return LEAD.address if value.startswith("0x") and value != LEAD.address else f"{value}x"


@pytest.mark.parametrize(
    ("event", "argument", "entity"),
    [
        ("AccessGranted", "expiresAt", "grant 0x6565"),
        ("RecordAnchored", "root", "record 0x"),
        ("MirrorChanged", "mirror", "relationship 0x"),
        ("ProposalOpened", "closesAt", "proposal 11, closesAt"),
        ("PersonRegistered", "key", "key 1 of 0x"),
        ("AffiliationChanged", "clinician", "affiliation 0x"),
        ("AccessRequested", "open", "open requests of 0x"),
        ("NonceCancelled", "nonce", "nonce 9 of 0x"),
    ],
)
def test_a_divergence_names_the_entity_and_both_values(
    frozen: Network, told: list[Event], event: str, argument: str, entity: str
) -> None:
    index = max(i for i, one in enumerate(told) if one.name == event)
    altered = [*told[:index], alter(told[index], argument), *told[index + 1 :]]
    with pytest.raises(ReplayDiverged) as caught:
        verify(frozen, replay(altered), head(frozen))
    assert str(caught.value.values["entity"]).startswith(entity)
    assert caught.value.values["replayed"] != caught.value.values["stored"]


def test_an_entry_that_no_event_told_of_does_not_hide(frozen: Network, told: list[Event]) -> None:
    kept = [e for e in told if not (e.name == "AccessGranted" and e.args["id"] == b"c" * 16)]
    with pytest.raises(ReplayDiverged, match="a slot that no event tells of"):
        verify(frozen, replay(kept), head(frozen))


def test_the_events_of_a_twin_are_ignored(scene: Scene, told: list[Event]) -> None:
    # T23: the same contracts once more, by the same people, on the same chain.
    twin = Scene(scene.chain, scene.network)
    manifest = deploy(scene.chain.rpc)
    twin.network = Network(scene.network._rpc, manifest)
    twin.found()
    twin.people()
    twin.relate()
    fresh = Auditor.open(scene.network)
    state = fresh.replay()
    assert state.events == len(told)
    assert fresh.verify().proven == CONTRACTS
    assert Auditor.open(twin.network).verify().events < len(told)


def test_who_could_read_changes_with_the_block(
    scene: Scene, auditor: Auditor, told: list[Event]
) -> None:
    anchored, revoked = (
        next(e.block for e in told if e.name == name)
        for name in ("RecordAnchored", "AccessRevoked")
    )
    first = identifier("first")
    before = auditor.who_could_read(first, revoked - 1)
    after = auditor.who_could_read(first, revoked)
    assert [reader.account for reader in before.readers] == [
        PATIENT.address,
        HOSPITAL.address,
        SURGEON.address,
    ]
    assert [reader.account for reader in after.readers] == [PATIENT.address, HOSPITAL.address]
    with pytest.raises(RecordMissing):
        auditor.who_could_read(first, anchored - 1)


def test_who_could_read_takes_hexadecimal_and_refuses_what_is_no_record(auditor: Auditor) -> None:
    second = identifier("second")
    answer = auditor.who_could_read("0x" + second.hex())
    assert answer == auditor.who_could_read(second)
    accounts = {reader.account for reader in answer.readers}
    assert {FRIEND.address, CLINIC.address, SURGEON.address} <= accounts
    for wrong in ("0xzz", b"short"):
        with pytest.raises(ArgumentInvalid):
            auditor.who_could_read(wrong)
    with pytest.raises(ArgumentInvalid, match="was not replayed"):
        auditor.who_could_read(second, 10**9)


def test_the_timeline_has_a_row_for_each_event(auditor: Auditor, told: list[Event]) -> None:
    rows = auditor.timeline()
    assert [(row.block, row.log_index) for row in rows] == [(e.block, e.log_index) for e in told]
    assert {row.who for row in rows} >= {"机构0", "机构1", "城北社区卫生服务中心"}


class Moving(Frozen):
    """A network whose blocks get another hash while they are looked at."""

    def block(self, number: int) -> Any:
        self.looks = getattr(self, "looks", 0) + 1
        return replace(super().block(number), hash=bytes([self.looks]) * 32)


def test_a_chain_that_moves_while_it_is_read_is_refused(scene: Scene) -> None:
    with pytest.raises(ReplayDiverged, match="block "):
        Auditor.open(Moving(scene.network)).replay()


def test_a_chain_that_moves_while_it_is_compared_is_refused(
    scene: Scene, told: list[Event]
) -> None:
    with pytest.raises(ReplayDiverged, match="block "):
        verify(Moving(scene.network), replay(told), told[-1].block)


class Proofless(Frozen):
    """A node without eth_getProof."""

    def raw(self, method: str, params: list[Any]) -> Any:
        if method == "eth_getProof":
            raise NodeRefused(rpc=self.rpc, method=method, problem="it is not offered")
        return super().raw(method, params)


def test_without_storage_roots_slots_are_read_one_by_one_and_the_report_says_so(
    scene: Scene, told: list[Event]
) -> None:
    report = verify(Proofless(scene.network), replay(told), told[-1].block)
    assert (report.proven, report.contracts) == (0, CONTRACTS)
    assert report.slots > 100


def test_without_storage_roots_a_value_that_no_view_shows_is_still_compared(
    scene: Scene, told: list[Event]
) -> None:
    state = replay(told)
    for relationship in state.relationships.values():
        relationship.open_requests[SURGEON.address] = 9
    with pytest.raises(ReplayDiverged, match="open requests of"):
        verify(Proofless(scene.network), state, told[-1].block)


def test_a_report_is_plain_json(auditor: Auditor) -> None:
    report: Report = auditor.verify()
    assert report.to_dict()["proven"] == CONTRACTS
    assert report.to_dict()["blockHash"].startswith("0x")
    assert report.answers == sum(report.compared.values())
