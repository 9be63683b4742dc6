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
    Office,
    Profile,
    Proposal,
    ReferralRules,
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

    def is_member(self, account: str) -> bool:
        """Whether an institution is an Active member, an emergency stop or not (P41)."""
        return bool(self._read("isMember", account))

    def stopped_until(self) -> int:
        """The first second after an emergency stop; 0 when there is none to wait for."""
        return int(self._read("stoppedUntil"))

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

    def referral_rules(self) -> ReferralRules:
        """The rules of referral in force; all zero until the first vote."""
        return ReferralRules(*self._read("referralRules"))

    def may_refer(self, referring: str, receiving: str) -> bool:
        """Whether tiers or a common alliance let one institution refer to another."""
        return bool(self._read("mayRefer", referring, receiving))

    def alliance_of(self, institution: str) -> bytes:
        """The 32-byte id of an institution's alliance; all zero for none."""
        return bytes(self._read("allianceOf", institution))

    def sealer_of(self, sealer: str) -> str | None:
        """The institution that runs a sealer; None when it is not admitted."""
        return known(self._read("sealerOf", sealer))

    def office_of(self, account: str) -> Office:
        """What office an account holds."""
        return Office(self._read("officeOf", account))

    def is_factory(self, factory: str) -> bool:
        """Whether a further factory was adopted by vote."""
        return bool(self._read("isFactory", factory))

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

    def propose_referral_rules(self, rules: ReferralRules, closes_at: int) -> Call:
        """Propose rules of referral (R30)."""
        content = (
            rules.directions,
            rules.within_alliance,
            rules.most_open,
            rules.required_kinds,
        )
        return self._write("proposeReferralRules", content, closes_at)

    def propose_alliance(self, institution: str, alliance: bytes, closes_at: int) -> Call:
        """Propose that an institution joins an alliance (32-byte id), or leaves (all zero)."""
        return self._write("proposeAlliance", institution, alliance, closes_at)

    def propose_stop(self, duration: int, closes_at: int) -> Call:
        """Propose an emergency stop of one second to seven days, from its enactment (P41)."""
        return self._write("proposeStop", duration, closes_at)

    def propose_resume(self, closes_at: int) -> Call:
        """Propose to lift an emergency stop."""
        return self._write("proposeResume", closes_at)

    def propose_sealer(self, sealer: str, institution: str, closes_at: int) -> Call:
        """Propose to admit a sealer of the chain, which an institution runs."""
        return self._write("proposeSealer", sealer, institution, closes_at)

    def propose_sealer_removal(self, sealer: str, closes_at: int) -> Call:
        """Propose to remove a sealer of the chain."""
        return self._write("proposeSealerRemoval", sealer, closes_at)

    def propose_office(self, account: str, office: Office, name: str, closes_at: int) -> Call:
        """Propose to make an account an insurer or a researcher."""
        return self._write("proposeOffice", account, int(office), name, closes_at)

    def propose_office_end(self, account: str, closes_at: int) -> Call:
        """Propose to end an account's office."""
        return self._write("proposeOfficeEnd", account, closes_at)

    def propose_factory(self, factory: str, closes_at: int) -> Call:
        """Propose that a further factory lists its relationships: a new version (P40)."""
        return self._write("proposeFactory", factory, closes_at)

    def vote(self, proposal: int, approve: bool) -> Call:
        """Vote on a proposal, once."""
        return self._write("vote", proposal, approve)

    def enact(self, proposal: int, parameters: bytes) -> Call:
        """Carry out a proposal; ``parameters`` are the bytes of its ProposalOpened event."""
        return self._write("enact", proposal, parameters)
