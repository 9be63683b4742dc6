"""Shares of a 16-byte secret among guardians or institutions: Shamir's scheme (P30, P31).

Any ``threshold`` of the shares give the secret, fewer give nothing. Each carries a check value that
says, when enough are together, whether they fit; before, it says nothing about the secret.

>>> secret = new_secret()
>>> shares = split(secret, threshold=2, size=3)
>>> combine([Share.from_text(shares[2].text), shares[0]]) == secret
True
"""

from __future__ import annotations

import secrets
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest, digest
from itertools import combinations
from typing import Final

from Crypto.Protocol.SecretSharing import Shamir

from chartkey.crypto.digest import sha256
from chartkey.crypto.field import fixed
from chartkey.errors import FormatUnknown, SharesInvalid

__all__ = ["MOST_SHARES", "SECRET_BYTES", "Share", "combine", "new_secret", "split"]

SECRET_BYTES: Final = 16
MOST_SHARES: Final = 16
_FEWEST: Final = 2
_VERSION: Final = 1
_SET_BYTES: Final = 8
_CHECK_BYTES: Final = 16
_SUM_BYTES: Final = 4
_LABEL: Final = b"chartkey/v1/share-check"
_WIDTH: Final = 3 + _SET_BYTES + SECRET_BYTES + _CHECK_BYTES + _SUM_BYTES
_PREFIX: Final = "CHARTKEY-SHARE"
_GROUP: Final = 5


@dataclass(frozen=True, slots=True)
class Share:
    """One share.

    ``set_id`` is 8 bytes and tells sets apart; ``threshold`` of ``index`` 1 to 16 are needed;
    ``value`` is 16 bytes; ``check`` is the set's 16-byte commitment to the secret.
    """

    set_id: bytes
    threshold: int
    index: int
    value: bytes = field(repr=False)
    check: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the 47 bytes of client/README.md, the checksum last."""
        head = bytes([_VERSION, self.threshold, self.index])
        body = head + self.set_id + self.value + self.check
        return body + sha256(body)[:_SUM_BYTES]

    @classmethod
    def decode(cls, data: bytes) -> Share:
        """Read what :meth:`encode` wrote.

        Raises:
            SharesInvalid: it was copied wrongly, or is no share.
            FormatUnknown: it is of a later version.
        """
        body, checksum = data[:-_SUM_BYTES], data[-_SUM_BYTES:]
        if len(data) != _WIDTH or sha256(body)[:_SUM_BYTES] != checksum:
            raise SharesInvalid(problem="a character is wrong or missing; compare it with the copy")
        if body[0] != _VERSION:
            raise FormatUnknown(what="share", version=body[0])
        threshold, index, rest = body[1], body[2], body[3:]
        if not (_FEWEST <= threshold <= MOST_SHARES and 1 <= index <= MOST_SHARES):
            raise SharesInvalid(problem="it is not one of Chartkey's")
        set_id, rest = rest[:_SET_BYTES], rest[_SET_BYTES:]
        return cls(set_id, threshold, index, rest[:SECRET_BYTES], rest[SECRET_BYTES:])

    @property
    def text(self) -> str:
        """The share for people to keep: base32 (RFC 4648) in groups of five letters."""
        letters = b32encode(self.encode()).decode().rstrip("=")
        groups = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
        return "-".join((_PREFIX, *groups))

    @classmethod
    def from_text(cls, text: str) -> Share:
        """Read a share's text; case, spaces and hyphens do not count.

        Raises:
            SharesInvalid: it was copied wrongly, or is no share.
            FormatUnknown: it is of a later version.
        """
        letters = "".join(text.split()).replace("-", "").upper()
        start = _PREFIX.replace("-", "")
        if not letters.startswith(start):
            raise SharesInvalid(problem=f"a share begins with {_PREFIX}")
        try:
            letters = letters.removeprefix(start)
            data = b32decode(letters + "=" * (-len(letters) % 8))
        except ValueError:
            problem = "a character is wrong or missing; compare it with the copy"
            raise SharesInvalid(problem=problem) from None
        share = cls.decode(data)
        # Left-over bits of the last letter: one share has one text.
        if b32encode(data).decode().rstrip("=") != letters:
            raise SharesInvalid(problem="its last character is wrong")
        return share


def new_secret() -> bytes:
    """Make a random secret of 16 bytes."""
    return secrets.token_bytes(SECRET_BYTES)


def split(secret: bytes, threshold: int, size: int) -> tuple[Share, ...]:
    """Share a 16-byte secret among ``size`` holders, of whom ``threshold`` give it back.

    Raises:
        ContextInvalid: the secret is not 16 bytes.
        SharesInvalid: not 2 ≤ threshold ≤ size ≤ 16.
    """
    secret = fixed("a secret", secret, SECRET_BYTES)
    if not _FEWEST <= threshold <= size <= MOST_SHARES:
        problem = f"at least {_FEWEST} and at most all of at most {MOST_SHARES} holders are needed"
        raise SharesInvalid(problem=problem)
    set_id = secrets.token_bytes(_SET_BYTES)
    check = _check(secret, set_id, threshold)
    made = Shamir.split(threshold, size, secret, ssss=False)
    return tuple(Share(set_id, threshold, index, value, check) for index, value in made)


def combine(shares: Sequence[Share]) -> bytes:
    """Return the secret of at least ``threshold`` shares; more than that find a bad one.

    Raises:
        SharesInvalid: too few, of different sets, or they do not fit together.
    """
    different = {share.index: share for share in shares}
    if len({(share.set_id, share.threshold, share.check) for share in shares}) != 1:
        raise SharesInvalid(problem="they are none, or of different sets")
    threshold, missing = shares[0].threshold, shares[0].threshold - len(different)
    if missing > 0:
        problem = f"{threshold} different ones are needed, {missing} more than there are"
        raise SharesInvalid(problem=problem)
    for chosen in combinations(different.values(), threshold):
        secret = Shamir.combine([(share.index, share.value) for share in chosen], ssss=False)
        if compare_digest(_check(secret, chosen[0].set_id, threshold), chosen[0].check):
            return bytes(secret)
    raise SharesInvalid(problem="they do not fit together: one was altered; ask for another")


def _check(secret: bytes, set_id: bytes, threshold: int) -> bytes:
    # A hash under the secret itself: who lacks it would have to guess 128 bits.
    return digest(secret, _LABEL + set_id + bytes([threshold]), "sha256")[:_CHECK_BYTES]
