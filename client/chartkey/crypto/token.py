"""RSA keys that never leave a hardware module: PKCS#11 (extra ``[hsm]``).

A module is asked what it supports, and tried: Chartkey's wraps need RSA-OAEP with SHA-256 for hash
and mask (PKCS#11 v2.40, section 2.1.8), which some modules name and do not do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from chartkey.crypto import rsa
from chartkey.errors import DecryptionFailed, ExtraMissing, TokenUnsuitable

__all__ = ["Abilities", "Token", "TokenKey"]

_TRIAL: Final = b"a wrap that shows what the module does"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a module says of itself: names of mechanisms, and RSA sizes in bits for OAEP."""

    mechanisms: frozenset[str]
    least_bits: int
    most_bits: int


class TokenKey:
    """An RSA private key inside a module. It decrypts as one in memory would."""

    __slots__ = ("_handle", "_pkcs11", "public")

    def __init__(self, pkcs11: ModuleType, handle: Any, public: bytes) -> None:
        """Hold the module's handle; ``public`` is the SubjectPublicKeyInfo in DER."""
        self._pkcs11, self._handle, self.public = pkcs11, handle, public

    def __repr__(self) -> str:
        return "TokenKey(…)"

    def decrypt(self, ciphertext: bytes, padding: AsymmetricPadding) -> bytes:
        """Decrypt RSA-OAEP-SHA256; ``padding`` is what Chartkey's wraps use, and no other.

        Raises:
            ValueError: for every refusal of the module alike, as a key in memory does (T08).
        """
        del padding
        p = self._pkcs11
        oaep = (p.Mechanism.SHA256, p.MGF.SHA256, None)
        try:
            plain = self._handle.decrypt(
                ciphertext, mechanism=p.Mechanism.RSA_PKCS_OAEP, mechanism_param=oaep
            )
        except p.exceptions.PKCS11Error:
            raise ValueError from None
        return bytes(plain)


class Token:
    """One token of a PKCS#11 module, with a session open.

    Args:
        pkcs11: The library that speaks to it.
        token: Its token.
        session: An open session of its user's.
    """

    def __init__(self, pkcs11: ModuleType, token: Any, session: Any) -> None:
        self._pkcs11, self._token, self._session = pkcs11, token, session

    @staticmethod
    @contextmanager
    def open(module: str | os.PathLike[str], label: str, pin: str) -> Iterator[Token]:
        """Open a token by its label, with the user's PIN, until the context ends.

        ``module`` is the maker's shared library.

        Raises:
            ExtraMissing: the extra is not installed.
            TokenUnsuitable: there is no such module or token, or the PIN is refused.
        """
        pkcs11 = _library()
        try:
            token = pkcs11.lib(os.fspath(module)).get_token(token_label=label)
            session = token.open(user_pin=pin, rw=True)
        except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as err:
            raise TokenUnsuitable(token=label, problem=_said(err)) from None
        with session:
            yield Token(pkcs11, token, session)

    @property
    def label(self) -> str:
        """The token's label."""
        return str(self._token.label).strip()

    def abilities(self) -> Abilities:
        """Return what the module says it supports.

        Raises:
            TokenUnsuitable: it names no RSA-OAEP.
        """
        p = self._pkcs11
        names = frozenset(
            getattr(mechanism, "name", str(mechanism))
            for mechanism in self._token.slot.get_mechanisms()
        )
        if p.Mechanism.RSA_PKCS_OAEP.name not in names:
            raise self._unsuitable("it supports no RSA-OAEP")
        info = self._token.slot.get_mechanism_info(p.Mechanism.RSA_PKCS_OAEP)
        return Abilities(names, info.min_key_length, info.max_key_length)

    def check(self) -> None:
        """Try, with a key that is gone afterwards, whether the module opens Chartkey's wraps.

        Raises:
            TokenUnsuitable: it does not, or makes no RSA keys.
        """
        p = self._pkcs11
        self.abilities()
        try:
            pair = self._session.generate_keypair(p.KeyType.RSA, 3072)
        except p.exceptions.PKCS11Error as err:
            raise self._unsuitable(_said(err)) from None
        self._tried(*pair)

    def generate(self, label: str, bits: int = 3072) -> TokenKey:
        """Make an RSA key inside the module, which stays there; it is tried before it is used.

        Raises:
            KeyUnsuitable: ``bits`` is not 3072 or 4096.
            TokenUnsuitable: there is such a key already, or the module does not make one, or does
                not open Chartkey's wraps. A key that does not is removed again.
        """
        rsa.require_bits(bits)
        p = self._pkcs11
        if self._found(label):
            raise self._unsuitable("it holds a key of that label already")
        try:
            public, private = self._session.generate_keypair(
                p.KeyType.RSA, bits, label=label, store=True
            )
        except p.exceptions.PKCS11Error as err:
            raise self._unsuitable(_said(err)) from None
        try:
            return self._tried(public, private)
        except TokenUnsuitable:
            public.destroy()
            private.destroy()
            raise

    def key(self, label: str) -> TokenKey:
        """Return the RSA key of a label, after trying that it opens Chartkey's wraps.

        Raises:
            KeyUnsuitable: it is not of 3072 or 4096 bits with exponent 65537.
            TokenUnsuitable: there is none, or the module does not open Chartkey's wraps.
        """
        pair = self._found(label)
        if not pair:
            raise self._unsuitable(f"it holds no RSA key {label}")
        return self._tried(*pair)

    def _found(self, label: str) -> tuple[Any, Any] | None:
        p = self._pkcs11
        try:
            return tuple(
                self._session.get_key(object_class=kind, key_type=p.KeyType.RSA, label=label)
                for kind in (p.ObjectClass.PUBLIC_KEY, p.ObjectClass.PRIVATE_KEY)
            )
        except p.exceptions.NoSuchKey:
            return None
        except p.exceptions.PKCS11Error as err:
            raise self._unsuitable(_said(err)) from None

    def _tried(self, public: Any, private: Any) -> TokenKey:
        p = self._pkcs11
        names = (p.Attribute.MODULUS, p.Attribute.PUBLIC_EXPONENT)
        modulus, exponent = (int.from_bytes(public[name], "big") for name in names)
        der = rsa.public_der(RSAPublicNumbers(exponent, modulus).public_key())
        key = TokenKey(p, private, rsa.public_der(rsa.load_public(der)))
        self.abilities()
        try:
            rsa.unwrap(key, rsa.wrap(key.public, _TRIAL, b""), b"", length=len(_TRIAL))
        except DecryptionFailed:
            problem = "it does no RSA-OAEP with SHA-256, whatever it says; use another module"
            raise self._unsuitable(problem) from None
        return key

    def _unsuitable(self, problem: str) -> TokenUnsuitable:
        return TokenUnsuitable(token=self.label, problem=problem)


def _library() -> ModuleType:
    try:
        import pkcs11
        import pkcs11.exceptions
    except ImportError as err:
        raise ExtraMissing(extra="hsm", package="python-pkcs11") from err
    found: ModuleType = pkcs11
    return found


def _said(err: Exception) -> str:
    # The library's exceptions are named after PKCS#11's return codes; their texts vary.
    return f"it answers {type(err).__name__}"
