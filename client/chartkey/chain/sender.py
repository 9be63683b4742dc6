"""Sending transactions so that none is lost and none is sent twice.

::

    sender = Sender(network, keys, FileJournal("journal.jsonl"))
    sender.resume()                      # after a crash: what was signed is looked up
    receipt = sender.send(network.registrar.enrol(1, key))
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chartkey.chain.address import checksum
from chartkey.chain.admission import (
    explained,
    is_nonce_taken,
    offer,
)
from chartkey.chain.call import Call
from chartkey.chain.fate import has, is_nowhere, is_overtaken
from chartkey.chain.forward import SignedForward, check_forward, decode_forward, execute_call
from chartkey.chain.journal import Entry, Journal, State
from chartkey.chain.receipt import Receipt
from chartkey.crypto.digest import keccak256
from chartkey.errors import (
    ArgumentInvalid,
    ContractRefused,
    JournalUnusable,
    NodeGarbled,
    NodeRefused,
    NodeUnavailable,
    TransactionFailed,
    TransactionUnknown,
)

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys

__all__ = ["Receipt", "Sender"]

_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.5
_LOOK_AFTER: Final = 1.0
"""Seconds without a receipt after which the node is asked whether it still has the transaction."""
_POOL_PATIENCE: Final = 2.0
"""Seconds for which a full pool is offered a new transaction."""
_Answer = TypeVar("_Answer")

_turns: defaultdict[tuple[int, str], threading.Lock] = defaultdict(threading.Lock)


class Sender:
    """Sends one account's transactions.

    Two processes that send for one account must share one journal: the lock on it keeps them
    from choosing the same nonce.
    """

    def __init__(self, network: Network, account: Keys | LocalAccount, journal: Journal) -> None:
        """Take opened keys, or an eth-account account, and where to keep what was signed."""
        from eth_account.signers.base import BaseAccount

        self._network = network
        self._account = account if isinstance(account, BaseAccount) else account.account
        self._journal = journal
        # Which node took it: another one, asked from now on, may never have heard of it.
        self._sent: dict[bytes, str] = {}
        self.address = checksum(str(self._account.address))

    def __repr__(self) -> str:
        return f"Sender({self.address}, {self._network!r})"

    def send(
        self,
        call: Call,
        *,
        key: str | None = None,
        wait: bool = True,
        timeout: float = 120,
        confirmations: int = 1,
    ) -> Receipt:
        """Send a call, and wait up to ``timeout`` seconds until it is under ``confirmations``.

        One, the default, is mined, which is not confirmed: a fact is what is under as many blocks
        as the manifest's ``confirmations`` (P60). While waiting, what the node dropped or a
        reorganisation took away is sent again, the same bytes.

        Gas is estimated first, so that a refusal arrives with nothing sent. ``key`` names the
        intent: the same key is never signed for twice, and once it is mined its receipt is
        answered again. Without a key, the same call is taken for the same intent as long as
        the earlier one is not known to be mined.

        Raises:
            ContractRefused: the contract would revert; nothing was sent.
            ArgumentInvalid: the key was used for another call.
            NodeUnavailable: the node is away; nothing was sent.
            NodeRefused: the node answered with an error; nothing was sent. ``PoolRefused`` and
                ``FundsMissing`` say what to do.
            JournalUnusable: the journal cannot be written; nothing was sent.
            TransactionUnknown: the node was lost midway, or the time was too short: repeat the
                call or ``resume``.
            TransactionFailed: it was mined and reverted, or can never be mined.
        """
        digest = keccak256(call.to.encode(), call.data)
        with self._turn():
            entry = self._earlier(key, digest)
            if entry is None:
                self._clear_way()
                entry = self._start(call, key, digest)
            elif entry.state is not State.DONE:
                self._broadcast_again(entry)
        if not wait:
            return Receipt(self._network, entry.hash, None)
        return self._succeeded(self._mined(entry, time.monotonic() + timeout, confirmations))

    def relay(
        self,
        forward: SignedForward,
        *,
        wait: bool = True,
        timeout: float = 120,
        confirmations: int = 1,
    ) -> Receipt:
        """Relay a signed call and pay for it; the same one again answers its receipt (P22).

        Raises:
            SignatureInvalid: it is not its signer's, is malleable (T10), or for another chain.
            ArgumentInvalid: it calls nothing that this deployment has.
            ContractRefused, NodeUnavailable, NodeRefused, JournalUnusable, TransactionUnknown,
                TransactionFailed: as :meth:`send`.
        """
        check_forward(self._network, forward)
        decode_forward(self._network, forward)
        key = f"forward:{forward.signer}:{forward.nonce}"
        return self.send(
            execute_call(forward), key=key, wait=wait, timeout=timeout, confirmations=confirmations
        )

    def resume(self, *, timeout: float = 120, confirmations: int = 1) -> tuple[Receipt, ...]:
        """Settle what an earlier run left: look it up, or send the same bytes again.

        Returns the receipts of everything that is under so many confirmations now, reverted ones
        included (``succeeded`` is False).

        Raises:
            TransactionUnknown: the node is away, or the time was too short.
            JournalUnusable: the journal cannot be read or written.
        """
        deadline = time.monotonic() + timeout
        with self._turn():
            left = self._rebroadcast(self._unsettled())
        settled = []
        for entry in left:
            with suppress(TransactionFailed):
                settled.append(self._mined(entry, deadline, confirmations))
        return tuple(settled)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the account: choosing a nonce and broadcasting must not be interleaved."""
        with _turns[self._network.chain_id, self.address], self._journal.turn():
            yield

    def _unsettled(self) -> list[Entry]:
        return self._journal.unsettled(self._network.chain_id, self.address)

    def _earlier(self, key: str | None, digest: bytes) -> Entry | None:
        """Return the entry that this intent has already, unless it came to nothing."""
        if key is None:
            same = [e for e in self._unsettled() if e.digest == digest and e.state is State.OPEN]
            return same[-1] if same else None
        entry = self._journal.find(self._network.chain_id, self.address, key)
        if entry is None or entry.state in (State.FAILED, State.VOID):
            return None
        if entry.digest != digest:
            raise ArgumentInvalid(function="send", problem="its key was used for another call")
        return entry

    def _start(self, call: Call, key: str | None, digest: bytes) -> Entry:
        """Sign and broadcast; once more when somebody without this journal took the nonce."""
        entry = self._sign(call, key, digest)
        try:
            self._broadcast(entry, first=True)
        except (NodeRefused, ContractRefused):
            if self._quantity("eth_getTransactionCount", [self.address, "pending"]) <= entry.nonce:
                raise
            entry = self._sign(call, key, digest)
            self._broadcast(entry, first=True)
        return entry

    def _sign(self, call: Call, key: str | None, digest: bytes) -> Entry:
        gas, price, counted = self._estimated(call)
        waiting = [e for e in self._unsettled() if e.state is State.OPEN]
        # What the node does not count it may have lost; the new one would wait for it for ever.
        self._refill(e for e in waiting if e.nonce >= counted)
        transaction = {
            "to": call.to,
            "data": f"0x{call.data.hex()}",
            "value": 0,
            # What runs before it in the block may turn a cheap write into a fresh slot.
            "gas": gas + gas // 4 + 25_000,
            "gasPrice": max(1, price),
            "nonce": max([counted, *(e.nonce + 1 for e in waiting)]),
            "chainId": self._network.chain_id,
        }
        entry = self._signed(transaction, key, digest)
        self._journal.put(entry)
        return entry

    def _estimated(self, call: Call) -> list[int]:
        """Return gas, price and the next nonce as the node counts it."""
        message = {"from": self.address, "to": call.to, "data": f"0x{call.data.hex()}"}
        questions: list[tuple[str, list[Any]]] = [
            ("eth_estimateGas", [message]),
            ("eth_gasPrice", []),
            ("eth_getTransactionCount", [self.address, "pending"]),
        ]
        node = self._network.rpc
        try:
            answers = self._network.raw_batch(questions)
        except ContractRefused:
            if self._network.rpc == node:
                raise
            # What it builds on may have been lost with the node that is gone.
            self._clear_way()
            answers = self._network.raw_batch(questions)
        return [self._network.quantity(answer) for answer in answers]

    def _signed(self, transaction: dict[str, Any], key: str | None, digest: bytes) -> Entry:
        signed = self._account.sign_transaction(transaction)
        return Entry(
            key=signed.hash.hex() if key is None else key,
            chain_id=self._network.chain_id,
            sender=self.address,
            nonce=transaction["nonce"],
            digest=digest,
            hash=bytes(signed.hash),
            raw=bytes(signed.raw_transaction),
        )

    def _clear_way(self) -> None:
        """Send again what an earlier run left: later nonces wait for it."""
        node = self._network.rpc
        open_ones = (e for e in self._unsettled() if e.state is State.OPEN)
        self._refill(e for e in open_ones if self._sent.get(e.hash) != node)

    def _refill(self, entries: Iterable[Entry]) -> None:
        """Send these again before anything new is signed."""
        try:
            self._rebroadcast(entries)
        except TransactionUnknown as err:
            raise NodeUnavailable(rpc=self._network.rpc) from err

    def _rebroadcast(self, entries: Iterable[Entry]) -> list[Entry]:
        """See that the node has these; return what is mined or can still be."""
        sent = []
        for entry in list(entries):
            try:
                self._broadcast_again(entry)
            except TransactionFailed:
                continue
            sent.append(entry)
        return sent

    def _broadcast_again(self, entry: Entry) -> None:
        """Send the same bytes again, unless the node has them."""
        if self._asked(entry, lambda: has(self._network, entry)):
            self._sent[entry.hash] = self._network.rpc
        else:
            self._broadcast(entry)

    def _broadcast(self, entry: Entry, *, first: bool = False) -> None:
        try:
            offer(self._network, entry.raw, _POOL_PATIENCE if first else 0)
        except (NodeUnavailable, NodeGarbled) as err:
            raise self._unknown(entry) from err
        except (NodeRefused, ContractRefused) as err:
            taken = is_nonce_taken(err)
            if not first:
                self._give_up_if_overtaken(entry)
            elif self._asked(entry, lambda: is_nowhere(self._network, entry, taken)):
                self._journal.put(replace(entry, state=State.VOID))
                raise explained(err, self.address) from err
        self._sent[entry.hash] = self._network.rpc

    def _give_up_if_overtaken(self, entry: Entry) -> None:
        """Close an entry whose nonce is another transaction's, beyond doubt.

        No other refusal is final: bytes that were under way once may be held by another node,
        and a second signature could then take effect beside them.
        """
        network = self._network
        if self._asked(entry, lambda: is_overtaken(network, entry, hex(network.confirmed_block()))):
            self._journal.put(replace(entry, state=State.VOID))
            problem = "another transaction has its place; repeat the command"
            raise TransactionFailed(hash=_shown(entry), problem=problem)

    def _mined(self, entry: Entry, deadline: float, confirmations: int) -> Receipt:
        """Wait for a receipt under so many confirmations, and write down what it says."""
        pause, look_at = _FIRST_PAUSE, time.monotonic() + _LOOK_AFTER
        while (receipt := self._asked(entry, lambda: self._settled(entry, confirmations))) is None:
            now = time.monotonic()
            if now > deadline:
                raise self._unknown(entry)
            if now > look_at:
                self._keep_alive(entry)
                look_at = now + _LOOK_AFTER
            time.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 1.5)
        self._note(entry, self._asked(entry, lambda: self._state_of(receipt)))
        return receipt

    def _keep_alive(self, entry: Entry) -> None:
        """See that what waits is still known: pools evict, restart empty, and lose branches."""
        # What is settled has no bytes left; a node without it is one that lags.
        if entry.raw:
            with self._turn():
                self._broadcast_again(entry)

    def _settled(self, entry: Entry, confirmations: int) -> Receipt | None:
        """Return a receipt that so many blocks confirm, its own counted."""
        receipt = self._receipt(entry)
        if receipt is None or confirmations <= 1 or receipt.depth() >= confirmations:
            return receipt
        return None

    def _receipt(self, entry: Entry) -> Receipt | None:
        try:
            found = self._network.raw("eth_getTransactionReceipt", [_shown(entry)])
        except NodeRefused:
            # Geth answers an error while it indexes.
            return None
        mined = isinstance(found, dict) and found.get("blockNumber")
        return Receipt(self._network, entry.hash, found) if mined else None

    def _state_of(self, receipt: Receipt) -> State:
        # Even a failure is not final before that: on another branch it might succeed.
        if receipt.depth() < self._network.manifest.confirmations:
            return State.MINED
        return State.DONE if receipt.succeeded else State.FAILED

    def _note(self, entry: Entry, state: State) -> None:
        if entry.state is state:
            return
        # A receipt is not withheld because of a full disk: a missing note costs a look-up later.
        with suppress(JournalUnusable), self._journal.turn():
            self._journal.put(replace(entry, state=state))

    def _succeeded(self, receipt: Receipt) -> Receipt:
        if receipt.succeeded:
            return receipt
        problem = "it was mined and reverted; repeat the command to learn why"
        raise TransactionFailed(hash=f"0x{receipt.hash.hex()}", problem=problem)

    def _quantity(self, method: str, params: list[Any]) -> int:
        return self._network.quantity(self._network.raw(method, params))

    def _asked(self, entry: Entry, question: Callable[[], _Answer]) -> _Answer:
        """Ask the node about a transaction under way; without an answer it is unknown."""
        try:
            return question()
        except (NodeUnavailable, NodeRefused) as err:
            raise self._unknown(entry) from err

    def _unknown(self, entry: Entry) -> TransactionUnknown:
        return TransactionUnknown(hash=_shown(entry), journal=self._journal.name)


def _shown(entry: Entry) -> str:
    return f"0x{entry.hash.hex()}"
