"""Who seals: what the consortium decided, beside what Clique does, and the votes in between.

The consortium's contract decides and Clique's sealers carry it out, each at its own node (P60).
Sealers of the genesis, on which nobody has voted, are left as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chartkey.chain.address import checksum
from chartkey.chain.codec import Malformed
from chartkey.chain.contract import known
from chartkey.chain.events import events
from chartkey.chain.header import Header
from chartkey.errors import AddressInvalid, ChainMismatch, NodeRefused
from chartkey.operator.socket import NodeSocket

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = [
    "Ballot",
    "Plan",
    "Seat",
    "Standing",
    "Vote",
    "ballot_of",
    "carry_out",
    "plan_of",
    "proposals_of",
    "require_chain",
]


class Standing(StrEnum):
    """How the contract's decision about a sealer and what Clique does fit together."""

    AGREED = "agreed"
    ADMITTED = "admitted"
    REMOVED = "removed"
    FOUNDING = "founding"
    STRANGER = "stranger"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote that Clique counts at present: ``sealer`` wants ``subject`` in, or out."""

    sealer: str
    subject: str
    admit: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """A sealer, or who is to be one.

    ``institution`` is the account that the contract names as running it, None where it names none.
    ADMITTED: by the contract, and does not seal yet. REMOVED: by the contract, and still seals.
    FOUNDING: seals since the genesis, and the contract says nothing. STRANGER: seals, though
    neither genesis nor contract names it. UNDECIDED: sealers vote on it without such a decision.
    """

    address: str
    standing: Standing
    institution: str | None
    votes: tuple[Vote, ...]

    @property
    def wanted(self) -> bool | None:
        """The vote that brings Clique in line; None where nothing is to be done."""
        if self.standing is Standing.ADMITTED:
            return True
        return False if self.standing in (Standing.REMOVED, Standing.STRANGER) else None


@dataclass(frozen=True, slots=True)
class Ballot:
    """All seats, as decided at block ``decided_at`` and counted at block ``counted_at``."""

    decided_at: int
    counted_at: int
    signers: tuple[str, ...]
    seats: tuple[Seat, ...]

    @property
    def agreed(self) -> bool:
        """Whether Clique does what was decided."""
        return all(seat.wanted is None for seat in self.seats)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one sealing node's operator is to do: the vote to cast, votes to withdraw, and sealers
    whose turn comes after that; ``refused`` are votes that would halt the chain now, with why.
    """

    propose: dict[str, bool]
    discard: tuple[str, ...]
    waiting: tuple[str, ...]
    refused: dict[str, str]


def ballot_of(network: Network) -> Ballot:
    """Compare the decision at the newest confirmed block with Clique's newest count.

    Raises:
        NodeUnavailable, NodeRefused: the node is away, is not one of Clique, or contradicts itself.
    """
    block = network.confirmed_block()
    snapshot = _snapshot(network)
    signers = tuple(sorted(map(checksum, snapshot["signers"]), key=str.lower))
    votes = [_vote(entry) for entry in snapshot.get("votes") or ()]
    decided, founders = _decided(network, block), _founders(network)
    named = {*signers, *decided, *(vote.subject for vote in votes)}
    seats = []
    for address in sorted(named, key=str.lower):
        institution = known(network.call("Consortium", None, "sealerOf", address, block=block))
        own = tuple(vote for vote in votes if vote.subject == address)
        standing = _standing(address in signers, institution is not None, address in decided)
        if standing is Standing.STRANGER and address in founders:
            standing = Standing.FOUNDING
        if standing is not Standing.UNDECIDED or own:
            seats.append(Seat(address, standing, institution, own))
    return Ballot(block, int(snapshot["number"]), signers, tuple(seats))


def plan_of(
    ballot: Ballot,
    working: Collection[str],
    proposals: Mapping[str, bool],
    started: Collection[str] = (),
) -> Plan:
    """Return what one operator is to do.

    ``working`` are the sealers that sealed lately, ``proposals`` what the operator's node votes
    for already, ``started`` admitted sealers whose nodes run, as their operators say.

    A vote is refused when the sealers that work would be too few after it: more than half of all
    must work, and one must be left. Nobody can vote on a chain that stands still. One change is
    voted on at a time, the same at every node: of two that are harmless in one order, the other
    order may halt the chain.
    """
    current: Seat | None = None
    waiting: list[str] = []
    refused: dict[str, str] = {}
    odd = [seat for seat in ballot.seats if seat.wanted is not None]
    for seat in sorted(odd, key=lambda seat: _order(seat, working)):
        problem = _danger(seat, set(ballot.signers), set(working), set(started))
        if problem:
            refused[seat.address] = problem
        elif current is None:
            current = seat
        else:
            waiting.append(seat.address)
    wanted = {current.address: current.wanted is True} if current else {}
    known = {seat.address: seat for seat in ballot.seats}
    discard = tuple(
        address
        for address, admit in proposals.items()
        if wanted.get(address) is not admit and _is_ours(known.get(address), admit, address, ballot)
    )
    propose = {a: admit for a, admit in wanted.items() if proposals.get(a) is not admit}
    return Plan(propose, discard, tuple(waiting), refused)


def proposals_of(socket: NodeSocket) -> dict[str, bool]:
    """Return what a node votes for at every block that it seals.

    Raises:
        NodeUnavailable, NodeRefused: it does not answer, or is not one of Clique.
    """
    told = socket.ask("clique_proposals")
    return {checksum(address): bool(admit) for address, admit in told.items()}


def carry_out(plan: Plan, socket: NodeSocket) -> None:
    """Cast and withdraw votes at a sealing node. Done again, it changes nothing.

    Raises:
        NodeUnavailable, NodeRefused: it does not answer, or is not one of Clique.
    """
    for address in plan.discard:
        socket.ask("clique_discard", address)
    for address, admit in plan.propose.items():
        socket.ask("clique_propose", address, admit)


def require_chain(socket: NodeSocket, chain_id: int) -> None:
    """Refuse a node of another chain: its votes would be about other sealers.

    Raises:
        ChainMismatch: it is one.
        NodeUnavailable, NodeRefused: it does not answer, or with an error.
    """
    found = int(socket.ask("eth_chainId"), 16)
    if found != chain_id:
        raise ChainMismatch(expected=chain_id, found=found)


def _standing(seals: bool, is_admitted: bool, was_decided: bool) -> Standing:
    if is_admitted:
        return Standing.AGREED if seals else Standing.ADMITTED
    if seals:
        return Standing.REMOVED if was_decided else Standing.STRANGER
    return Standing.UNDECIDED


def _order(seat: Seat, live: Collection[str]) -> tuple[bool, bool, str]:
    """Removals of those that do not work come first: each makes the chain stand more firmly."""
    return seat.wanted is True, seat.address in live, seat.address


def _is_ours(seat: Seat | None, admit: bool, address: str, ballot: Ballot) -> bool:
    """Whether a node's vote is to be withdrawn: it has done its work, or the consortium decided
    about the sealer; what an operator votes beyond that is the operator's.
    """
    settled = (address in ballot.signers) is admit
    return settled or (seat is not None and seat.wanted is not None)


def _danger(seat: Seat, signers: set[str], working: set[str], started: set[str]) -> str | None:
    """Say why a vote would halt the chain, or None."""
    after = signers | {seat.address} if seat.wanted else signers - {seat.address}
    alive = (working | started) & after
    needed = len(after) // 2 + 1
    if after and len(alive) >= needed:
        return None
    if seat.wanted:
        advice = "Start its node first, and say so with --started."
        text = f"Admitting it would halt the chain: {needed} sealers would have to work"
    else:
        advice = "Admit or start another one first."
        text = f"Removing it would halt the chain: {needed} sealers would have to work"
    return f"{text}, and {len(alive)} would. {advice}"


def _decided(network: Network, block: int) -> frozenset[str]:
    """The sealers that the consortium ever decided about."""
    found = events(network, names=["SealerChanged"], to_block=block)
    return frozenset(event.args["sealer"] for event in found)


def _founders(network: Network) -> tuple[str, ...]:
    try:
        return Header.parse(network.raw("eth_getBlockByNumber", ["0x0", False])).signers
    except (Malformed, TypeError, AddressInvalid) as err:
        raise _malformed(network, "eth_getBlockByNumber") from err


def _snapshot(network: Network) -> dict[str, Any]:
    told = network.raw("clique_getSnapshot", ["latest"])
    if not isinstance(told, dict) or not told.get("signers"):
        raise _malformed(network, "clique_getSnapshot")
    return told


def _vote(entry: Mapping[str, Any]) -> Vote:
    return Vote(checksum(entry["signer"]), checksum(entry["address"]), bool(entry["authorize"]))


def _malformed(network: Network, method: str) -> NodeRefused:
    return NodeRefused(rpc=network.rpc, method=method, problem="its answer is malformed")
