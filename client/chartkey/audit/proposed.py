"""What a proposal is about, read from its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chartkey.audit.names import Names
from chartkey.audit.wording import clean, kind_label, short
from chartkey.chain.address import checksum
from chartkey.models import Action, Office

__all__ = ["proposed"]

_ACCOUNT = ("address",)
_HOUR = 3_600
_TYPES: dict[Action, tuple[str, ...]] = {
    Action.ADMIT_INSTITUTION: ("address", "(string,string,string,string,uint8)"),
    Action.SUSPEND_INSTITUTION: _ACCOUNT,
    Action.RESTORE_INSTITUTION: _ACCOUNT,
    Action.EXPEL_INSTITUTION: _ACCOUNT,
    Action.ADMIT_REGULATOR: ("address", "string"),
    Action.REMOVE_REGULATOR: _ACCOUNT,
    Action.ADOPT_PROFILE: ("(uint8,uint32,bytes32,uint256,bool)",),
    Action.RETIRE_PROFILE: ("bytes32",),
    Action.ADOPT_AGREEMENT: ("bytes32",),
    Action.SET_REFERRAL_RULES: ("(uint16,bool,uint16,uint256)",),
    Action.SET_ALLIANCE: ("address", "bytes32"),
    Action.STOP: ("uint32",),
    Action.RESUME: (),
    Action.ADMIT_SEALER: ("address", "address"),
    Action.REMOVE_SEALER: _ACCOUNT,
    Action.APPOINT_OFFICE: ("address", "uint8", "string"),
    Action.END_OFFICE: _ACCOUNT,
    Action.ADOPT_FACTORY: _ACCOUNT,
}


def proposed(action: Action, parameters: bytes, names: Names) -> str:
    """Return in a few words whom or what a proposal's parameters name.

    Parameters that do not decode are shown by their length.
    """
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        values = decode(_TYPES[action], parameters)
    except (KeyError, DecodingError, OverflowError, ValueError):
        return f"{len(parameters)} bytes"
    return _TELL.get(action, _account)(values, names)


def _account(values: Any, names: Names) -> str:
    return names.of(checksum(values[0]))


def _institution(values: Any, names: Names) -> str:
    name, _, _, grade, tier = values[1]
    return f"{clean(name)} ({clean(grade)}, tier {tier})"


def _regulator(values: Any, names: Names) -> str:
    return clean(values[1])


def _profile(values: Any, names: Names) -> str:
    kind, version, *_ = values[0]
    return f"version {version} for {kind_label(kind)} records"


def _rules(values: Any, names: Names) -> str:
    _, _, most_open, _ = values[0]
    return f"rules of referral, at most {most_open} open from one to another"


def _alliance(values: Any, names: Names) -> str:
    institution = names.of(checksum(values[0]))
    if not any(values[1]):
        return f"{institution} leaves its alliance"
    return f"{institution} joins alliance {short('0x' + values[1].hex())}"


def _stop(values: Any, names: Names) -> str:
    return f"for {values[0] / _HOUR:g} hours"


def _resume(values: Any, names: Names) -> str:
    return "at once"


def _sealer(values: Any, names: Names) -> str:
    return f"{names.of(checksum(values[0]))} of {names.of(checksum(values[1]))}"


def _office(values: Any, names: Names) -> str:
    return f"{clean(values[2])} as {Office(values[1]).name.lower()}"


def _hash(values: Any, names: Names) -> str:
    return short("0x" + values[0].hex())


_TELL: dict[Action, Callable[[Any, Names], str]] = {
    Action.ADMIT_INSTITUTION: _institution,
    Action.ADMIT_REGULATOR: _regulator,
    Action.ADOPT_PROFILE: _profile,
    Action.RETIRE_PROFILE: _hash,
    Action.ADOPT_AGREEMENT: _hash,
    Action.SET_REFERRAL_RULES: _rules,
    Action.SET_ALLIANCE: _alliance,
    Action.STOP: _stop,
    Action.RESUME: _resume,
    Action.ADMIT_SEALER: _sealer,
    Action.APPOINT_OFFICE: _office,
}
