"""The comparison: what the events say against what the contracts hold (R40, P51).

First every view is asked about every entity, which names a difference in words; then every
contract's storage root is compared with that of the rebuilt slots, so that nothing can hide
in an entry that no event told of. The block's hash is looked at before and after: a chain that
moved in between would compare two worlds (T22).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from chartkey.audit.layout import Storage, storages
from chartkey.audit.question import Question
from chartkey.audit.state import State
from chartkey.audit.trie import storage_root
from chartkey.audit.views import questions
from chartkey.chain.codec import Malformed, function_of
from chartkey.errors import NodeRefused, ReplayDiverged
from chartkey.models import Block

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["Progress", "Report", "verify"]

Progress = Callable[[str, int], None]
"""Called with what is being done and how many of it are done so far."""

_BATCH = 1000
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class Report:
    """What agreed.

    ``block`` is the one compared at and ``events`` the number behind the state. ``compared``
    counts view answers by noun, ``contracts`` the storages, ``slots`` the slots in them.
    ``proven`` of the contracts agreed by their storage root. It is less than ``contracts``
    where the node offers no usable roots: there the slots that events tell of were read one by
    one, and an entry that no event told of would not have been seen (P51).
    """

    block: Block
    events: int
    compared: dict[str, int]
    contracts: int
    proven: int
    slots: int

    @property
    def answers(self) -> int:
        """How many view answers agreed."""
        return sum(self.compared.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "block": self.block.number,
            "blockHash": "0x" + self.block.hash.hex(),
            "events": self.events,
            "compared": self.compared,
            "contracts": self.contracts,
            "proven": self.proven,
            "slots": self.slots,
        }


def verify(network: Network, state: State, block: int, progress: Progress | None = None) -> Report:
    """Compare a replayed state with the contracts at a block, entity by entity.

    Args:
        network: Where the contracts are; the node must still hold that block's state.
        state: What all events up to and including the block were folded into.
        block: The block's number.
        progress: Called now and then.

    Returns:
        What was compared. All of it agreed.

    Raises:
        ReplayDiverged: the first entity that differs, with both values.
        NodeUnavailable, NodeRefused: the node is away, or no longer has that block's state.
    """
    at = network.block(block)
    compared = _compare_views(network, state, at, progress)
    counted = _compare_storages(network, state, block, progress)
    after = network.block(block)
    if after.hash != at.hash:
        raise _diverged(f"block {block}", at.hash, after.hash)
    return Report(at, state.events, dict(compared), *counted)


def _compare_views(
    network: Network, state: State, block: Block, progress: Progress | None
) -> Counter[str]:
    compared: Counter[str] = Counter()
    for batch in _batches(questions(state, block.timestamp)):
        answers = network.raw_batch([_call(network, one, block.number) for one in batch])
        for question, answer in zip(batch, answers, strict=True):
            _compare(question, network.bytes_of(answer))
            compared[question.noun] += 1
        if progress:
            progress("views", compared.total())
    return compared


def _call(network: Network, question: Question, block: int) -> tuple[str, list[Any]]:
    to = question.address or network.address(question.contract)
    data = function_of(question.contract, question.function).encode(question.args)
    return "eth_call", [{"to": to, "data": "0x" + data.hex()}, hex(block)]


def _compare(question: Question, answer: bytes) -> None:
    try:
        stored = function_of(question.contract, question.function).decode_result(answer)
    except Malformed as err:
        raise _diverged(question.entity, question.expected, "nothing") from err
    if stored == question.expected:
        return
    for name in getattr(stored, "_fields", ()):
        index = stored._fields.index(name)
        if stored[index] != question.expected[index]:
            entity = f"{question.entity}, {name}"
            raise _diverged(entity, question.expected[index], stored[index])
    raise _diverged(f"{question.entity}, {question.function}", question.expected, stored)


def _compare_storages(
    network: Network, state: State, block: int, progress: Progress | None
) -> tuple[int, int, int]:
    """Return how many contracts agreed, how many of them by storage root, and their slots."""
    proofs = _offers_proofs(network, block)
    lenient = proofs and _keeps_empty_slots(network)
    contracts = proven = slots = 0
    for batch in _batches(storages(state)):
        open = _unproven(network, batch, block) if proofs else [(one, b"", b"") for one in batch]
        # Slot by slot a difference has a name, unless no event told of the slot.
        _compare_slots(network, [storage for storage, _, _ in open], block)
        if open and proofs and not lenient:
            storage, replayed, stored = open[0]
            entity = f"storage of {storage.name} {_address(network, storage)}"
            raise _diverged(f"{entity}: a slot that no event tells of", replayed, stored)
        contracts += len(batch)
        proven += len(batch) - len(open)
        slots += sum(len(storage.slots.values) for storage in batch)
        if progress:
            progress("contracts", contracts)
    return contracts, proven, slots


def _offers_proofs(network: Network, block: int) -> bool:
    try:
        proof = network.raw("eth_getProof", [network.address("Consortium"), [], hex(block)])
        return len(_storage_hash(network, proof)) == 32
    except NodeRefused:
        return False


def _keeps_empty_slots(network: Network) -> bool:
    """Whether this is Anvil, whose tries hold slots that were only read, or emptied, as zeros.

    Its roots then are not Ethereum's. Nothing but a development chain may say so.
    """
    if not network.manifest.development:
        return False
    return str(network.raw("web3_clientVersion", [])).lower().startswith("anvil")


def _storage_hash(network: Network, proof: Any) -> bytes:
    return network.bytes_of(proof.get("storageHash") if isinstance(proof, dict) else None)


def _unproven(
    network: Network, batch: list[Storage], block: int
) -> list[tuple[Storage, bytes, bytes]]:
    """Return the storages whose roots differ, each with its rebuilt and its stored root."""
    asked = [("eth_getProof", [_address(network, one), [], hex(block)]) for one in batch]
    stored = [_storage_hash(network, proof) for proof in network.raw_batch(asked)]
    replayed = [storage_root(storage.slots.values) for storage in batch]
    roots = zip(batch, replayed, stored, strict=True)
    return [(storage, mine, theirs) for storage, mine, theirs in roots if mine != theirs]


def _compare_slots(network: Network, batch: list[Storage], block: int) -> None:
    for storage in batch:
        address = _address(network, storage)
        for slots in _batches(iter(storage.slots.values)):
            asked = [
                ("eth_getStorageAt", [address, f"0x{slot:064x}", hex(block)]) for slot in slots
            ]
            for slot, word in zip(slots, network.raw_batch(asked), strict=True):
                replayed = storage.slots.values[slot]
                # Ganache leaves out the leading zeros, all 32 of them for an empty slot.
                stored = int.from_bytes(network.bytes_of(word), "big")
                if stored != replayed:
                    label = f"{storage.slots.labels[slot]} in {storage.name} {address}"
                    raise _diverged(label, hex(replayed), hex(stored))


def _address(network: Network, storage: Storage) -> str:
    return storage.address or network.address(storage.name)


def _diverged(entity: str, replayed: Any, stored: Any) -> ReplayDiverged:
    return ReplayDiverged(entity=entity, replayed=_text(replayed), stored=_text(stored))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    return str(value)


def _batches(items: Iterator[_One]) -> Iterator[list[_One]]:
    while batch := list(islice(items, _BATCH)):
        yield batch
