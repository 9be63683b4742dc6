"""What the contracts say of a role and an act: yes, no, or own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from eth_utils import keccak

from tests.alliance import decoded_error
from tests.functional.roles.act import OTHERS, OWN, Act, Caller
from tests.functional.roles.scene import Scene, Stage
from tests.signing import Domain

ROLES = (
    "alliance lead",
    "institution administrator",
    "department",
    "clinician",
    "patient",
    "guardian",
    "insurer",
    "regulator",
    "researcher",
)
GAS = hex(10_000_000)

# Refusals that name who called, and say no more than that it was not for them.
OF_THE_CALLER = (
    "ConsortiumNotMember(address)",
    "RegistrarNotInstitution(address)",
    "RegistrarPersonInvalid(address,uint8)",
    "CallerNotInstitution(address)",
    "CallerNotClinician(address,bytes32)",
    "CallerNotPatient(address)",
    "CallerNotAllowed(address)",
    "RelationshipNotParty(address)",
    "RelationshipNotOwner(address)",
    "RelationshipFactoryNotParty(address)",
    "GrantViewerInactive(address,bytes32)",
    "GuardianshipSameInstitution(address)",
    "BreakGlassReviewerInvalid(address)",
    "BreakGlassApproverInvalid(address)",
    "ChargeInsurerInvalid(address)",
    "ResearchResearcherInvalid(address)",
    "ForwarderGuardianInvalid(address,address)",
)


def selectors(errors: Iterable[str]) -> frozenset[str]:
    """Return the first four bytes of each error, in hex."""
    return frozenset("0x" + keccak(error.encode())[:4].hex() for error in errors)


REFUSALS = selectors(OF_THE_CALLER)


def callers(stage: Stage) -> dict[str, Caller]:
    """Return who stands for each role; whoever has no house is at home in the clinic's scene."""
    here, there = stage.scenes
    accounts = {
        "alliance lead": (there.house, there),
        "institution administrator": (here.house, here),
        "department": (here.clinician, here, here.ward),
        "clinician": (stage.idle, here),
        "patient": (here.patient, here),
        "guardian": (here.patient, here, None, here.guardian),
        "insurer": (here.insurer, here),
        "regulator": (stage.regulator, here),
        "researcher": (stage.researcher, here),
    }
    return {role: Caller(role, *given) for role, given in accounts.items()}


class Judge:
    """Tries acts by `eth_call`: nothing is changed, so each starts from the same scene."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._callers = stage, callers(stage)

    def row(self, act: Act) -> dict[str, str]:
        """Return every cell of an act's row; a refusal about something else stands in its cell."""
        from brownie import web3

        tries = [one for who in self._callers.values() for one in self._tries(act, who)]
        asked = [("eth_call", [sent, "latest"]) for _, sent in tries]
        # In one batch: a call by itself takes longer on its way than in the node.
        answers = web3.provider.make_batch_request(asked)
        said: dict[str, list[str]] = {}
        for (who, _), answer in zip(tries, answers, strict=True):
            said.setdefault(who.role, []).append(self._word(act, who, answer.get("error")))
        return {role: self._cell(words) for role, words in said.items()}

    def staff(self) -> dict[str, str]:
        """Return the row of reading without a grant, which a custodian answers by these views.

        `chartkey.custody.release` asks them before it looks at the records (R20).
        """
        return {role: self._staff_cell(who) for role, who in self._callers.items()}

    def _staff_cell(self, who: Caller) -> str:
        registrar, account = self._stage.alliance.registrar, who.guardian or who.account
        words = []
        for scene in (who.home, who.home.other):
            active, house = registrar.isClinicianActive(account, who.ward or scene.ward)
            institution = scene.relationship.parties()[1]
            words.append("yes" if active and house == institution else "no")
        return self._cell(words)

    @staticmethod
    def _cell(words: list[str]) -> str:
        """Return the cell for what was said of one's own objects, and then of others'."""
        cells = {("yes", "yes"): "yes", ("yes", "no"): "own", ("no", "no"): "no"}
        odd = " for one's own, for others' ".join(words)
        return words[0] if len(words) == 1 else cells.get(tuple(words), odd)

    def _tries(self, act: Act, who: Caller) -> Iterator[tuple[Caller, dict[str, str]]]:
        """Yield what is tried: on one's own objects, and on others' where they differ."""
        home, away = who.home, who.home.other
        if act.whose == OTHERS:
            yield self._try(act, away, who)
            return
        yield self._try(act, home, who)
        for_a_ward = who.guardian is not None and not act.direct
        if for_a_ward:
            # Whose ward it is decides: the guardian tries what is right for the other patient.
            who = Caller(who.role, away.patient, away, None, who.guardian)
        if act.whose == OWN or for_a_ward:
            yield self._try(act, away, who)

    def _try(self, act: Act, scene: Scene, who: Caller) -> tuple[Caller, dict[str, str]]:
        method, *given = act.call(self._stage, scene, who)
        sender = who.account
        if who.guardian is not None and act.direct:
            sender = who.guardian
        elif who.guardian is not None:
            method, given, sender = self._forwarded(method, given, who)
        sent = {"from": sender.address, "to": method._address, "gas": GAS}
        return who, sent | {"data": method.encode_input(*given)}

    def _word(self, act: Act, who: Caller, error: dict[str, str] | None) -> str:
        if error is None:
            return "yes"
        data = str(error.get("data"))
        named = (who.account, who.guardian or who.account)
        about_caller = data[:10] in REFUSALS and any(
            person.address[2:].lower() in data for person in named
        )
        if about_caller or data[:10] in selectors(act.also):
            return "no"
        return f"refused for another reason: {decoded_error(error)}"

    def _forwarded(self, method: Any, given: list[Any], who: Caller) -> tuple[Any, list[Any], Any]:
        alliance = self._stage.alliance
        request = alliance.request(who.account, method, *given)
        domain = Domain("Chartkey Forwarder", alliance.forwarder.address, alliance.chain_id)
        signature = domain.sign(who.guardian, "ForwardRequest", request)
        relay = self._stage.hospitals[1]
        return alliance.forwarder.executeFor, [request, who.guardian, signature], relay
