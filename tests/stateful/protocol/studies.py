"""A model of studies and who takes part; the newest choice counts, in whatever order they come."""

from __future__ import annotations

from typing import Any

from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import RESEARCHER, Society


class Studies:
    """Studies by id, and choices by study and patient."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.studies: dict[bytes, tuple[Any, int]] = {}
        self.choices: dict[tuple[bytes, Any], tuple[bool, int]] = {}

    def register(self, sender: Any, id: bytes) -> None:
        """Register as a researcher."""
        wrong = self.society.offices.get(sender) != RESEARCHER
        refuse_if(wrong, "ResearchResearcherInvalid", sender)
        refuse_if(id in self.studies, "ResearchStudyInvalid", id)
        self.studies[id] = (sender, self.society.now)

    def choose(self, sender: Any, id: bytes, participates: bool, number: int) -> None:
        """Take part or not; not to take part is open to everybody."""
        if participates:
            self.society.patient(sender)
            refuse_if(id not in self.studies, "ResearchStudyInvalid", id)
        _, newest = self.choices.get((id, sender), (False, 0))
        refuse_if(number <= newest, "ResearchChoiceStale", number, newest)
        self.choices[id, sender] = (participates, number)
