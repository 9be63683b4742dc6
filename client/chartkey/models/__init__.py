"""The nouns of the system, as values: enumerations and frozen dataclasses.

Nothing here reads a file, a key or a chain. Numbers are the ones in
``interfaces/``; lengths are in bytes, times in seconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from chartkey.models.block import (
    Block,
)
from chartkey.models.consent import (
    AccessRequest,
    Granted,
    GrantState,
    GrantTerms,
    Requested,
    RequestState,
)
from chartkey.models.consortium import (
    Census,
    Details,
    Member,
    Profile,
    Proposal,
)
from chartkey.models.people import (
    Person,
    Registration,
)
from chartkey.models.records import (
    Anchor,
    Attestation,
    Authored,
    RecordContext,
    RecordPointer,
    RecordState,
)
from chartkey.models.relationships import (
    KeyEpoch,
    Opening,
    Parties,
    SummaryEntry,
)
from chartkey.models.vocabulary import (
    ZERO32,
    Action,
    Certification,
    GrantStatus,
    Kind,
    MemberStanding,
    Purpose,
    RecordStatus,
    RelationshipStatus,
    RequestStatus,
    Role,
    Scope,
    Standing,
    Suite,
)

__all__ = [
    "ZERO32",
    "AccessRequest",
    "Action",
    "Anchor",
    "Attestation",
    "Authored",
    "Block",
    "Census",
    "Certification",
    "Details",
    "GrantState",
    "GrantStatus",
    "GrantTerms",
    "Granted",
    "KeyEpoch",
    "Kind",
    "Member",
    "MemberStanding",
    "Opening",
    "Parties",
    "Person",
    "Profile",
    "Proposal",
    "Purpose",
    "RecordContext",
    "RecordPointer",
    "RecordState",
    "RecordStatus",
    "Registration",
    "RelationshipStatus",
    "RequestState",
    "RequestStatus",
    "Requested",
    "Role",
    "Scope",
    "Standing",
    "Suite",
    "SummaryEntry",
]
