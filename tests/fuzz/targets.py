"""What is fuzzed: two readers of one format must say the same, and neither anything unheard-of."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import multiformats
from chartkey.crypto import independent
from chartkey.crypto.draft import open_draft, seal_draft
from chartkey.crypto.payload import Binding, _payload_keys, open_stream, seal_stream
from chartkey.crypto.slip import open_locator, open_record_slip, seal_locator, seal_record_slip
from chartkey.crypto.wrap import private_der, public_der
from chartkey.errors import CidInvalid, CryptoError
from chartkey.storage import cid, dagpb

from tests.fuzz.meddling import File, chance_of, meddled
from tests.vectors.stored import any_key

DEK = bytes(range(32))
PLACE = b"\x01" + bytes(range(144))
ADDRESS = bytes(range(20))
CHAIN, RELATIONSHIP, RECORD = 1337, bytes(20), bytes(range(32))
SIZES = (0, 1, 1023, 1024, 1025, 2048, 3000)


class Pipe(io.BytesIO):
    """A target that cannot be cut back: it shows what was released."""

    def seekable(self) -> bool:
        return False


def sealed(size: int) -> File:
    """Return a payload of 1 KiB chunks, with the key of its chunks."""
    target = io.BytesIO()
    plain, salt = bytes(range(256)) * 12, bytes(range(32))
    seal_stream(io.BytesIO(plain[:size]), target, DEK, Binding(PLACE), chunk_log2=10, salt=salt)
    data = target.getvalue()
    key, _ = _payload_keys(DEK, Binding(PLACE), data[:16], salt)
    return File(data, key, PLACE)


FILES = tuple(sealed(size) for size in SIZES)


def outcome(read: Callable[[io.BytesIO], Any]) -> tuple[str, bytes]:
    """Return how reading ended, and what was released."""
    target = Pipe()
    try:
        read(target)
    except CryptoError as err:
        return type(err).__name__, target.getvalue()
    return "opened", target.getvalue()


def payload(data: bytes) -> None:
    """Payloads: same verdict, and the same bytes released before it."""
    chance = chance_of(data)
    # Some inputs are read as they are, so that the fuzzer's own changes count too.
    forged, changed = False, data
    if data[:8] != b"chartkey":
        changed, forged = meddled(chance.choice(FILES), chance)
    mine = outcome(lambda t: open_stream(io.BytesIO(changed), t, DEK, Binding(PLACE)))
    other = outcome(lambda t: independent.open_payload(io.BytesIO(changed), t, DEK, PLACE))
    assert mine == other, (mine[0], other[0], len(mine[1]), len(other[1]))
    original = any(file.data == changed for file in FILES)
    assert forged or mine[0] != "opened" or original, "a changed payload opens"


KEYS = {suite: any_key(name) for suite, name in ((1, "first"), (2, "hybrid"))}


def attached_file(suites: tuple[int, ...]) -> bytes:
    """Return an attached file to one recipient of each suite."""
    target = io.BytesIO()
    holders = [(bytes([suite]) + ADDRESS[1:], public_der(KEYS[suite])) for suite in suites]
    seal_draft(io.BytesIO(b"x" * 100), target, holders, b"where it belongs")
    return target.getvalue()


ATTACHED = {suites: attached_file(suites) for suites in ((1,), (2,), (1, 2))}


def attached(data: bytes) -> None:
    """Attached files: same verdict and bytes, for a recipient of either suite."""
    chance = chance_of(data)
    suites = chance.choice(list(ATTACHED))
    file = File(ATTACHED[suites], bytes(32), b"")
    changed = data if data[:8] == b"chartkey" else meddled(file, chance)[0]
    suite = chance.choice(suites)
    address, key = bytes([suite]) + ADDRESS[1:], KEYS[suite]
    place, der = b"where it belongs", private_der(key)
    mine = outcome(lambda t: open_draft(io.BytesIO(changed), t, address, key, place))
    other = outcome(lambda t: independent.open_draft(io.BytesIO(changed), t, address, der, place))
    assert mine == other, (mine[0], other[0])
    assert mine[0] != "opened" or changed == file.data, "a changed file opens"


SLIP = seal_record_slip(DEK, bytes(32), CHAIN, RELATIONSHIP, RECORD)
LOCATOR = seal_locator(DEK, bytes(36), 5, CHAIN, RELATIONSHIP, RECORD)
FIELDS = (CHAIN.to_bytes(8, "big"), RELATIONSHIP, RECORD)


def slip(data: bytes) -> None:
    """Slips and locators: same verdict."""
    chance = chance_of(data)
    for good, mine, name in (
        (SLIP, open_record_slip, "slip-record"),
        (LOCATOR, open_locator, "locator"),
    ):
        file = File(good, bytes(32), b"")
        blob = chance.choice([data, meddled(file, chance)[0]])
        first = verdict(lambda b=blob, m=mine: m(DEK, b, CHAIN, RELATIONSHIP, RECORD))
        second = verdict(lambda b=blob, n=name: other_slip(n, b))
        assert first == second, (name, first, second)
        assert first != "opened" or blob == good


def other_slip(name: str, blob: bytes) -> None:
    """Open a slip with the second reader."""
    if name == "locator":
        independent.open_locator(DEK, blob, FIELDS)
    else:
        independent.open_slip(DEK, name, blob, FIELDS)


def verdict(read: Callable[[], Any]) -> str:
    """Return how reading ended."""
    try:
        read()
    except CryptoError as err:
        return type(err).__name__
    return "opened"


def identifier(data: bytes) -> None:
    """CIDs: what is read is what another library reads, and has one text."""
    text = data.decode("latin-1")
    for read in (lambda: cid.parse(text), lambda: cid.from_binary(data)):
        try:
            found = read()
        except CidInvalid:
            continue
        assert cid.parse(str(found)) == found
        assert multiformats.CID.decode(str(found)).digest[2:] == found.digest


def node(data: bytes) -> None:
    """Blocks: read or refused, and what is read is a file or a folder within bounds."""
    try:
        dagpb.decode_any(data)
    except CidInvalid:
        return


TESTS = {
    "payload": payload,
    "attached": attached,
    "slip": slip,
    "cid": identifier,
    "node": node,
}
