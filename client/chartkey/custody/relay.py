"""Which signed calls a custodian pays for (P22): people's, to what people use, so many a day."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from chartkey.chain.forward import LARGEST_CALL, check_forward, decode_forward
from chartkey.custody.database import Database
from chartkey.errors import AccessDenied, CustodianUnavailable, InputError, SignatureInvalid
from chartkey.models import (
    AttemptStatus,
    Certification,
    DelegationStatus,
    GrantStatus,
    MandateStatus,
    Role,
    TicketStatus,
)

if TYPE_CHECKING:
    from chartkey.chain.call import Call
    from chartkey.chain.forward import SignedForward
    from chartkey.chain.network import Network

__all__ = ["RelayRule"]

_DAY: Final = 86_400
_MOST_OF_ONE: Final = 500
"""Calls of one certified person that this custodian pays for in a day."""

_MOST_OF_NEWCOMERS: Final = 100
"""Calls of everybody not yet certified together: accounts cost their makers nothing."""

_NEWCOMERS: Final = "newcomers"
_FOR_NEWCOMERS: Final = (("Registrar", "applyFor"), ("Registrar", "publishKey"))
_PEOPLES: Final = {
    "Registrar": ("publishKey", "publishDemographics", "openChart"),
    "RelationshipFactory": ("propose", "preclude", "follow"),
    "Relationship": (
        *("accept", "refuse", "end", "changeMirror", "rewrapRoot"),
        *("anchor", "admit", "confirmRecord"),
        *("requestAccess", "refuseRequest", "grantAccess", "revokeAccess"),
    ),
    "Guardianship": ("revokeGuardian",),
    "Recovery": (
        *("nameGuardians", "startRecovery", "approveRecovery"),
        *("vetoRecovery", "completeRecovery"),
    ),
    "Evidence": ("dispute", "withdraw", "sealRecords", "liftSeal", "certifyErasure"),
    "Delegations": ("revokeDelegation",),
    "Tickets": ("issueTicket", "cancelTicket"),
    "BreakGlass": ("arrange", "requestEmergency", "endEmergency", "findOverdue"),
    "Appointments": ("openSlots", "closeSlot", "book", "cancelBooking", "noteAttendance"),
    "Referrals": (
        *("prepareReferral", "triage", "bookReferral", "admitReferral", "giveFeedback"),
        *("acceptReturn", "refuseReferral", "cancelReferral", "noteNoShow", "expireReferral"),
    ),
    "Consultations": (
        *("convene", "answerConsultation", "conclude"),
        *("cancelConsultation", "expireConsultation"),
    ),
    "Charges": ("release",),
    "Research": ("choose",),
}
_FOR_PEOPLE: Final = frozenset(
    (contract, function) for contract, functions in _PEOPLES.items() for function in functions
)
"""What patients and clinicians call; institutions vote and register for their own ether."""


class RelayRule:
    """What one custodian relays.

    Args:
        network: The custodian's own node.
        database: Where relayed calls are counted.
        institution: Named in errors.
    """

    def __init__(self, network: Network, database: Database, institution: str) -> None:
        self._network, self._database, self._institution = network, database, institution

    def read(self, forward: SignedForward) -> Call:
        """Return the call that somebody signed for this deployment.

        Raises:
            AccessDenied: it is too long, calls nothing of this deployment, or is not its sender's.
            NodeUnavailable: the node is away.
        """
        if len(forward.data) > LARGEST_CALL:
            raise AccessDenied
        try:
            check_forward(self._network, forward)
            return decode_forward(self._network, forward)
        except (InputError, SignatureInvalid):
            raise AccessDenied from None

    def admit(self, forward: SignedForward, call: Call) -> None:
        """Count a call that will be paid for, as its signer's.

        Raises:
            AccessDenied: it is nobody's here, or no call of people's.
            CustodianUnavailable: this signer had as many calls today as this custodian pays for.
        """
        signer = forward.signer
        person = self._network.registrar.person_of(signer)
        certified = person.certification is Certification.CERTIFIED
        # An institution is certified too, without a role.
        if certified and person.role is Role.NONE:
            raise AccessDenied
        if (call.contract, call.function) not in (_FOR_PEOPLE if certified else _FOR_NEWCOMERS):
            raise AccessDenied
        if self._takes_back(forward.sender, call):
            return
        now, most = int(time.time()), _MOST_OF_ONE if certified else _MOST_OF_NEWCOMERS
        account = signer if certified else _NEWCOMERS
        if not self._database.count_relay(account, now, now - _DAY, most):
            problem = "it has relayed as many calls of this account as it pays for in a day"
            raise CustodianUnavailable(institution=self._institution, problem=problem)

    def _takes_back(self, sender: str, call: Call) -> bool:
        """No limit keeps anybody from ending what stands; that it stands was counted once."""
        network, args = self._network, call.args
        match call.function:
            case "revokeAccess":
                state = network.relationship(call.to).grant_of(bytes(args[0]))
                return state.status is GrantStatus.GRANTED
            case "revokeDelegation":
                status = network.delegations.delegation_of(bytes(args[0])).status
                return status is DelegationStatus.DELEGATED
            case "revokeGuardian":
                mandate = network.guardianship.mandate_of(args[0], args[1])
                return mandate.status in (MandateStatus.PROPOSED, MandateStatus.CONFIRMED)
            case "vetoRecovery":
                attempt = network.recovery.attempt_of(sender)
                return (attempt.number, attempt.status) == (args[0], AttemptStatus.STARTED)
            case "cancelTicket":
                return network.tickets.ticket_of(sender, args[0]).status is TicketStatus.ISSUED
        return False
