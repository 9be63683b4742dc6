"""The keys of a node: the one its peers know it by, and the one it seals blocks with.

Neither is the institution's own key, and neither moves anything on chain: a machine that runs a
node, taken by a thief, costs a vote and not an identity.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Final

from chartkey.crypto.ownfile import create, read
from chartkey.errors import NetworkInvalid

__all__ = [
    "KEYSTORE",
    "NODE_KEY",
    "PASSWORD",
    "new_node_key",
    "new_sealer",
    "node_key",
    "sealer_of",
]

KEYSTORE: Final = "keystore"
NODE_KEY: Final = "nodekey"
PASSWORD: Final = "sealer.password"
"""Names inside a node's folder."""
_BYTES: Final = 32
_PASSWORD_BYTES: Final = 24
_SEALER: Final = "sealer.json"


def new_node_key(folder: Path) -> str:
    """Make a node's key in its folder, a file of 64 hex digits and mode 0600 as Geth reads it; or
    keep the one that is there.

    Returns its public key, 128 hex digits.

    Raises:
        KeyfileUnsafe: the one that is there may be read by others (T27).
        NetworkInvalid: what is there is no node key.
        OSError: it cannot be written.
    """
    path = folder / NODE_KEY
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        create(path, _new_key().hex().encode())
    return node_key(path)


def node_key(path: Path) -> str:
    """Return the public key of a node's key file, 128 hex digits.

    Raises:
        KeyfileUnsafe: others may read the file (T27).
        KeyfileInvalid: there is no such file.
        NetworkInvalid: it is no node key.
    """
    from coincurve import PrivateKey

    try:
        secret = bytes.fromhex(read(path).decode("ascii").strip())
        key: bytes = PrivateKey(secret).public_key.format(compressed=False)
    except ValueError:
        secret = b""
    # coincurve pads what is too short.
    if len(secret) != _BYTES:
        raise NetworkInvalid(source=path, problem="it is no node key of 64 hex digits")
    return key[1:].hex()


def new_sealer(folder: Path) -> str:
    """Make a sealing key in Geth's keystore format, with a random password in a file beside it;
    or keep the one that is there.

    Both are of mode 0600. The password protects copies of the keystore, a backup of it for
    instance, not against whoever reads this folder: Geth must open the key unattended.

    Returns the sealer's account.

    Raises:
        KeyfileUnsafe: a file that is there may be read by others (T27).
        NetworkInvalid: what is there is no keystore.
        OSError: a file cannot be written.
    """
    from eth_account import Account

    keystore = folder / KEYSTORE / _SEALER
    if not keystore.exists():
        keystore.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        document = Account.encrypt(Account.from_key(_new_key()).key, password)
        # The password first: a keystore without one would be a key that nobody can open.
        create(folder / PASSWORD, password.encode() + b"\n", overwrite=True)
        create(keystore, json.dumps(document).encode())
    return sealer_of(folder)


def sealer_of(folder: Path) -> str:
    """Return the account of the sealing key in a folder.

    Raises:
        KeyfileUnsafe: others may read the keystore (T27).
        KeyfileInvalid: there is none.
        NetworkInvalid: it is no keystore.
    """
    from chartkey.chain.address import checksum
    from chartkey.errors import AddressInvalid

    path = folder / KEYSTORE / _SEALER
    try:
        return checksum("0x" + json.loads(read(path))["address"].removeprefix("0x"))
    except (ValueError, KeyError, TypeError, AttributeError, AddressInvalid):
        raise NetworkInvalid(source=path, problem="it is no Ethereum keystore") from None


def _new_key() -> bytes:
    from coincurve import PrivateKey

    secret: bytes = PrivateKey().secret
    return secret
