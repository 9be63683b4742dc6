"""A model of one relationship: records, requests, grants, and messages that relays hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.alliance import ACCEPTED, ENDED
from tests.signing import ZERO
from tests.stateful.outcome import refuse_if

CONFIRMED, ATTESTED = 1, 2
REQUESTED, APPROVED, REFUSED = 1, 2, 3
GRANTED, REVOKED = 1, 2


@dataclass
class Entry:
    """One record version."""

    status: int
    epoch: int
    parent: bytes
    superseded: bool = False


@dataclass
class Given:
    """One grant, or the tombstone of one."""

    status: int
    expires: int = 0


@dataclass
class Asked:
    """One request, or the tombstone of one."""

    status: int
    viewer: Any = None


class Consent:
    """What the owner agreed to; `active` says of each viewer whether it may act now."""

    def __init__(self, owner: Any, house: Any, mirror: Any, active: dict[Any, bool]) -> None:
        self.owner, self.house, self.mirror, self.active = owner, house, mirror, active
        self.status, self.epoch, self.rotating = ACCEPTED, 1, False
        self.records: dict[bytes, Entry] = {}
        self.grants: dict[bytes, Given] = {}
        self.requests: dict[bytes, Asked] = {}
        self.nonces: set[int] = set()
        self.forwarded: set[tuple[Any, int]] = set()

    def forward(self, sender: Any, nonce: int, allowed: Callable[[], None]) -> None:
        """Let a relay deliver what was signed."""
        used = (sender, nonce) in self.forwarded
        refuse_if(used, "ForwarderNonceUsed", sender, nonce)
        allowed()
        self.forwarded.add((sender, nonce))

    def anchor(self, record: bytes, parent: bytes, epoch: int, nonce: int | None) -> None:
        """Anchor a version; without a nonce it is only attested."""
        self._check_accepted()
        refuse_if(record in self.records, "RecordIdInvalid", record)
        refuse_if(nonce in self.nonces, "RecordNonceUsed", nonce)
        head = self.records.get(parent)
        lost = parent != ZERO and (head is None or head.superseded)
        refuse_if(lost, "RecordParentInvalid", parent)
        required = self.epoch + 1 if self.rotating else self.epoch
        allowed = {required} if self.rotating else {required, required + 1}
        refuse_if(epoch not in allowed, "RecordEpochInvalid", epoch, required)
        if head:
            head.superseded = True
        if epoch != self.epoch:
            self.epoch, self.rotating = epoch, False
        if nonce is not None:
            self.nonces.add(nonce)
        status = ATTESTED if nonce is None else CONFIRMED
        self.records[record] = Entry(status, epoch, parent)

    def confirm(self, sender: Any, record: bytes) -> None:
        """Confirm an attested version."""
        self._check_owner(sender)
        refuse_if(record not in self.records, "RecordUnknown", record)
        self.records[record].status = CONFIRMED

    def request(self, viewer: Any, affiliation: bytes, id: bytes) -> None:
        """Ask for access."""
        self._check_accepted()
        inactive = not self.active.get(viewer, False)
        refuse_if(inactive, "GrantViewerInactive", viewer, affiliation)
        refuse_if(id in self.requests, "RequestInvalid", id)
        self.requests[id] = Asked(REQUESTED, viewer)

    def refuse(self, sender: Any, id: bytes) -> None:
        """Refuse a request, whether or not it has arrived."""
        self._check_owner(sender)
        asked = self.requests.setdefault(id, Asked(REFUSED))
        refuse_if(asked.status == APPROVED, "RequestInvalid", id)
        asked.status = REFUSED

    def grant(self, sender: Any, grant: Any, now: int) -> None:
        """Grant access."""
        self._check_owner(sender)
        self._check_accepted()
        refuse_if(grant.id in self.grants, "GrantIdInvalid", grant.id)
        refuse_if(grant.expires_at <= now, "GrantExpiryInvalid", grant.expires_at)
        inactive = not self.active.get(grant.viewer, False)
        refuse_if(inactive, "GrantViewerInactive", grant.viewer, grant.affiliation)
        refuse_if(grant.viewer in self.mirror, "GrantViewerIsMirror", self.mirror[0])
        if grant.request != ZERO:
            asked = self.requests.get(grant.request)
            open_ = asked is not None and asked.status == REQUESTED
            mine = open_ and asked.viewer == grant.viewer
            refuse_if(not mine, "RequestInvalid", grant.request)
            asked.status = APPROVED
        self.grants[grant.id] = Given(GRANTED, grant.expires_at)

    def revoke(self, sender: Any, id: bytes) -> None:
        """Revoke a grant, whether or not it has arrived."""
        self._check_owner(sender)
        given = self.grants.setdefault(id, Given(REVOKED))
        if given.status == GRANTED:
            given.status, self.rotating = REVOKED, True

    def end(self, sender: Any) -> None:
        """End the relationship."""
        refuse_if(sender not in (self.owner, self.house), "RelationshipNotParty", sender)
        self.status = ENDED

    def is_live(self, id: bytes, now: int) -> bool:
        """Whether a grant holds."""
        given = self.grants.get(id)
        granted = given is not None and given.status == GRANTED and now < given.expires
        return self.status == ACCEPTED and granted

    def _check_owner(self, sender: Any) -> None:
        refuse_if(sender != self.owner, "RelationshipNotOwner", sender)

    def _check_accepted(self) -> None:
        refuse_if(self.status != ACCEPTED, "RelationshipStatusInvalid", self.status)
