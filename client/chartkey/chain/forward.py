"""Calls that people without ether sign and any member's gateway relays (ERC-2771, P22)."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from chartkey.chain.address import checksum
from chartkey.chain.call import Call
from chartkey.chain.codec import Malformed, function_of, interface_of
from chartkey.chain.typed import domain, fields
from chartkey.crypto.signature import recover_typed, sign_typed
from chartkey.errors import AddressInvalid, ArgumentInvalid, SignatureInvalid

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys

__all__ = [
    "LARGEST_CALL",
    "SignedForward",
    "call_at",
    "check_forward",
    "decode_forward",
    "execute_call",
    "forward_in",
    "sign_forward",
]

LARGEST_CALL: Final = 49_152
"""Bytes of calldata that a relay takes: sixteen grants, each with the longest wrap, fit."""

_REQUEST: Final = fields(
    "ForwardRequest", "address from,address to,uint256 nonce,uint48 deadline,bytes data"
)
_MAX_DEADLINE: Final = (1 << 48) - 1


@dataclass(frozen=True, slots=True)
class SignedForward:
    """A signed call on its way to a relay.

    ``sender`` is what the target sees as its caller, ``signer`` who signed it: the sender, or its
    guardian (R07). ``deadline`` is Unix time; ``data`` is the calldata, selector first;
    ``signature`` is 65 bytes.
    """

    chain_id: int
    forwarder: str
    sender: str
    to: str
    nonce: int
    deadline: int
    data: bytes
    signer: str
    signature: bytes

    def __repr__(self) -> str:
        # Calldata holds wraps and handles: it stays out of logs.
        return f"SignedForward({self.sender} to {self.to}, nonce {self.nonce})"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready fields; numbers of 256 bits are decimal text."""
        return {
            "chainId": self.chain_id,
            "forwarder": self.forwarder,
            "from": self.sender,
            "to": self.to,
            "nonce": str(self.nonce),
            "deadline": self.deadline,
            "data": f"0x{self.data.hex()}",
            "signer": self.signer,
            "signature": f"0x{self.signature.hex()}",
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> SignedForward:
        """Read what :meth:`to_dict` wrote, from anybody: the form is checked, the signature not.

        Raises:
            ArgumentInvalid: a field is missing, malformed, or over a limit.
            AddressInvalid: an address is malformed.
        """
        try:
            signed = cls(
                chain_id=int(document["chainId"]),
                forwarder=checksum(document["forwarder"]),
                sender=checksum(document["from"]),
                to=checksum(document["to"]),
                nonce=_decimal(document["nonce"]),
                deadline=int(document["deadline"]),
                data=_hexadecimal(document["data"], LARGEST_CALL),
                signer=checksum(document["signer"]),
                signature=_hexadecimal(document["signature"], 65),
            )
        except AddressInvalid:
            raise
        except (KeyError, TypeError, ValueError, OverflowError) as err:
            raise _malformed("a field is missing or malformed") from err
        if not 0 <= signed.nonce < 1 << 256 or not 0 <= signed.deadline <= _MAX_DEADLINE:
            raise _malformed("nonce or deadline is out of range")
        return signed


def sign_forward(
    network: Network,
    keys: Keys,
    call: Call,
    *,
    deadline_in: int = 3600,
    nonce: int | None = None,
    ward: str | None = None,
) -> SignedForward:
    """Sign a call for relaying.

    ``deadline_in`` is in seconds from now; ``nonce`` is any number not used before, by default
    one that no other message shares (see ``IForwarder.ForwardRequest``). A guardian names the
    ``ward`` for whom it signs (R07); the nonce is the guardian's.

    Raises:
        NodeUnavailable, NodeRefused: the node, asked for the time, is away or answers an error.
        SignatureInvalid: a field does not fit its type.
    """
    # A development chain's clock may be ahead of this machine's.
    now = max(int(time.time()), network.block_time())
    chosen = _next_nonce(network.chain_id, keys.address) if nonce is None else nonce
    unsigned = SignedForward(
        chain_id=network.chain_id,
        forwarder=network.address("Forwarder"),
        sender=ward or keys.address,
        to=call.to,
        nonce=chosen,
        deadline=now + deadline_in,
        data=call.data,
        signer=keys.address,
        signature=b"",
    )
    signature = sign_typed(keys, *_typed(network, unsigned))
    return replace(unsigned, signature=signature)


def check_forward(network: Network, signed: SignedForward) -> None:
    """Check that ``signer`` signed exactly this, for this chain and forwarder.

    A guardian's mandate is looked up: it must hold now, for this target.

    Raises:
        SignatureInvalid: it is for another chain or forwarder, somebody else's, malformed,
            malleable (T10), or for somebody whose guardian the signer is not. Deadline and nonce
            are the contract's to judge.
        NodeUnavailable, NodeRefused: the node is away, or answers with an error.
    """
    here = signed.chain_id == network.chain_id and signed.forwarder == network.address("Forwarder")
    if not here or recover_typed(*_typed(network, signed), signed.signature) != signed.signer:
        raise SignatureInvalid(what="ForwardRequest")
    if signed.signer == signed.sender:
        return
    if not network.guardianship.may_act(signed.sender, signed.signer, signed.to):
        raise SignatureInvalid(what="ForwardRequest")


def decode_forward(network: Network, signed: SignedForward) -> Call:
    """Return the call inside, decoded; the signature is not checked.

    Raises:
        ArgumentInvalid: the target is not a genuine contract of the deployment, or has no such
            function.
        NodeUnavailable, NodeRefused: the node is away, or answers with an error.
    """
    call = call_at(network, signed.to, signed.data)
    if call is None:
        raise _malformed("it calls nothing that this deployment has")
    return call


def call_at(network: Network, to: str, data: bytes) -> Call | None:
    """Return calldata as the call it makes on a genuine contract, or None.

    Raises:
        AddressInvalid: the address is malformed.
        NodeUnavailable, NodeRefused: the node is away, or answers with an error.
    """
    contract = network.contract_at(to)
    function = None if contract is None else interface_of(contract).by_selector.get(data[:4])
    if contract is None or function is None:
        return None
    try:
        args = function.decode_arguments(data)
    except Malformed:
        return None
    return Call(contract, checksum(to), function.name, args, data)


def forward_in(network: Network, call: Call) -> SignedForward | None:
    """Return the signed call that a call of the forwarder carries, or None."""
    if call.contract != "Forwarder" or call.function not in ("execute", "executeFor"):
        return None
    (sender, to, nonce, deadline, data), *guardian, signature = call.args
    signer = guardian[0] if guardian else sender
    return SignedForward(
        network.chain_id, call.to, sender, to, nonce, deadline, data, signer, signature
    )


def execute_call(signed: SignedForward) -> Call:
    """Return the forwarder's call that relays a signed one.

    Raises:
        AddressInvalid, ArgumentInvalid: a field does not fit its type.
    """
    request = (signed.sender, signed.to, signed.nonce, signed.deadline, signed.data)
    own = signed.signer == signed.sender
    name = "execute" if own else "executeFor"
    args = (request, signed.signature) if own else (request, signed.signer, signed.signature)
    return Call(
        "Forwarder", signed.forwarder, name, args, function_of("Forwarder", name).encode(args)
    )


def _typed(
    network: Network, signed: SignedForward
) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]], dict[str, Any]]:
    message = {
        "from": signed.sender,
        "to": signed.to,
        "nonce": signed.nonce,
        "deadline": signed.deadline,
        "data": signed.data,
    }
    return domain(network, "Chartkey Forwarder", signed.forwarder), _REQUEST, message


def _nonces() -> Iterator[int]:
    """Yield nonces 256 to a storage slot: the second in a slot costs a quarter of the first."""
    while True:
        first = secrets.randbits(248) << 8
        yield from range(first, first + 256)


_lock = threading.Lock()
_sequences: defaultdict[tuple[int, int, str], Iterator[int]] = defaultdict(_nonces)


def _next_nonce(chain_id: int, address: str) -> int:
    # By process: after a fork, two would count up from the same number.
    with _lock:
        return next(_sequences[os.getpid(), chain_id, address])


def _decimal(text: Any) -> int:
    if not isinstance(text, str) or len(text) > 78 or not text.isdecimal() or not text.isascii():
        raise ValueError
    return int(text)


def _hexadecimal(text: Any, limit: int) -> bytes:
    if not isinstance(text, str) or not text.startswith("0x") or len(text) > 2 + 2 * limit:
        raise ValueError
    return bytes.fromhex(text[2:])


def _malformed(problem: str) -> ArgumentInvalid:
    return ArgumentInvalid(function="A forwarded call", problem=problem)
