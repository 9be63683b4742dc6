"""The consortium's events: membership, votes, and what was adopted (R03, P40, P42)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chartkey.audit.fold.guard import allow, existing, fresh, known, written_at
from chartkey.audit.state import Consortium, Officer, ProfileEntry, Regulator, State
from chartkey.chain.codec import encode
from chartkey.models import (
    ZERO32,
    Action,
    Census,
    Details,
    Member,
    MemberStanding,
    Office,
    Profile,
    Proposal,
    ReferralRules,
)

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS"]

_DETAILS = "(string,string,string,string,uint8)"
_PROFILE = "(uint8,uint32,bytes32,uint256,bool)"
_RULES = "(uint16,bool,uint16,uint256)"
_BEFORE = {
    MemberStanding.SUSPENDED: (MemberStanding.ACTIVE,),
    MemberStanding.ACTIVE: (MemberStanding.SUSPENDED,),
    MemberStanding.EXPELLED: (
        MemberStanding.INVITED,
        MemberStanding.ACTIVE,
        MemberStanding.SUSPENDED,
    ),
}


def _created(state: State, event: Event) -> None:
    founders = event.args["founders"]
    as_many = len(founders) == len(event.args["details"])
    allow(as_many, event, "founders and details are not as many")
    consortium = state.consortium
    allow(not consortium.accounts, event, "the consortium was created already")
    for index, (account, details) in enumerate(zip(founders, event.args["details"], strict=True)):
        _invite(consortium, account, details, index, written_at(event))
    # Rounds count from one, so that the slot is never zero (P61).
    consortium.census = Census(len(founders), 0, 1, len(founders), 0)
    consortium.agreement = event.args["agreement"]


def _agreement_signed(state: State, event: Event) -> None:
    args = event.args
    consortium = state.consortium
    member = existing(consortium.members, args["institution"], event, "invitation")
    allow(member.standing == MemberStanding.INVITED, event, "its signer is not invited")
    in_force = args["agreement"] == consortium.agreement
    allow(in_force, event, "its agreement is not the one in force")
    _check_electorate(consortium, event, +1)
    consortium.members[args["institution"]] = replace(
        member,
        standing=MemberStanding.ACTIVE,
        since=written_at(event),
        agreement=args["agreement"],
    )
    consortium.census = replace(
        consortium.census, electorate=args["electorate"], unsigned=args["unsigned"]
    )


def _proposal_opened(state: State, event: Event) -> None:
    from eth_hash.auto import keccak

    args = event.args
    consortium = state.consortium
    fresh(consortium.proposals, args["id"], event, "proposal")
    consortium.proposals[args["id"]] = Proposal(
        action=Action(args["action"]),
        proposer=args["proposer"],
        closes_at=args["closesAt"],
        round=args["round"],
        yes=0,
        no=0,
        enacted=False,
        digest=keccak(args["parameters"]),
    )
    consortium.census = replace(consortium.census, proposal_count=args["id"])


def _vote_cast(state: State, event: Event) -> None:
    args = event.args
    proposals = state.consortium.proposals
    proposal = existing(proposals, args["id"], event, "proposal")
    member = existing(state.consortium.members, args["member"], event, "member")
    allow(member.standing == MemberStanding.ACTIVE, event, "its voter is not active")
    counted = (proposal.yes + args["approve"], proposal.no + (not args["approve"]))
    allow(counted == (args["yes"], args["no"]), event, "its counts do not follow")
    fresh(state.consortium.votes, (args["id"], args["member"]), event, "vote")
    proposals[args["id"]] = replace(proposal, yes=args["yes"], no=args["no"])
    state.consortium.votes[args["id"], args["member"]] = args["approve"]


def _institution_admitted(state: State, event: Event) -> None:
    args = event.args
    consortium = state.consortium
    account, index = args["institution"], args["index"]
    _enact(consortium, event, ["address", _DETAILS], [account, _fields(args["details"])])
    member = consortium.members.get(account)
    known = member is not None and member.standing != MemberStanding.EXPELLED
    allow(not known, event, "its institution belongs already")
    _invite(consortium, account, args["details"], index, written_at(event))
    count = max(consortium.census.member_count, index + 1)
    consortium.census = replace(consortium.census, member_count=count)


def _standing_changed(state: State, event: Event) -> None:
    args = event.args
    consortium = state.consortium
    _enact(consortium, event, ["address"], [args["institution"]])
    member = existing(consortium.members, args["institution"], event, "member")
    standing = MemberStanding(args["standing"])
    allow(member.standing in _BEFORE.get(standing, ()), event, "its standing cannot change so")
    active = MemberStanding.ACTIVE
    _check_electorate(consortium, event, (standing == active) - (member.standing == active))
    consortium.members[args["institution"]] = replace(
        member, standing=standing, since=written_at(event)
    )
    consortium.census = replace(
        consortium.census, electorate=args["electorate"], round=args["round"]
    )


def _regulator_changed(state: State, event: Event) -> None:
    args = event.args
    if args["admitted"]:
        _enact(state.consortium, event, ["address", "string"], [args["regulator"], args["name"]])
    else:
        _enact(state.consortium, event, ["address"], [args["regulator"]])
        allow(not args["name"], event, "a removal carries no name")
    regulators = state.consortium.regulators
    before = regulators.get(args["regulator"])
    name = args["name"] or (before.name if before else "")
    regulators[args["regulator"]] = Regulator(name, args["admitted"])


def _profile_adopted(state: State, event: Event) -> None:
    from eth_hash.auto import keccak

    content = tuple(event.args["content"].values())
    _enact(state.consortium, event, [_PROFILE], [content])
    id = event.args["profile"]
    allow(id == keccak(encode([_PROFILE], [content])), event, "its id is not its content's")
    fresh(state.consortium.profiles, id, event, "profile")
    state.consortium.profiles[id] = ProfileEntry(Profile(*content), retired=False)


def _profile_retired(state: State, event: Event) -> None:
    _enact(state.consortium, event, ["bytes32"], [event.args["profile"]])
    profiles = state.consortium.profiles
    entry = existing(profiles, event.args["profile"], event, "profile")
    profiles[event.args["profile"]] = replace(entry, retired=True)


def _agreement_adopted(state: State, event: Event) -> None:
    _enact(state.consortium, event, ["bytes32"], [event.args["agreement"]])
    state.consortium.agreement = event.args["agreement"]


def _referral_rules_set(state: State, event: Event) -> None:
    rules = tuple(event.args["rules"].values())
    _enact(state.consortium, event, [_RULES], [rules])
    state.consortium.rules = ReferralRules(*rules)


def _alliance_set(state: State, event: Event) -> None:
    args = event.args
    values = [args["institution"], args["alliance"]]
    _enact(state.consortium, event, ["address", "bytes32"], values)
    state.consortium.alliances[args["institution"]] = args["alliance"]


def _emergency_stopped(state: State, event: Event) -> None:
    duration = event.args["until"] - written_at(event)
    _enact(state.consortium, event, ["uint32"], [duration])
    _pass_barrier(state.consortium, event)
    state.consortium.stopped_until = event.args["until"]


def _emergency_lifted(state: State, event: Event) -> None:
    _enact(state.consortium, event, [], [])
    _pass_barrier(state.consortium, event)
    state.consortium.stopped_until = 0


def _pass_barrier(consortium: Consortium, event: Event) -> None:
    """A stop, or its lifting, that was voted before the last one is stale."""
    allow(event.args["id"] > consortium.stop_barrier, event, "it was voted before the last stop")
    consortium.stop_barrier = consortium.census.proposal_count


def _sealer_changed(state: State, event: Event) -> None:
    args = event.args
    sealers = state.consortium.sealers
    admitted = sealers.get(args["sealer"]) is not None
    allow(admitted != args["admitted"], event, "its sealer stands so already")
    if args["admitted"]:
        values = [args["sealer"], args["institution"]]
        _enact(state.consortium, event, ["address", "address"], values)
    else:
        _enact(state.consortium, event, ["address"], [args["sealer"]])
    sealers[args["sealer"]] = known(args["institution"]) if args["admitted"] else None


def _office_changed(state: State, event: Event) -> None:
    args = event.args
    offices, office = state.consortium.offices, Office(args["office"])
    if office == Office.NONE:
        _enact(state.consortium, event, ["address"], [args["account"]])
        allow(not args["name"], event, "an office that ends carries no name")
    else:
        values = [args["account"], office, args["name"]]
        _enact(state.consortium, event, ["address", "uint8", "string"], values)
    before = offices.get(args["account"])
    name = args["name"] or (before.name if before else "")
    offices[args["account"]] = Officer(name, office)


def _factory_adopted(state: State, event: Event) -> None:
    factory = event.args["factory"]
    _enact(state.consortium, event, ["address"], [factory])
    fresh(state.consortium.factories, factory, event, "factory")
    state.consortium.factories.add(factory)


def _enact(consortium: Consortium, event: Event, types: list[str], values: list[Any]) -> None:
    """Mark the event's proposal as enacted; the event must say what was voted on."""
    from eth_hash.auto import keccak

    proposal = existing(consortium.proposals, event.args["id"], event, "proposal")
    allow(not proposal.enacted, event, "its proposal was enacted already")
    voted = keccak(encode(types, values)) == proposal.digest
    allow(voted, event, "it is not what was voted on")
    consortium.proposals[event.args["id"]] = replace(proposal, enacted=True)


def _check_electorate(consortium: Consortium, event: Event, change: int) -> None:
    follows = event.args["electorate"] == consortium.census.electorate + change
    allow(follows, event, "its number of active members does not follow")


def _invite(
    consortium: Consortium, account: str, details: dict[str, Any], index: int, time: int
) -> None:
    from eth_hash.auto import keccak

    fields = _fields(details)
    digest = keccak(encode([_DETAILS], [fields]))
    consortium.details[account] = Details(*fields)
    consortium.members[account] = Member(
        standing=MemberStanding.INVITED,
        tier=details["tier"],
        since=time,
        index=index,
        details=digest,
        agreement=ZERO32,
    )
    # An expelled institution that is admitted again keeps its place.
    if index >= len(consortium.accounts):
        consortium.accounts.append(account)


def _fields(details: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(details[name] for name in ("name", "creditCode", "localCode", "grade", "tier"))


HANDLERS = {
    "ConsortiumCreated": _created,
    "AgreementSigned": _agreement_signed,
    "ProposalOpened": _proposal_opened,
    "VoteCast": _vote_cast,
    "InstitutionAdmitted": _institution_admitted,
    "StandingChanged": _standing_changed,
    "RegulatorChanged": _regulator_changed,
    "ProfileAdopted": _profile_adopted,
    "ProfileRetired": _profile_retired,
    "AgreementAdopted": _agreement_adopted,
    "ReferralRulesSet": _referral_rules_set,
    "AllianceSet": _alliance_set,
    "EmergencyStopped": _emergency_stopped,
    "EmergencyLifted": _emergency_lifted,
    "SealerChanged": _sealer_changed,
    "OfficeChanged": _office_changed,
    "FactoryAdopted": _factory_adopted,
}
