"""A model of the registrar's book: licences, departments, affiliations and handles (R01, R02)."""

from __future__ import annotations

from typing import Any

from tests.alliance import ACTIVE, CLINICIAN, REVOKED
from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Society

NEW, ABSENT, REPLACED = 0, 0, 4


class Registry:
    """What institutions wrote down; what stands otherwise than active is idle in the society."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.standings: dict[Any, int] = {}
        self.handles: dict[tuple[Any, bytes], Any] = {}
        for clinician, ward in society.staff:
            self.standings |= {clinician: ACTIVE, ward: ACTIVE, (clinician, ward): ACTIVE}

    def license(self, sender: Any, clinician: Any, standing: int) -> None:
        """Let the certifier change a clinician's licence."""
        self._institution(sender)
        self._clinician(clinician)
        foreign = self.society.persons[clinician].certifier != sender
        refuse_if(foreign, "RegistrarNotClinician", clinician)
        self._change(clinician, standing)

    def department(self, sender: Any, department: bytes, standing: int) -> None:
        """Let an institution open a department, or change one of its own."""
        self._institution(sender)
        foreign = self.society.wards.get(department, sender) != sender
        own_id = department[:12] == bytes(12)
        refuse_if(foreign or own_id, "RegistrarDepartmentInvalid", department)
        self._change(department, standing)
        self.society.wards[department] = sender

    def affiliate(self, sender: Any, clinician: Any, affiliation: bytes, standing: int) -> None:
        """Let an institution say who works in it, or in a department of it."""
        self._institution(sender)
        foreign = self.society.wards.get(affiliation) != sender
        refuse_if(foreign, "RegistrarDepartmentInvalid", affiliation)
        self._clinician(clinician)
        self._change((clinician, affiliation), standing)
        self.society.staff.add((clinician, affiliation))

    def bind(self, sender: Any, handle: bytes, account: Any) -> None:
        """Let an institution bind an identifier to a person in use."""
        self._institution(sender)
        person = self.society.persons.get(account)
        stage = ABSENT if person is None else REPLACED
        unused = person is None or not person.certified
        refuse_if(unused, "RegistrarPersonInvalid", account, stage)
        refuse_if((sender, handle) in self.handles, "RegistrarHandleTaken", handle)
        self.handles[sender, handle] = account

    def release(self, sender: Any, handle: bytes) -> None:
        """Let an institution release one of its own."""
        self._institution(sender)
        refuse_if((sender, handle) not in self.handles, "RegistrarHandleUnknown", handle)
        del self.handles[sender, handle]

    def _institution(self, sender: Any) -> None:
        refuse_if(not self.society.is_active(sender), "RegistrarNotInstitution", sender)

    def _clinician(self, account: Any) -> None:
        certified = self.society.is_certified(account, CLINICIAN)
        refuse_if(not certified, "RegistrarNotClinician", account)

    def _change(self, entry: Any, standing: int) -> None:
        """What is new begins active; what was revoked stays so."""
        before = self.standings.get(entry, NEW)
        begins = before == NEW and standing == ACTIVE
        goes_on = before not in (NEW, REVOKED, standing) and standing != NEW
        refuse_if(not (begins or goes_on), "RegistrarStandingInvalid", before, standing)
        self.standings[entry] = standing
        idle = self.society.idle
        idle.discard(entry) if standing == ACTIVE else idle.add(entry)
