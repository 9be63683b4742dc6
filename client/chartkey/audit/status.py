"""What depends on time or on others' standing: pure functions of state and block time (P50).

Nothing of this is stored. Each function answers as the contracts' view of that name does.
"""

from __future__ import annotations

from chartkey.audit.state import Consortium, Registrar, Relationship, State
from chartkey.chain.address import checksum
from chartkey.models import (
    Certification,
    GrantStatus,
    MemberStanding,
    RelationshipStatus,
    Role,
    Standing,
)

__all__ = [
    "current_of",
    "institution_of",
    "is_clinician_active",
    "is_grant_live",
    "is_institution_active",
    "is_member",
    "is_profile_of",
    "is_viewer_active",
    "summary_of",
]

_NO_DEPARTMENT = bytes(12)


def is_institution_active(consortium: Consortium, account: str, time: int) -> bool:
    """Whether an institution may act at a Unix time: a member, and no emergency stop (P41)."""
    return time >= consortium.stopped_until and is_member(consortium, account)


def is_member(consortium: Consortium, account: str) -> bool:
    """Whether an institution is a member: founded, admitted, signed, not suspended."""
    member = consortium.members.get(account)
    founded = consortium.census.unsigned == 0
    return founded and member is not None and member.standing == MemberStanding.ACTIVE


def is_profile_of(consortium: Consortium, profile: bytes, kind: int) -> bool:
    """Whether records of a kind may name a 32-byte profile id today."""
    entry = consortium.profiles.get(profile)
    return entry is not None and not entry.retired and entry.content.kind == kind


def summary_of(registrar: Registrar, account: str) -> str | None:
    """The Summary of an account; None unless it is certified, enrolled or a chart."""
    person = registrar.persons.get(account)
    in_use = (Certification.CERTIFIED, Certification.CHART)
    if person is None or person.certification not in in_use:
        return None
    return registrar.summaries.get(account)


def institution_of(registrar: Registrar, affiliation: bytes) -> str | None:
    """The institution above a 32-byte affiliation; None for an unknown department."""
    if affiliation[:12] == _NO_DEPARTMENT:
        return checksum("0x" + affiliation[12:].hex())
    department = registrar.departments.get(affiliation)
    return department.institution if department else None


def current_of(registrar: Registrar, account: str) -> str:
    """The account that takes an account's place today; itself when it was never replaced."""
    while account in registrar.successors:
        account = registrar.successors[account]
    return account


def is_clinician_active(state: State, clinician: str, affiliation: bytes, time: int) -> bool:
    """Whether licence, affiliation, department and institution are all Active (R02)."""
    registrar = state.registrar
    person = registrar.persons.get(clinician)
    standing = registrar.affiliations.get((clinician, affiliation))
    institution = institution_of(registrar, affiliation)
    if person is None or institution is None:
        return False
    return (
        person.licence == Standing.ACTIVE
        and standing == Standing.ACTIVE
        and _is_department_active(registrar, affiliation)
        and is_institution_active(state.consortium, institution, time)
    )


def is_viewer_active(state: State, viewer: str, affiliation: bytes, time: int) -> bool:
    """Whether a grant's viewer may act now: as clinician, as institution or as a patient.

    ``affiliation`` is the grant's, 32 bytes; all zero when the viewer is another patient.
    """
    if not any(affiliation):
        person = state.registrar.persons.get(viewer)
        return (
            person is not None
            and person.role == Role.PATIENT
            and person.certification == Certification.CERTIFIED
        )
    if viewer == institution_of(state.registrar, affiliation):
        # An institution's gateway reads for the house or for an Active department (P12).
        active = is_institution_active(state.consortium, viewer, time)
        return active and _is_department_active(state.registrar, affiliation)
    return is_clinician_active(state, viewer, affiliation, time)


def is_grant_live(relationship: Relationship, grant: bytes, time: int) -> bool:
    """Whether a grant holds at a block's time: granted, not expired, relationship Accepted."""
    entry = relationship.grants.get(grant)
    return (
        entry is not None
        and relationship.parties.status == RelationshipStatus.ACCEPTED
        and entry.status == GrantStatus.GRANTED
        and time < entry.expires_at
    )


def _is_department_active(registrar: Registrar, affiliation: bytes) -> bool:
    if affiliation[:12] == _NO_DEPARTMENT:
        return True
    return registrar.departments[affiliation].standing == Standing.ACTIVE
