"""Where one is connected to, and as whom."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from chartkey.cli.output import aligned, cell
from chartkey.cli.session import Session, session_of
from chartkey.models import Certification, MemberStanding

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["status"]


def status(context: typer.Context) -> None:
    """Say which chain and alliance this is, who is in it, and whose the key file is."""
    session = session_of(context)
    net = session.net
    nodes = [asdict(node) for node in net.nodes()]
    value = {
        "rpc": net.rpc,
        "nodes": nodes,
        "chain": net.chain_id,
        "development": net.manifest.development,
        "head": _head(net),
        "manifest": session.manifest,
        "contracts": {name: net.address(name) for name in net.manifest.contracts},
        "institutions": _institutions(session),
        "key": _key(session) if session.key else None,
    }
    session.out.show(value, "" if session.out.as_json else "\n".join(_lines(value)))


def _head(net: Network) -> dict[str, Any]:
    from chartkey.audit.wording import moment

    head, limit = net.head(), net.manifest.max_head_age
    age = max(0, int(time.time()) - head.timestamp)
    return {
        "block": head.number,
        "time": moment(head.timestamp),
        "age": age,
        "stale": limit is not None and age > limit,
    }


def _institutions(session: Session) -> list[dict[str, Any]]:
    consortium, offset = session.net.consortium, 0
    rows = []
    while page := consortium.members(offset):
        offset += len(page)
        for account in page:
            member = consortium.member_of(account)
            rows.append(
                {
                    "institution": session.name_of(account),
                    "account": account,
                    "tier": member.tier,
                    "standing": member.standing.name.lower(),
                }
            )
    return rows


def _key(session: Session) -> dict[str, Any]:
    from chartkey.crypto.keyfile import KeyFile

    account = KeyFile.address(session.keyfile)
    person = session.net.registrar.person_of(account)
    return {
        "file": session.keyfile,
        "account": account,
        "name": session.name_of(account),
        "role": _role(session.net, account),
        "certifier": session.named(person.certifier),
        "version": person.key_version,
    }


def _role(net: Network, account: str) -> str:
    """Say in words what an account is in this alliance."""
    standing = net.consortium.member_of(account).standing
    if standing is not MemberStanding.NONE:
        return f"institution, {standing.name.lower()}"
    if net.consortium.is_regulator(account):
        return "regulator"
    person = net.registrar.person_of(account)
    if person.certification is Certification.NONE:
        return "nobody here"
    role = f"{person.certification.name} {person.role.name}".lower()
    return f"{role}, licence {person.licence.name.lower()}" if person.licence else role


def _lines(value: dict[str, Any]) -> list[str]:
    head, key, development = value["head"], value["key"], value["development"]
    kind = " (for development)" if development else ""
    stale = ": too old to be trusted" if head["stale"] else ""
    names = ["institution", "account", "tier", "standing"]
    rows = [[cell(row[name]) for name in names] for row in value["institutions"]]
    others = [node for node in value["nodes"] if not node["used"]]
    return [
        f"Node       {value['rpc']}, chain {value['chain']}{kind}",
        *(f"Other node {node['rpc']}: {_other(node)}" for node in others),
        f"Head       block {head['block']} of {head['time']}, {head['age']} s ago{stale}",
        f"Contracts  all {len(value['contracts'])} as {value['manifest']} says",
        f"Key        {_whose(key) if key else 'none; name one with --key'}",
        "",
        aligned([names, *rows]),
    ]


def _other(node: dict[str, Any]) -> str:
    if node["problem"]:
        return f"passed over, {cell(node['problem'])}"
    return f"ready, at block {node['block']}"


def _whose(key: dict[str, Any]) -> str:
    named = f" ({cell(key['name'])})" if key["name"] else ""
    certifier = f", certified by {cell(key['certifier'])}" if key["certifier"] else ""
    return f"{key['account']}{named}: {key['role']}{certifier}"
