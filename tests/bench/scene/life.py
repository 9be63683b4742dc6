"""A life in which every function that writes is called, each time relayed and directly.

A method is a chapter; ``whole`` tells them in an order in which each finds what it needs.
What only contracts call costs in the call that leads to it: ``INTERNAL``.
"""

from __future__ import annotations

from tests.bench.scene.beside import Beside
from tests.bench.scene.first import NOBODY

INTERNAL = {
    "Summary": {"open", "list"},
    "Relationship": {"open", "close", "replaceOwner"},
    "Registrar": {"replace"},
    "Appointments": {"take", "giveBack"},
}


class Life(Beside):
    """Everything that anybody can do, and the gas of it by function."""

    def whole(self) -> dict[str, int]:
        """Tell every chapter and return the gas by function, ``…_relayed`` through a relay."""
        self.consortium_chapter()
        self.registrar_chapter()
        self.relationship_chapter()
        self.records_chapter()
        self.consent_chapter()
        self.evidence_chapter()
        self.delegation_chapter()
        self.ticket_chapter()
        self.emergency_chapter()
        self.appointment_chapter()
        self.referral_chapter()
        self.consultation_chapter()
        self.charge_chapter()
        self.research_chapter()
        self.guardian_chapter()
        self.recovery_chapter()
        self.ends_chapter()
        return self.gas

    def ends_chapter(self) -> None:
        """What was not counted in passing: nothing, or a function is missing here."""
        from chartkey.chain.codec import CONTRACTS

        for contract in CONTRACTS:
            abi = self._contract(contract, NOBODY).abi
            for entry in abi:
                writes = entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
                counted = self.gas.keys() | INTERNAL.get(contract, set())
                if writes and entry["name"] not in counted:
                    raise RuntimeError(f"{contract}.{entry['name']} was not counted")
