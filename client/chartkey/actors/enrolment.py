"""The form that a person signs to be registered by an institution (R01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chartkey.actors.clock import now
from chartkey.chain.typed import sign_registration
from chartkey.crypto.digest import keccak256
from chartkey.models import Registration, Role

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys

__all__ = ["Enrolment"]

_LIFETIME = 86_400


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A signed registration with the encryption key it names; nothing in it is secret.

    ``key`` is the published key in DER, ``signature`` 65 bytes (EIP-712).
    """

    registration: Registration
    key: bytes
    signature: bytes

    @classmethod
    def sign(cls, network: Network, keys: Keys, role: Role, institution: str) -> Enrolment:
        """Sign for one institution, valid for a day.

        Raises:
            AddressInvalid: the institution is not an account.
            NodeUnavailable: the node is away.
        """
        key = keys.public_der()
        registration = Registration(
            institution=institution,
            account=keys.address,
            role=role,
            suite=keys.suite(),
            key_hash=keccak256(key),
            deadline=now(network) + _LIFETIME,
        )
        return cls(registration, key, sign_registration(network, keys, registration))
