"""Key files: one person's or institution's keys, under a passphrase, readable by nobody else (T27).

>>> import tempfile, pathlib
>>> path = pathlib.Path(tempfile.mkdtemp()) / "li.json"
>>> keys = KeyFile.create(path, "correct horse", "李医生", scrypt_n=2)
>>> KeyFile.open(path, "correct horse").address == keys.address
True
"""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chartkey.crypto import wrap
from chartkey.crypto.derivation import KEY_BYTES, derive
from chartkey.crypto.field import fixed, unsigned
from chartkey.crypto.keydocument import (
    VERSION,
    Document,
    account_of,
    parse,
    serialise,
    unlock,
)
from chartkey.crypto.ownfile import create, read, replace
from chartkey.crypto.wrap import DEFAULT_SUITE, PrivateKey
from chartkey.errors import (
    FormatUnknown,
    KeyfileError,
    KeyfileInvalid,
    KeyUnsuitable,
)
from chartkey.models import Suite

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

__all__ = ["SCRYPT_N", "KeyFile", "Keys"]

SCRYPT_N: Final = 1 << 18
_NONCE_BYTES: Final = 12


class Keys:
    """An opened key file. Shown as its label and address, never with a key."""

    def __init__(self, path: Path, document: Document, account: LocalAccount) -> None:
        """Hold what :meth:`KeyFile.open` read and unlocked."""
        self._path, self._document, self.account = path, document, account
        self._opened: dict[int, PrivateKey] = {}

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
        """The newest encryption key's version, from 1."""
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
        """Return the key to publish, in DER: a version's, or the newest.

        Raises:
            KeyUnsuitable: there is no such version.
        """
        return b64decode(self._entry(version)["public"])

    def suite(self, version: int | None = None) -> Suite:
        """Return the suite of a version's key, or of the newest.

        Raises:
            KeyUnsuitable: there is no such version.
        """
        return wrap.suite_of(self.public_der(version))

    def private_key(self, version: int | None = None) -> PrivateKey:
        """Return a private key: a version's, or the newest.

        Raises:
            KeyUnsuitable: there is no such version.
            KeyfileInvalid: the file was changed by somebody else.
        """
        entry = self._entry(version)
        number = int(entry["version"])
        if number not in self._opened:
            der = self._unseal("keyfile-rsa", entry, *_rsa_place(self, entry))
            self._opened[number] = wrap.load_private(der)
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

    def add_encryption_key(self, bits: int = 3072, suite: int = DEFAULT_SUITE) -> int:
        """Make a new encryption key, store it durably, return its version; earlier ones stay.

        Raises:
            KeyUnsuitable: ``bits`` is not 3072 or 4096, or the suite is reserved.
            KeyfileUnsafe: the file may be read by others by now.
            KeyfileInvalid: the file is gone or damaged.
            FormatUnknown: it was rewritten by a later release.
            OSError: the file cannot be written; the old one stays.
        """
        return self.adopt_encryption_key(wrap.generate(suite, bits))

    def adopt_encryption_key(self, key: PrivateKey) -> int:
        """Store a private key as the newest version, durably; return the version.

        A key that is there already keeps its version.

        Raises:
            KeyfileUnsafe, KeyfileInvalid, FormatUnknown, OSError: as :meth:`add_encryption_key`.
        """
        public = wrap.public_der(key)
        for version in range(1, self.version + 1):
            if self.public_der(version) == public:
                return version
        document = self._document

        def extended(text: bytes) -> bytes:
            nonlocal document
            document = parse(self._path, text)
            if document["address"] != self.address:
                raise KeyfileInvalid(path=self._path, problem="it holds another account now")
            document["encryption"].append(self._sealed_key(key, len(document["encryption"]) + 1))
            return serialise(document)

        replace(self._path, extended)
        self._document = document
        return self.version

    def _sealed_key(self, key: PrivateKey, version: int) -> Document:
        public = b64encode(wrap.public_der(key)).decode()
        entry: Document = {"version": version, "public": public}
        return entry | self._seal("keyfile-rsa", wrap.private_der(key), *_rsa_place(self, entry))

    def _sealed_handle(self) -> Document:
        secret = secrets.token_bytes(KEY_BYTES)
        return self._seal("keyfile-handle", secret, b"", self.address_bytes)

    def _entry(self, version: int | None) -> Document:
        wanted = self.version if version is None else version
        if wanted > self.version:
            self._take_in()
        if not 1 <= wanted <= self.version:
            raise KeyUnsuitable(problem=f"this key file holds no version {wanted}")
        entry: Document = self._document["encryption"][wanted - 1]
        return entry

    def _take_in(self) -> None:
        """Look whether another process has added a key to the file since."""
        try:
            document = parse(self._path, read(self._path))
        except (KeyfileError, FormatUnknown):
            return
        if document["address"] == self.address:
            self._document = document

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
        suite: int = DEFAULT_SUITE,
        handle_key: bool = False,
        private_key: bytes | None = None,
        overwrite: bool = False,
        scrypt_n: int = SCRYPT_N,
    ) -> Keys:
        """Make a key file (mode 0600, written whole or not at all) and return its keys, opened.

        ``bits`` is the size of the RSA modulus, ``suite`` what the encryption key is for.
        ``private_key`` (32 bytes) adopts an existing Ethereum key. ``scrypt_n`` (RFC 7914, a power
        of two; 2**18 takes 0.7 s) is lowered only for throw-away keys.

        Raises:
            KeyfileExists: there is such a file and ``overwrite`` was not asked for.
            KeyUnsuitable: ``bits`` is not 3072 or 4096, the suite is reserved, or the Ethereum
                key is out of range.
            OSError: the file cannot be written.
        """
        file, account = Path(path), account_of(private_key or secrets.token_bytes(KEY_BYTES))
        keystore = account.encrypt(passphrase, kdf="scrypt", iterations=scrypt_n)
        head = {"chartkey": VERSION, "label": label, "address": str(account.address)}
        keys = Keys(file, head | {"ethereum": keystore, "encryption": []}, account)
        keys._document["encryption"].append(keys._sealed_key(wrap.generate(suite, bits), 1))
        if handle_key:
            keys._document["handle"] = keys._sealed_handle()
        create(file, serialise(keys._document), overwrite=overwrite)
        return keys

    @staticmethod
    def change_passphrase(
        path: str | os.PathLike[str], old: str, new: str, *, scrypt_n: int = SCRYPT_N
    ) -> None:
        """Put a key file under another passphrase, in one step: no time has none, or two.

        Copies of the file from before still open with the old one.

        Raises:
            PassphraseWrong: ``old`` does not open it.
            KeyfileUnsafe, KeyfileInvalid, FormatUnknown: as :meth:`open`.
            OSError: it cannot be written; the old file stays.
        """
        file = Path(path)

        def relocked(text: bytes) -> bytes:
            document = parse(file, text)
            account = unlock(file, document["ethereum"], old)
            keystore = account.encrypt(new, kdf="scrypt", iterations=scrypt_n)
            return serialise(document | {"ethereum": keystore})

        replace(file, relocked)

    @staticmethod
    def restore(
        path: str | os.PathLike[str],
        copy: bytes,
        private_key: bytes,
        passphrase: str,
        *,
        scrypt_n: int = SCRYPT_N,
    ) -> Keys:
        """Make a key file anew from a copy of it and the account's Ethereum key (P31).

        ``copy`` is any copy of the file, whatever its passphrase was: the RSA keys in it are
        sealed under the Ethereum key (32 bytes), which the seed gives back.

        Raises:
            KeyfileInvalid: the copy is no key file, is another account's, or was changed.
            KeyfileExists: there is a file already.
            FormatUnknown: it was written by a later release.
            KeyUnsuitable: the Ethereum key is out of range.
            OSError: the file cannot be written.
        """
        file, account = Path(path), account_of(private_key)
        document = parse(file, copy)
        if account.address != document["address"]:
            raise KeyfileInvalid(path=file, problem="the copy is another account's")
        keys = Keys(file, document, account)
        for version in range(1, keys.version + 1):
            keys.private_key(version)
        keystore = account.encrypt(passphrase, kdf="scrypt", iterations=scrypt_n)
        keys._document = document | {"ethereum": keystore}
        create(file, serialise(keys._document))
        return keys

    @staticmethod
    def address(path: str | os.PathLike[str]) -> str:
        """Return the account that a key file is for (EIP-55), without opening it.

        Raises:
            KeyfileUnsafe: its mode lets others read or write it.
            KeyfileInvalid: it is missing, or not a key file.
            FormatUnknown: it was written by a later release.
        """
        return str(parse(Path(path), read(Path(path)))["address"])

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
        document = parse(file, read(file))
        account = unlock(file, document["ethereum"], passphrase)
        if account.address != document["address"]:
            raise KeyfileInvalid(path=file, problem="its address is not its key's")
        return Keys(file, document, account)


def _rsa_place(keys: Keys, entry: Document) -> tuple[bytes, bytes]:
    """Return the version field and the associated data of a sealed private key."""
    version = unsigned("a version", entry["version"], 4)
    return version, keys.address_bytes + version + b64decode(entry["public"])
