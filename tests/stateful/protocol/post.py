"""How a message gets to the chain: by its sender, a guardian, or a relay, now, later or twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.stateful.outcome import agree, refuse_if
from tests.stateful.protocol.guardianship import Guardianship
from tests.stateful.protocol.prompt import Prompt

NEVER = 2**40


class Post:
    """The box of messages that a relay holds."""

    def __init__(self, alliance: Any, relay: Any, guardianship: Guardianship) -> None:
        self.alliance, self.relay, self.guardianship = alliance, relay, guardianship
        contracts = alliance.contracts
        self.protected = [contracts[name].address for name in ("Guardianship", "Recovery")]
        self.used: set[tuple[Any, int]] = set()
        self.box: list[tuple[Callable[[], None], Prompt, tuple[Any, ...]]] = []
        self.sent = 0

    def send(
        self,
        chance: random.Random,
        sender: Any,
        allowed: Callable[[], None],
        call: Any,
        *arguments: Any,
        by: list[Any] | tuple[Any, ...] = (),
    ) -> None:
        """Send now, or sign for the relay; `by` are guardians who may try in the sender's name."""
        drawn = chance.random()
        if by and drawn < 0.25:
            self._sign(chance, chance.choice(by), sender, allowed, call, arguments)
        elif drawn > 0.8:
            self._sign(chance, sender, sender, allowed, call, arguments)
        else:
            agree(allowed, Prompt(call), *arguments, sender=sender)

    def deliver(self, chance: random.Random) -> None:
        """Take a message out of the box, maybe not for the last time."""
        if self.box:
            allowed, call, signed = chance.choice(self.box)
            agree(allowed, call, *signed, sender=self.relay)

    def _sign(
        self,
        chance: random.Random,
        signer: Any,
        sender: Any,
        allowed: Callable[[], None],
        call: Any,
        arguments: tuple[Any, ...],
    ) -> None:
        self.sent += 1
        # Some nonces share a word of the bitmap.
        nonce = self.sent * 100
        changes = {"nonce": nonce, "deadline": NEVER}
        request = self.alliance.request(sender, call, *arguments, **changes)
        request, signature = self.alliance.forwarded(signer, request)
        forwarder, own = self.alliance.forwarder, signer == sender
        signed = (request, signature) if own else (request, signer, signature)
        execute = Prompt(forwarder.execute if own else forwarder.executeFor)
        protected = call._address in self.protected

        def once() -> None:
            barred = not own and not self.guardianship.may_act((sender, signer), protected)
            refuse_if(barred, "ForwarderGuardianInvalid", sender, signer)
            refuse_if((signer, nonce) in self.used, "ForwarderNonceUsed", signer, nonce)
            allowed()
            self.used.add((signer, nonce))

        self.box.append((once, execute, signed))
        if chance.random() < 0.6:
            agree(once, execute, *signed, sender=self.relay)
