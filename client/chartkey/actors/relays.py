"""Having members relay what a person signed: nobody but institutions needs ether (P22, T34)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chartkey.chain.forward import execute_call, sign_forward
from chartkey.errors import (
    AccessDenied,
    ChartkeyError,
    ContractRefused,
    CustodianUnavailable,
    CustodyError,
    HeadStale,
    JournalUnusable,
    NodeRefused,
    NodeUnavailable,
)

if TYPE_CHECKING:
    from chartkey.chain.call import Call
    from chartkey.chain.forward import SignedForward
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.directory import Directory

__all__ = ["Relays"]

_PATIENCE = 5.0
_PAUSE = 0.2
_ONE_MEMBERS = (
    AccessDenied,
    CustodyError,
    HeadStale,
    JournalUnusable,
    NodeRefused,
    NodeUnavailable,
)
"""How one member may fail or refuse to relay while another can."""


class Relays:
    """The members' custodians, asked in turn; none is believed.

    Args:
        network: The person's own node, at which what a relay says is looked up.
        keys: The person's.
        directory: Where custodians are.
    """

    def __init__(self, network: Network, keys: Keys, directory: Directory) -> None:
        self._network, self._keys, self._directory = network, keys, directory

    def send(self, call: Call, *first: str | None) -> None:
        """Sign a call and have any member relay it, the given ones first.

        Raises:
            ContractRefused: the contract refuses the call.
            CustodianUnavailable: no member relays.
            TransactionUnknown: the node went away; run the same again.
        """
        self.submit(sign_forward(self._network, self._keys, call), *first)

    def submit(self, forward: SignedForward, *first: str | None) -> None:
        """Have any member relay what was signed, the given ones first.

        Raises:
            ContractRefused, CustodianUnavailable, TransactionUnknown: as :meth:`send`.
        """
        problem = "the manifest lists no institution that could relay"
        failure: ChartkeyError = CustodianUnavailable(institution="every member", problem=problem)
        for institution in self._directory.others(*first):
            try:
                self._directory.custodian(institution).relay(forward)
            except ContractRefused as err:
                # An earlier relay may have sent it after all.
                if self._is_used(forward):
                    return
                self._rehearse(forward)
                failure = err
            except _ONE_MEMBERS as err:
                failure = err
            else:
                if self._has_arrived(forward):
                    return
                problem = "it says that it relayed a call of which the chain knows nothing"
                failure = CustodianUnavailable(institution=institution, problem=problem)
        raise failure

    def settle(self, institution: str) -> None:
        """Have one custodian finish what an interruption left; one that is away is passed over.

        Raises:
            TransactionUnknown: the node went away; run the same again.
        """
        try:
            self._directory.custodian(institution).settle()
        except (AccessDenied, CustodyError, JournalUnusable):
            return

    def settle_all(self) -> None:
        """Have every custodian finish what an interruption left.

        Raises:
            TransactionUnknown: the node went away; run the same again.
        """
        for institution in self._directory.others():
            self.settle(institution)

    def _has_arrived(self, forward: SignedForward) -> bool:
        """One's own node may be a block behind the relay's."""
        until = time.monotonic() + _PATIENCE
        while not self._is_used(forward):
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        return True

    def _is_used(self, forward: SignedForward) -> bool:
        """Only a call that succeeded leaves its nonce used."""
        return self._network.forwarder.is_nonce_used(forward.signer, forward.nonce)

    def _rehearse(self, forward: SignedForward) -> None:
        """Raise what the contract would refuse with; a relay may only have said so."""
        call = execute_call(forward)
        message = {"to": call.to, "data": "0x" + call.data.hex()}
        self._network.raw("eth_call", [message, "latest"])
