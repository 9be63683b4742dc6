"""EIP-712 signatures, made and checked; malleable and zero-address ones are refused (T10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chartkey.crypto.digest import keccak256
from chartkey.errors import SignatureInvalid

if TYPE_CHECKING:
    from eth_account.messages import SignableMessage

    from chartkey.crypto.keyfile import Keys

__all__ = [
    "SIGNATURE_BYTES",
    "check_form",
    "recover_hash",
    "recover_typed",
    "sign_typed",
    "typed_hash",
    "verify_hash",
]

SIGNATURE_BYTES: Final = 65
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_ZERO_ADDRESS: Final = "0x" + "0" * 40

Types = dict[str, list[dict[str, str]]]
"""EIP-712 types without EIP712Domain: ``{"Receipt": [{"name": "reader", "type": "address"}]}``."""


def sign_typed(keys: Keys, domain: dict[str, Any], types: Types, message: dict[str, Any]) -> bytes:
    """Sign a typed message; return 65 bytes r ‖ s ‖ v with s low and v 27 or 28.

    Raises:
        SignatureInvalid: the message does not fit its types.
    """
    return keys.sign_hash(typed_hash(domain, types, message))


def recover_typed(
    domain: dict[str, Any], types: Types, message: dict[str, Any], signature: bytes
) -> str:
    """Return the address (EIP-55) that signed a typed message.

    Raises:
        SignatureInvalid: the message does not fit its types, or the signature is not 65 bytes, has
            a high s, another v than 27 or 28, or no signer. Nobody in particular is required:
            compare the address.
    """
    return recover_hash(typed_hash(domain, types, message), signature, what=_primary(types))


def typed_hash(domain: dict[str, Any], types: Types, message: dict[str, Any]) -> bytes:
    """Return the 32-byte hash that is signed: keccak(0x19 ‖ 0x01 ‖ domain ‖ message), EIP-712.

    Raises:
        SignatureInvalid: the message does not fit its types.
    """
    parts = _encode(domain, types, message)
    return keccak256(b"\x19", parts.version, parts.header, parts.body)


def recover_hash(digest: bytes, signature: bytes, *, what: str = "message") -> str:
    """Return the address (EIP-55) that signed a 32-byte hash.

    Raises:
        SignatureInvalid: as :func:`recover_typed`; ``what`` names the thing signed.
    """
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    check_form(signature, what=what)
    try:
        low = Signature(signature[:64] + bytes([signature[64] - 27]))
        address = low.recover_public_key_from_msg_hash(digest).to_checksum_address()
    except (BadSignature, ValidationError, ValueError) as err:
        raise SignatureInvalid(what=what) from err
    if address == _ZERO_ADDRESS:
        raise SignatureInvalid(what=what)
    return str(address)


def verify_hash(digest: bytes, signature: bytes, public: bytes) -> None:
    """Verify r ‖ s (64 bytes) over a 32-byte hash, by a public key x ‖ y (64 bytes) of secp256k1.

    Raises:
        SignatureInvalid: as :func:`recover_hash`, or it is another key's (SEC 1, section 4.1.4).
    """
    from eth_keys.datatypes import PublicKey

    wanted = PublicKey(public).to_checksum_address() if len(public) == 64 else ""
    for v in (27, 28):
        try:
            if recover_hash(digest, signature + bytes([v])) == wanted:
                return
        except SignatureInvalid:
            continue
    raise SignatureInvalid(what="message")


def check_form(signature: bytes, *, what: str = "message") -> None:
    """Refuse what a second signature for the same key and message could look like (EIP-2).

    Raises:
        SignatureInvalid: it is not 65 bytes, r or s is out of range, s is in the upper half, or v
            is not 27 or 28.
    """
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    sized = len(signature) == SIGNATURE_BYTES and signature[64] in (27, 28)
    if not sized or not 0 < r < _ORDER or not 0 < s <= _ORDER // 2:
        raise SignatureInvalid(what=what)


def _encode(domain: dict[str, Any], types: Types, message: dict[str, Any]) -> SignableMessage:
    from eth_abi.exceptions import EncodingError
    from eth_account.messages import encode_typed_data
    from eth_utils.exceptions import ValidationError

    primary = _primary(types)
    # A field that its type does not name would be shown to the signer and not be signed.
    if set(message) != {entry["name"] for entry in types.get(primary, [])}:
        raise SignatureInvalid(what=primary)
    try:
        return encode_typed_data(domain, types, message)
    except (ValueError, TypeError, KeyError, EncodingError, ValidationError) as err:
        raise SignatureInvalid(what=primary) from err


def _primary(types: Types) -> str:
    """Name the type that no other type uses."""
    used = {entry["type"].removesuffix("[]") for fields in types.values() for entry in fields}
    return next((name for name in types if name not in used), "message")
