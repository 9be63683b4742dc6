"""Who takes part in which study (``IResearch``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.models import Choice, Study

__all__ = ["Research"]


class Research(Contract):
    """Studies (R43) by their 32-byte ids: keccak256(researcher ‖ salt)."""

    name = "Research"
    __slots__ = ()

    def study_of(self, study: bytes) -> Study:
        """One study; ``researcher`` None when unknown."""
        researcher, *rest = self._read("studyOf", study)
        return Study(known(researcher), *rest)

    def choice_of(self, study: bytes, patient: str) -> Choice:
        """A patient's newest choice about a study; number 0 when there is none."""
        return Choice(*self._read("choiceOf", study, patient))

    def register_study(self, salt: bytes, protocol: bytes) -> Call:
        """Register a study; ``salt`` is 32 random bytes, ``protocol`` its protocol's hash (32)."""
        return self._write("registerStudy", salt, protocol)

    def choose(self, study: bytes, participates: bool, number: int) -> Call:
        """Opt in or out; ``number`` is higher than that of the newest choice (P22)."""
        return self._write("choose", study, participates, number)
