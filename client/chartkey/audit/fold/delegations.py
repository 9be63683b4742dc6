"""Second-level consent inside a grant (R28)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from chartkey.audit.fold.guard import allow, existing, fresh
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import DelegationStatus, GrantTerms, Scope

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["DELEGATIONS", "HANDLERS", "Delegation"]

DELEGATIONS = Table(
    contract="Delegations",
    slot=0,
    keys=("bytes32",),
    fields=("address", "uint40", "uint8", "address", "bytes16", "bytes32"),
    noun="delegation",
    view="delegationOf",
)


class Delegation(NamedTuple):
    """What is stored of a delegation."""

    relationship: str
    expires_at: int
    status: int
    delegator: str
    grant: bytes
    digest: bytes


def _delegated(state: State, event: Event) -> None:
    args = event.args
    fresh(state.tables[DELEGATIONS], (args["id"],), event, "delegation")
    relationship = existing(state.relationships, args["relationship"], event, "relationship")
    terms = existing(relationship.terms, args["grant"], event, "grant")
    content = args["content"]
    allow(terms.viewer == args["delegator"], event, "its grant is another viewer's")
    allow(content["expiresAt"] <= terms.expires_at, event, "it is longer than its grant")
    state.tables[DELEGATIONS][args["id"],] = Delegation(
        relationship=args["relationship"],
        expires_at=content["expiresAt"],
        status=DelegationStatus.DELEGATED,
        delegator=args["delegator"],
        grant=args["grant"],
        digest=_digest(content),
    )
    state.delegated[args["id"]] = GrantTerms(
        id=args["grant"],
        viewer=content["delegate"],
        scope=Scope(content["scope"]),
        purpose=terms.purpose,
        expires_at=content["expiresAt"],
        key_version=content["keyVersion"],
        wrap=content["wrap"],
        affiliation=content["affiliation"],
        kind=content["kind"],
        record_id=content["recordId"],
    )


def _revoked(state: State, event: Event) -> None:
    key = (event.args["id"],)
    delegation = Delegation(*existing(state.tables[DELEGATIONS], key, event, "delegation"))
    standing = delegation.status == DelegationStatus.DELEGATED
    allow(standing, event, "its delegation was revoked already")
    state.tables[DELEGATIONS][key] = delegation._replace(status=DelegationStatus.REVOKED)


def _digest(content: dict[str, Any]) -> bytes:
    from eth_abi.abi import encode
    from eth_hash.auto import keccak

    fields = {
        "delegate": "address",
        "affiliation": "bytes32",
        "scope": "uint8",
        "kind": "uint8",
        "recordId": "bytes32",
        "keyVersion": "uint32",
    }
    values = [content[name] for name in fields]
    return keccak(encode([*fields.values(), "bytes32"], [*values, keccak(content["wrap"])]))


HANDLERS = {"AccessDelegated": _delegated, "DelegationRevoked": _revoked}
