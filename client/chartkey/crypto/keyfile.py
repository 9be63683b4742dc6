"""Key files: one person's or institution's keys, under a passphrase, readable by nobody else (T27).

>>> import tempfile, pathlib
>>> path = pathlib.Path(tempfile.mkdtemp()) / "li.json"
>>> keys = KeyFile.create(path, "correct horse", "李医生", scrypt_n=2)
>>> KeyFile.open(path, "correct horse").address == keys.address
True
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chartkey.crypto import rsa
from chartkey.crypto.derivation import KEY_BYTES, derive
from chartkey.crypto.field import fixed, unsigned
from chartkey.crypto.ownfile import create, read, replace
from chartkey.errors import FormatUnknown, KeyfileInvalid, KeyUnsuitable, PassphraseWrong

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

__all__ = ["SCRYPT_N", "KeyFile", "Keys"]

SCRYPT_N: Final = 1 << 18
_VERSION: Final = 1
_NONCE_BYTES: Final = 12

Document = dict[str, Any]


class Keys:
    """An opened key file. Shown as its label and address, never with a key."""

    def __init__(self, path: Path, document: Document, account: LocalAccount) -> None:
        """Hold what :meth:`KeyFile.open` read and unlocked."""
        self._path, self._document, self.account = path, document, account
        self._opened: dict[int, RSAPrivateKey] = {}

    def __repr__(self) -> str:
        return f"Keys(label={self.label!r}, address={self.address!r})"

    @property
    def path(self) -> Path:
        """The file that was opened."""
        return self._path

    @property
    def label(self) -> str:
        """The text given when the file was made."""
        return str(self._document["label"])

    @property
    def address(self) -> str:
        """The account, EIP-55."""
        return str(self.account.address)

    @property
    def address_bytes(self) -> bytes:
        """The account, 20 bytes."""
        return bytes.fromhex(self.address[2:])

    @property
    def version(self) -> int:
        """The newest RSA key's version, from 1."""
        return len(self._document["encryption"])

    def sign_hash(self, digest: bytes) -> bytes:
        """Sign a 32-byte hash; return 65 bytes r ‖ s ‖ v, s low, v 27 or 28.

        Raises:
            ContextInvalid: the hash is not 32 bytes.
        """
        from eth_typing import Hash32

        signed = self.account.unsafe_sign_hash(Hash32(fixed("a hash", digest, 32)))
        return bytes(signed.signature)

    def public_der(self, version: int | None = None) -> bytes:
        """Return an RSA public key as SubjectPublicKeyInfo DER: a version's, or the newest.

        Raises:
            KeyUnsuitable: there is no such version.
        """
        return b64decode(self._entry(version)["public"])

    def private_key(self, version: int | None = None) -> RSAPrivateKey:
        """Return an RSA private key: a version's, or the newest.

        Raises:
            KeyUnsuitable: there is no such version.
            KeyfileInvalid: the file was changed by somebody else.
        """
        entry = self._entry(version)
        number = int(entry["version"])
        if number not in self._opened:
            der = self._unseal("keyfile-rsa", entry, *_rsa_place(self, entry))
            self._opened[number] = rsa.load_private(der)
        return self._opened[number]

    @property
    def handle_key(self) -> bytes:
        """The institution's 32-byte handle key (P20).

        Raises:
            KeyUnsuitable: the file was made without one.
            KeyfileInvalid: the file was changed by somebody else.
        """
        entry = self._document.get("handle")
        if entry is None:
            raise KeyUnsuitable(problem="this key file holds no handle key")
        return self._unseal("keyfile-handle", entry, b"", self.address_bytes)

    def index_key(self, salt: bytes) -> bytes:
        """Return the 32-byte key of one writing of the owner's index; ``salt`` is 32 random bytes.

        Raises:
            ContextInvalid: the salt has another length.
        """
        return derive(bytes(self.account.key), "index", salt)

    def add_encryption_key(self, bits: int = 3072) -> int:
        """Make a new RSA key, store it durably, and return its version; earlier ones stay.

        Raises:
            KeyUnsuitable: ``bits`` is not 3072 or 4096.
            KeyfileUnsafe: the file may be read by others by now.
            KeyfileInvalid: the file is gone or damaged.
            FormatUnknown: it was rewritten by a later release.
            OSError: the file cannot be written; the old one stays.
        """
        key, document = rsa.generate(bits), self._document

        def extended(text: bytes) -> bytes:
            nonlocal document
            document = _parse(self._path, text)
            if document["address"] != self.address:
                raise KeyfileInvalid(path=self._path, problem="it holds another account now")
            document["encryption"].append(self._sealed_rsa(key, len(document["encryption"]) + 1))
            return _serialise(document)

        replace(self._path, extended)
        self._document = document
        return self.version

    def _sealed_rsa(self, key: RSAPrivateKey, version: int) -> Document:
        public = b64encode(rsa.public_der(key)).decode()
        entry: Document = {"version": version, "public": public}
        return entry | self._seal("keyfile-rsa", rsa.private_der(key), *_rsa_place(self, entry))

    def _sealed_handle(self) -> Document:
        secret = secrets.token_bytes(KEY_BYTES)
        return self._seal("keyfile-handle", secret, b"", self.address_bytes)

    def _entry(self, version: int | None) -> Document:
        wanted = self.version if version is None else version
        if not 1 <= wanted <= self.version:
            raise KeyUnsuitable(problem=f"this key file holds no version {wanted}")
        entry: Document = self._document["encryption"][wanted - 1]
        return entry

    def _cipher(self, purpose: str, version: bytes) -> AESGCM:
        fields = [version] if version else []
        return AESGCM(derive(bytes(self.account.key), purpose, *fields))

    def _seal(self, purpose: str, secret: bytes, version: bytes, associated: bytes) -> Document:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher(purpose, version).encrypt(nonce, secret, associated)
        return {"nonce": b64encode(nonce).decode(), "private": b64encode(sealed).decode()}

    def _unseal(self, purpose: str, entry: Document, version: bytes, associated: bytes) -> bytes:
        nonce, sealed = b64decode(entry["nonce"]), b64decode(entry["private"])
        try:
            return self._cipher(purpose, version).decrypt(nonce, sealed, associated)
        except (InvalidTag, ValueError):
            raise KeyfileInvalid(path=self._path, problem="a sealed key was changed") from None


class KeyFile:
    """Makes and opens key files."""

    @staticmethod
    def create(
        path: str | os.PathLike[str],
        passphrase: str,
        label: str,
        *,
        bits: int = 3072,
        handle_key: bool = False,
        private_key: bytes | None = None,
        overwrite: bool = False,
        scrypt_n: int = SCRYPT_N,
    ) -> Keys:
        """Make a key file (mode 0600, written whole or not at all) and return its keys, opened.

        ``private_key`` (32 bytes) adopts an existing Ethereum key. ``scrypt_n`` (RFC 7914, a power
        of two; 2**18 takes 0.7 s) is lowered only for throw-away keys.

        Raises:
            KeyfileExists: there is such a file and ``overwrite`` was not asked for.
            KeyUnsuitable: ``bits`` is not 3072 or 4096, or the Ethereum key is out of range.
            OSError: the file cannot be written.
        """
        file, account = Path(path), _account(private_key or secrets.token_bytes(KEY_BYTES))
        keystore = account.encrypt(passphrase, kdf="scrypt", iterations=scrypt_n)
        head = {"chartkey": _VERSION, "label": label, "address": str(account.address)}
        keys = Keys(file, head | {"ethereum": keystore, "encryption": []}, account)
        keys._document["encryption"].append(keys._sealed_rsa(rsa.generate(bits), 1))
        if handle_key:
            keys._document["handle"] = keys._sealed_handle()
        create(file, _serialise(keys._document), overwrite=overwrite)
        return keys

    @staticmethod
    def address(path: str | os.PathLike[str]) -> str:
        """Return the account that a key file is for (EIP-55), without opening it.

        Raises:
            KeyfileUnsafe: its mode lets others read or write it.
            KeyfileInvalid: it is missing, or not a key file.
            FormatUnknown: it was written by a later release.
        """
        return str(_parse(Path(path), read(Path(path)))["address"])

    @staticmethod
    def open(path: str | os.PathLike[str], passphrase: str) -> Keys:
        """Open a key file.

        Raises:
            KeyfileUnsafe: its mode lets others read or write it.
            KeyfileInvalid: it is missing, not a key file, or not consistent.
            FormatUnknown: it was written by a later release.
            PassphraseWrong: the passphrase does not open it.
        """
        file = Path(path)
        document = _parse(file, read(file))
        account = _unlock(file, document["ethereum"], passphrase)
        if account.address != document["address"]:
            raise KeyfileInvalid(path=file, problem="its address is not its key's")
        return Keys(file, document, account)


def _account(private_key: bytes) -> LocalAccount:
    from eth_account import Account
    from eth_utils.exceptions import ValidationError

    try:
        account: LocalAccount = Account.from_key(private_key)
    except (ValueError, ValidationError):
        raise KeyUnsuitable(problem="the Ethereum key is out of range") from None
    return account


def _unlock(path: Path, keystore: Document, passphrase: str) -> LocalAccount:
    from eth_account import Account

    try:
        return _account(bytes(Account.decrypt(keystore, passphrase)))
    except ValueError as err:
        if "MAC mismatch" in str(err):
            raise PassphraseWrong(path=path) from None
        raise KeyfileInvalid(path=path, problem="its Ethereum keystore is damaged") from None
    except (KeyError, TypeError, RuntimeError):
        raise KeyfileInvalid(path=path, problem="its Ethereum keystore is damaged") from None


def _rsa_place(keys: Keys, entry: Document) -> tuple[bytes, bytes]:
    """Return the version field and the associated data of a sealed RSA key."""
    version = unsigned("a version", entry["version"], 4)
    return version, keys.address_bytes + version + b64decode(entry["public"])


def _parse(path: Path, text: bytes) -> Document:
    """Read a key file's JSON and check that every field that is used later is there."""
    try:
        document: Document = json.loads(text)
        version = document["chartkey"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise KeyfileInvalid(path=path, problem="it is not the JSON of one") from None
    if version != _VERSION:
        raise FormatUnknown(what="key file", version=version)
    if not _is_complete(document):
        raise KeyfileInvalid(path=path, problem="a field is missing or malformed")
    return document


def _is_complete(document: Document) -> bool:
    try:
        entries = document["encryption"]
        texts = [document["label"], document["address"], *(e["public"] for e in entries)]
        sealed = [*entries, *([document["handle"]] if "handle" in document else [])]
        binary = [entry[name] for entry in sealed for name in ("nonce", "private")]
        for text in (*binary, *texts[2:]):
            b64decode(text, validate=True)
        numbered = [entry["version"] for entry in entries] == list(range(1, len(entries) + 1))
        kinds = isinstance(document["ethereum"], dict) and all(isinstance(t, str) for t in texts)
    except (ValueError, TypeError, KeyError):
        return False
    return bool(entries) and numbered and kinds


def _serialise(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
