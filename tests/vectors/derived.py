"""The vectors of what is derived and committed to: key tree, commitments, handles."""

from __future__ import annotations

import hmac
from hashlib import sha256

import writer

MISMATCH = "CommitmentMismatch"
FAILED, UNKNOWN = "DecryptionFailed", "FormatUnknown"


def ident(name: str, length: int = 32) -> bytes:
    """Return bytes that stand for something random called ``name``."""
    return sha256(name.encode()).digest()[:length]


PLACE = {
    "suite": 1,
    "chain_id": 1337,
    "relationship": ident("relationship", 20).hex(),
    "subject": ident("subject").hex(),
    "record": ident("record").hex(),
    "author": ident("author", 20).hex(),
    "parent": bytes(32).hex(),
}


def released(plain: bytes) -> str:
    """Return the SHA-256 of all that may leave a reader; of nothing, where it refuses at once."""
    return sha256(plain).hexdigest()


def commitments() -> list[dict]:
    seed, digest, commitment = ident("leaf seed"), ident("payload digest"), ident("commitment")
    vectors = []
    for count in (1, 2, 3, 4, 5, 8, 13):
        elements = [
            f"element {i}: 血钾 {i / 10 + 3.5} mmol/L".encode() for i in range(1, count + 1)
        ]
        levels = writer.content_levels(seed, elements)
        content, zero = levels[-1][0], writer.leaf(seed, 0, digest + commitment)
        proofs = [_proof(seed, elements, levels, i) for i in range(1, count + 1)]
        vectors.append(
            {
                "name": f"{count} elements",
                "seed": seed.hex(),
                "payload_digest": digest.hex(),
                "key_commitment": commitment.hex(),
                "elements": [e.hex() for e in elements],
                "leaf0": zero.hex(),
                "content_root": content.hex(),
                "root": writer.keccak256(b"\x01" + zero + content).hex(),
                "proofs": proofs + _false_proofs(proofs),
            }
        )
    return vectors


def _proof(seed: bytes, elements: list[bytes], levels: list[list[bytes]], index: int) -> dict:
    path = [level[(index - 1 >> k) ^ 1].hex() for k, level in enumerate(levels[:-1])]
    salt = writer.derive(seed, "leaf", index.to_bytes(8, "big"))
    value = elements[index - 1].hex()
    return {"index": index, "salt": salt.hex(), "value": value, "path": path, "expect": "ok"}


def _false_proofs(proofs: list[dict]) -> list[dict]:
    true, size = proofs[-1], len(proofs)
    changes = [
        {"index": size + 1},
        {"index": 0},
        {"index": true["index"] + (1 << len(true["path"]))},
        {"value": true["value"] + "00"},
        {"salt": bytes(32).hex()},
        {"path": [*true["path"], bytes(32).hex()]},
        {"path": [*true["path"], ""]},
    ]
    changes += [{"path": true["path"][:-1]}] if true["path"] else []
    return [true | change | {"expect": MISMATCH} for change in changes]


def keytrees() -> list[dict]:
    vectors = []
    for epoch, kind in [(0, 1), (1, 1), (1, 0), (2**64 - 1, 2**16 - 1)]:
        root, record, grant, salt = ident("rr"), ident("record"), ident("grant", 16), ident("salt")
        epoch_key = writer.derive(root, "epoch", epoch.to_bytes(8, "big"))
        kind_key = writer.derive(epoch_key, "kind", kind.to_bytes(2, "big"))
        vectors.append(
            {
                "name": f"epoch {epoch}, kind {kind}",
                "root": root.hex(),
                "salt": salt.hex(),
                "commitment": writer.keccak256(b"\x02" + salt + root).hex(),
                "epoch": epoch,
                "kind": kind,
                "record": record.hex(),
                "grant": grant.hex(),
                "epoch_key": epoch_key.hex(),
                "kind_key": kind_key.hex(),
                "record_key": writer.derive(kind_key, "record", record).hex(),
                "grant_key": writer.derive(root, "grant", grant).hex(),
            }
        )
    return vectors


def handles() -> list[dict]:
    vectors = []
    for name, kind, given, normal, version in [
        ("a resident ID", "resident-id", "11010519491231002x", "11010519491231002X", 1),
        (
            "full-width digits",
            "resident-id",
            "１１０１０５１９４９１２３１００２Ｘ",
            "11010519491231002X",
            1,
        ),
        ("a mobile phone", "phone", "138 0013 8000", "+8613800138000", 1),
        ("with its country", "phone", "0086-138-0013-8000", "+8613800138000", 1),
        ("a land line", "phone", "（010）6552 9988", "+861065529988", 1),
        ("abroad", "phone", "+41 44 668 18 00", "+41446681800", 1),
        ("a health card, second key", "health-card", "bj-0012 3456", "BJ00123456", 2),
    ]:
        named = bytes([len(kind)]) + kind.encode() + normal.encode()
        message = b"chartkey/v1/handle" + version.to_bytes(4, "big") + named
        digest = hmac.digest(ident("handle key"), message, "sha256")
        vector = {"name": name, "key": ident("handle key").hex(), "type": kind, "given": given}
        vectors.append(vector | {"normal": normal, "version": version, "handle": digest.hex()})
    return vectors
