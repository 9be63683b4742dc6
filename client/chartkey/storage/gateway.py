"""An IPFS HTTP gateway as a store that can be read, and is never believed (R51, T01).

Of a gateway only single raw blocks are asked for (``?format=raw``, the trustless
part that every gateway has): each is compared with its CID, so that whoever
keeps the gateway, or sits in between, can withhold and can lie in vain. An
answer has as many bytes as a block may have and a bounded time for all of them,
redirects are not followed, no credentials are sent, and no proxy is used but the
gateway that was named.

Specification: IPFS "Trustless Gateway Specification" (2024).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from chartkey.errors import BlockCorrupt, BlockMissing, StoreReadOnly, StoreUnavailable
from chartkey.storage.cid import Cid, parse
from chartkey.storage.store import Added, BlockStore
from chartkey.storage.unixfs import MAX_BLOCK, Block

__all__ = ["SCHEMES", "Gateway"]

SCHEMES: Final = ("gateway+http://", "gateway+https://")

_TIMEOUT: Final = 30.0
_CONNECT: Final = 5.0
_PIECE: Final = 1 << 16
_RAW: Final = "application/vnd.ipld.raw"
_ABSENT: Final = {404, 410, 412, 451}
_OK: Final = 200
_SLOW: Final = "it took too long to answer"
_CONNECTIONS: Final = 8


class Gateway(BlockStore):
    """A store behind an HTTP gateway. Nothing is sent until the first use.

    Args:
        address: ``gateway+https://host`` or ``gateway+http://host:port``, with a
            path if the gateway lies below one.
        timeout: Seconds that the gateway may take over one block.

    Raises:
        StoreUnavailable: ``address`` is not of that form.
    """

    def __init__(self, address: str, timeout: float = _TIMEOUT) -> None:
        self._base, host = _parts(address)
        self._timeout = timeout
        self._session: Any = None
        self._lock = threading.Lock()
        self.name = f"gateway {host}"

    @property
    def is_writable(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Give back the connections; the next use opens new ones."""
        with self._lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    def has(self, cid: str) -> bool:
        """See ``Store.has``: asks for the root block."""
        try:
            self.fetch(parse(cid))
        except BlockMissing:
            return False
        return True

    def pin(self, cid: str) -> None:
        """Refuse: nobody pins through a gateway.

        Raises:
            StoreReadOnly: always.
        """
        raise StoreReadOnly(store=self.name)

    def unpin(self, cid: str) -> None:
        """Refuse: nobody unpins through a gateway.

        Raises:
            StoreReadOnly: always.
        """
        raise StoreReadOnly(store=self.name)

    def pins(self) -> list[str]:
        """Return nothing: a gateway promises to keep nothing."""
        return []

    def fetch(self, cid: Cid) -> bytes:
        """See ``BlockStore.fetch``.

        Raises:
            BlockMissing: The gateway has or finds no such block.
            BlockCorrupt: Its bytes are not the CID's.
            StoreUnavailable: It does not answer, or not in time.
        """
        return self._verified(cid, self._within(lambda: self._asked(cid)))

    def _asked(self, cid: Cid) -> bytes:
        url = f"{self._base}/ipfs/{cid}?format=raw"
        wait = (min(self._timeout, _CONNECT), self._timeout)
        with (
            self._faults(),
            self._opened().get(
                url,
                # Not compressed: a small answer could swell without end.
                headers={"Accept": _RAW, "Accept-Encoding": "identity"},
                timeout=wait,
                stream=True,
                allow_redirects=False,
            ) as answer,
        ):
            self._judge(answer.status_code, cid)
            return self._gather(answer.raw, cid)

    def write_checked(self, blocks: Iterable[Block]) -> Added:
        """Refuse: nothing can be put here.

        Raises:
            StoreReadOnly: always.
        """
        raise StoreReadOnly(store=self.name)

    def _judge(self, status: int, cid: Cid) -> None:
        if status in _ABSENT:
            raise BlockMissing(cid=str(cid), store=self.name)
        if 300 <= status < 400:
            problem = "it redirects to another address, which is not followed; name that one"
            raise StoreUnavailable(store=self.name, problem=problem)
        if status != _OK:
            raise StoreUnavailable(store=self.name, problem=f"it answers with status {status}")

    def _gather(self, raw: Any, cid: Cid) -> bytes:
        end = time.monotonic() + self._timeout
        data = bytearray()
        # read1 returns what has arrived; read would wait for a whole piece, drop by drop.
        while part := raw.read1(_PIECE, decode_content=False):
            data += part
            if len(data) > MAX_BLOCK:
                raise BlockCorrupt(cid=str(cid), store=self.name)
            if time.monotonic() > end:
                raise StoreUnavailable(store=self.name, problem=_SLOW)
        return bytes(data)

    def _within(self, ask: Callable[[], bytes]) -> bytes:
        """Run ``ask`` for the time allowed: no timeout of a socket bounds headers that drip in."""
        answer: Future[bytes] = Future()

        def run() -> None:
            try:
                answer.set_result(ask())
            except BaseException as err:
                answer.set_exception(err)

        threading.Thread(target=run, daemon=True).start()
        try:
            return answer.result(self._timeout)
        except TimeoutError as err:
            raise StoreUnavailable(store=self.name, problem=_SLOW) from err

    def _opened(self) -> Any:
        # A quarter of a second to import: only where a gateway is really used.
        import requests
        from requests.adapters import HTTPAdapter

        with self._lock:
            if self._session is None:
                self._session = requests.Session()
                # Neither proxies nor passwords of this machine's environment.
                self._session.trust_env = False
                adapter = HTTPAdapter(pool_maxsize=_CONNECTIONS)
                self._session.mount("http://", adapter)
                self._session.mount("https://", adapter)
            return self._session

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn what the HTTP library reports into the store's errors."""
        import requests
        import urllib3

        try:
            yield
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as err:
            raise StoreUnavailable(store=self.name, problem=_SLOW) from err
        except requests.ConnectionError as err:
            problem = "nothing listens there, or it is not who it says"
            raise StoreUnavailable(store=self.name, problem=problem) from err
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            raise StoreUnavailable(store=self.name, problem="the connection broke") from err


def _parts(address: str) -> tuple[str, str]:
    """Return the URL that paths are put to, and the host with its port."""
    scheme, _, rest = address.removeprefix("gateway+").partition("://")
    try:
        url = urlsplit(f"{scheme}://{rest}")
        host, port = url.hostname, url.port
    except ValueError as err:
        raise _no_address() from err
    if not address.startswith(SCHEMES) or not host or not address.isprintable():
        raise _no_address()
    if url.username or url.password or url.query or url.fragment:
        raise _no_address()
    return f"{scheme}://{url.netloc}{url.path.rstrip('/')}", f"{host}:{port}" if port else host


def _no_address() -> StoreUnavailable:
    return StoreUnavailable(
        store="gateway", problem="its address is not gateway+https://host, without credentials"
    )
