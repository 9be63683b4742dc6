"""Write the vectors: ``python tests/vectors/generate.py``; ``--check`` compares instead.

Every vector names what a reader must do: ``ok``, ``DecryptionFailed``, ``FormatUnknown`` or
``CommitmentMismatch``; ``released`` is the SHA-256 of what may have left a reader by then, which
is a beginning of the plaintext where a later chunk fails. Bytes are hexadecimal. The keys in
keys.json are for these files only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import twokeys
import writer
from Crypto.PublicKey import RSA
from derived import (
    FAILED,
    PLACE,
    UNKNOWN,
    commitments,
    handles,
    ident,
    keytrees,
    released,
)
from wrapped import drafts, hybrid_drafts, hybrid_wraps, new_keys, wraps
from writer import Stream

FOLDER = Path(__file__).parent
CHUNK = 1024


OTHER = {
    "suite": 2,
    "chain_id": 1338,
    "relationship": ident("another relationship", 20).hex(),
    "subject": ident("another subject").hex(),
    "record": ident("another record").hex(),
    "author": ident("another author", 20).hex(),
    "parent": ident("an earlier version").hex(),
}


def payloads() -> list[dict]:
    random, dek, context = Stream("payloads"), ident("dek"), writer.context_bytes(PLACE)
    salt, vectors = random(32), []

    def add(name, file, expect, plain=b"", **changed):
        vector = {"name": name, "dek": dek.hex(), "context": PLACE, "expect": expect}
        vector |= changed | {"released": released(plain), "file": file.hex()}
        vectors.append(vector | ({"plaintext": plain.hex()} if expect == "ok" else {}))

    def sealed(plain, log2=10):
        return writer.payload(dek, context, salt, plain, log2)

    for name, plain, log2 in [
        ("empty", b"", 18),
        ("one byte", b"\x00", 18),
        ("Chinese text in the chunk size of writers", "姓名：王小明；青霉素过敏".encode(), 18),
        ("exactly one chunk", random(CHUNK), 10),
        ("one chunk and a byte", random(CHUNK + 1), 10),
        ("exactly four chunks", random(4 * CHUNK), 10),
        ("the largest chunks", random(CHUNK), 20),
    ]:
        add(name, sealed(plain, log2), "ok", plain)

    plain = random(3 * CHUNK + 5)
    whole = sealed(plain)
    add("a plain reading, before the failures", whole, "ok", plain)
    for field, value in OTHER.items():
        add(f"context with another {field}", whole, FAILED, context=PLACE | {field: value})
    add("another data key", whole, FAILED, dek=ident("another dek").hex())
    for name, place, before in [
        ("suite", 10, 0),
        ("salt", 16, 0),
        ("key commitment", 48, 0),
        ("first chunk", 80, 0),
        ("tag of the first chunk", 80 + CHUNK, 0),
        ("second chunk", 80 + CHUNK + 16, 1),
        ("last byte", len(whole) - 1, 3),
    ]:
        flipped = whole[:place] + bytes([whole[place] ^ (3 if name == "suite" else 1)])
        flipped += whole[place + 1 :]
        add(f"a flipped bit: {name}", flipped, FAILED, plain[: before * CHUNK])
    unit = CHUNK + 16
    chunks = [whole[80 + i * unit : 80 + (i + 1) * unit] for i in range(4)]
    add("cut at a chunk's edge", whole[: 80 + 2 * unit], FAILED, plain[:CHUNK])
    add("cut within a chunk", whole[:-1], FAILED, plain[: 3 * CHUNK])
    add("cut within the header", whole[:79], FAILED)
    add("no chunk at all", whole[:80], FAILED)
    add("two chunks exchanged", whole[:80] + chunks[1] + chunks[0] + chunks[2] + chunks[3], FAILED)
    twice = whole[:80] + chunks[0] * 2 + chunks[1] + chunks[3]
    add("a chunk twice", twice, FAILED, plain[:CHUNK])
    add("a byte too many", whole + b"\0", FAILED, plain[: 3 * CHUNK])
    head, key = writer.header(dek, context, salt, writer.prelude(1, 10))
    full = random(CHUNK)
    tail = writer.chunk(key, 0, False, full, context)
    add("ends without a last chunk", head + tail, FAILED)
    empty = writer.chunk(key, 1, True, b"", context)
    add("an empty last chunk", head + tail + empty, FAILED, full)
    again = writer.chunk(key, 0, True, full, context)
    add("goes on after a last chunk", head + again + again, FAILED)
    for name, place, value in [
        ("magic", 0, 0x43),
        ("version", 8, 2),
        ("form", 9, 2),
        ("suite", 10, 3),
        ("suite 0", 10, 0),
        ("chunk size below the range", 11, 9),
        ("chunk size above the range", 11, 21),
        ("reserved byte", 15, 1),
    ]:
        changed = whole[:place] + bytes([value]) + whole[place + 1 :]
        add(f"unknown {name}", changed, UNKNOWN)
    second = PLACE | {"suite": 2}
    bound = writer.context_bytes(second)
    hybrid = writer.payload(dek, bound, salt, plain, suite=2)
    add("suite 2", hybrid, "ok", plain, context=second)
    add("suite 2 under a context of suite 1", hybrid, FAILED)
    crossed = writer.payload(dek, bound, salt, plain)
    add("suite 1 under a context of suite 2", crossed, FAILED, context=second)
    return vectors + _two_keys(context, salt)


def _two_keys(context: bytes, salt: bytes) -> list[dict]:
    deks = (ident("two keys, first"), ident("two keys, second"))
    heads, keys = zip(
        *(writer.header(d, context, salt, writer.prelude(1, 10)) for d in deks), strict=True
    )
    nonce = bytes(11) + b"\x01"
    crafted = twokeys.craft(keys, nonce, context, "过敏：青霉素。".encode().ljust(48))
    both = {"context": PLACE, "payload_keys": [k.hex() for k in keys], "nonce": nonce.hex()}
    vectors = []
    for name, dek, expect in zip(
        ("committed to", "not committed to"), deks, ("ok", FAILED), strict=True
    ):
        vector = {"name": f"two keys, the one {name}", "dek": dek.hex(), "expect": expect, **both}
        vector["released"] = released(b"")
        vectors.append(vector | {"file": (heads[0] + crafted).hex()})
    plain = writer.AES.new(keys[0], writer.AES.MODE_GCM, nonce=nonce).decrypt(crafted[:-16])
    vectors[0] |= {"plaintext": plain.hex(), "released": released(plain)}
    return vectors


def slips() -> list[dict]:
    chain, relationship = (1337).to_bytes(8, "big"), ident("relationship", 20)
    record, grant = ident("record"), ident("grant", 16)
    epoch, kind = (3).to_bytes(8, "big"), (20).to_bytes(2, "big")
    cid = bytes.fromhex("01701220") + ident("cid")
    located = bytes([len(cid)]) + cid.ljust(55, b"\0") + (5 << 30).to_bytes(8, "big")
    uses = [
        ("slip-record", ident("record key"), ident("dek"), [chain, relationship, record]),
        ("slip-scope", ident("gk"), ident("kind key"), [chain, relationship, grant, epoch, kind]),
        ("slip-single", ident("gk"), ident("record key"), [chain, relationship, grant, record]),
        ("locator", ident("record key"), located, [chain, relationship, record]),
    ]
    vectors: list[dict] = []

    def add(name, purpose, key, blob, fields, expect, plain=b""):
        vector = {"name": name, "purpose": purpose, "key": key.hex(), "blob": blob.hex()}
        vector |= {"fields": [f.hex() for f in fields], "expect": expect}
        vector["released"] = released(plain)
        vectors.append(vector | ({"plaintext": plain.hex()} if expect == "ok" else {}))

    for purpose, key, plain, fields in uses:
        blob = writer.siv(key, purpose, plain, fields)
        add(purpose, purpose, key, blob, fields, "ok", plain)
        for i, field in enumerate(fields):
            moved = [*fields[:i], field[:-1] + bytes([field[-1] ^ 1]), *fields[i + 1 :]]
            add(f"{purpose}, field {i} changed", purpose, key, blob, moved, FAILED)
        add(f"{purpose}, another key", purpose, ident("?"), blob, fields, FAILED)
        add(f"{purpose}, cut", purpose, key, blob[:-1], fields, FAILED)
        add(f"{purpose}, longer", purpose, key, blob + b"\0", fields, FAILED)
        damaged = blob[:-1] + bytes([blob[-1] ^ 1])
        add(f"{purpose}, damaged", purpose, key, damaged, fields, FAILED)
    other = writer.siv(ident("gk"), "slip-scope", ident("record key"), uses[2][3])
    add("made for another purpose", "slip-single", ident("gk"), other, uses[2][3], FAILED)
    for name, plain in [
        ("without a CID", bytes(64)),
        ("filled with other than zeros", located[:-9] + b"\x01" + located[-8:]),
        ("of a CID without room", bytes([56]) + bytes(63)),
    ]:
        blob = writer.siv(ident("record key"), "locator", plain, uses[3][3])
        add(f"locator {name}", "locator", ident("record key"), blob, uses[3][3], FAILED)
    return vectors


def stored_keys() -> list[dict]:
    stored = FOLDER / "keys.json"
    if stored.exists():
        return new_keys(json.loads(stored.read_text("utf-8")))
    keys = []
    for name, bits in [("first", 3072), ("second", 3072), ("large", 4096)]:
        private = RSA.generate(bits, randfunc=Stream(f"rsa {name}")).export_key("DER", pkcs=8)
        keys.append({"name": name, "bits": bits, "private": private.hex()})
    return new_keys(keys)


def main() -> int:
    keys = stored_keys()
    files = {
        "keys": keys,
        "payload": payloads(),
        "slip": slips(),
        "wrap": wraps(keys) + hybrid_wraps(keys),
        "draft": drafts(keys) + hybrid_drafts(keys),
        "commitment": commitments(),
        "keytree": keytrees(),
        "handle": handles(),
    }
    stale = []
    for name, vectors in files.items():
        path, text = (
            FOLDER / f"{name}.json",
            json.dumps(vectors, ensure_ascii=False, indent=1) + "\n",
        )
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(text, "utf-8")
    print("\n".join(stale) or "every vector is up to date")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
