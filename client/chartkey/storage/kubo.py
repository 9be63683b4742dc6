"""A Kubo node through its RPC, behind the same interface as the embedded store (R51).

Files are cut into blocks here and sent block by block, so that the root CID
follows from the import profile and not from the node's settings; files are read
by fetching raw blocks and checking each against its CID, so that a node which
lies is only a node that is away (T01). What a failed write leaves behind is not
pinned, and goes with the node's next collection. ipfshttpclient 0.7.0 is used through
``Client``: its ``connect`` refuses present-day nodes for their version number.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from chartkey.errors import (
    BlockCorrupt,
    BlockMissing,
    CidInvalid,
    StorageError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)
from chartkey.storage.cid import DAG_PB, Cid, parse
from chartkey.storage.pipeline import ordered
from chartkey.storage.store import Added, BlockStore
from chartkey.storage.unixfs import MAX_BLOCK, Block

__all__ = ["Kubo"]

_PORT: Final = 5001
_TIMEOUT: Final = 30.0
_CONNECT: Final = 5.0
# The longest is the list of pins, some 70 bytes each.
_LONGEST_ANSWER: Final = 64 << 20
_PIECE: Final = 1 << 16
# What Kubo's own messages say; it has no error codes.
_ABSENT: Final = ("not found", "could not find", "deadline exceeded")
_FULL: Final = ("no space left", "quota exceeded", "maximum storage limit")
_READ_ONLY: Final = ("read-only", "permission denied")
_NOT_PINNED: Final = "not pinned"


class Kubo(BlockStore):
    """A store kept by a Kubo node.

    Nothing is sent until the first use.

    Args:
        address: ``http://host:port``, credentials for basic authentication
            allowed, or a multiaddr such as ``/ip4/127.0.0.1/tcp/5001``.
        timeout: Seconds that the node may take over one block or one answer.

    Raises:
        StoreUnavailable: ``address`` is neither form.
    """

    def __init__(self, address: str, timeout: float = _TIMEOUT) -> None:
        self._address, self._auth = _multiaddr(address)
        self._timeout = timeout
        self._client: Any = None
        self._lock = threading.Lock()
        self.name = f"Kubo at {_shown(self._address)}"

    @classmethod
    def answers(cls, address: str, timeout: float = 2.0) -> bool:
        """Tell whether a Kubo RPC answers at ``address`` within ``timeout`` seconds.

        Raises:
            StoreUnavailable: ``address`` is no address.
        """
        kubo = cls(address, timeout)
        try:
            kubo._connect()
        except StoreUnavailable:
            return False
        kubo.close()
        return True

    def close(self) -> None:
        """Give back the connections; the next use opens new ones."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def version(self) -> str:
        """Return the node's version, as ``0.43.0``.

        Raises:
            StoreUnavailable: it does not answer, or not as Kubo does.
        """
        with self._faults():
            return str(self._connect().version()["Version"])

    def bootstrap(self) -> list[str]:
        """Return the addresses at which the node looks for peers that it was not told of.

        Raises:
            StoreUnavailable: it does not answer, or not as Kubo does.
        """
        with self._faults():
            return list(self._connect().bootstrap.list()["Peers"] or ())

    def has(self, cid: str) -> bool:
        """See ``Store.has``."""
        name = str(parse(cid))
        try:
            with self._faults(name):
                self._connect().block.stat(name, offline=True)
        except BlockMissing:
            return False
        return True

    def pin(self, cid: str) -> None:
        """See ``Store.pin``."""
        name = str(parse(cid))
        with self._faults(name):
            self._connect().pin.add(name, recursive=True)

    def unpin(self, cid: str) -> None:
        """See ``Store.unpin``."""
        name = str(parse(cid))
        with self._faults(name):
            try:
                self._connect().pin.rm(name, recursive=True)
            except _library().exceptions.ErrorResponse as err:
                if _NOT_PINNED not in str(err):
                    raise

    def pins(self) -> list[str]:
        """See ``Store.pins``; other programs' pins are in the node's list too."""
        with self._faults():
            keys = self._connect().pin.ls(type="recursive").as_json().get("Keys", {})
            return sorted(name for name in keys if _is_ours(name))

    def write_checked(self, blocks: Iterable[Block]) -> Added:
        """See ``BlockStore.write_checked``.

        Raises:
            CidInvalid: There was no block.
        """
        root = None
        for block in ordered(self._put, blocks):
            root = block
        if root is None:
            raise CidInvalid(problem="there is no block to write")
        self.pin(str(root.cid))
        return Added(str(root.cid), root.size)

    def fetch(self, cid: Cid) -> bytes:
        """See ``BlockStore.fetch``."""
        name = str(cid)
        # Below the client's own limit: the node then says that it found no peer with
        # the block, which is another thing than a node that does not answer.
        options = {"timeout": f"{int(self._timeout * 800)}ms"}
        with self._faults(name):
            data = self._gather(cid, self._connect().block.get(name, stream=True, opts=options))
        return self._verified(cid, data)

    def _gather(self, cid: Cid, answer: Any) -> bytes:
        data = bytearray()
        with answer:
            for part in answer:
                data += part
                if len(data) > MAX_BLOCK:
                    raise BlockCorrupt(cid=str(cid), store=self.name)
        return bytes(data)

    def _put(self, block: Block) -> Block:
        codec = "dag-pb" if block.cid.codec == DAG_PB else "raw"
        options = {"cid-codec": codec, "mhtype": "sha2-256", "mhlen": "32"}
        with self._faults():
            answer = self._connect().block.put(io.BytesIO(block.data), opts=options)
            filed = _accepted(str(answer.as_json().get("Key")))
        if filed is None or filed.digest != block.cid.digest:
            raise BlockCorrupt(cid=str(block.cid), store=self.name)
        return block

    def _connect(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._opened()
            return self._client

    def _opened(self) -> Any:
        with self._faults():
            client = _library().Client(
                self._address,
                session=True,
                auth=self._auth,
                timeout=(min(self._timeout, _CONNECT), self._timeout),
            )
            try:
                _tame(client._client._session, self._timeout)
                version = client.version()
            except BaseException:
                client.close()
                raise
        if "Version" not in version:
            client.close()
            raise self._unavailable("what answers is not Kubo")
        return client

    @contextmanager
    def _faults(self, cid: str = "") -> Iterator[None]:
        """Turn what the HTTP library and the node report into the store's errors."""
        import requests
        import urllib3

        exceptions = _library().exceptions
        try:
            yield
        except exceptions.ErrorResponse as err:
            raise self._refusal(str(err), cid) from err
        except (exceptions.TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError) as err:
            raise self._unavailable("it took too long to answer") from err
        except (exceptions.Error, requests.RequestException, urllib3.exceptions.HTTPError) as err:
            raise self._unavailable(_reason(err)) from err
        except (OSError, AssertionError, AttributeError, KeyError, TypeError, ValueError) as err:
            if isinstance(err, CidInvalid):
                raise
            # The library asserts on, and indexes into, whatever JSON arrives.
            raise self._unavailable("its answer is not Kubo's") from err

    def _refusal(self, message: str, cid: str) -> StorageError:
        lower = message.lower()
        if any(words in lower for words in _FULL):
            return StoreFull(store=self.name)
        if any(words in lower for words in _READ_ONLY):
            return StoreReadOnly(store=self.name)
        if cid and any(words in lower for words in _ABSENT):
            return BlockMissing(cid=cid, store=self.name)
        return self._unavailable("it refused the request")

    def _unavailable(self, problem: str) -> StoreUnavailable:
        return StoreUnavailable(store=self.name, problem=problem)


def _library() -> Any:
    # A quarter of a second to import: only where a node is really used.
    import ipfshttpclient  # type: ignore[import-untyped]

    return ipfshttpclient


def _tame(session: Any, timeout: float) -> None:
    """Set, on the pinned library's session, what it offers no argument for."""

    def bound(response: Any, **_: object) -> None:
        response.iter_content = lambda *_, **__: _bounded(response.raw, timeout)

    # The library waits for the end of an answer, whatever its length and pace.
    session.hooks["response"].append(bound)
    # Kubo never redirects; another host would be handed the request.
    session.max_redirects = 0
    for adapter in session.adapters.values():
        # urllib3 warns of this argument at every request, and will refuse it.
        adapter.poolmanager.connection_pool_kw.pop("strict", None)


def _bounded(raw: Any, timeout: float) -> Iterator[bytes]:
    import requests

    end = time.monotonic() + timeout
    left = _LONGEST_ANSWER
    # read1 returns what has arrived; read would wait for a whole piece, drop by drop.
    while part := raw.read1(_PIECE, decode_content=True):
        left -= len(part)
        if left < 0:
            raise requests.RequestException("an endless answer")
        if time.monotonic() > end:
            raise requests.Timeout("an endless wait")
        yield part


def _reason(err: Exception) -> str:
    exceptions = _library().exceptions
    if isinstance(err, exceptions.ConnectionError):
        return "nothing listens there"
    if isinstance(err, exceptions.StatusError):
        return "it refused the request"
    return "the connection broke, or what answers is not Kubo"


def _multiaddr(address: str) -> tuple[str, tuple[str, str] | None]:
    """Return the multiaddr and the credentials that an address stands for."""
    if address.startswith("/"):
        return address, None
    try:
        url = urlsplit(address)
        host, port = url.hostname, url.port or _PORT
    except ValueError as err:
        raise _no_address() from err
    if url.scheme not in ("http", "https") or not host or url.path.strip("/"):
        raise _no_address()
    auth = (url.username, url.password or "") if url.username else None
    return f"/{_family(host)}/{host}/tcp/{port}/{url.scheme}", auth


def _family(host: str) -> str:
    if ":" in host:
        return "ip6"
    return "ip4" if host.replace(".", "").isdigit() else "dns"


def _shown(multiaddr: str) -> str:
    parts = multiaddr.split("/")
    return f"{parts[2]}:{parts[4]}" if len(parts) > 4 else "a socket of this machine"


def _no_address() -> StoreUnavailable:
    return StoreUnavailable(
        store="Kubo", problem="its address is neither http://host:port nor a multiaddr"
    )


def _is_ours(name: str) -> bool:
    return _accepted(name) is not None


def _accepted(name: str) -> Cid | None:
    try:
        return parse(name)
    except CidInvalid:
        return None
