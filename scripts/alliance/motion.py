"""What members vote on: one typed action of the consortium each (P40)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chartkey.chain.call import Call
from chartkey.chain.consortium import Consortium
from chartkey.crypto.digest import keccak256
from chartkey.models import Action, Details, Kind, MemberStanding, Profile

from scripts.alliance.party import Party
from scripts.alliance.refusal import Refused

__all__ = ["Motion", "admission", "institution", "profile", "profiles", "regulator"]


@dataclass(frozen=True, slots=True)
class Motion:
    """A proposal to be made, or found if somebody made it already.

    ``parameters`` are the action's, ABI-encoded: a proposal with their hash is the same motion.
    """

    title: str
    action: Action
    parameters: bytes
    propose: Callable[[Consortium, int], Call]
    is_settled: Callable[[Consortium], bool]

    @property
    def digest(self) -> bytes:
        """What the consortium stores of the parameters, 32 bytes."""
        return keccak256(self.parameters)


def admission(party: Party) -> Motion:
    """Return the motion to admit an institution, or a regulator when there are no details."""
    if party.details is None:
        return regulator(party.account, party.name)
    return institution(party.account, party.details)


def institution(account: str, details: Details) -> Motion:
    """Return the motion to admit an institution."""
    from eth_abi.abi import encode

    fields = (
        details.name,
        details.credit_code,
        details.local_code,
        details.grade,
        details.tier,
    )
    outside = (MemberStanding.NONE, MemberStanding.EXPELLED)
    return Motion(
        f"admit {details.name}",
        Action.ADMIT_INSTITUTION,
        encode(["address", "(string,string,string,string,uint8)"], [account, fields]),
        lambda consortium, closes: consortium.propose_institution(account, details, closes),
        lambda consortium: consortium.member_of(account).standing not in outside,
    )


def regulator(account: str, name: str) -> Motion:
    """Return the motion to admit a regulator."""
    from eth_abi.abi import encode

    return Motion(
        f"admit the regulator {name}",
        Action.ADMIT_REGULATOR,
        encode(["address", "string"], [account, name]),
        lambda consortium, closes: consortium.propose_regulator(account, name, closes),
        lambda consortium: consortium.is_regulator(account),
    )


def profile(content: Profile) -> Motion:
    """Return the motion to adopt a record profile (R09, P42)."""
    from eth_abi.abi import encode

    fields = (
        content.kind,
        content.version,
        content.document_hash,
        content.required_kinds,
        content.obtainable,
    )
    parameters = encode(["uint8", "uint32", "bytes32", "uint256", "bool"], fields)
    return Motion(
        f"adopt the profile of {Kind(content.kind).label}, version {content.version}",
        Action.ADOPT_PROFILE,
        parameters,
        lambda consortium, closes: consortium.propose_profile(content, closes),
        # The id is the hash of the same bytes, so the node need not be asked for it.
        lambda consortium: consortium.is_profile_of(keccak256(parameters), content.kind),
    )


def profiles(path: Path) -> tuple[Profile, ...]:
    """Read a list of profiles; each names its document, whose SHA-256 is voted on.

    Raises:
        Refused: the list or a document cannot be read.
    """
    try:
        return tuple(_profile(entry, path.parent) for entry in json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise Refused(f"{path} is not a list of record profiles: {err!r}") from err


def _profile(entry: dict[str, object], folder: Path) -> Profile:
    kinds = {kind.label: kind for kind in Kind}
    required = entry.get("requiredKinds", [])
    if not isinstance(required, list):
        raise TypeError("requiredKinds is a list of kinds")
    document = (folder / str(entry["document"])).read_bytes()
    return Profile(
        kind=int(kinds[str(entry["kind"])]),
        version=int(str(entry["version"])),
        document_hash=hashlib.sha256(document).digest(),
        required_kinds=sum(1 << kinds[name] for name in set(required)),
        obtainable=bool(entry.get("obtainable", True)),
    )
