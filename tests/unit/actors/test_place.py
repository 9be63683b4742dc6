"""Record ids, and the context that binds a ciphertext to its place (P04, T06)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from chartkey.actors.place import new_record_id, record_context

from tests.unit.custody.conftest import HOUSE, RELATIONSHIP
from tests.unit.custody.test_drafts import HEADER


def test_no_two_records_share_an_id() -> None:
    ids = {new_record_id(RELATIONSHIP, HOUSE) for _ in range(100)}
    assert len(ids) == 100
    assert {len(id) for id in ids} == {32}


def test_a_record_id_is_bound_to_relationship_and_author(monkeypatch: Any) -> None:
    monkeypatch.setattr("secrets.token_bytes", bytes)
    ids = [
        new_record_id(*place)
        for place in ((RELATIONSHIP, HOUSE), (HOUSE, RELATIONSHIP), (HOUSE, HOUSE))
    ]
    assert len(set(ids)) == 3


def test_a_context_names_the_place_of_the_attestation() -> None:
    facade = SimpleNamespace(subject_id=lambda: b"s" * 32)
    network: Any = SimpleNamespace(chain_id=1337, relationship=lambda address: facade)
    context = record_context(network, HEADER.attestation, HOUSE)
    assert context.encode() == b"".join(
        (
            b"\1",
            (1337).to_bytes(8, "big"),
            bytes.fromhex(RELATIONSHIP[2:]),
            b"s" * 32,
            HEADER.attestation.record_id,
            bytes.fromhex(HOUSE[2:]),
            HEADER.attestation.parent,
        )
    )
