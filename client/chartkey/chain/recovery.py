"""Guardians give a person back what was lost (``IRecovery``)."""

from __future__ import annotations

from typing import Any

from chartkey.chain.call import Call
from chartkey.chain.contract import ZERO_ADDRESS, Contract, known
from chartkey.models import Attempt, AttemptStatus, Circle, GuardianProof

__all__ = ["Recovery"]


def _proof(proof: GuardianProof) -> tuple[Any, ...]:
    return (proof.index, proof.salt, proof.path)


class Recovery(Contract):
    """Circles of guardians and their attempts (R06); ``replacement`` None opens the box only."""

    name = "Recovery"
    __slots__ = ()

    def circle_of(self, account: str) -> Circle:
        """The guardians who count at the block's time; a zero root when there are none."""
        return Circle(*self._read("circleOf", account))

    def attempt_of(self, account: str) -> Attempt:
        """The newest attempt to recover an account; ``AttemptStatus.NONE`` for none."""
        replacement, status, *rest = self._read("attemptOf", account)
        return Attempt(known(replacement), AttemptStatus(status), *rest)

    def is_open(self, account: str) -> bool:
        """Whether custodians hand out the recovery box at the block's time (P31)."""
        return bool(self._read("isRecoveryOpen", account))

    def name_guardians(self, root: bytes, threshold: int, size: int, delay: int) -> Call:
        """Name the caller's 2 to 16 guardians by a 32-byte root; ``delay`` is 1 to 30 days in s."""
        return self._write("nameGuardians", root, threshold, size, delay)

    def start(self, account: str, replacement: str | None, proof: GuardianProof) -> Call:
        """Start a recovery, as its first approval."""
        return self._write("startRecovery", account, replacement or ZERO_ADDRESS, _proof(proof))

    def approve(self, account: str, replacement: str | None, proof: GuardianProof) -> Call:
        """Approve a recovery, and what it names, once."""
        return self._write("approveRecovery", account, replacement or ZERO_ADDRESS, _proof(proof))

    def veto(self, number: int) -> Call:
        """Veto the attempt of that number to recover the caller's account. Idempotent."""
        return self._write("vetoRecovery", number)

    def dismiss(self, account: str) -> Call:
        """Dismiss what too few approved; for the institution that certified the account."""
        return self._write("dismissRecovery", account)

    def attest(self, account: str) -> Call:
        """Attest that the person was seen: no veto counts; for the certifying institution."""
        return self._write("attestRecovery", account)

    def complete(self, account: str) -> Call:
        """Let the replacement take the account's place after the delay; anyone may."""
        return self._write("completeRecovery", account)
