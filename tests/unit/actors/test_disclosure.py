"""A disclosure checked without a node: whatever was changed in it is refused (R70, P05)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from chartkey.actors.disclosure import Disclosed, Disclosure, leaves_digest
from chartkey.crypto.commitment import ContentTree, leaf0, leaf_salt, record_root
from chartkey.errors import (
    ChartkeyError,
    CommitmentMismatch,
    InputError,
    RecordInvalid,
    SignatureInvalid,
)
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

SEED = bytes(range(32))
VALUES = tuple(
    f'{{"resourceType":"AllergyIntolerance","id":"{name}"}}'.encode()
    for name in (
        "青霉素",
        "头孢",
        "花生",
        "磺胺",
        "乳胶",
    )
)
TREE = ContentTree(SEED, VALUES)
LEAF0 = leaf0(SEED, b"d" * 32, b"k" * 32)
ROOT = record_root(LEAF0, TREE.root)
CHAIN = 1337


class Owner:
    """An account that signs as an opened key file does."""

    def __init__(self, secret: bytes = b"\x07" * 32) -> None:
        self.account = Account.from_key(secret)
        self.address = str(self.account.address)

    def sign_hash(self, digest: bytes) -> bytes:
        return bytes(self.account.unsafe_sign_hash(digest).signature)


def disclosed(*indices: int, owner: Any = None, **changed: Any) -> Disclosure:
    owner = owner or Owner()
    proofs = tuple(TREE.prove(index) for index in indices)
    fields: dict[str, Any] = {
        "relationship": "0x" + "00" * 19 + "01",
        "owner": owner.address,
        "record": b"r" * 32,
        "root": ROOT,
        "leaf0": LEAF0,
        "elements": leaves_digest(proofs),
        "audience": "招聘单位",
        "disclosed_at": 1_733_900_000,
        **changed,
    }
    return Disclosure(CHAIN, Disclosed(**fields).sign(owner, CHAIN), proofs)


def reread(text: str) -> Disclosure:
    return Disclosure.from_json(text.encode())


def test_what_was_written_is_read_again_and_checks() -> None:
    written = disclosed(2, 5)
    found = reread(written.to_json())
    assert (found.signed, found.proofs) == (written.signed, written.proofs)
    found.check()
    found.check(ROOT)
    assert [proof.value for proof in found.proofs] == [VALUES[1], VALUES[4]]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in the JSON that holds a text or a number."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))
    else:
        yield path


WHOLE = json.loads(disclosed(2, 5).to_json())


def changes(value: Any) -> list[Any]:
    if isinstance(value, int):
        return [value + 1, value - 1, str(value), -value]
    flipped = value[:-1] + ("0" if value[-1] != "0" else "1")
    middle = len(value) // 2
    other = "A" if value[middle] != "A" else "B"
    swapped = value[:middle] + other + value[middle + 1 :]
    return [flipped, swapped, value.upper() + "1", value[:-2], "", None, [value]]


@pytest.mark.parametrize("path", list(places(WHOLE)), ids=str)
def test_R70_every_field_that_is_changed_is_refused(path: tuple[Any, ...]) -> None:
    *way, last = path
    for changed in changes(reduce(getitem, path, WHOLE)):
        forged = copy.deepcopy(WHOLE)
        reduce(getitem, way, forged)[last] = changed
        with pytest.raises(ChartkeyError):
            reread(json.dumps(forged)).check()


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_member_that_is_missing_or_unknown_is_refused(name: str) -> None:
    without = {key: value for key, value in WHOLE.items() if key != name}
    with pytest.raises(RecordInvalid):
        reread(json.dumps(without))
    with pytest.raises(RecordInvalid):
        reread(json.dumps(WHOLE | {name + "x": 1}))


def elements_changed(change: Any) -> str:
    forged = copy.deepcopy(WHOLE)
    forged["elements"] = change(forged["elements"])
    return json.dumps(forged)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found[:1],
        lambda found: found[::-1],
        lambda found: [*found, found[0]],
        lambda found: [],
        lambda found: [found[0] | {"salt": found[1]["salt"]}, found[1]],
        lambda found: [found[0] | {"value": found[1]["value"]}, found[1]],
        lambda found: [found[0] | {"path": found[0]["path"][:-1]}, found[1]],
        lambda found: [found[0] | {"path": [*found[0]["path"], "0x" + "00" * 32]}, found[1]],
        lambda found: [found[0] | {"more": 1}, found[1]],
        lambda found: "all",
    ],
)
def test_R70_elements_are_neither_left_out_nor_moved_nor_repeated(change: Any) -> None:
    with pytest.raises(ChartkeyError):
        reread(elements_changed(change)).check()


@pytest.mark.parametrize("index", range(1, len(VALUES) + 1))
def test_R70_nothing_of_the_other_elements_is_in_the_file(index: int) -> None:
    written = disclosed(index)
    text = written.to_json()
    inside = repr([*json.loads(text).items(), *(proof.value for proof in written.proofs)])
    for other, value in enumerate(VALUES, 1):
        if other == index:
            continue
        assert value.hex() not in text
        assert json.loads(value)["id"] not in inside
        assert leaf_salt(SEED, other).hex() not in text
    assert SEED.hex() not in text
    assert leaf_salt(SEED, 0).hex() not in text


def test_an_element_that_the_owner_signed_but_never_committed_to_is_refused() -> None:
    """An owner who lies: the signature holds, the root does not."""
    proofs = (TREE.prove(2),)
    invented = (type(proofs[0])(2, proofs[0].salt, b'{"resourceType":"Basic"}', proofs[0].path),)
    said = disclosed(2, elements=leaves_digest(invented)).signed
    with pytest.raises(CommitmentMismatch):
        Disclosure(CHAIN, said, invented).check()


def test_fewer_elements_than_were_signed_are_refused() -> None:
    signed = disclosed(1, 2).signed
    with pytest.raises(SignatureInvalid):
        Disclosure(CHAIN, signed, (TREE.prove(1),)).check()


def test_another_root_than_the_one_known_is_refused() -> None:
    other = ContentTree(bytes(32), VALUES)
    root = record_root(LEAF0, other.root)
    proofs = (other.prove(1),)
    said = disclosed(1, root=root, elements=leaves_digest(proofs)).signed
    found = Disclosure(CHAIN, said, proofs)
    found.check()
    with pytest.raises(CommitmentMismatch):
        found.check(ROOT)


def test_another_chain_or_somebody_elses_signature_is_refused() -> None:
    written = disclosed(1)
    with pytest.raises(SignatureInvalid):
        Disclosure(CHAIN + 1, written.signed, written.proofs).check()
    stranger = replace(written.statement).sign(Owner(b"\x08" * 32), CHAIN)
    with pytest.raises(SignatureInvalid):
        Disclosure(CHAIN, stranger, written.proofs).check()


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "null", "{}", '{"format": 1}'])
def test_what_is_no_disclosure_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        reread(text)


def test_T14_a_deep_or_endless_file_is_refused() -> None:
    with pytest.raises(InputError):
        reread("[" * 100_000)


def test_its_repr_shows_nothing_of_the_patients() -> None:
    assert "青霉素" not in repr(disclosed(1))
    assert VALUES[0].hex() not in repr(disclosed(1))


@given(st.binary(max_size=200))
def test_whatever_comes_one_error_of_ours_comes_back(data: bytes) -> None:
    with pytest.raises(InputError):
        Disclosure.from_json(data)
