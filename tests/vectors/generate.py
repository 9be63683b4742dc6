"""Write the vectors: ``python tests/vectors/generate.py``; ``--check`` compares instead.

Every vector names what a reader must do: ``ok``, ``DecryptionFailed``, ``FormatUnknown`` or
``CommitmentMismatch``. Bytes are hexadecimal. The keys in keys.json are for these files only.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

import twokeys
import writer
from Crypto.Cipher import PKCS1_OAEP, PKCS1_v1_5
from Crypto.Hash import SHA1, SHA256
from Crypto.PublicKey import RSA
from derived import commitments, handles, ident, keytrees
from writer import Stream

FOLDER = Path(__file__).parent
FAILED, UNKNOWN = "DecryptionFailed", "FormatUnknown"
CHUNK = 1024


PLACE = {
    "suite": 1,
    "chain_id": 1337,
    "relationship": ident("relationship", 20).hex(),
    "subject": ident("subject").hex(),
    "record": ident("record").hex(),
    "author": ident("author", 20).hex(),
    "parent": bytes(32).hex(),
}
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

    def add(name, file, expect, plain=None, **changed):
        vector = {"name": name, "dek": dek.hex(), "context": PLACE, "expect": expect}
        vector |= changed | {"file": file.hex()}
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
    for name, place in [
        ("salt", 16),
        ("key commitment", 48),
        ("first chunk", 80),
        ("tag of the first chunk", 80 + CHUNK),
        ("last byte", len(whole) - 1),
    ]:
        flipped = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        add(f"a flipped bit: {name}", flipped, FAILED)
    unit = CHUNK + 16
    chunks = [whole[80 + i * unit : 80 + (i + 1) * unit] for i in range(4)]
    add("cut at a chunk's edge", whole[: 80 + 2 * unit], FAILED)
    add("cut within a chunk", whole[:-1], FAILED)
    add("cut within the header", whole[:79], FAILED)
    add("no chunk at all", whole[:80], FAILED)
    add("two chunks exchanged", whole[:80] + chunks[1] + chunks[0] + chunks[2] + chunks[3], FAILED)
    add("a chunk twice", whole[:80] + chunks[0] * 2 + chunks[1] + chunks[3], FAILED)
    add("a byte too many", whole + b"\0", FAILED)
    head, key = writer.header(dek, context, salt, writer.prelude(1, 10))
    full = random(CHUNK)
    tail = writer.chunk(key, 0, False, full, context)
    add("ends without a last chunk", head + tail, FAILED)
    add("an empty last chunk", head + tail + writer.chunk(key, 1, True, b"", context), FAILED)
    again = writer.chunk(key, 0, True, full, context)
    add("goes on after a last chunk", head + again + again, FAILED)
    for name, place, value in [
        ("magic", 0, 0x43),
        ("version", 8, 2),
        ("form", 9, 2),
        ("suite", 10, 2),
        ("chunk size below the range", 11, 9),
        ("chunk size above the range", 11, 21),
        ("reserved byte", 15, 1),
    ]:
        changed = whole[:place] + bytes([value]) + whole[place + 1 :]
        add(f"unknown {name}", changed, UNKNOWN)
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
        vectors.append(vector | {"file": (heads[0] + crafted).hex()})
    plain = writer.AES.new(keys[0], writer.AES.MODE_GCM, nonce=nonce).decrypt(crafted[:-16])
    vectors[0]["plaintext"] = plain.hex()
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


def wraps(keys: list[dict]) -> list[dict]:
    random, secret, context = Stream("wraps"), ident("gk"), b"chartkey/v1/wrap-grant example"
    mine, _, large = (RSA.import_key(bytes.fromhex(k["private"])) for k in keys)
    bound = secret + sha256(context).digest()
    blob = writer.wrap(mine, secret, context, random)
    oaep = PKCS1_OAEP.new(mine, hashAlgo=SHA1, randfunc=random)
    labelled = PKCS1_OAEP.new(mine, hashAlgo=SHA256, label=b"x", randfunc=random)
    old = PKCS1_v1_5.new(mine, randfunc=random)
    short = PKCS1_OAEP.new(mine, hashAlgo=SHA256, randfunc=random).encrypt(b"short")
    modulus = int(mine.n).to_bytes(384, "big")
    wide = writer.wrap(large, secret * 2, context, random)
    cases = [
        ("a grant key under 3072 bits", keys[0], blob, context, "ok", secret),
        ("root and salt under 4096 bits", keys[2], wide, context, "ok", secret * 2),
        ("another private key", keys[1], blob, context, FAILED, b""),
        ("another context", keys[0], blob, context + b"!", FAILED, b""),
        ("no context", keys[0], blob, b"", FAILED, b""),
        ("a flipped bit", keys[0], blob[:-1] + bytes([blob[-1] ^ 1]), context, FAILED, b""),
        ("all zeros", keys[0], bytes(384), context, FAILED, b""),
        ("one", keys[0], bytes(383) + b"\1", context, FAILED, b""),
        ("the modulus", keys[0], modulus, context, FAILED, b""),
        ("above the modulus", keys[0], b"\xff" * 384, context, FAILED, b""),
        ("empty", keys[0], b"", context, FAILED, b""),
        ("a byte short", keys[0], blob[:-1], context, FAILED, b""),
        ("a byte long", keys[0], blob + b"\0", context, FAILED, b""),
        ("for a larger key", keys[0], wide, context, FAILED, b""),
        ("OAEP with SHA-1", keys[0], oaep.encrypt(bound), context, FAILED, b""),
        ("OAEP with a label", keys[0], labelled.encrypt(bound), context, FAILED, b""),
        ("PKCS #1 v1.5", keys[0], old.encrypt(bound), context, FAILED, b""),
        ("shorter than a context hash", keys[0], short, context, FAILED, b""),
    ]
    fields = ("name", "key", "blob", "context", "expect", "secret")
    return [
        dict(zip(fields, (n, key["name"], b.hex(), c.hex(), expect, s.hex()), strict=True))
        for n, key, b, c, expect, s in cases
    ]


def drafts(keys: list[dict]) -> list[dict]:
    random, file_key, context = Stream("drafts"), ident("file key"), writer.context_bytes(PLACE)
    mine, theirs, _ = (RSA.import_key(bytes.fromhex(k["private"])) for k in keys)
    patient, gateway = ident("patient", 20), ident("gateway", 20)
    plain = "入院记录：胸痛三小时。".encode()
    people = [(patient, mine), (gateway, theirs)]
    whole = writer.draft(file_key, context, people, plain, random)
    first, second = whole[16:422], whole[422:828]
    rest = whole[828:]
    one = bytearray(whole[:16])
    one[11] = 1
    swapped = patient + second[20:] + gateway + first[20:]
    three = bytearray(whole[:16])
    three[11] = 3
    crowd = [(ident(f"reader {i}", 20), mine) for i in range(16)] + [(patient, mine)]
    over = writer.draft(file_key, context, crowd, plain, random)
    twice = writer.draft(file_key, context, [(patient, mine)] * 2, plain, random)
    cases = [
        ("the first recipient", whole, keys[0], patient, context, "ok"),
        ("the second recipient", whole, keys[1], gateway, context, "ok"),
        ("not a recipient", whole, keys[0], ident("stranger", 20), context, FAILED),
        ("another's key", whole, keys[1], patient, context, FAILED),
        ("another context", whole, keys[0], patient, context[:-1] + b"\1", FAILED),
        ("a stanza stripped", bytes(one) + first + rest, keys[0], patient, context, FAILED),
        (
            "a stanza twice",
            bytes(three) + first * 2 + second + rest,
            keys[0],
            patient,
            context,
            FAILED,
        ),
        (
            "stanzas exchanged",
            whole[:16] + second + first + rest,
            keys[0],
            patient,
            context,
            FAILED,
        ),
        ("wraps exchanged", whole[:16] + swapped + rest, keys[0], patient, context, FAILED),
        (
            "MAC damaged",
            whole[:828] + bytes([rest[0] ^ 1]) + rest[1:],
            keys[0],
            patient,
            context,
            FAILED,
        ),
        ("one stanza over the cap", over, keys[0], patient, context, FAILED),
        ("a recipient named twice by the author", twice, keys[0], patient, context, FAILED),
        ("no stanza", whole[:11] + b"\0" + whole[12:16] + rest, keys[0], patient, context, FAILED),
        ("cut among the stanzas", whole[:500], keys[0], patient, context, FAILED),
        ("cut in the payload", whole[:-1], keys[0], patient, context, FAILED),
        ("a payload, not a draft", whole[860:], keys[0], patient, context, UNKNOWN),
        ("unknown version", whole[:8] + b"\2" + whole[9:], keys[0], patient, context, UNKNOWN),
    ]
    fields = ("name", "file", "key", "recipient", "context", "expect", "plaintext")
    return [
        dict(zip(fields, (n, f.hex(), k["name"], a.hex(), c.hex(), e, plain.hex()), strict=True))
        for n, f, k, a, c, e in cases
    ]


def stored_keys() -> list[dict]:
    stored = FOLDER / "keys.json"
    if stored.exists():
        return json.loads(stored.read_text("utf-8"))
    keys = []
    for name, bits in [("first", 3072), ("second", 3072), ("large", 4096)]:
        private = RSA.generate(bits, randfunc=Stream(f"rsa {name}")).export_key("DER", pkcs=8)
        keys.append({"name": name, "bits": bits, "private": private.hex()})
    return keys


def main() -> int:
    keys = stored_keys()
    files = {
        "keys": keys,
        "payload": payloads(),
        "slip": slips(),
        "wrap": wraps(keys),
        "draft": drafts(keys),
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
