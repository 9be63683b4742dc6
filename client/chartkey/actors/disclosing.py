"""Choosing elements of one's own record and signing what is shown of it (R70)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chartkey.actors.disclosure import MOST_ELEMENTS, Disclosed, Disclosure, leaves_digest
from chartkey.crypto.commitment import ContentTree, leaf0
from chartkey.errors import ArgumentInvalid
from chartkey.records.elements import describe_element
from chartkey.storage.cid import payload_digest

if TYPE_CHECKING:
    from chartkey.actors.owning import Owning
    from chartkey.models import RecordPointer

__all__ = ["Element", "disclose", "elements_of"]

_LONGEST_AUDIENCE = 64


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a record that can be shown by itself: its number from 1, and what it is."""

    index: int
    label: str = field(repr=False)
    size: int


def elements_of(patient: Owning, record: RecordPointer) -> list[Element]:
    """Do what :meth:`Patient.elements` says.

    Raises:
        ChartkeyError: as :meth:`Patient.read`.
    """
    with patient.read(record) as opened:
        values = opened.elements
    return [
        Element(number, describe_element(value), len(value))
        for number, value in enumerate(values, 1)
    ]


def disclose(
    patient: Owning, record: RecordPointer, indices: Iterable[int], audience: str
) -> Disclosure:
    """Do what :meth:`Patient.disclose` says.

    Raises:
        ArgumentInvalid: no element, one that the record lacks, or an audience that is too long.
        ChartkeyError: as :meth:`Patient.read`.
    """
    wanted = sorted(set(indices))
    if not 0 < len(wanted) <= MOST_ELEMENTS or len(audience) > _LONGEST_AUDIENCE:
        problem = f"choose 1 to {MOST_ELEMENTS:,} elements; an audience has at most 64 characters"
        raise ArgumentInvalid(function="disclose", problem=problem)
    with patient.read(record) as opened:
        seed, elements = opened.leaf_seed, opened.elements
    if wanted[0] < 1 or wanted[-1] > len(elements):
        problem = f"the record has elements 1 to {len(elements):,}"
        raise ArgumentInvalid(function="disclose", problem=problem)
    tree = ContentTree(seed, elements)
    proofs = tuple(tree.prove(index) for index in wanted)
    cid, commitment = patient._reader.place(record, patient._record_key(record))
    statement = Disclosed(
        relationship=record.relationship,
        owner=patient.address,
        record=record.record,
        root=record.root,
        leaf0=leaf0(seed, payload_digest(cid), commitment),
        elements=leaves_digest(proofs),
        audience=audience,
        disclosed_at=int(time.time()),
    )
    chain_id = patient.network.chain_id
    found = Disclosure(chain_id, statement.sign(patient.keys, chain_id), proofs)
    found.check(record.root)
    return found
