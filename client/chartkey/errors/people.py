"""Who may do what, who exists, and what custodians cannot do."""

from __future__ import annotations

from chartkey.errors.base import ChartkeyError

__all__ = [
    "AccessDenied",
    "CustodianUnavailable",
    "CustodyError",
    "DraftMissing",
    "EventRefused",
    "ExtraMissing",
    "ManifestInvalid",
    "MirrorMissing",
    "NotFound",
    "PersonInactive",
    "PersonUnknown",
    "ProfileMissing",
    "ReceiptInvalid",
    "RecordErased",
    "RecordMissing",
    "RecordSealed",
    "RelationshipMissing",
    "ReplayDiverged",
    "RequestMissing",
]


class AccessDenied(ChartkeyError):
    """No values: the message never tells which check refused (P11)."""

    code = "access-denied"


class NotFound(ChartkeyError):
    """Something named does not exist."""

    code = "not-found"


class PersonInactive(ChartkeyError):
    """Values: ``address``, ``affiliation`` (text)."""

    code = "person-inactive"


class ProfileMissing(NotFound):
    """Values: ``kind``."""

    code = "profile-missing"


class RequestMissing(NotFound):
    """Values: ``request``."""

    code = "request-missing"


class PersonUnknown(NotFound):
    """Values: ``address``, ``role``."""

    code = "person-unknown"


class RelationshipMissing(NotFound):
    """Values: ``owner``, ``status`` that was looked for."""

    code = "relationship-missing"


class RecordMissing(NotFound):
    """Values: ``record``."""

    code = "record-missing"


class RecordErased(NotFound):
    """Values: ``record``. Its custodians certified on chain that its keys are gone (P06)."""

    code = "record-erased"


class RecordSealed(ChartkeyError):
    """Values: ``record``, ``side`` that sealed it for a dispute (R32)."""

    code = "record-sealed"


class DraftMissing(NotFound):
    """Values: ``draft``."""

    code = "draft-missing"


class CustodyError(ChartkeyError):
    """A custodian could not do its part."""

    code = "custody"


class CustodianUnavailable(CustodyError):
    """Values: ``institution``, ``problem``."""

    code = "custodian-unavailable"


class MirrorMissing(CustodyError):
    """Values: ``relationship``."""

    code = "mirror-missing"


class ReceiptInvalid(CustodyError):
    """Values: ``problem``."""

    code = "receipt-invalid"


class ManifestInvalid(ChartkeyError):
    """Values: ``path``, ``problem``."""

    code = "manifest-invalid"


class ReplayDiverged(ChartkeyError):
    """Values: ``entity``, ``replayed``, ``stored``."""

    code = "replay-diverged"


class EventRefused(ChartkeyError):
    """Values: ``event``, ``block``, ``index`` (of the log), ``problem``."""

    code = "event-refused"


class ExtraMissing(ChartkeyError):
    """Values: ``extra``, ``package``."""

    code = "extra-missing"
