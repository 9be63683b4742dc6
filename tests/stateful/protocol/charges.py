"""A model of charges: posted, released to an insurer, claimed, void, refunded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import INSURER, Relation, Society

NONE, POSTED, RELEASED, CLAIMED, VOID, REFUNDED = range(6)


@dataclass
class Charge:
    """One charge."""

    relation: Relation
    changed_at: int
    status: int = POSTED
    insurer: Any = None


class Charges:
    """Charges by id."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.charges: dict[bytes, Charge] = {}

    def post(self, sender: Any, relation: Relation, id: bytes) -> None:
        """Post as the institution."""
        self.society.accepted(relation)
        self.society.house(sender)
        refuse_if(sender != relation.house, "CallerNotAllowed", sender)
        status = self.charges[id].status if id in self.charges else NONE
        refuse_if(status != NONE, "ChargeStatusInvalid", id, status)
        self.charges[id] = Charge(relation, self.society.now)

    def release(self, sender: Any, id: bytes, insurer: Any) -> None:
        """Release to an insurer, or to another one."""
        charge = self._known(id)
        gone = sender in self.society.successors
        wrong = sender != charge.relation.owner or gone
        refuse_if(wrong, "CallerNotAllowed", sender)
        self._check(id, POSTED, RELEASED)
        self._check_insurer(insurer)
        charge.insurer = insurer
        self._change(charge, RELEASED)

    def claim(self, sender: Any, id: bytes) -> None:
        """Claim as that insurer."""
        charge = self._known(id)
        self._check_insurer(sender)
        self._check(id, RELEASED)
        refuse_if(sender != charge.insurer, "CallerNotAllowed", sender)
        self._change(charge, CLAIMED)

    def void(self, sender: Any, id: bytes) -> None:
        """Void what was not claimed."""
        self._undo(sender, id, VOID, POSTED, RELEASED)

    def refund(self, sender: Any, id: bytes) -> None:
        """Refund what was claimed."""
        self._undo(sender, id, REFUNDED, CLAIMED)

    def _undo(self, sender: Any, id: bytes, to: int, *before: int) -> None:
        charge = self._known(id)
        refuse_if(sender != charge.relation.house, "CallerNotAllowed", sender)
        if charge.status != to:
            self._check(id, *before)
            self._change(charge, to)

    def _known(self, id: bytes) -> Charge:
        refuse_if(id not in self.charges, "ChargeStatusInvalid", id, NONE)
        return self.charges[id]

    def _check(self, id: bytes, *statuses: int) -> None:
        status = self.charges[id].status
        refuse_if(status not in statuses, "ChargeStatusInvalid", id, status)

    def _check_insurer(self, account: Any) -> None:
        wrong = self.society.offices.get(account) != INSURER
        refuse_if(wrong, "ChargeInsurerInvalid", account)

    def _change(self, charge: Charge, status: int) -> None:
        charge.status, charge.changed_at = status, self.society.now
