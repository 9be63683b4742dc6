"""What crosses a custodian's interface: forms, widths and numbers (T07, T14)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from chartkey.custody.custodian import MOST_SLIPS, DraftHeader, Release, SlipDelivery
from chartkey.custody.database import RecordSlip, ScopeSlip
from chartkey.errors import RecordInvalid

from tests.unit.custody.conftest import GRANT, HOUSE, RECORD, RELATIONSHIP, ROOT, SLIP
from tests.unit.custody.test_drafts import HEADER

HELD = RecordSlip(RELATIONSHIP, RECORD, ROOT, SLIP)
SCOPE = ScopeSlip(RELATIONSHIP, GRANT, 1, 2, b"", SLIP)
SINGLE = ScopeSlip(RELATIONSHIP, GRANT, 0, 0, RECORD, SLIP)
WHOLE = SlipDelivery(RELATIONSHIP, (HELD,), (SCOPE, SINGLE))


def test_a_header_is_read_as_it_was_written() -> None:
    assert DraftHeader.from_json(HEADER.to_json()) == HEADER
    assert HEADER.is_canonical
    assert HEADER.record == RECORD


def documents() -> list[str]:
    written: dict[str, Any] = json.loads(HEADER.to_json())
    attested = written["attestation"]

    def without(document: dict[str, Any], name: str) -> dict[str, Any]:
        return {key: value for key, value in document.items() if key != name}

    changed = [
        without(written, "signature"),
        without(written, "attestation"),
        written | {"surplus": 1},
        written | {"size": "1"},
        written | {"size": -1},
        written | {"left_at": 1 << 48},
        written | {"author": HOUSE.lower()},
        written | {"owner": None},
        written | {"signature": "00" * 64},
        written | {"signature": "zz"},
        written | {"attestation": []},
        *(written | {"attestation": without(attested, name)} for name in attested),
        written | {"attestation": attested | {"record_id": "00"}},
        written | {"attestation": attested | {"kind": 256}},
        written | {"attestation": attested | {"deadline": 1 << 48}},
        written | {"attestation": attested | {"relationship": RELATIONSHIP.lower()}},
    ]
    return ["", "null", "[]", "{", "[" * 4000, *map(json.dumps, changed)]


@pytest.mark.parametrize("text", documents(), ids=lambda text: text[-24:])
def test_a_damaged_header_is_refused(text: str) -> None:
    with pytest.raises(RecordInvalid):
        DraftHeader.from_json(text)


def test_T14_a_header_beyond_any_size_is_refused() -> None:
    with pytest.raises(RecordInvalid):
        DraftHeader.from_json(HEADER.to_json()[:-1] + " " * 5000 + "}")


def test_a_delivery_of_whole_slips_is_canonical() -> None:
    assert WHOLE.is_canonical
    assert SlipDelivery(RELATIONSHIP).is_canonical


@pytest.mark.parametrize(
    "slip",
    [
        replace(HELD, relationship=HOUSE),
        replace(HELD, record=RECORD[:-1]),
        replace(HELD, root=b""),
        replace(HELD, slip=SLIP + b"s"),
        replace(SCOPE, relationship=HOUSE),
        replace(SCOPE, grant=GRANT[:-1]),
        replace(SCOPE, epoch=1 << 32),
        replace(SCOPE, epoch=-1),
        replace(SCOPE, kind=256),
        replace(SCOPE, record=b"r"),
        replace(SCOPE, record=RECORD),
        replace(SINGLE, epoch=1),
        replace(SINGLE, kind=1),
        replace(SCOPE, slip=SLIP[:-1]),
        replace(SCOPE, slip="s" * 48),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_a_slip_of_another_width_or_place_is_not(slip: Any) -> None:
    records = (slip,) if isinstance(slip, RecordSlip) else ()
    scopes = () if records else (slip,)
    assert not SlipDelivery(RELATIONSHIP, records, scopes).is_canonical


def test_T14_a_delivery_has_a_greatest_number() -> None:
    many = tuple(replace(SCOPE, epoch=n) for n in range(MOST_SLIPS + 1))
    assert SlipDelivery(RELATIONSHIP, scopes=many[:-1]).is_canonical
    assert not SlipDelivery(RELATIONSHIP, scopes=many).is_canonical


def test_T07_every_part_of_every_slip_is_in_the_digest() -> None:
    other = b"o" * 32
    changed = [
        replace(WHOLE, records=(replace(HELD, record=other),)),
        replace(WHOLE, records=(replace(HELD, root=other),)),
        replace(WHOLE, records=(replace(HELD, slip=b"o" * 48),)),
        replace(WHOLE, records=()),
        replace(WHOLE, records=(HELD, HELD)),
        *(
            replace(WHOLE, scopes=(replace(SCOPE, **part), SINGLE))
            for part in ({"grant": b"o" * 16}, {"epoch": 2}, {"kind": 3}, {"slip": b"o" * 48})
        ),
        replace(WHOLE, scopes=(SCOPE, replace(SINGLE, record=other))),
        replace(WHOLE, scopes=(SINGLE, SCOPE)),
    ]
    digests = [WHOLE.digest(), *(delivery.digest() for delivery in changed)]
    assert len(set(digests)) == len(digests)


def test_no_slip_and_no_wrap_shows_in_a_representation() -> None:
    release = Release(None, (HELD,), (SCOPE,), {RECORD: b"w" * 384})  # type: ignore[arg-type]
    for shown in (repr(WHOLE), repr(release)):
        assert "ssss" not in shown
        assert "wwww" not in shown
