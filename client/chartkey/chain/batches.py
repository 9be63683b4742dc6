"""Many records anchored by one root (``IBatches``); ``crypto.batch`` builds the tree."""

from __future__ import annotations

from collections.abc import Sequence

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.models import Batch

__all__ = ["Batches"]


class Batches(Contract):
    """The batches, numbered from 1 (R63, P80); roots, leaves and hashes are 32 bytes."""

    name = "Batches"
    __slots__ = ()

    def batch_of(self, batch: int) -> Batch:
        """What is stored of a batch; ``institution`` None when unknown."""
        institution, *rest = self._read("batchOf", batch)
        return Batch(known(institution), *rest)

    def count(self) -> int:
        """How many batches there are."""
        return int(self._read("batchCount"))

    def included_at(
        self, institution: str, batch: int, leaf: bytes, index: int, path: Sequence[bytes]
    ) -> int:
        """When the batch that holds a leaf was anchored, in Unix time.

        Raises:
            ContractRefused: ``BatchLeafInvalid``: no such leaf is there, or it is another's batch.
        """
        return int(self._read("requireIncluded", institution, batch, leaf, index, path))

    def anchor(self, size: int, root: bytes, manifest: bytes) -> Call:
        """Anchor a batch of ``size`` leaves; ``manifest`` is the encrypted manifest's hash."""
        return self._write("anchorBatch", size, root, manifest)
