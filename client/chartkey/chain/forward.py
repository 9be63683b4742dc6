"""Calls that people sign and relays carry (ERC-2771, P22)."""
from __future__ import annotations
from dataclasses import dataclass
from typing import Any
from chartkey.chain.call import Call
from chartkey.chain.network import Network
from chartkey.crypto.keyfile import Keys

@dataclass(frozen=True, slots=True)
class SignedForward:
    chain_id: int
    forwarder: str
    sender: str
    to: str
    nonce: int
    deadline: int
    data: bytes
    signature: bytes
    def to_dict(self) -> dict[str, Any]: ...
    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> SignedForward: ...

def sign_forward(network: Network, keys: Keys, call: Call, *, deadline_in: int = 3600, nonce: int | None = None) -> SignedForward: ...
def check_forward(network: Network, signed: SignedForward) -> None: """SignatureInvalid unless sender signed exactly this, here, in time."""
def decode_forward(network: Network, signed: SignedForward) -> Call: """the inner call"""
def forwarded_in(network: Network, data: bytes) -> SignedForward | None: """from calldata of Forwarder.execute, e.g. in the pool (P11)"""
