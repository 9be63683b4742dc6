"""Public encryption keys: published in events, anchored by their hash in storage (R04, P61)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chartkey.chain.events import events
from chartkey.crypto.digest import keccak256
from chartkey.crypto.wrap import suite_of
from chartkey.errors import ContractsMissing, KeyUnsuitable, PersonUnknown

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["EncryptionKey", "encryption_key"]

_FIRST = ("PersonApplied", "PersonRegistered", "InstitutionEnrolled")


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """One published key: its number from 1, its suite, and the key in DER."""

    version: int
    suite: int
    public_der: bytes


def encryption_key(network: Network, account: str, version: int | None = None) -> EncryptionKey:
    """Return an account's encryption key: a version's, or the newest.

    The node's log is not believed: the key must hash to what the Registrar stores (T24).

    Raises:
        PersonUnknown: the account has published no such key.
        KeyUnsuitable: the key is not what its suite says, or the suite is reserved.
        ContractsMissing: the node's events and the contract's storage disagree.
        NodeUnavailable: the node is away.
    """
    newest = network.registrar.person_of(account).key_version
    wanted = newest if version is None else version
    if not 1 <= wanted <= newest:
        raise PersonUnknown(address=account, role="person or institution")
    names = [*_FIRST, "KeyPublished"]
    registrar = network.address("Registrar")
    for event in events(network, names=names, addresses=[registrar], topics=[account]):
        if event.args.get("version", 1) == wanted:
            key = EncryptionKey(wanted, event.args["suite"], event.args["key"])
            digest = keccak256(bytes([key.suite]), key.public_der)
            if digest == network.registrar.key_hash_of(account, wanted):
                return _usable(key)
    problem = f"its events lack key {wanted} of {account}, or hold another"
    raise ContractsMissing(contract="Registrar", address=registrar, problem=problem)


def _usable(key: EncryptionKey) -> EncryptionKey:
    """Only what is published in its own name: RSA alone must not pass for hybrid (P07)."""
    if key.suite != suite_of(key.public_der):
        raise KeyUnsuitable(problem=f"it was published for suite {key.suite} and is not of it")
    return key
