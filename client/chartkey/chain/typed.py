"""What is signed besides forwarded calls, for the contracts that check it (EIP-712)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chartkey.chain.address import packed
from chartkey.crypto.digest import keccak256
from chartkey.crypto.signature import recover_typed, sign_typed
from chartkey.models import (
    Anchor,
    Attestation,
    ErasureCertificate,
    Redemption,
    Registration,
    Replacement,
)

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys

__all__ = [
    "anchor_signer",
    "attestation_hash",
    "attestation_signer",
    "domain",
    "erasure_signer",
    "fields",
    "redemption_signer",
    "registration_signer",
    "replacement_signer",
    "sign_anchor",
    "sign_attestation",
    "sign_erasure",
    "sign_redemption",
    "sign_registration",
    "sign_replacement",
]

Types = dict[str, list[dict[str, str]]]


def fields(primary: str, signature: str) -> Types:
    """Return EIP-712 types from ``type name,type name``, as Solidity's type hashes write them."""
    pairs = (part.split(" ") for part in signature.split(","))
    return {primary: [{"name": name, "type": kind} for kind, name in pairs]}


_ATTESTATION_FIELDS: Final = (
    "address relationship,bytes32 recordId,bytes32 parent,uint8 kind,bytes32 profile,"
    "bytes32 affiliation,bytes32 contentRoot,uint48 deadline"
)
_REGISTRATION: Final = fields(
    "Registration",
    "address institution,address account,uint8 role,uint8 suite,bytes32 keyHash,uint48 deadline",
)
_ATTESTATION: Final = fields("Attestation", _ATTESTATION_FIELDS)
_ANCHOR: Final = fields(
    "Anchor",
    "bytes32 attestation,bytes32 root,bytes32 locatorHash,uint32 epoch,uint256 nonce,"
    "uint48 deadline",
)

_REPLACEMENT: Final = fields("Replacement", "address account,address successor,uint48 deadline")
_ERASURE: Final = fields(
    "ErasureCertificate", "address relationship,bytes32 records,uint48 erasedAt"
)
_REDEMPTION: Final = fields(
    "Redemption", "address owner,address ticket,address redeemer,uint48 deadline"
)


def domain(network: Network, name: str, contract: str) -> dict[str, Any]:
    """Return the EIP-712 domain of a contract: its name, version 1, the chain, its address."""
    return {
        "name": name,
        "version": "1",
        "chainId": network.chain_id,
        "verifyingContract": contract,
    }


def sign_registration(network: Network, keys: Keys, registration: Registration) -> bytes:
    """Sign that an institution may register one; return 65 bytes.

    Raises:
        SignatureInvalid: a field does not fit its type.
    """
    return sign_typed(keys, *_registration(network, registration))


def registration_signer(network: Network, registration: Registration, signature: bytes) -> str:
    """Return who signed a registration; compare it with ``registration.account``.

    Raises:
        SignatureInvalid: a field does not fit its type, or the signature is malformed or
            malleable (T10).
    """
    return recover_typed(*_registration(network, registration), signature)


def sign_attestation(network: Network, keys: Keys, attestation: Attestation) -> bytes:
    """Sign a record's draft as its clinician; return 65 bytes.

    Raises:
        SignatureInvalid: a field does not fit its type.
    """
    return sign_typed(keys, *_attested(network, attestation))


def attestation_signer(network: Network, attestation: Attestation, signature: bytes) -> str:
    """Return who signed an attestation.

    Raises:
        SignatureInvalid: as :func:`registration_signer`.
    """
    return recover_typed(*_attested(network, attestation), signature)


def sign_anchor(network: Network, keys: Keys, relationship: str, anchor: Anchor) -> bytes:
    """Sign a record's anchoring in a relationship as its owner; return 65 bytes.

    Raises:
        SignatureInvalid: a field does not fit its type.
    """
    return sign_typed(keys, *_anchored(network, relationship, anchor))


def anchor_signer(network: Network, relationship: str, anchor: Anchor, signature: bytes) -> str:
    """Return who signed an anchoring.

    Raises:
        SignatureInvalid: as :func:`registration_signer`.
    """
    return recover_typed(*_anchored(network, relationship, anchor), signature)


def sign_replacement(network: Network, keys: Keys, replacement: Replacement) -> bytes:
    """Sign, as either account, that one takes the other's place (R05); return 65 bytes.

    Raises:
        SignatureInvalid: a field does not fit its type.
    """
    return sign_typed(keys, *_replaced(network, replacement))


def replacement_signer(network: Network, replacement: Replacement, signature: bytes) -> str:
    """Return who signed a replacement.

    Raises:
        SignatureInvalid: as :func:`registration_signer`.
    """
    return recover_typed(*_replaced(network, replacement), signature)


def sign_erasure(network: Network, keys: Keys, certificate: ErasureCertificate) -> bytes:
    """Sign, as a custodian, that records' keys were erased (R52); return 65 bytes.

    Raises:
        SignatureInvalid: a field does not fit its type.
    """
    return sign_typed(keys, *_erased(network, certificate))


def erasure_signer(network: Network, certificate: ErasureCertificate, signature: bytes) -> str:
    """Return which custodian signed a certificate.

    Raises:
        SignatureInvalid: as :func:`registration_signer`.
    """
    return recover_typed(*_erased(network, certificate), signature)


def sign_redemption(network: Network, keys: Keys, redemption: Redemption) -> bytes:
    """Sign with a ticket's key that a service redeems it (P32); return 65 bytes.

    Raises:
        SignatureInvalid: a field does not fit its type.
    """
    return sign_typed(keys, *_redeemed(network, redemption))


def redemption_signer(network: Network, redemption: Redemption, signature: bytes) -> str:
    """Return who signed a redemption; compare it with ``redemption.ticket``.

    Raises:
        SignatureInvalid: as :func:`registration_signer`.
    """
    return recover_typed(*_redeemed(network, redemption), signature)


def attestation_hash(attestation: Attestation) -> bytes:
    """Return the 32-byte EIP-712 struct hash of an attestation, which the owner signs over.

    Raises:
        AddressInvalid: the relationship's address is malformed.
    """
    words = (
        keccak256(f"Attestation({_ATTESTATION_FIELDS})".encode()),
        bytes(12) + packed(attestation.relationship),
        attestation.record_id,
        attestation.parent,
        attestation.kind.to_bytes(32, "big"),
        attestation.profile,
        attestation.affiliation,
        attestation.content_root,
        attestation.deadline.to_bytes(32, "big"),
    )
    return keccak256(*words)


def _registration(
    network: Network, registration: Registration
) -> tuple[dict[str, Any], Types, dict[str, Any]]:
    message = {
        "institution": registration.institution,
        "account": registration.account,
        "role": int(registration.role),
        "suite": int(registration.suite),
        "keyHash": registration.key_hash,
        "deadline": registration.deadline,
    }
    contract = network.address("Registrar")
    return domain(network, "Chartkey Registrar", contract), _REGISTRATION, message


def _attested(
    network: Network, attestation: Attestation
) -> tuple[dict[str, Any], Types, dict[str, Any]]:
    message = {
        "relationship": attestation.relationship,
        "recordId": attestation.record_id,
        "parent": attestation.parent,
        "kind": int(attestation.kind),
        "profile": attestation.profile,
        "affiliation": attestation.affiliation,
        "contentRoot": attestation.content_root,
        "deadline": attestation.deadline,
    }
    place = domain(network, "Chartkey Relationship", attestation.relationship)
    return place, _ATTESTATION, message


def _anchored(
    network: Network, relationship: str, anchor: Anchor
) -> tuple[dict[str, Any], Types, dict[str, Any]]:
    message = {
        "attestation": anchor.attestation,
        "root": anchor.root,
        "locatorHash": anchor.locator_hash,
        "epoch": anchor.epoch,
        "nonce": anchor.nonce,
        "deadline": anchor.deadline,
    }
    return domain(network, "Chartkey Relationship", relationship), _ANCHOR, message


def _replaced(
    network: Network, replacement: Replacement
) -> tuple[dict[str, Any], Types, dict[str, Any]]:
    message = {
        "account": replacement.account,
        "successor": replacement.successor,
        "deadline": replacement.deadline,
    }
    contract = network.address("Registrar")
    return domain(network, "Chartkey Registrar", contract), _REPLACEMENT, message


def _erased(
    network: Network, certificate: ErasureCertificate
) -> tuple[dict[str, Any], Types, dict[str, Any]]:
    message = {
        "relationship": certificate.relationship,
        "records": keccak256(*certificate.records),
        "erasedAt": certificate.erased_at,
    }
    contract = network.address("Evidence")
    return domain(network, "Chartkey Evidence", contract), _ERASURE, message


def _redeemed(
    network: Network, redemption: Redemption
) -> tuple[dict[str, Any], Types, dict[str, Any]]:
    message = {
        "owner": redemption.owner,
        "ticket": redemption.ticket,
        "redeemer": redemption.redeemer,
        "deadline": redemption.deadline,
    }
    contract = network.address("Tickets")
    return domain(network, "Chartkey Tickets", contract), _REDEMPTION, message
