"""The attached form: a document sealed to named people, who open it with their own keys.

Drafts travel so to patient, gateway and author, and stand-alone exports to whoever is named. Every
stanza wraps the same file key; a MAC covers them all, so none can be taken away or added (T07).

>>> import io
>>> from chartkey.crypto.wrap import generate, public_der
>>> key, address, target = generate(), bytes(20), io.BytesIO()
>>> _ = seal_draft(io.BytesIO("入院记录".encode()), target, [(address, public_der(key))], b"")
>>> opened = io.BytesIO()
>>> _ = open_draft(io.BytesIO(target.getvalue()), opened, address, key, b"")
>>> opened.getvalue().decode()
'入院记录'
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from typing import BinaryIO, Final

from chartkey.crypto.chunk import read_full, write_full
from chartkey.crypto.derivation import KEY_BYTES, PREFIX, derive
from chartkey.crypto.digest import sha256
from chartkey.crypto.field import fixed
from chartkey.crypto.payload import Binding, Sealed, open_stream, seal_stream
from chartkey.crypto.prelude import FORM_ATTACHED, PRELUDE_BYTES, read_prelude, write_prelude
from chartkey.crypto.wrap import PrivateKey, is_wrap, suite_of, unwrap, wrap
from chartkey.errors import ContextInvalid, DecryptionFailed

__all__ = ["MAX_STANZAS", "draft_context", "open_draft", "seal_draft"]

MAX_STANZAS: Final = 16
_ADDRESS_BYTES: Final = 20
_STANZA_HEAD_BYTES: Final = _ADDRESS_BYTES + 2
_MAC_BYTES: Final = 32


def seal_draft(
    source: BinaryIO,
    target: BinaryIO,
    recipients: Sequence[tuple[bytes, bytes]],
    context: bytes,
) -> Sealed:
    """Seal all of ``source`` to 1 to 16 recipients, each an address and a published key.

    ``context`` (any length) must be given again to open; the file does not hold it. Constant
    memory; neither stream is closed. Returns the sizes of the whole file and of the plaintext.

    Raises:
        ContextInvalid: no, too many or repeated recipients, or an address that is not 20 bytes.
        KeyUnsuitable: a public key is not suitable.
        RecordTooLarge: the source has more than 4 TiB.
        OSError: a stream failed.
    """
    addresses = [fixed("a recipient", address, _ADDRESS_BYTES) for address, _ in recipients]
    if not 1 <= len(set(addresses)) == len(addresses) <= MAX_STANZAS:
        raise ContextInvalid(problem=f"1 to {MAX_STANZAS} recipients, none of them twice")
    file_key = secrets.token_bytes(KEY_BYTES)
    suite = max(suite_of(public) for _, public in recipients)
    head = write_prelude(FORM_ATTACHED, suite, len(addresses))
    head += b"".join(_stanza(address, key, file_key, context) for address, key in recipients)
    head += _mac(file_key, head)
    write_full(target, head)
    sealed = seal_stream(source, target, file_key, Binding(context, "draft-payload"), suite)
    return Sealed(sealed.key_commitment, len(head) + sealed.size, sealed.plaintext_size)


def open_draft(
    source: BinaryIO,
    target: BinaryIO,
    address: bytes,
    private_key: PrivateKey,
    context: bytes,
) -> int:
    """Open a draft that names ``address`` (20 bytes) into ``target``; return the bytes written.

    Bytes are released and cut back on failure as :func:`chartkey.crypto.payload.open_payload` says.

    Raises:
        DecryptionFailed: for every cause alike: not a recipient, another key or context,
            stanzas changed, damage, truncation.
        ContextInvalid: the address is not 20 bytes.
        FormatUnknown: it is not a draft, or of a version or suite this release lacks.
        OSError: a stream failed.
    """
    head, stanzas = _read_stanzas(source)
    # A missing stanza goes on through unwrapping: one path, one error (T08).
    blob = stanzas.get(address, b"")
    file_key = unwrap(private_key, blob, draft_context(context, address), length=KEY_BYTES)
    if not hmac.compare_digest(_mac(file_key, head), read_full(source, _MAC_BYTES)):
        raise DecryptionFailed
    return open_stream(source, target, file_key, Binding(context, "draft-payload"))


def draft_context(context: bytes, recipient: bytes) -> bytes:
    """Return the context of the wrap to ``recipient`` (20 bytes) in a draft under ``context``.

    Raises:
        ContextInvalid: the address has another length.
    """
    who = fixed("a recipient", recipient, _ADDRESS_BYTES)
    return PREFIX + b"wrap-draft" + sha256(context) + who


def _stanza(address: bytes, public: bytes, file_key: bytes, context: bytes) -> bytes:
    blob = wrap(public, file_key, draft_context(context, address))
    return address + len(blob).to_bytes(2, "big") + blob


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(derive(file_key, "draft-mac"), head, "sha256")


def _read_stanzas(source: BinaryIO) -> tuple[bytes, dict[bytes, bytes]]:
    """Return every byte before the MAC, and the wraps by address."""
    head = read_full(source, PRELUDE_BYTES)
    suite, count = read_prelude(head, FORM_ATTACHED)
    if not 1 <= count <= MAX_STANZAS:
        raise DecryptionFailed
    stanzas: dict[bytes, bytes] = {}
    for _ in range(count):
        opening = read_full(source, _STANZA_HEAD_BYTES)
        address, length = opening[:_ADDRESS_BYTES], int.from_bytes(opening[_ADDRESS_BYTES:], "big")
        if not is_wrap(suite, length, KEY_BYTES) or address in stanzas:
            raise DecryptionFailed
        stanzas[address] = read_full(source, length)
        head += opening + stanzas[address]
    return head, stanzas
