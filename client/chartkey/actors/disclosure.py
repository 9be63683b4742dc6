"""A few elements of a record, shown to somebody who learns nothing of the rest (R70, P05).

The file is one JSON object, which a verifier checks in this order, the first four without a node:

1. its form: every member, and no other;
2. the owner's signature over every member (EIP-712 ``Disclosed``, domain as all statements);
3. each element leads from its leaf to one content root, and with leaf 0 to the record's root;
4. the root is the one that the verifier knows already, if any;
5. the relationship is genuine, the signer owns it, and the root is the one anchored on chain;
6. the contract ``Evidence`` finds each element committed to.

Of the other elements the file holds hashes alone, each over a salt of 32 bytes that is not in it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from chartkey.crypto.commitment import Proof, leaf_hash, record_root
from chartkey.crypto.digest import keccak256
from chartkey.crypto.merkle import root_of
from chartkey.custody.statements import Signed, Statement
from chartkey.errors import (
    ChainMismatch,
    CommitmentMismatch,
    RecordInvalid,
    RelationshipMissing,
    SignatureInvalid,
)
from chartkey.models import DisclosedElement
from chartkey.records.fhirjson import parse

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.models import RecordFlags, RecordState

__all__ = ["MOST_ELEMENTS", "Anchored", "Disclosed", "Disclosure"]

MOST_ELEMENTS: Final = 1024
"""Elements in one file: a bound on a verifier's work (T14)."""

_FORM: Final = "chartkey disclosure"
_VERSION: Final = 1
_SOURCE: Final = "the disclosure"


@dataclass(frozen=True, slots=True)
class Disclosed(Statement):
    """The owner's word for what is shown, to whom, and when.

    ``record``, ``root``, ``leaf0`` and ``elements`` (a digest of the shown leaves) are 32 bytes,
    ``audience`` is at most 64 characters, ``disclosed_at`` in Unix seconds.
    """

    TYPES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("owner", "address"),
        ("record", "bytes32"),
        ("root", "bytes32"),
        ("leaf0", "bytes32"),
        ("elements", "bytes32"),
        ("audience", "string"),
        ("disclosed_at", "uint48"),
    )
    signer_field: ClassVar[str] = "owner"

    owner: str
    record: bytes
    root: bytes
    leaf0: bytes
    elements: bytes
    audience: str
    disclosed_at: int


@dataclass(frozen=True, slots=True)
class Anchored:
    """What the chain says of a disclosed record: its state, what was said about it, by whom."""

    state: RecordState
    flags: RecordFlags
    institution: str


@dataclass(frozen=True, slots=True, repr=False)
class Disclosure:
    """What a disclosure file holds; nothing of it is verified before :meth:`check`."""

    chain_id: int
    signed: Signed[Disclosed]
    proofs: tuple[Proof, ...]

    @property
    def statement(self) -> Disclosed:
        """What the owner signed."""
        return self.signed.statement

    def to_json(self) -> str:
        """Return the file's text."""
        said = self.statement
        members = {
            "format": _FORM,
            "version": _VERSION,
            "chainId": self.chain_id,
            **{_MEMBERS[name]: _hex(getattr(said, name)) for name in _MEMBERS},
            "disclosedAt": said.disclosed_at,
            "elements": [_shown(proof) for proof in self.proofs],
            "signature": _hex(self.signed.signature),
        }
        return json.dumps(members, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: bytes) -> Disclosure:
        """Read a file from anybody: its form is checked, and nothing else.

        Raises:
            RecordInvalid: it is no disclosure, or a member is missing, unknown or malformed.
            RecordTooLarge: it is over a safety limit.
        """
        members = parse(text, source=_SOURCE)
        try:
            return _read(cls, members)
        except (AttributeError, KeyError, TypeError, ValueError):
            problem = "it is no disclosure of version 1, or a member is missing or malformed"
            raise RecordInvalid(source=_SOURCE, problem=problem) from None

    def check(self, root: bytes | None = None) -> None:
        """Check steps 2 to 4, without a node.

        Args:
            root: The record's anchored root, 32 bytes, where the verifier knows it.

        Raises:
            SignatureInvalid: the owner named did not sign every member.
            CommitmentMismatch: an element is not what the root commits to, or another root.
        """
        said = self.signed.check(self.chain_id)
        if said.elements != leaves_digest(self.proofs):
            raise SignatureInvalid(what="disclosure")
        contents = {_content_root(proof) for proof in self.proofs}
        if len(contents) != 1 or record_root(said.leaf0, contents.pop()) != said.root:
            raise CommitmentMismatch(what="element")
        if root is not None and root != said.root:
            raise CommitmentMismatch(what="record")

    def check_anchored(self, network: Network) -> Anchored:
        """Check everything, the last two steps on chain; return what it says of the record.

        Raises:
            SignatureInvalid: the signer is not the owner of that relationship.
            CommitmentMismatch: an element or the root is not what was anchored.
            ChainMismatch: it is about another chain.
            RelationshipMissing: the relationship is no genuine one (T23).
            NodeUnavailable: the node is away.
        """
        said = self.statement
        if self.chain_id != network.chain_id:
            raise ChainMismatch(found=network.chain_id, expected=self.chain_id)
        self.check()
        if network.contract_at(said.relationship) != "Relationship":
            raise RelationshipMissing(owner=said.relationship, status="genuine")
        facade = network.relationship(said.relationship)
        parties, state = facade.parties(), facade.record_of(said.record)
        if parties.owner != said.owner:
            raise SignatureInvalid(what="disclosure")
        if state.root != said.root:
            raise CommitmentMismatch(what="record")
        for proof in self.proofs:
            shown = DisclosedElement(said.leaf0, proof.index, proof.salt, proof.value, proof.path)
            if not network.evidence.is_committed(said.relationship, said.record, shown):
                raise CommitmentMismatch(what="element")
        flags = network.evidence.flags_of(said.relationship, said.record)
        return Anchored(state, flags, parties.institution)


def leaves_digest(proofs: tuple[Proof, ...]) -> bytes:
    """Return the 32 bytes that the owner's signature names the shown elements by.

    Raises:
        ContextInvalid: a salt is not 32 bytes, or an index is out of range.
    """
    leaves = [leaf_hash(proof.index, proof.salt, proof.value) for proof in proofs]
    paths = [keccak256(*proof.path) for proof in proofs]
    return keccak256(*leaves, *paths)


def _content_root(proof: Proof) -> bytes:
    leaf = leaf_hash(proof.index, proof.salt, proof.value)
    root = root_of(leaf, proof.index - 1, proof.path)
    if root is None:
        raise CommitmentMismatch(what="element")
    return root


_MEMBERS: Final = {
    "relationship": "relationship",
    "owner": "owner",
    "record": "record",
    "root": "root",
    "leaf0": "leaf0",
    "audience": "audience",
}
"""Members of the file that stand in the signed statement as they are, by the statement's names."""


def _hex(value: Any) -> Any:
    return "0x" + value.hex() if isinstance(value, bytes) else value


def _shown(proof: Proof) -> dict[str, Any]:
    return {
        "index": proof.index,
        "salt": _hex(proof.salt),
        "value": b64encode(proof.value).decode(),
        "path": [_hex(sibling) for sibling in proof.path],
    }


def _read(cls: type[Disclosure], members: dict[str, Any]) -> Disclosure:
    """Take every member exactly once; whatever is left over makes the file another's."""

    def taken(name: str, kind: Callable[[Any], Any]) -> Any:
        return kind(members.pop(name))

    if (taken("format", _text), taken("version", _number)) != (_FORM, _VERSION):
        raise ValueError
    proofs = tuple(_proof(element) for element in taken("elements", _listed))
    indices = [proof.index for proof in proofs]
    if not indices or len(indices) > MOST_ELEMENTS or sorted(set(indices)) != indices:
        raise ValueError
    chain_id = taken("chainId", _number)
    statement = Disclosed(
        relationship=taken("relationship", _text),
        owner=taken("owner", _text),
        record=taken("record", _word),
        root=taken("root", _word),
        leaf0=taken("leaf0", _word),
        elements=leaves_digest(proofs),
        audience=taken("audience", _text),
        disclosed_at=taken("disclosedAt", _number),
    )
    signature = taken("signature", lambda text: _bytes(text, 65))
    if members:
        raise ValueError
    return cls(chain_id, Signed(statement, signature), proofs)


def _proof(element: Any) -> Proof:
    index, salt, value, path = (element.pop(name) for name in ("index", "salt", "value", "path"))
    if element or not 0 < _number(index) < 1 << 63:
        raise ValueError
    content = b64decode(_text(value), validate=True)
    if b64encode(content).decode() != value:
        raise ValueError
    return Proof(index, _word(salt), content, tuple(_word(one) for one in _listed(path)))


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 64:
        raise TypeError
    return value


def _word(value: Any) -> bytes:
    return _bytes(value, 32)


def _bytes(value: Any, length: int) -> bytes:
    """Hexadecimal in its one spelling: no file has a twin with the same meaning."""
    found = bytes.fromhex(_text(value).removeprefix("0x"))
    if len(found) != length or _hex(found) != value:
        raise ValueError
    return found
