"""The key tree: separation of keys, commitment to the root, wraps bound to their holders."""

from __future__ import annotations

import pytest
from chartkey.crypto import rsa
from chartkey.crypto.keytree import (
    RelationshipRoot,
    grant_context,
    record_key,
    root_context,
    unwrap_grant_key,
    wrap_grant_key,
)
from chartkey.errors import CommitmentMismatch, ContextInvalid, DecryptionFailed
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ROOT = RelationshipRoot(bytes(range(32)))
SALT, RECORD, GRANT = b"s" * 32, b"r" * 32, b"g" * 16
PPR, PATIENT, HOSPITAL, DOCTOR = (bytes([n]) * 20 for n in range(1, 5))


def test_a_viewer_with_the_kind_key_reaches_the_record_key() -> None:
    assert record_key(ROOT.kind_key(2, 7), RECORD) == ROOT.record_key(2, 7, RECORD)


def test_every_key_of_the_tree_differs() -> None:
    keys = [ROOT.secret, ROOT.grant_key(GRANT), ROOT.grant_key(b"h" * 16)]
    keys += [ROOT.epoch_key(e) for e in range(3)]
    keys += [ROOT.kind_key(e, k) for e in range(3) for k in range(27)]
    keys += [ROOT.record_key(e, 1, bytes([r]) * 32) for e in range(3) for r in range(3)]
    assert len(set(keys)) == len(keys)


def test_new_roots_differ_and_hide_themselves() -> None:
    root = RelationshipRoot.generate()
    assert root != RelationshipRoot.generate()
    assert root.secret.hex() not in repr(root)
    assert str(root.secret) not in repr(root)


def test_the_commitment_depends_on_root_and_salt() -> None:
    other = RelationshipRoot(bytes(32))
    assert len({ROOT.commitment(SALT), ROOT.commitment(bytes(32)), other.commitment(SALT)}) == 3


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_root_or_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ContextInvalid):
        RelationshipRoot(bytes(length))
    with pytest.raises(ContextInvalid):
        ROOT.commitment(bytes(length))


def test_fields_out_of_range_are_refused() -> None:
    with pytest.raises(ContextInvalid):
        ROOT.epoch_key(-1)
    with pytest.raises(ContextInvalid):
        ROOT.kind_key(0, 1 << 16)
    with pytest.raises(ContextInvalid):
        ROOT.grant_key(bytes(32))
    with pytest.raises(ContextInvalid):
        ROOT.record_key(0, 1, bytes(20))


def test_both_sides_open_the_root_and_check_it(
    patient_key: RSAPrivateKey, gateway_key: RSAPrivateKey
) -> None:
    commitment = ROOT.commitment(SALT)
    for key, holder in ((patient_key, PATIENT), (gateway_key, HOSPITAL)):
        context = root_context(1337, PPR, holder)
        blob = ROOT.wrap(rsa.public_der(key), SALT, context)
        assert RelationshipRoot.unwrap(key, blob, context, commitment) == (ROOT, SALT)


def test_a_root_that_is_not_the_committed_one_is_refused(patient_key: RSAPrivateKey) -> None:
    context = root_context(1337, PPR, PATIENT)
    blob = RelationshipRoot(bytes(32)).wrap(rsa.public_der(patient_key), SALT, context)
    with pytest.raises(CommitmentMismatch):
        RelationshipRoot.unwrap(patient_key, blob, context, ROOT.commitment(SALT))


@pytest.mark.parametrize(
    "context",
    [
        root_context(1, PPR, PATIENT),
        root_context(1337, HOSPITAL, PATIENT),
        root_context(1337, PPR, HOSPITAL),
        b"",
    ],
)
def test_T07_a_root_wrap_moved_elsewhere_is_refused(
    patient_key: RSAPrivateKey, context: bytes
) -> None:
    blob = ROOT.wrap(rsa.public_der(patient_key), SALT, root_context(1337, PPR, PATIENT))
    with pytest.raises(DecryptionFailed):
        RelationshipRoot.unwrap(patient_key, blob, context, ROOT.commitment(SALT))


def test_a_grant_key_reaches_its_viewer(patient_key: RSAPrivateKey) -> None:
    context = grant_context(1337, PPR, GRANT, DOCTOR)
    blob = wrap_grant_key(rsa.public_der(patient_key), ROOT.grant_key(GRANT), context)
    assert unwrap_grant_key(patient_key, blob, context) == ROOT.grant_key(GRANT)


@pytest.mark.parametrize(
    "context",
    [
        grant_context(1, PPR, GRANT, DOCTOR),
        grant_context(1337, HOSPITAL, GRANT, DOCTOR),
        grant_context(1337, PPR, b"h" * 16, DOCTOR),
        grant_context(1337, PPR, GRANT, PATIENT),
        root_context(1337, PPR, DOCTOR),
    ],
)
def test_T07_a_grant_wrap_moved_elsewhere_is_refused(
    patient_key: RSAPrivateKey, context: bytes
) -> None:
    right = grant_context(1337, PPR, GRANT, DOCTOR)
    blob = wrap_grant_key(rsa.public_der(patient_key), ROOT.grant_key(GRANT), right)
    with pytest.raises(DecryptionFailed):
        unwrap_grant_key(patient_key, blob, context)


def test_a_root_wrap_does_not_pass_for_a_grant_wrap(patient_key: RSAPrivateKey) -> None:
    context = grant_context(1337, PPR, GRANT, DOCTOR)
    blob = ROOT.wrap(rsa.public_der(patient_key), SALT, context)
    with pytest.raises(DecryptionFailed):
        unwrap_grant_key(patient_key, blob, context)
