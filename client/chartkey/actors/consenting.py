"""How a patient answers requests, and takes an answer back (R20, R21, P01, P11)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from chartkey.actors.clock import in_days
from chartkey.actors.consent import ConsentText, consent_text
from chartkey.actors.delivery import Courier, granted_slips
from chartkey.actors.person import Person
from chartkey.actors.reason import read_reason
from chartkey.chain.encryption import encryption_key
from chartkey.chain.forward import sign_forward
from chartkey.crypto.keytree import GRANT_ID_BYTES, grant_context, wrap_grant_key
from chartkey.custody.roots import relationship_root
from chartkey.errors import ChartkeyError, RequestMissing
from chartkey.models import Granted, GrantTerms, RecordPointer, Requested, RequestStatus

if TYPE_CHECKING:
    from chartkey.chain.history import RelationshipHistory

__all__ = ["Consenting"]


class Consenting(Person):
    """The part of a patient that grants and revokes."""

    def requests(self) -> list[Requested]:
        """Return the requests for access that wait for an answer.

        Raises:
            NodeUnavailable: the node is away.
        """
        return [
            request
            for relationship in self._accepted(self.address)
            for request in self.history(relationship).requests()
            if self._request_status(request) is RequestStatus.REQUESTED
        ]

    def reason(self, request: Requested) -> str:
        """Return the free text with which somebody asks for access; empty when there is none.

        Raises:
            DecryptionFailed: it was not sealed to this patient.
        """
        return read_reason(self.keys, request)

    def approve(
        self,
        request: Requested,
        days: float = 7,
        *,
        consent: ConsentText | None = None,
    ) -> Granted:
        """Grant what was asked for, for some days (R20, R21).

        Approving again returns the grant in force.

        Args:
            request: What ``requests`` or a clinician's ``request`` returned.
            days: After so many days of 86,400 seconds it ends by itself.
            consent: The text that was shown; by default the English one of this release.

        Raises:
            ArgumentInvalid: the number of days is none above 0, or over a century.
            RequestMissing: it was refused, or its grant is no longer in force.
            KeyUnsuitable: the viewer has published a key that cannot be used.
            ContractRefused: the viewer was suspended, or belongs to the mirror (P01), …
            CustodianUnavailable: no member relays.
            TransactionUnknown: the node went away; run the same again.
        """
        facade = self.network.relationship(request.relationship)
        self.relays.settle(facade.parties().institution)
        granted = self._grant_of(request)
        if granted is None:
            if self._request_status(request) is not RequestStatus.REQUESTED:
                raise RequestMissing(request="0x" + request.id.hex())
            terms = self._terms(request, days, consent or consent_text())
            self.relays.send(facade.grant_access(terms), facade.parties().institution)
            granted = self._grant_of(request)
        if granted is None:
            raise RequestMissing(request="0x" + request.id.hex())
        history = self.history(request.relationship)
        self._supply(history, [granted], history.records())
        return granted

    def refuse_request(self, request: Requested) -> None:
        """Refuse a request for access.

        Raises:
            ContractRefused: it was approved; revoke it instead.
            CustodianUnavailable: no member relays.
        """
        facade = self.network.relationship(request.relationship)
        self.relays.send(facade.refuse_request(request.id), facade.parties().institution)

    def grants(self) -> list[Granted]:
        """Return every grant that this patient ever gave, oldest first.

        Raises:
            NodeUnavailable: the node is away.
        """
        return [
            granted
            for entry in self.relationships()
            for granted in self.history(entry.relationship).grants()
        ]

    def revoke(self, request: Requested | Granted) -> None:
        """Revoke what was granted on a request; revoking twice is revoking once (R21, P11).

        The signed revocation goes to both custodians, who honour it at once, and then on chain,
        whatever the custodians say.

        Raises:
            RequestMissing: nothing was granted on that request.
            CustodianUnavailable: no member relays.
            TransactionUnknown: the node went away; run the same again.
        """
        if isinstance(request, Granted):
            wanted = [request]
        else:
            grants = self.history(request.relationship).grants()
            wanted = [g for g in grants if g.terms.request == request.id]
        if not wanted:
            raise RequestMissing(request="0x" + request.id.hex())  # type: ignore[union-attr]
        for granted in wanted:
            self._revoke(granted)

    def _request_status(self, request: Requested) -> RequestStatus:
        return self.network.relationship(request.relationship).request_of(request.id).status

    def _grant_of(self, request: Requested) -> Granted | None:
        facade = self.network.relationship(request.relationship)
        grants = self.history(request.relationship).grants()
        answers = (g for g in grants if g.terms.request == request.id)
        return next((g for g in answers if facade.is_grant_live(g.terms.id)), None)

    def _terms(self, request: Requested, days: float, consent: ConsentText) -> GrantTerms:
        grant_id = secrets.token_bytes(GRANT_ID_BYTES)
        root = relationship_root(self.network, self.history(request.relationship), self.keys)
        key = encryption_key(self.network, request.viewer)
        context = grant_context(
            self.network.chain_id,
            bytes.fromhex(request.relationship[2:]),
            grant_id,
            bytes.fromhex(request.viewer[2:]),
        )
        return GrantTerms(
            id=grant_id,
            viewer=request.viewer,
            affiliation=request.affiliation,
            scope=request.scope,
            kind=request.kind,
            record_id=request.record,
            purpose=request.purpose,
            expires_at=in_days(self.network, days, "approve"),
            consent=consent.commitment,
            request=request.id,
            key_version=key.version,
            wrap=wrap_grant_key(key.public_der, root.grant_key(grant_id), context),
        )

    def _supply(
        self,
        history: RelationshipHistory,
        grants: Iterable[Granted],
        pointers: Sequence[RecordPointer],
    ) -> None:
        """Give custodians the slips that lead from grants to records (P02).

        The institution makes what does not arrive: one that is away delays nothing.
        """
        root = relationship_root(self.network, history, self.keys)
        self._courier(history.relationship).offer(
            granted_slips(self.network, root, grants, pointers)
        )

    def _courier(self, relationship: str) -> Courier:
        return Courier(self.network, self.directory, self.keys, relationship)

    def _revoke(self, granted: Granted) -> None:
        facade = self.network.relationship(granted.relationship)
        parties = facade.parties()
        forward = sign_forward(self.network, self.keys, facade.revoke_access(granted.terms.id))
        for keeper in (parties.institution, parties.mirror):
            try:
                if keeper is not None:
                    self.directory.custodian(keeper).notice(forward)
            except ChartkeyError:
                # Whatever one custodian does must not keep a revocation from the chain.
                continue
        self.relays.submit(forward, parties.institution, parties.mirror)
