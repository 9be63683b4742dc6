"""The stored vectors, opened by the library and by the second reader on pycryptodome."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from chartkey import errors
from chartkey.crypto import commitment, draft, independent, payload, slip, wrap
from chartkey.crypto.keytree import RelationshipRoot
from chartkey.errors import CommitmentMismatch

from tests.unit.crypto.test_payload import Tap
from tests.vectors.stored import FOLDER, any_key, load, named, private_der, record_context

Vector = dict[str, Any]
READERS = ["library", "independent"]
NOTHING = sha256(b"").hexdigest()


def check(vector: Vector, read: Callable[[], bytes], field: str = "plaintext") -> None:
    """Expect the stored bytes, which may be released, or the stored failure."""
    if vector["expect"] == "ok":
        found = read()
        assert found.hex() == vector[field]
        assert sha256(found).hexdigest() == vector["released"]
        return
    with pytest.raises(errors.ChartkeyError) as caught:
        read()
    assert type(caught.value).__name__ == vector["expect"]


def check_streamed(vector: Vector, read: Callable[[Any], object]) -> None:
    """Expect that a pipe received what may be released by then, and not a byte more."""
    pipe = Tap()
    if vector["expect"] == "ok":
        read(pipe)
    else:
        with pytest.raises(errors.ChartkeyError) as caught:
            read(pipe)
        assert type(caught.value).__name__ == vector["expect"]
    assert sha256(pipe.received).hexdigest() == vector["released"]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("vector", load("payload"), ids=named)
def test_a_payload_opens_or_fails_as_stored(vector: Vector, reader: str) -> None:
    context, dek = record_context(vector["context"]), bytes.fromhex(vector["dek"])

    def read(target: Any) -> None:
        source = io.BytesIO(bytes.fromhex(vector["file"]))
        if reader == "library":
            payload.open_payload(source, target, dek, context)
        else:
            independent.open_payload(source, target, dek, context.encode())

    check_streamed(vector, read)
    if vector["expect"] == "ok":
        target = io.BytesIO()
        read(target)
        assert target.getvalue().hex() == vector["plaintext"]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("vector", load("draft"), ids=named)
def test_a_draft_opens_or_fails_as_stored(vector: Vector, reader: str) -> None:
    recipient, context = (bytes.fromhex(vector[name]) for name in ("recipient", "context"))
    der = private_der(vector["key"])

    def read(target: Any) -> None:
        source = io.BytesIO(bytes.fromhex(vector["file"]))
        if reader == "library":
            draft.open_draft(source, target, recipient, any_key(vector["key"]), context)
        else:
            independent.open_draft(source, target, recipient, der, context)

    check_streamed(vector, read)
    if vector["expect"] == "ok":
        target = io.BytesIO()
        read(target)
        assert target.getvalue().hex() == vector["plaintext"]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("vector", load("wrap"), ids=named)
def test_a_wrap_opens_or_fails_as_stored(vector: Vector, reader: str) -> None:
    der, blob, context = private_der(vector["key"]), vector["blob"], vector["context"]
    wrapped = (bytes.fromhex(blob), bytes.fromhex(context))
    if reader == "library":
        check(vector, lambda: wrap.unwrap(any_key(vector["key"]), *wrapped), "secret")
    else:
        check(vector, lambda: independent.unwrap(der, *wrapped), "secret")


def open_by_purpose(vector: Vector, key: bytes, blob: bytes, fields: list[bytes]) -> bytes:
    openers: dict[str, Callable[..., Any]] = {
        "slip-record": slip.open_record_slip,
        "slip-scope": slip.open_scope_slip,
        "slip-single": slip.open_single_slip,
        "locator": slip.open_locator,
    }
    integers = {1: 8, 2: 2}
    place = [int.from_bytes(f, "big") if len(f) in integers.values() else f for f in fields]
    found = openers[vector["purpose"]](key, blob, *place)
    return found.encode() if isinstance(found, slip.Locator) else bytes(found)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("vector", load("slip"), ids=named)
def test_a_slip_opens_or_fails_as_stored(vector: Vector, reader: str) -> None:
    key, blob = bytes.fromhex(vector["key"]), bytes.fromhex(vector["blob"])
    fields = [bytes.fromhex(f) for f in vector["fields"]]

    def read() -> bytes:
        if reader == "library":
            return open_by_purpose(vector, key, blob, fields)
        if vector["purpose"] == "locator":
            cid, size = independent.open_locator(key, blob, fields)
            return slip.Locator(cid, size).encode()
        return independent.open_slip(key, vector["purpose"], blob, fields)

    check(vector, read)


@pytest.mark.parametrize("vector", load("commitment"), ids=named)
def test_commitments_are_as_stored(vector: Vector) -> None:
    seed, digest, key_commitment = (
        bytes.fromhex(vector[name]) for name in ("seed", "payload_digest", "key_commitment")
    )
    elements = [bytes.fromhex(e) for e in vector["elements"]]
    tree = commitment.ContentTree(seed, elements)
    zero = commitment.leaf0(seed, digest, key_commitment)
    assert tree.root == independent.content_root(seed, elements)
    assert (tree.root.hex(), zero.hex()) == (vector["content_root"], vector["leaf0"])
    assert commitment.record_root(zero, tree.root).hex() == vector["root"]


@pytest.mark.parametrize("vector", load("commitment"), ids=named)
def test_proofs_hold_or_fail_as_stored(vector: Vector) -> None:
    root = bytes.fromhex(vector["content_root"])
    for stored in vector["proofs"]:
        path = tuple(bytes.fromhex(p) for p in stored["path"])
        salt, value = bytes.fromhex(stored["salt"]), bytes.fromhex(stored["value"])
        proof = commitment.Proof(stored["index"], salt, value, path)
        if stored["expect"] == "ok":
            commitment.verify(root, proof)
            continue
        with pytest.raises(CommitmentMismatch):
            commitment.verify(root, proof)


@pytest.mark.parametrize("vector", load("keytree"), ids=named)
def test_key_trees_are_as_stored(vector: Vector) -> None:
    root = RelationshipRoot(bytes.fromhex(vector["root"]))
    record, grant, salt = (bytes.fromhex(vector[n]) for n in ("record", "grant", "salt"))
    place = (vector["epoch"], vector["kind"])
    assert root.commitment(salt).hex() == vector["commitment"]
    assert root.epoch_key(vector["epoch"]).hex() == vector["epoch_key"]
    assert root.kind_key(*place).hex() == vector["kind_key"]
    assert root.record_key(*place, record).hex() == vector["record_key"]
    assert root.grant_key(grant).hex() == vector["grant_key"]


SEALED = [v for v in load("payload") if v["expect"] == "ok" and "payload_keys" not in v]


@pytest.mark.parametrize("vector", SEALED, ids=named)
def test_the_library_writes_the_stored_bytes(vector: Vector) -> None:
    file, target = bytes.fromhex(vector["file"]), io.BytesIO()
    payload.seal_stream(
        io.BytesIO(bytes.fromhex(vector["plaintext"])),
        target,
        bytes.fromhex(vector["dek"]),
        payload.record_binding(record_context(vector["context"])),
        file[10],
        chunk_log2=file[11],
        salt=file[16:48],
    )
    assert target.getvalue() == file


def test_what_the_library_writes_the_second_reader_opens() -> None:
    dek, text = bytes(32), "手术记录：阑尾切除术。".encode() * 30_000
    context = record_context(load("payload")[0]["context"])
    file, _ = payload.seal_bytes(text, dek, context)
    target = io.BytesIO()
    independent.open_payload(io.BytesIO(file), target, dek, context.encode())
    assert target.getvalue() == text


@pytest.mark.parametrize("key", ["first", "large", "hybrid", "hybrid large"])
def test_what_the_library_attaches_the_second_reader_opens(key: str) -> None:
    der, address, target = private_der(key), b"a" * 20, io.BytesIO()
    public = wrap.public_der(any_key(key))
    draft.seal_draft(io.BytesIO("病历".encode()), target, [(address, public)], b"here")
    opened = io.BytesIO()
    independent.open_draft(io.BytesIO(target.getvalue()), opened, address, der, b"here")
    assert opened.getvalue().decode() == "病历"


def test_the_second_reader_uses_none_of_the_first() -> None:
    code = (
        "import sys; import chartkey.crypto.independent as i; i.hkdf(bytes(32), 'x'); "
        "assert 'cryptography' not in sys.modules; "
        "print(sorted(m for m in sys.modules if m.startswith('chartkey.crypto.')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['chartkey.crypto.independent']"


def test_the_vectors_come_from_their_generator() -> None:
    script = str(FOLDER / "generate.py")
    run = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_there_are_vectors_enough_and_each_names_its_outcome() -> None:
    vectors = [v for name in ("payload", "slip", "wrap", "draft") for v in load(name)]
    outcomes = {"ok", "DecryptionFailed", "FormatUnknown"}
    assert len(vectors) >= 60
    assert {v["expect"] for v in vectors} == outcomes
    assert all(len(v["released"]) == 64 for v in vectors)
    unauthentic = [v for v in vectors if v["expect"] == "FormatUnknown"]
    assert {v["released"] for v in unauthentic} == {NOTHING}


@pytest.mark.parametrize("suite", [1, 2])
def test_each_suite_has_vectors_that_open_and_vectors_that_fail(suite: int) -> None:
    for name in ("payload", "wrap", "draft"):
        vectors = [v for v in load(name) if v["name"].startswith("suite 2") is (suite == 2)]
        assert {v["expect"] for v in vectors} >= {"ok", "DecryptionFailed"}
