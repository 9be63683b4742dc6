"""How a patient answers requests, and takes an answer back (R20, R21, P01, P11)."""

from __future__ import annotations

import secrets

from chartkey.actors.consent import ConsentText, consent_text
from chartkey.actors.person import Person
from chartkey.actors.reason import read_reason
from chartkey.actors.sealing import hand_over
from chartkey.chain.encryption import encryption_key
from chartkey.chain.forward import sign_forward
from chartkey.crypto.keytree import GRANT_ID_BYTES, grant_context, wrap_grant_key
from chartkey.custody.custodian import SlipDelivery
from chartkey.custody.release import covers
from chartkey.custody.roots import relationship_root
from chartkey.custody.supply import make_scope_slips
from chartkey.errors import CustodianUnavailable, CustodyError, RequestMissing
from chartkey.models import (
    Granted,
    GrantTerms,
    Parties,
    Requested,
    RequestStatus,
)

__all__ = ["Consenting"]

_DAY = 86_400


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
            RequestMissing: it was refused, or its grant is no longer in force.
            ContractRefused: the viewer was suspended, or belongs to the mirror (P01), …
            CustodianUnavailable: no member relays.
            TransactionUnknown: the node went away; run the same again.
        """
        facade = self.network.relationship(request.relationship)
        self._settle(facade.parties().institution)
        answered = self._grant_of(request)
        if answered is not None:
            self._deliver(request.relationship, answered.terms)
            return answered
        if self._request_status(request) is not RequestStatus.REQUESTED:
            raise RequestMissing(request="0x" + request.id.hex())
        terms = self._terms(request, days, consent or consent_text())
        self._relay(facade.grant_access(terms), facade.parties().institution)
        self._deliver(request.relationship, terms)
        granted = self._grant_of(request)
        if granted is None:
            raise RequestMissing(request="0x" + request.id.hex())
        return granted

    def refuse_request(self, request: Requested) -> None:
        """Refuse a request for access.

        Raises:
            ContractRefused: it was approved; revoke it instead.
            CustodianUnavailable: no member relays.
        """
        facade = self.network.relationship(request.relationship)
        self._relay(facade.refuse_request(request.id), facade.parties().institution)

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

        The signed revocation goes to both custodians, who honour it at once, and then on chain.

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
        grants = self.history(request.relationship).grants()
        answers = [g for g in grants if g.terms.request == request.id and not g.revoked]
        return answers[-1] if answers else None

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
            expires_at=self.network.block_time() + int(days * _DAY),
            consent=consent.commitment,
            request=request.id,
            key_version=key.version,
            wrap=wrap_grant_key(key.public_der, root.grant_key(grant_id), context),
        )

    def _deliver(self, relationship: str, terms: GrantTerms) -> None:
        """The institution makes what does not arrive: one that is away delays nothing."""
        history = self.history(relationship)
        root = relationship_root(self.network, history, self.keys)
        pointers = [pointer for pointer in history.records() if covers(terms, pointer)]
        slips = make_scope_slips(root, self.network.chain_id, terms, pointers)
        parties = self.network.relationship(relationship).parties()
        delivery = SlipDelivery(relationship, scopes=tuple(slips))
        for keeper in (parties.institution, parties.mirror):
            one = Parties(parties.owner, keeper or parties.institution, None, parties.status)
            try:
                hand_over(self.network, self.directory, self.keys, one, delivery)
            except CustodyError:
                continue

    def _revoke(self, granted: Granted) -> None:
        facade = self.network.relationship(granted.relationship)
        parties = facade.parties()
        forward = sign_forward(self.network, self.keys, facade.revoke_access(granted.terms.id))
        for keeper in (parties.institution, parties.mirror):
            try:
                if keeper is not None:
                    self.directory.custodian(keeper).notice(forward)
            except CustodianUnavailable:
                continue
        self._submit(forward, parties.institution, parties.mirror)
