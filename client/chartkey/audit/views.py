"""What the contracts' views must answer if the replayed state is right.

A view answers only what it is asked, so a forgotten entry stays unseen here, unless a counter
beside it tells. Storage roots close that gap (see ``layout``); views say what is wrong in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from chartkey.audit.beside import beside
from chartkey.audit.question import Question
from chartkey.audit.state import Consortium, Registrar, Relationship, State, Summary
from chartkey.audit.status import (
    current_of,
    institution_of,
    is_clinician_active,
    is_grant_live,
    is_institution_active,
    is_member,
    is_profile_of,
    summary_of,
)
from chartkey.models import GrantState, RecordState

__all__ = ["questions"]

_PAGE = 100
_NOBODY = "0x" + "0" * 40


def questions(state: State, time: int) -> Iterator[Question]:
    """Yield what to ask about every entity, for a block of that Unix time."""
    return chain(
        _consortium(state.consortium, time),
        _registrar(state, time),
        _clones(state),
        beside(state, time),
        chain.from_iterable(
            _relationship(address, relationship, time)
            for address, relationship in state.relationships.items()
        ),
    )


def _asking(contract: str) -> Callable[..., Question]:
    def ask(noun: str, entity: Any, function: str, *args: Any, answer: Any) -> Question:
        return Question(noun, f"{noun} {entity}", contract, None, function, args, answer)

    return ask


def _consortium(consortium: Consortium, time: int) -> Iterator[Question]:
    ask = _asking("Consortium")
    census = consortium.census
    numbers = (
        census.member_count,
        census.electorate,
        census.round,
        census.unsigned,
        census.proposal_count,
    )
    yield ask("census", "of the consortium", "census", answer=numbers)
    yield ask("agreement", "in force", "agreement", answer=consortium.agreement)
    for start in range(0, len(consortium.accounts), _PAGE):
        page = tuple(consortium.accounts[start : start + _PAGE])
        place = f"numbers from {start}"
        yield ask("member", place, "members", start, _PAGE, answer=page)
    yield from _members(consortium, time)
    yield from _votes(consortium)
    for account, regulator in consortium.regulators.items():
        admitted = regulator.admitted
        yield ask("regulator", account, "isRegulator", account, answer=admitted)
    for id, profile in consortium.profiles.items():
        kind = profile.content.kind
        current = is_profile_of(consortium, id, kind)
        yield ask("profile", _hex(id), "isProfileOf", id, kind, answer=current)
        yield ask("profile", _hex(id), "wasProfileOf", id, kind, answer=True)
    yield from _rules(consortium)


def _rules(consortium: Consortium) -> Iterator[Question]:
    ask = _asking("Consortium")
    yield ask("stop", "of the alliance", "stoppedUntil", answer=consortium.stopped_until)
    rules = consortium.rules
    fields = (rules.directions, rules.within_alliance, rules.most_open, rules.required_kinds)
    yield ask("rules", "of referral", "referralRules", answer=fields)
    for account, alliance in consortium.alliances.items():
        yield ask("alliance", f"of {account}", "allianceOf", account, answer=alliance)
    for sealer, institution in consortium.sealers.items():
        yield ask("sealer", sealer, "sealerOf", sealer, answer=_account(institution))
    for account, officer in consortium.offices.items():
        yield ask("office", f"of {account}", "officeOf", account, answer=officer.office)
    for factory in consortium.factories:
        yield ask("factory", factory, "isFactory", factory, answer=True)


def _members(consortium: Consortium, time: int) -> Iterator[Question]:
    ask = _asking("Consortium")
    for account, member in consortium.members.items():
        stored = (
            member.standing,
            member.tier,
            member.since,
            member.index,
            member.details,
            member.agreement,
        )
        yield ask("member", account, "memberOf", account, answer=stored)
        yield ask("member", account, "seatOf", account, answer=member.index + 1)
        active = is_institution_active(consortium, account, time)
        yield ask("member", account, "isActive", account, answer=active)
        belongs = is_member(consortium, account)
        yield ask("member", account, "isMember", account, answer=belongs)


def _votes(consortium: Consortium) -> Iterator[Question]:
    ask = _asking("Consortium")
    for number, proposal in consortium.proposals.items():
        stored = (
            proposal.action,
            _account(proposal.proposer),
            proposal.closes_at,
            proposal.round,
            proposal.yes,
            proposal.no,
            proposal.enacted,
            proposal.digest,
        )
        yield ask("proposal", number, "proposalOf", number, answer=stored)
        for account in consortium.accounts:
            voted = (number, account) in consortium.votes
            place = f"of {account} on proposal {number}"
            yield ask("vote", place, "hasVoted", number, account, answer=voted)


def _registrar(state: State, time: int) -> Iterator[Question]:
    registrar = state.registrar
    ask = _asking("Registrar")
    yield from _persons(registrar)
    for (institution, handle), account in registrar.handles.items():
        place = f"{_hex(handle)} of {institution}"
        current = current_of(registrar, account) if account else _NOBODY
        yield ask("handle", place, "accountOf", institution, handle, answer=current)
    for id, department in registrar.departments.items():
        stored = (department.institution, department.standing)
        yield ask("department", _hex(id), "departmentOf", id, answer=stored)
    for (clinician, affiliation), standing in registrar.affiliations.items():
        place = f"{_hex(affiliation)} of {clinician}"
        pair = (clinician, affiliation)
        yield ask("affiliation", place, "affiliationOf", *pair, answer=standing)
        active = is_clinician_active(state, clinician, affiliation, time)
        computed = (active, _account(institution_of(registrar, affiliation)))
        yield ask("affiliation", place, "isClinicianActive", *pair, answer=computed)


def _persons(registrar: Registrar) -> Iterator[Question]:
    ask = _asking("Registrar")
    for account, person in registrar.persons.items():
        stored = (
            person.role,
            person.certification,
            person.licence,
            _account(person.certifier),
            person.key_version,
            person.since,
        )
        yield ask("person", account, "personOf", account, answer=stored)
        summary = _account(summary_of(registrar, account))
        yield ask("summary", f"of {account}", "summaryOf", account, answer=summary)
        current = current_of(registrar, account)
        yield ask("successor", f"of {account}", "currentOf", account, answer=current)
    for account, published in registrar.demographics.items():
        yield ask("demographics", f"of {account}", "demographicsOf", account, answer=published)
    for (account, version), digest in registrar.key_hashes.items():
        place = f"{version} of {account}"
        yield ask("key", place, "keyHashOf", account, version, answer=digest)


def _clones(state: State) -> Iterator[Question]:
    for address, summary in state.summaries.items():
        yield from _summary(state, address, summary)
    for signer, nonce in state.nonces:
        entity, args = f"nonce {nonce} of {signer}", (signer, nonce)
        yield Question("nonce", entity, "Forwarder", None, "isNonceUsed", args, True)
    for address, gone in state.precluded.items():
        pair = (gone.owner, gone.institution, gone.nonce)
        yield from _place("tombstone", address, pair, closed=True)
    for address, relationship in state.relationships.items():
        parties = relationship.parties
        owner = relationship.first_owner or parties.owner
        pair = (owner, parties.institution, relationship.nonce)
        yield from _place("relationship", address, pair, closed=False)


def _place(
    noun: str, address: str, pair: tuple[str, str, int], *, closed: bool
) -> Iterator[Question]:
    """Ask the factory for a clone's address and whether it was closed in advance."""
    ask = _asking("RelationshipFactory")
    yield ask(noun, address, "relationshipOf", *pair, answer=address)
    yield ask(noun, address, "isPrecluded", address, answer=closed)


def _summary(state: State, address: str, summary: Summary) -> Iterator[Question]:
    def ask(function: str, *args: Any, answer: Any) -> Question:
        entity = f"summary {address}"
        return Question("summary", entity, "Summary", address, function, args, answer)

    listed = summary.relationships
    yield ask("owner", answer=summary.owner)
    yield ask("count", answer=len(listed))
    for start in range(0, len(listed), _PAGE):
        page = tuple(listed[start : start + _PAGE])
        statuses = tuple(_status(state, relationship) for relationship in page)
        yield ask("entries", start, _PAGE, answer=(page, statuses))


def _status(state: State, address: str) -> int:
    relationship = state.relationships.get(address)
    return relationship.parties.status if relationship else 0


def _relationship(address: str, relationship: Relationship, time: int) -> Iterator[Question]:
    def ask(noun: str, id: str, function: str, *args: Any, answer: Any) -> Question:
        entity = f"{noun} {id} in relationship {address}" if id else f"{noun} {address}"
        return Question(noun, entity, "Relationship", address, function, args, answer)

    parties, epoch = relationship.parties, relationship.key_epoch
    stored = (parties.owner, parties.institution, _account(parties.mirror), parties.status)
    yield ask("relationship", "", "parties", answer=stored)
    yield ask("relationship", "", "status", answer=parties.status)
    yield ask("relationship", "", "keyEpoch", answer=(epoch.epoch, epoch.rotating))
    yield ask("relationship", "", "subjectId", answer=_subject(address, relationship))
    for id, record in relationship.records.items():
        yield ask("record", _hex(id), "recordOf", id, answer=_record(record))
    for id, grant in relationship.grants.items():
        yield ask("grant", _hex(id), "grantOf", id, answer=_grant(grant))
        live = is_grant_live(relationship, id, time)
        yield ask("grant", _hex(id), "isGrantLive", id, answer=live)
    for id, request in relationship.requests.items():
        known = (_account(request.viewer), request.status)
        yield ask("request", _hex(id), "requestOf", id, answer=known)
    for nonce in relationship.anchor_nonces:
        yield ask("nonce", str(nonce), "isAnchorNonceUsed", nonce, answer=True)


def _record(record: RecordState) -> tuple[Any, ...]:
    return (
        record.root,
        record.locator_hash,
        _account(record.author),
        record.kind,
        record.status,
        record.epoch,
        record.anchored_at,
        record.superseded,
    )


def _grant(grant: GrantState) -> tuple[Any, ...]:
    return (grant.status, grant.expires_at, grant.digest)


def _subject(address: str, relationship: Relationship) -> bytes:
    from eth_hash.auto import keccak

    owner = relationship.first_owner or relationship.parties.owner
    return keccak(bytes.fromhex(address[2:] + owner[2:]))


def _account(account: str | None) -> str:
    return account or _NOBODY


def _hex(id: bytes) -> str:
    return "0x" + id.hex()
