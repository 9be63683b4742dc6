"""The vectors of what is wrapped to a key: wraps, and drafts with their stanzas."""

from __future__ import annotations

from hashlib import sha256

import writer
from Crypto.Cipher import PKCS1_OAEP, PKCS1_v1_5
from Crypto.Hash import SHA1, SHA256
from derived import FAILED, PLACE, UNKNOWN, ident, released
from writer import Hybrid, Stream


def wraps(keys: list[dict]) -> list[dict]:
    random, secret, context = Stream("wraps"), ident("gk"), b"chartkey/v1/wrap-grant example"
    mine, _, large = (writer.private_key(bytes.fromhex(k["private"])) for k in keys[:3])
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
    return _wrap_vectors(cases)


def hybrid_wraps(keys: list[dict]) -> list[dict]:
    """Wraps of suite 2. Its key shares RSA with "first" of suite 1, which no holder's does."""
    random, secret, context = Stream("hybrid"), ident("gk"), b"chartkey/v1/wrap-grant example"
    named = {k["name"]: k for k in keys}
    first, mine, large, other = (
        writer.private_key(bytes.fromhex(named[name]["private"]))
        for name in ("first", "hybrid", "hybrid large", "hybrid other")
    )
    key, reason = named["hybrid"], "转诊前查阅用药史".encode().ljust(400, b"\0")
    blob = writer.wrap(mine, secret, context, random)
    again = writer.wrap(mine, secret, context, random)
    wide = writer.wrap(large, secret * 2, context, random)
    middle, edge = 1 + 384, 1 + 384 + 1088
    unbound = writer.wrap_hybrid(mine, secret, context, random, bound=b"")
    zeros = writer.wrap_hybrid(mine, secret, context, random, enclosed=b"\x01" * 384)
    moved = writer.wrap_hybrid(mine, secret, context, random, published=other.public())

    def flipped(place: int) -> bytes:
        return blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]

    cases = [
        ("a grant key under 3072 bits", key, blob, context, "ok", secret),
        (
            "root and salt under 4096 bits",
            named["hybrid large"],
            wide,
            context,
            "ok",
            secret * 2,
        ),
        (
            "a reason",
            key,
            writer.wrap(mine, reason, context, random),
            context,
            "ok",
            reason,
        ),
        ("another private key", named["hybrid other"], blob, context, FAILED, b""),
        ("the RSA half with another seed", named["rsa half"], blob, context, FAILED, b""),
        ("the seed with another RSA half", named["kem half"], blob, context, FAILED, b""),
        ("another context", key, blob, context + b"!", FAILED, b""),
        ("no context", key, blob, b"", FAILED, b""),
        ("suite byte 1", key, b"\1" + blob[1:], context, FAILED, b""),
        ("suite byte 3", key, b"\3" + blob[1:], context, FAILED, b""),
        ("a flipped bit: RSA ciphertext", key, flipped(1), context, FAILED, b""),
        ("a flipped bit: ML-KEM ciphertext", key, flipped(middle), context, FAILED, b""),
        ("a flipped bit: end of it", key, flipped(edge - 1), context, FAILED, b""),
        ("a flipped bit: synthetic IV", key, flipped(edge), context, FAILED, b""),
        ("a flipped bit: sealed secret", key, flipped(len(blob) - 1), context, FAILED, b""),
        (
            "RSA ciphertext of another wrap",
            key,
            b"\2" + again[1:middle] + blob[middle:],
            context,
            FAILED,
            b"",
        ),
        (
            "ML-KEM ciphertext of another wrap",
            key,
            blob[:middle] + again[middle:edge] + blob[edge:],
            context,
            FAILED,
            b"",
        ),
        (
            "sealed secret of another wrap",
            key,
            blob[:edge] + again[edge:],
            context,
            FAILED,
            b"",
        ),
        ("context without the suite byte", key, unbound, context, FAILED, b""),
        ("another published key", key, moved, context, FAILED, b""),
        ("no RSA part, and zeros for its secret", key, zeros, context, FAILED, b""),
        (
            "a wrap of suite 1 to the RSA half",
            key,
            writer.wrap(first, secret, context, random),
            context,
            FAILED,
            b"",
        ),
        ("its RSA part alone", named["first"], blob[1:middle], context, FAILED, b""),
        ("to a key of suite 1", named["first"], blob, context, FAILED, b""),
        ("for a larger key", key, wide, context, FAILED, b""),
        ("empty", key, b"", context, FAILED, b""),
        ("the suite byte alone", key, b"\2", context, FAILED, b""),
        ("both ciphertexts and no secret", key, blob[:edge], context, FAILED, b""),
        ("a byte short", key, blob[:-1], context, FAILED, b""),
        ("a byte long", key, blob + b"\0", context, FAILED, b""),
        ("all zeros", key, b"\2" + bytes(len(blob) - 1), context, FAILED, b""),
    ]
    return _wrap_vectors([(f"suite 2: {name}", *rest) for name, *rest in cases])


def _wrap_vectors(cases: list[tuple]) -> list[dict]:
    fields = ("name", "key", "blob", "context", "expect", "secret", "released")
    return [
        dict(
            zip(
                fields,
                (n, key["name"], b.hex(), c.hex(), expect, s.hex(), released(s)),
                strict=True,
            )
        )
        for n, key, b, c, expect, s in cases
    ]


def drafts(keys: list[dict]) -> list[dict]:
    random, file_key, context = Stream("drafts"), ident("file key"), writer.context_bytes(PLACE)
    mine, theirs = (writer.private_key(bytes.fromhex(k["private"])) for k in keys[:2])
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
    return _draft_vectors(cases, plain)


def hybrid_drafts(keys: list[dict]) -> list[dict]:
    """Drafts of suite 2, to one holder of each suite."""
    random, file_key, context = Stream("hybrid drafts"), ident("file key"), b"a draft's context"
    named = {k["name"]: k for k in keys}
    mine, theirs = named["hybrid"], named["second"]
    hybrid, old = (writer.private_key(bytes.fromhex(k["private"])) for k in (mine, theirs))
    patient, gateway = ident("patient", 20), ident("gateway", 20)
    people, plain = [(patient, hybrid), (gateway, old)], "入院记录：胸痛三小时。".encode()
    whole = writer.draft(file_key, context, people, plain, random)
    edge = 16 + 22 + 1521
    first, second, rest = whole[16:edge], whole[edge : edge + 406], whole[edge + 406 :]
    marked = writer.draft(file_key, context, people, plain, random, suite=1)
    damaged = bytearray(whole)
    damaged[16 + 22 + 600] ^= 1
    alone = whole[:11] + b"\1" + whole[12:16]
    cases = [
        ("the recipient of suite 2", whole, mine, patient, context, "ok"),
        ("the recipient of suite 1", whole, theirs, gateway, context, "ok"),
        ("another context", whole, mine, patient, context + b"!", FAILED),
        ("the other's stanza", whole, mine, gateway, context, FAILED),
        ("marked as of suite 1", marked, mine, patient, context, FAILED),
        ("a flipped bit in the wrap", bytes(damaged), mine, patient, context, FAILED),
        ("the weaker stanza stripped", alone + first + rest, mine, patient, context, FAILED),
        ("the stronger stanza stripped", alone + second + rest, theirs, gateway, context, FAILED),
        ("cut in the wrap", whole[: edge - 1], mine, patient, context, FAILED),
        ("unknown suite", whole[:10] + b"\3" + whole[11:], mine, patient, context, UNKNOWN),
    ]
    named_so = [(f"suite 2: {name}", *others) for name, *others in cases]
    return _draft_vectors(named_so, plain)


def _draft_vectors(cases: list[tuple], plain: bytes) -> list[dict]:
    fields = ("name", "file", "key", "recipient", "context", "expect", "plaintext", "released")
    vectors = []
    for name, file, key, address, context, expect in cases:
        shown = plain.hex() if expect == "ok" else ""
        leaves = released(plain if expect == "ok" else b"")
        values = (name, file.hex(), key["name"], address.hex(), context.hex(), expect, shown)
        vectors.append(dict(zip(fields, (*values, leaves), strict=True)))
    return vectors


def new_keys(stored: list[dict]) -> list[dict]:
    """Return the stored keys, and those of suite 2 made of them where they are missing.

    Two of them are half of "hybrid" each, as whoever broke the other half has them.
    """
    by_name = {k["name"]: bytes.fromhex(k["private"]) for k in stored}
    first, second, large = (writer.private_key(by_name[n]) for n in ("first", "second", "large"))
    seed, unknown = ident("seed, d") + ident("seed, z"), ident("another seed") * 2
    made = [
        ("hybrid", 3072, Hybrid(seed, first)),
        ("hybrid large", 4096, Hybrid(ident("large seed") * 2, large)),
        ("hybrid other", 3072, Hybrid(unknown, second)),
        ("rsa half", 3072, Hybrid(unknown, first)),
        ("kem half", 3072, Hybrid(seed, second)),
    ]
    return stored[:3] + [
        {"name": name, "bits": bits, "private": key.private().hex()} for name, bits, key in made
    ]
