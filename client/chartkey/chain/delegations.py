"""Second-level consent inside what the patient granted (``IDelegations``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.chain.relationship import grant_fields
from chartkey.models import Delegation, DelegationState, DelegationStatus, GrantTerms

__all__ = ["Delegations"]


class Delegations(Contract):
    """What institutions delegate (R28); ids are 32 bytes: keccak256(delegator ‖ salt)."""

    name = "Delegations"
    __slots__ = ()

    def delegation_of(self, delegation: bytes) -> DelegationState:
        """What is stored of a delegation; ``DelegationStatus.NONE`` when unknown."""
        relationship, expires_at, status, delegator, *rest = self._read("delegationOf", delegation)
        return DelegationState(
            known(relationship), expires_at, DelegationStatus(status), known(delegator), *rest
        )

    def is_live(self, delegation: bytes) -> bool:
        """Whether a delegation and its grant hold at the block's time."""
        return bool(self._read("isDelegationLive", delegation))

    def delegate(self, relationship: str, grant: GrantTerms, delegation: Delegation) -> Call:
        """Let somebody use a grant, given as it was made, inside its limits.

        Raises:
            ArgumentInvalid: the grant's purpose is no PurposeOfUse code, or as everywhere.
        """
        content = (
            delegation.salt,
            delegation.delegate,
            delegation.affiliation,
            int(delegation.scope),
            delegation.kind,
            delegation.record_id,
            delegation.expires_at,
            delegation.key_version,
            delegation.wrap,
        )
        return self._write("delegate", relationship, grant_fields(grant), content)

    def revoke(self, delegation: bytes) -> Call:
        """Revoke a delegation; for the owner or the delegator. Idempotent."""
        return self._write("revokeDelegation", delegation)
