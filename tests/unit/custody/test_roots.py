"""What a record key's wrap to staff is bound to, byte by byte (client/README.md, "RSA wraps")."""

from __future__ import annotations

from chartkey.custody.roots import record_wrap_context
from chartkey.models import Attestation, Kind, RecordPointer, RecordStatus

from tests.unit.custody.conftest import HOUSE, RECORD, RELATIONSHIP, ROOT


def test_a_wrap_to_staff_is_bound_to_chain_relationship_record_and_reader() -> None:
    attestation = Attestation(
        relationship=RELATIONSHIP,
        record_id=RECORD,
        parent=bytes(32),
        kind=Kind.LABORATORY,
        profile=b"p" * 32,
        affiliation=b"a" * 32,
        content_root=b"c" * 32,
        deadline=2_000_000_000,
    )
    pointer = RecordPointer(
        relationship=RELATIONSHIP,
        attestation=attestation,
        author=HOUSE,
        status=RecordStatus.CONFIRMED,
        epoch=7,
        root=ROOT,
        locator=bytes(80),
        block=9,
        superseded=False,
    )
    assert record_wrap_context(1337, pointer, HOUSE).hex() == (
        "63686172746b65792f76312f777261702d7265636f7264"
        "0000000000000539"
        "52908400098527886e0f7030069857d2e4169ee7"
        + "72" * 32
        + "8617e340b3d01fa5f11f306f4090fd50e238070d"
    )
