"""Where the contracts keep what the state holds: storage slots, as solc 0.8.28 lays them out.

Solidity packs fields into 32-byte slots from the lowest byte up and puts a mapping's entry at
keccak256(key ‖ slot of the mapping); both rules stand in its documentation, "Layout of State
Variables in Storage". The numbers here follow the order of declaration in contracts/; a
contract that declares anything new fails the comparison of storage roots until it is here too,
and that is the point of P51.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chartkey.audit.fold import TABLES
from chartkey.audit.fold.batches import BATCHES
from chartkey.audit.state import Consortium, Registrar, Relationship, State, Summary
from chartkey.models import GrantState, Member, Person, Proposal, RecordState

__all__ = ["Slots", "Storage", "storages"]


class Storage(NamedTuple):
    """One contract's storage: its manifest ``name``, its ``address`` (None for the manifest's
    own contracts, which have one each), and its slots.
    """

    name: str
    address: str | None
    slots: Slots


class Slots:
    """Slot numbers with their values, and what each of them holds, in words."""

    def __init__(self) -> None:
        self.values: dict[int, int] = {}
        self.labels: dict[int, str] = {}

    def put(self, slot: int, label: str, *fields: tuple[int, int]) -> None:
        """Set a slot to fields of (value, width in bytes), lowest byte first."""
        packed = shift = 0
        for value, width in fields:
            packed |= value << shift
            shift += 8 * width
        self.values[slot] = packed
        self.labels[slot] = label


def storages(state: State) -> Iterator[Storage]:
    """Yield the storage of every contract that the events tell of."""
    yield Storage("Consortium", None, _consortium(state.consortium))
    yield Storage("Registrar", None, _registrar(state.registrar))
    yield Storage("RelationshipFactory", None, _factory(state.precluded))
    yield Storage("Forwarder", None, _forwarder(state.nonces))
    yield from _tables(state)
    # The clones' implementations hold nothing, ever.
    yield Storage("Summary", None, Slots())
    yield Storage("Relationship", None, Slots())
    for address, summary in state.summaries.items():
        yield Storage("Summary", address, _summary(summary))
    for address, relationship in state.relationships.items():
        yield Storage("Relationship", address, _relationship(relationship, state.consortium))


def _tables(state: State) -> Iterator[Storage]:
    """Yield the contracts that hold mappings of structs, see ``tables``."""
    contracts: dict[str, Slots] = {}
    for table in TABLES:
        slots = contracts.setdefault(table.contract, Slots())
        for slot, label, word in table.slots(state.tables[table]):
            slots.put(slot, label, (word, 32))
    # Batches count from one, so that the first costs what the later ones do.
    if state.batches_opened:
        next_batch = len(state.tables[BATCHES]) + 1
        contracts[BATCHES.contract].put(0, "number of the next batch", (next_batch, 32))
    for name, slots in contracts.items():
        yield Storage(name, None, slots)


def _consortium(consortium: Consortium) -> Slots:
    slots = Slots()
    census = consortium.census
    slots.put(
        0,
        "census",
        (census.member_count, 4),
        (census.electorate, 4),
        (census.round, 4),
        (census.unsigned, 4),
        (census.proposal_count, 8),
        (consortium.stopped_until, 5),
    )
    slots.put(1, "agreement", (_word(consortium.agreement), 32))
    slots.put(4, "newest proposal at the last stop", (consortium.stop_barrier, 8))
    for index, account in enumerate(consortium.accounts):
        slots.put(_entry(2, _number(index)), f"member number {index}", (_word(account), 20))
    for account, member in consortium.members.items():
        _put_member(slots, account, member)
    for number, proposal in consortium.proposals.items():
        _put_proposal(slots, number, proposal)
    for number, account in consortium.votes:
        slot = _entry(_entry(6, _number(number)), _address(account))
        slots.put(slot, f"vote of {account} on proposal {number}", (1, 1))
    _put_rules(slots, consortium)
    for account, regulator in consortium.regulators.items():
        slot = _entry(13, _address(account))
        slots.put(slot, f"regulator {account}", (regulator.admitted, 1))
    for id, profile in consortium.profiles.items():
        fields = ((1, 1), (profile.retired, 1), (profile.content.kind, 1))
        slots.put(_entry(14, id), f"profile 0x{id.hex()}", *fields)
    return slots


def _put_rules(slots: Slots, consortium: Consortium) -> None:
    rules = consortium.rules
    fields = ((rules.directions, 2), (rules.within_alliance, 1), (rules.most_open, 2))
    slots.put(7, "rules of referral", *fields)
    slots.put(8, "kinds that a referral needs", (rules.required_kinds, 32))
    for account, alliance in consortium.alliances.items():
        slot = _entry(9, _address(account))
        slots.put(slot, f"alliance of {account}", (_word(alliance), 32))
    for sealer, institution in consortium.sealers.items():
        slot = _entry(10, _address(sealer))
        slots.put(slot, f"sealer {sealer}", (_word(institution), 20))
    for account, officer in consortium.offices.items():
        slots.put(_entry(11, _address(account)), f"office of {account}", (officer.office, 1))
    for factory in consortium.factories:
        slots.put(_entry(12, _address(factory)), f"factory {factory}", (1, 1))


def _put_member(slots: Slots, account: str, member: Member) -> None:
    slot = _entry(3, _address(account))
    slots.put(
        slot,
        f"member {account}",
        (member.standing, 1),
        (member.tier, 1),
        (member.since, 6),
        (member.index, 4),
    )
    slots.put(slot + 1, f"details of {account}", (_word(member.details), 32))
    slots.put(slot + 2, f"agreement of {account}", (_word(member.agreement), 32))


def _put_proposal(slots: Slots, number: int, proposal: Proposal) -> None:
    slot = _entry(5, _number(number))
    slots.put(
        slot,
        f"proposal {number}",
        (proposal.action, 1),
        (_word(proposal.proposer), 20),
        (proposal.closes_at, 5),
        (proposal.round, 4),
        (proposal.yes, 2),
    )
    slots.put(slot + 1, f"proposal {number}", (proposal.no, 2), (proposal.enacted, 1))
    slots.put(slot + 2, f"parameters of proposal {number}", (_word(proposal.digest), 32))


def _registrar(registrar: Registrar) -> Slots:
    slots = Slots()
    for account, person in registrar.persons.items():
        _put_person(slots, account, person)
    for (account, version), digest in registrar.key_hashes.items():
        slot = _entry(_entry(1, _address(account)), _number(version))
        slots.put(slot, f"key {version} of {account}", (_word(digest), 32))
    for id, department in registrar.departments.items():
        fields = ((_word(department.institution), 20), (department.standing, 1))
        slots.put(_entry(2, id), f"department 0x{id.hex()}", *fields)
    for (clinician, affiliation), standing in registrar.affiliations.items():
        slot = _entry(_entry(3, _address(clinician)), affiliation)
        slots.put(slot, f"affiliation of {clinician}", (standing, 1))
    for (institution, handle), bound in registrar.handles.items():
        slot = _entry(_entry(6, _address(institution)), handle)
        slots.put(slot, f"handle 0x{handle.hex()} of {institution}", (_word(bound), 20))
    for account, successor in registrar.successors.items():
        slots.put(_entry(7, _address(account)), f"successor of {account}", (_word(successor), 20))
    for account, (root, locator_hash) in registrar.demographics.items():
        slot = _entry(8, _address(account))
        slots.put(slot, f"demographics of {account}", (_word(root), 32))
        slots.put(slot + 1, f"demographics of {account}", (_word(locator_hash), 32))
    return slots


def _put_person(slots: Slots, account: str, person: Person) -> None:
    slots.put(
        _entry(0, _address(account)),
        f"person {account}",
        (person.role, 1),
        (person.certification, 1),
        (person.licence, 1),
        (_word(person.certifier), 20),
        (person.key_version, 4),
        (person.since, 5),
    )


def _factory(precluded: Iterable[str]) -> Slots:
    slots = Slots()
    for address in precluded:
        slots.put(_entry(0, _address(address)), f"tombstone {address}", (1, 1))
    return slots


def _forwarder(nonces: Iterable[tuple[str, int]]) -> Slots:
    slots = Slots()
    signers: dict[str, list[int]] = {}
    for signer, nonce in nonces:
        signers.setdefault(signer, []).append(nonce)
    for signer, used in signers.items():
        _put_nonces(slots, _entry(2, _address(signer)), used, f"nonces of {signer}")
    return slots


def _summary(summary: Summary) -> Slots:
    slots = Slots()
    slots.put(0, "owner and count", (_word(summary.owner), 20), (len(summary.relationships), 8))
    for index, relationship in enumerate(summary.relationships):
        slots.put(_entry(1, _number(index)), f"entry {index}", (_word(relationship), 20))
    return slots


def _relationship(relationship: Relationship, consortium: Consortium) -> Slots:
    slots = Slots()
    _put_parties(slots, relationship, consortium)
    for id, record in relationship.records.items():
        _put_record(slots, id, record)
    _put_nonces(slots, 6, relationship.anchor_nonces, "the owner's anchoring nonces")
    for id, grant in relationship.grants.items():
        _put_grant(slots, id, grant)
    for id, request in relationship.requests.items():
        fields = ((_word(request.viewer), 20), (request.status, 1))
        slots.put(_entry(8, id), f"request 0x{id.hex()}", *fields)
    for viewer, count in relationship.open_requests.items():
        slots.put(_entry(9, _address(viewer)), f"open requests of {viewer}", (count, 1))
    return slots


def _put_parties(slots: Slots, relationship: Relationship, consortium: Consortium) -> None:
    parties = relationship.parties
    # Seats count from one; zero is no mirror.
    mirror = consortium.members.get(parties.mirror or "")
    seat = mirror.index + 1 if mirror else 0
    slots.put(
        0,
        "owner, status, epoch and mirror",
        (_word(parties.owner), 20),
        (parties.status, 1),
        (relationship.proposer == parties.owner, 1),
        (relationship.key_epoch.rotating, 1),
        (relationship.key_epoch.epoch, 4),
        (seat, 4),
    )
    ended = (relationship.ended_at, 5)
    slots.put(1, "institution and end", (_word(parties.institution), 20), ended)
    replaced = (relationship.replaced_at, 5)
    slots.put(2, "first owner", (_word(relationship.first_owner), 20), replaced)


def _put_record(slots: Slots, id: bytes, record: RecordState) -> None:
    slot = _entry(5, id)
    label = f"record 0x{id.hex()}"
    slots.put(slot, label, (_word(record.root), 32))
    slots.put(slot + 1, label, (_word(record.locator_hash), 32))
    slots.put(
        slot + 2,
        label,
        (_word(record.author), 20),
        (record.kind, 1),
        (record.status, 1),
        (record.epoch, 4),
        (record.anchored_at, 5),
        (record.superseded, 1),
    )


def _put_grant(slots: Slots, id: bytes, grant: GrantState) -> None:
    # A fixed-size byte string is padded on the right, unlike a number.
    slots.put(
        _entry(7, id.ljust(32, b"\0")),
        f"grant 0x{id.hex()}",
        (grant.status, 1),
        (grant.expires_at, 5),
        (_word(grant.digest), 26),
    )


def _put_nonces(slots: Slots, base: int, nonces: Iterable[int], label: str) -> None:
    """Set the words of a bitmap in which 256 neighbouring nonces share a slot (P22)."""
    words: dict[int, int] = {}
    for nonce in nonces:
        words[nonce >> 8] = words.get(nonce >> 8, 0) | 1 << (nonce & 0xFF)
    for word, bits in words.items():
        slots.put(_entry(base, _number(word)), label, (bits, 32))


def _entry(mapping: int, key: bytes) -> int:
    from eth_hash.auto import keccak

    return int.from_bytes(keccak(key + mapping.to_bytes(32, "big")), "big")


def _number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _address(account: str) -> bytes:
    return bytes.fromhex(account[2:]).rjust(32, b"\0")


def _word(value: str | bytes | None) -> int:
    """Return an account or a 32-byte word as a number; nobody is zero."""
    if value is None:
        return 0
    return int(value, 16) if isinstance(value, str) else int.from_bytes(value, "big")
