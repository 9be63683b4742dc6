"""The consortium's events: membership, votes, and what was adopted (R03, P40, P42)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chartkey.audit.fold.guard import existing, fresh, refusal, written_at
from chartkey.audit.state import Consortium, ProfileEntry, Regulator, State
from chartkey.models import (
    ZERO32,
    Action,
    Census,
    Details,
    Member,
    MemberStanding,
    Profile,
    Proposal,
)

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS"]


def _created(state: State, event: Event) -> None:
    founders = event.args["founders"]
    if len(founders) != len(event.args["details"]):
        raise refusal(event, "founders and details are not as many")
    consortium = state.consortium
    if consortium.accounts:
        raise refusal(event, "the consortium was created already")
    for index, (account, details) in enumerate(zip(founders, event.args["details"], strict=True)):
        _invite(consortium, account, details, index, written_at(event))
    # Rounds count from one, so that the slot is never zero (P61).
    consortium.census = Census(len(founders), 0, 1, len(founders), 0)
    consortium.agreement = event.args["agreement"]


def _agreement_signed(state: State, event: Event) -> None:
    args = event.args
    consortium = state.consortium
    member = existing(consortium.members, args["institution"], event, "invitation")
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
    fresh(state.consortium.votes, (args["id"], args["member"]), event, "vote")
    proposals[args["id"]] = replace(proposal, yes=args["yes"], no=args["no"])
    state.consortium.votes[args["id"], args["member"]] = args["approve"]


def _institution_admitted(state: State, event: Event) -> None:
    args = event.args
    consortium = state.consortium
    _enact(consortium, event)
    account, index = args["institution"], args["index"]
    _invite(consortium, account, args["details"], index, written_at(event))
    count = max(consortium.census.member_count, index + 1)
    consortium.census = replace(consortium.census, member_count=count)


def _standing_changed(state: State, event: Event) -> None:
    args = event.args
    consortium = state.consortium
    _enact(consortium, event)
    member = existing(consortium.members, args["institution"], event, "member")
    standing = MemberStanding(args["standing"])
    consortium.members[args["institution"]] = replace(
        member, standing=standing, since=written_at(event)
    )
    consortium.census = replace(
        consortium.census, electorate=args["electorate"], round=args["round"]
    )


def _regulator_changed(state: State, event: Event) -> None:
    args = event.args
    _enact(state.consortium, event)
    regulators = state.consortium.regulators
    before = regulators.get(args["regulator"])
    name = args["name"] or (before.name if before else "")
    regulators[args["regulator"]] = Regulator(name, args["admitted"])


def _profile_adopted(state: State, event: Event) -> None:
    content = event.args["content"]
    _enact(state.consortium, event)
    profile = Profile(
        content["kind"],
        content["version"],
        content["documentHash"],
        content["requiredKinds"],
        content["obtainable"],
    )
    state.consortium.profiles[event.args["profile"]] = ProfileEntry(profile, retired=False)


def _profile_retired(state: State, event: Event) -> None:
    _enact(state.consortium, event)
    profiles = state.consortium.profiles
    entry = existing(profiles, event.args["profile"], event, "profile")
    profiles[event.args["profile"]] = replace(entry, retired=True)


def _agreement_adopted(state: State, event: Event) -> None:
    _enact(state.consortium, event)
    state.consortium.agreement = event.args["agreement"]


def _enact(consortium: Consortium, event: Event) -> None:
    proposal = existing(consortium.proposals, event.args["id"], event, "proposal")
    if proposal.enacted:
        raise refusal(event, "its proposal was enacted already")
    consortium.proposals[event.args["id"]] = replace(proposal, enacted=True)


def _invite(
    consortium: Consortium, account: str, details: dict[str, Any], index: int, time: int
) -> None:
    from eth_abi.abi import encode
    from eth_hash.auto import keccak

    fields = tuple(details[name] for name in ("name", "creditCode", "localCode", "grade", "tier"))
    digest = keccak(encode(["(string,string,string,string,uint8)"], [fields]))
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
}
