"""The consortium's members, proposals and adopted profiles (``IConsortium``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.models import (
    Action,
    Census,
    Details,
    Member,
    MemberStanding,
    Profile,
    Proposal,
)

__all__ = ["Consortium"]


def _details(details: Details) -> tuple[str, str, str, str, int]:
    return (
        details.name,
        details.credit_code,
        details.local_code,
        details.grade,
        details.tier,
    )


def _profile(profile: Profile) -> tuple[int, int, bytes, int, bool]:
    return (
        profile.kind,
        profile.version,
        profile.document_hash,
        profile.required_kinds,
        profile.obtainable,
    )


class Consortium(Contract):
    """The consortium; ``closes_at`` is Unix time, one hour to thirty days ahead."""

    name = "Consortium"
    __slots__ = ()

    def is_active(self, account: str) -> bool:
        """Whether an institution may act: founded, admitted, signed, not suspended."""
        return bool(self._read("isActive", account))

    def is_regulator(self, account: str) -> bool:
        """Whether an account is an admitted regulator."""
        return bool(self._read("isRegulator", account))

    def member_of(self, account: str) -> Member:
        """What is stored about an institution; ``MemberStanding.NONE`` when unknown."""
        standing, *rest = self._read("memberOf", account)
        return Member(MemberStanding(standing), *rest)

    def members(self, offset: int = 0, limit: int = 100) -> tuple[str, ...]:
        """A page of the institutions in order of admission, expelled ones included."""
        return tuple(self._read("members", offset, limit))

    def census(self) -> Census:
        """The numbers that votes are counted against."""
        return Census(*self._read("census"))

    def agreement(self) -> bytes:
        """The 32-byte hash of the agreement in force."""
        return bytes(self._read("agreement"))

    def proposal_of(self, proposal: int) -> Proposal:
        """A proposal by number, from 1; ``Action.NONE`` when unknown."""
        action, proposer, *rest = self._read("proposalOf", proposal)
        return Proposal(Action(action), known(proposer), *rest)

    def has_voted(self, proposal: int, member: str) -> bool:
        """Whether a member has voted on a proposal."""
        return bool(self._read("hasVoted", proposal, member))

    def is_profile_of(self, profile: bytes, kind: int) -> bool:
        """Whether records of a kind may name a profile (32-byte id) today."""
        return bool(self._read("isProfileOf", profile, kind))

    def profile_id(self, profile: Profile) -> bytes:
        """The 32-byte id of a profile: keccak256 of its ABI-encoded fields."""
        return bytes(self._read("profileId", _profile(profile)))

    def sign_agreement(self, agreement: bytes) -> Call:
        """Sign the agreement in force (its 32-byte hash) and become Active."""
        return self._write("signAgreement", agreement)

    def propose_institution(self, account: str, details: Details, closes_at: int) -> Call:
        """Propose to admit an institution."""
        return self._write("proposeInstitution", account, _details(details), closes_at)

    def propose_standing(self, account: str, action: Action, closes_at: int) -> Call:
        """Propose to suspend, restore or expel an institution."""
        return self._write("proposeStanding", account, int(action), closes_at)

    def propose_regulator(self, account: str, name: str, closes_at: int) -> Call:
        """Propose to admit a regulator."""
        return self._write("proposeRegulator", account, name, closes_at)

    def propose_regulator_removal(self, account: str, closes_at: int) -> Call:
        """Propose to remove a regulator."""
        return self._write("proposeRegulatorRemoval", account, closes_at)

    def propose_profile(self, profile: Profile, closes_at: int) -> Call:
        """Propose to adopt a record profile."""
        return self._write("proposeProfile", _profile(profile), closes_at)

    def propose_profile_retirement(self, profile: bytes, closes_at: int) -> Call:
        """Propose to retire a record profile (32-byte id)."""
        return self._write("proposeProfileRetirement", profile, closes_at)

    def propose_agreement(self, agreement: bytes, closes_at: int) -> Call:
        """Propose a new version of the agreement (its 32-byte hash)."""
        return self._write("proposeAgreement", agreement, closes_at)

    def vote(self, proposal: int, approve: bool) -> Call:
        """Vote on a proposal, once."""
        return self._write("vote", proposal, approve)

    def enact(self, proposal: int, parameters: bytes) -> Call:
        """Carry out a proposal; ``parameters`` are the bytes of its ProposalOpened event."""
        return self._write("enact", proposal, parameters)
