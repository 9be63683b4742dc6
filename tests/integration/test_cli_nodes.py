"""Several nodes on the command line: which one is used, and what is wrong with the others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.integration.cli_scene import ZHANG, Desk
from tests.proxy import Proxy

AWAY = "http://127.0.0.1:1"


def with_nodes(desk: Desk, *rpc: str, between: str = ",") -> Desk:
    """The same desk, whose command line names these nodes."""
    chain: Any = SimpleNamespace(rpc=between.join(rpc))
    return Desk(chain, desk.alliance, desk.folder)


def test_the_status_tells_which_node_is_used_and_what_is_wrong_with_the_others(
    desk: Desk,
) -> None:
    with Proxy(desk.chain.rpc) as other, Proxy(desk.chain.rpc) as foreign:
        foreign.answers["eth_chainId"] = lambda params: hex(4242)
        named = with_nodes(desk, AWAY, desk.chain.rpc, other.rpc, foreign.rpc)
        status, text = named.json("status"), named.text("status")
    head = status["head"]["block"]
    assert status["rpc"] == desk.chain.rpc
    assert status["nodes"] == [
        {"rpc": AWAY, "used": False, "block": None, "problem": "it does not answer"},
        {"rpc": desk.chain.rpc, "used": True, "block": head, "problem": None},
        {"rpc": other.rpc, "used": False, "block": head, "problem": None},
        {"rpc": foreign.rpc, "used": False, "block": None, "problem": "it speaks for chain 4242"},
    ]
    assert f"Node       {desk.chain.rpc}, chain 1337" in text
    assert f"Other node {AWAY}: passed over, it does not answer" in text
    assert f"Other node {other.rpc}: ready, at block {head}" in text


def test_the_status_of_one_node_says_nothing_of_others(desk: Desk) -> None:
    assert desk.json("status")["nodes"] == [
        {"rpc": desk.chain.rpc, "used": True, "block": None, "problem": None}
    ]
    assert "Other node" not in desk.text("status")


def test_blanks_between_addresses_do_not_matter(desk: Desk) -> None:
    named = with_nodes(desk, AWAY, desk.chain.rpc, between=" , ")
    assert named.json("drafts", key=ZHANG) == []


def test_when_none_can_be_used_each_is_named(desk: Desk) -> None:
    with Proxy(desk.chain.rpc) as foreign:
        foreign.answers["eth_chainId"] = lambda params: hex(4242)
        named = with_nodes(desk, AWAY, foreign.rpc)
        assert named.refused("status") == "nodes-unavailable"
        told = named.run("status").err
    assert f"{AWAY}: it does not answer; {foreign.rpc}: it speaks for chain 4242" in told
