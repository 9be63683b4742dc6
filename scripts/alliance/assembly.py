"""The members whose keys are at hand, signing the agreement and voting.

Everything is looked up on chain first, so that a second run sends nothing, and each house can run
it in its own time with its own key: what still wants others' votes is reported, not an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chartkey.chain.call import Call
from chartkey.chain.network import Network
from chartkey.chain.sender import Sender
from chartkey.models import MemberStanding

from scripts.alliance.motion import Motion
from scripts.alliance.refusal import Refused

__all__ = ["Assembly", "Outcome"]

VOTING_DAYS = 7
_DAY = 86_400
_MOST_NAMED = 3

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a motion stands: enacted, or with how many votes of how many that are needed."""

    motion: Motion
    proposal: int | None
    enacted: bool
    yes: int = 0
    needed: int = 0


class Assembly:
    """Some or all of the members, each with a sender for its account."""

    def __init__(
        self, network: Network, senders: Sequence[Sender], say: Say = lambda line: None
    ) -> None:
        self._network, self._senders, self._say = network, tuple(senders), say

    def sign(self, agreement: bytes) -> int:
        """Sign the agreement for every member here that has yet to; return how many founders
        elsewhere still have to, in all.

        Raises:
            Refused: another text than this one is in force.
            ContractRefused: the consortium refused.
        """
        consortium = self._network.consortium
        for sender in self._senders:
            if consortium.member_of(sender.address).standing is not MemberStanding.INVITED:
                continue
            if consortium.agreement() != agreement:
                raise Refused(
                    f"the agreement in force has the hash {consortium.agreement().hex()}, and "
                    f"this text {agreement.hex()}. Read that one; AGREEMENT names its folder."
                )
            sender.send(consortium.sign_agreement(agreement))
            self._say(f"{sender.address} signed the agreement {agreement.hex()[:12]}…")
        return consortium.census().unsigned

    def carry(self, motions: Sequence[Motion]) -> tuple[Outcome, ...]:
        """Propose, vote for and enact what the members here can.

        Each round of transactions is sent together and then waited for.

        Raises:
            Refused: no member here may propose.
            ContractRefused: the consortium refused.
        """
        consortium = self._network.consortium
        wanted = [motion for motion in motions if not motion.is_settled(consortium)]
        numbers: dict[tuple[int, bytes], int] = {}
        if wanted:
            self._propose(wanted)
            numbers = self._open_proposals()
            for sender in self._voters():
                self._vote(sender, [numbers[_key(motion)] for motion in wanted])
            self._enact([(motion, numbers[_key(motion)]) for motion in wanted])
        return tuple(self._outcome(motion, numbers.get(_key(motion))) for motion in motions)

    def _propose(self, motions: Sequence[Motion]) -> None:
        known = self._open_proposals()
        new = [motion for motion in motions if _key(motion) not in known]
        if not new:
            return
        if not (voters := self._voters()):
            raise Refused("none of the accounts given is an Active member; nobody can propose.")
        closes_at = self._network.block_time() + VOTING_DAYS * _DAY
        consortium = self._network.consortium
        self._send(voters[0], [motion.propose(consortium, closes_at) for motion in new])

    def _vote(self, sender: Sender, proposals: Sequence[int]) -> None:
        consortium = self._network.consortium
        pending = [n for n in proposals if not consortium.has_voted(n, sender.address)]
        self._send(sender, [consortium.vote(number, True) for number in pending])

    def _enact(self, numbered: Sequence[tuple[Motion, int]]) -> None:
        consortium = self._network.consortium
        electorate = consortium.census().electorate
        carried = [
            (motion, number)
            for motion, number in numbered
            if consortium.proposal_of(number).yes * 2 > electorate
        ]
        sender = self._senders[0]
        self._send(sender, [consortium.enact(number, m.parameters) for m, number in carried])
        self._say_carried([motion.title for motion, _ in carried])

    def _say_carried(self, titles: Sequence[str]) -> None:
        if len(titles) > _MOST_NAMED:
            titles = [f"{len(titles)} motions, from “{titles[0]}” to “{titles[-1]}”"]
        for title in titles:
            self._say(f"voted and enacted: {title}")

    def _send(self, sender: Sender, calls: Sequence[Call]) -> None:
        for call in calls[:-1]:
            sender.send(call, wait=False)
        for call in calls[-1:]:
            sender.send(call)
        sender.resume()

    def _voters(self) -> tuple[Sender, ...]:
        consortium = self._network.consortium
        return tuple(sender for sender in self._senders if consortium.is_active(sender.address))

    def _open_proposals(self) -> dict[tuple[int, bytes], int]:
        """Return the newest open proposal of each action and parameters."""
        consortium, now = self._network.consortium, self._network.block_time()
        census, found = consortium.census(), {}
        for number in range(1, census.proposal_count + 1):
            proposal = consortium.proposal_of(number)
            if proposal.enacted or proposal.closes_at <= now or proposal.round != census.round:
                continue
            found[int(proposal.action), proposal.digest] = number
        return found

    def _outcome(self, motion: Motion, number: int | None) -> Outcome:
        consortium = self._network.consortium
        if number is None or motion.is_settled(consortium):
            return Outcome(motion, number, True)
        needed = consortium.census().electorate // 2 + 1
        return Outcome(motion, number, False, consortium.proposal_of(number).yes, needed)


def _key(motion: Motion) -> tuple[int, bytes]:
    return int(motion.action), motion.digest
