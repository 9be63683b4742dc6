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
from chartkey.models import Action, Details, Kind, MemberStanding, Profile, ReferralRules

from scripts.alliance.party import Party
from scripts.alliance.refusal import Refused

__all__ = [
    "Motion",
    "admission",
    "institution",
    "profile",
    "profiles",
    "referrals",
    "regulator",
    "rules_of_referral",
    "sealer",
]

_TIERS = 3
_KINDS = {kind.label: kind for kind in Kind}


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


def sealer(account: str, house: str, name: str) -> Motion:
    """Return the motion to admit a sealer of the chain, which an institution runs."""
    from eth_abi.abi import encode

    return Motion(
        f"let {name} seal as {account}",
        Action.ADMIT_SEALER,
        encode(["address", "address"], [account, house]),
        lambda consortium, closes: consortium.propose_sealer(account, house, closes),
        lambda consortium: consortium.sealer_of(account) is not None,
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


def referrals(rules: ReferralRules) -> Motion:
    """Return the motion to set the rules of referral (R30, P70)."""
    from eth_abi.abi import encode

    fields = (rules.directions, rules.within_alliance, rules.most_open, rules.required_kinds)
    return Motion(
        "set the rules of referral",
        Action.SET_REFERRAL_RULES,
        encode(["(uint16,bool,uint16,uint256)"], [fields]),
        lambda consortium, closes: consortium.propose_referral_rules(rules, closes),
        lambda consortium: consortium.referral_rules() == rules,
    )


def rules_of_referral(path: Path) -> ReferralRules:
    """Read the rules of referral: directions are pairs of tiers, such as ``1-3``.

    Raises:
        Refused: the file cannot be read, or names no rules.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        return ReferralRules(
            directions=sum({_direction(pair) for pair in content["directions"]}),
            within_alliance=bool(content["withinAlliance"]),
            most_open=int(content["mostOpen"]),
            required_kinds=_bitmap(content.get("requiredKinds", [])),
        )
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise Refused(f"{path} holds no rules of referral: {err!r}") from err


def _direction(pair: str) -> int:
    referring, receiving = (int(tier) for tier in pair.split("-"))
    if not 1 <= referring <= _TIERS or not 1 <= receiving <= _TIERS:
        raise ValueError(f"there is no direction {pair}: tiers are 1 to {_TIERS}")
    return 1 << (_TIERS * (referring - 1) + receiving - 1)


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
    document = (folder / str(entry["document"])).read_bytes()
    return Profile(
        kind=int(_KINDS[str(entry["kind"])]),
        version=int(str(entry["version"])),
        document_hash=hashlib.sha256(document).digest(),
        required_kinds=_bitmap(entry.get("requiredKinds", [])),
        obtainable=bool(entry.get("obtainable", True)),
    )


def _bitmap(kinds: object) -> int:
    if not isinstance(kinds, list):
        raise TypeError("requiredKinds is a list of kinds")
    return sum(1 << _KINDS[name] for name in set(kinds))
