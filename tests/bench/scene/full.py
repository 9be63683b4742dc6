"""Lists with ten thousand entries: what the next entry costs there, over what it costs when empty.

Every noun that is added to without end is filled for real. The filling transactions come from
accounts that Anvil lets anybody send from, many in one request; the two that are counted are sent
like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from tests.bench.scene.first import First, padded
from tests.bench.scene.ward import ACTIVE, DAY, DIAGNOSES, KIND, ZERO

ENTRIES = 10_000
_TOGETHER = 320
_AT_ONCE = 15
"""Sixteen requests of one viewer may be open, and one is."""
_GAS = 1_000_000

Step = tuple[str, Any]
"""Who sends, and the call."""

Sent = tuple[str, str, bytes]
"""Who sends, to which contract, and the calldata."""


class Adding(NamedTuple):
    """One more entry: what it needs, the write that is counted, what makes room for the next."""

    write: Step
    before: Step | None = None
    after: Step | None = None


class Full(First):
    """An alliance whose lists are filled one by one."""

    def __init__(self, rpc: str) -> None:
        super().__init__(rpc)
        self.rpc = rpc
        self.consortium_chapter()
        self.registrar_chapter()
        self.relationship_chapter()
        self.records_chapter()
        self.consent_chapter()
        self.web3.provider.make_request("anvil_autoImpersonateAccount", [True])
        self.web3.provider.make_request("evm_setAutomine", [False])

    def ratios(self) -> dict[str, float]:
        """Return the ratio of the entry after the ten-thousandth to the first, by list."""
        return {name: self._ratio(add) for name, add in self._lists()}

    def _ratio(self, add: Callable[[int], Adding]) -> float:
        snapshot = self.web3.provider.make_request("evm_snapshot", [])["result"]
        # The very first entry of a pair of accounts may pay for the slot of their counters.
        self._fill(add, 0, 1)
        first = self._counted(add(1))
        self._fill(add, 2, ENTRIES)
        last = self._counted(add(ENTRIES))
        self.web3.provider.make_request("evm_revert", [snapshot])
        return last / first

    def _counted(self, adding: Adding) -> int:
        gas = 0
        for step in (adding.before, adding.write, adding.after):
            if step:
                used = self._sent([_rendered(step)])[0]
                gas = used if step is adding.write else gas
        return gas

    def _fill(self, add: Callable[[int], Adding], start: int, end: int) -> None:
        entry = self._entries(add, start) if end - start > _TOGETHER else lambda n: _parts(add(n))
        for first in range(start, end, _TOGETHER):
            added = [entry(n) for n in range(first, min(first + _TOGETHER, end))]
            senders = {sent[0] for parts in added for sent in parts if sent}
            # One account's calls keep their order in a block; those of several need one each.
            if len(senders) == 1:
                self._sent([sent for parts in added for sent in parts if sent])
                continue
            for some in range(0, len(added), _AT_ONCE):
                for phase in zip(*added[some : some + _AT_ONCE], strict=True):
                    self._sent([sent for sent in phase if sent])

    def _entries(self, add: Callable[[int], Adding], n: int) -> Callable[[int], list[Sent | None]]:
        """Return what renders an entry: by exchanging its id alone, where that gives the same."""
        template = _parts(add(n))

        def exchanged(other: int) -> list[Sent | None]:
            return [part and (*part[:2], _exchange(part[2], n, other)) for part in template]

        if exchanged(n + 1) == _parts(add(n + 1)):
            return exchanged
        return lambda other: _parts(add(other))

    def _sent(self, steps: list[Sent]) -> list[int]:
        """Send calls in one request and mine them together; return the gas of each."""
        if not steps:
            return []
        senders = sorted({sender for sender, _, _ in steps})
        counts = self._batch([("eth_getTransactionCount", [one, "latest"]) for one in senders])
        nonces = {sender: int(n, 16) for sender, n in zip(senders, counts, strict=True)}
        sent = []
        for sender, to, data in steps:
            fields = {"from": sender, "to": to, "nonce": hex(nonces[sender])}
            sent.append(fields | {"data": "0x" + data.hex(), "gas": hex(_GAS), "gasPrice": "0x0"})
            nonces[sender] += 1
        hashes = self._batch([("eth_sendTransaction", [one]) for one in sent])
        receipts: list[Any] = [None]
        # A block holds only so many of them.
        for _ in range(len(steps)):
            self._batch([("evm_mine", [])])
            receipts = self._batch([("eth_getTransactionReceipt", [one]) for one in hashes])
            if None not in receipts:
                break
        if any(receipt is None or int(receipt["status"], 16) != 1 for receipt in receipts):
            raise RuntimeError(f"a call to {steps[0][1]} was refused")
        return [int(receipt["gasUsed"], 16) for receipt in receipts]

    def _batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        body = [
            {"jsonrpc": "2.0", "id": n, "method": method, "params": params}
            for n, (method, params) in enumerate(calls)
        ]
        headers = {"content-type": "application/json"}
        request = Request(self.rpc, json.dumps(body).encode(), headers)
        with urlopen(request, timeout=120) as reply:
            answers = sorted(json.load(reply), key=lambda answer: answer["id"])
        if errors := [answer["error"] for answer in answers if "error" in answer]:
            raise RuntimeError(errors[0])
        return [answer["result"] for answer in answers]

    def _lists(self) -> Iterator[tuple[str, Callable[[int], Adding]]]:
        yield "proposals", self._proposal
        yield "persons", self._person
        yield "keys", self._key
        yield "handles", self._handle
        yield "departments", self._department
        yield "affiliations", self._affiliation
        yield "relationships", self._relationship
        yield "records", self._record
        yield "requests", self._request
        yield "grants", self._grant
        yield "batches", self._batched
        yield "disputes", self._dispute
        yield "delegations", self._delegation
        yield "receipts", self._receipts
        yield "tickets", self._ticket
        yield "emergencies", self._emergency
        yield "slots", self._slot
        yield "referrals", self._referral
        yield "consultations", self._consultation
        yield "charges", self._charge
        yield "studies", self._study
        yield "choices", self._choice

    def _proposal(self, n: int) -> Adding:
        call = self.consortium.functions.proposeAgreement(_id(n), self._soon())
        return Adding((self.lead.address, call))

    def _person(self, n: int) -> Adding:
        stranger = self.web3.to_checksum_address("0x" + _id(n, "person")[:20].hex())
        return Adding((stranger, self.registrar.functions.applyFor(1, 1, bytes(422))))

    def _key(self, n: int) -> Adding:
        return Adding((self.alice.address, self.registrar.functions.publishKey(1, _id(n) * 8)))

    def _handle(self, n: int) -> Adding:
        call = self.registrar.functions.bindHandle(_id(n), self.alice.address)
        return Adding((self.clinic.address, call))

    def _department(self, n: int) -> Adding:
        call = self.registrar.functions.setDepartment(_id(n), ACTIVE)
        return Adding((self.clinic.address, call))

    def _affiliation(self, n: int) -> Adding:
        f = self.registrar.functions
        opened = (self.clinic.address, f.setDepartment(_id(n), ACTIVE))
        call = f.setAffiliation(self.doctor.address, _id(n), ACTIVE)
        return Adding((self.clinic.address, call), before=opened)

    def _relationship(self, n: int) -> Adding:
        pair = (self.bob.address, self.clinic.address, n)
        opening = (*pair, self.lead.address, _id(n), 1, 1, bytes(384), bytes(384))
        closed = self.factory.functions.preclude(*pair)
        proposed = self.factory.functions.propose(opening)
        return Adding((self.bob.address, proposed), after=(self.bob.address, closed))

    def _record(self, n: int) -> Adding:
        query = (_id(n), ZERO, DIAGNOSES, self.profile, _id(0), _id(n), self._epoch(), bytes(64))
        return Adding((self.clinic.address, self.ppr.functions.anchorQuery(query)))

    def _request(self, n: int) -> Adding:
        purpose = b"TREAT".ljust(16, b"\0")
        request = (_id(n), self.room, KIND, DIAGNOSES, ZERO, purpose, bytes(64))
        types = ["address", "bytes32"]
        asked = self.web3.solidity_keccak(types, [self.surgeon.address, _id(n)])
        refused = (self.alice.address, self.ppr.functions.refuseRequest(asked))
        asking = (self.surgeon.address, self.ppr.functions.requestAccess(request))
        return Adding(asking, after=refused)

    def _grant(self, n: int) -> Adding:
        terms = (_id(n)[:16], *self.terms(self.surgeon, self.room)[1:])
        return Adding((self.alice.address, self.ppr.functions.grantAccess(terms)))

    def _batched(self, n: int) -> Adding:
        call = self.on("Batches").functions.anchorBatch(1_000, _id(n), _id(n))
        return Adding((self.clinic.address, call))

    def _dispute(self, n: int) -> Adding:
        call = self.on("Evidence").functions.dispute(self.ppr.address, _id(n), bytes(64))
        return Adding((self.alice.address, call), before=self._record(n).write)

    def _delegation(self, n: int) -> Adding:
        to = (self.surgeon.address, self.room)
        delegation = (_id(n), *to, KIND, DIAGNOSES, ZERO, self._soon(), 1, bytes(384))
        call = self.on("Delegations").functions.delegate(self.ppr.address, self.granted, delegation)
        return Adding((self.hospital.address, call))

    def _receipts(self, n: int) -> Adding:
        call = self.on("Receipts").functions.anchorReceipts(n + 1, _id(n))
        return Adding((self.lead.address, call))

    def _ticket(self, n: int) -> Adding:
        ticket = self.web3.to_checksum_address("0x" + _id(n, "ticket")[:20].hex())
        given = (ticket, self.hospital.address, self._soon(), _id(n))
        return Adding((self.alice.address, self.on("Tickets").functions.issueTicket(*given)))

    def _emergency(self, n: int) -> Adding:
        f = self.on("BreakGlass").functions
        if n == 0:
            holders = sorted((h.address for h in self.houses[:2]), key=lambda a: int(a, 16))
            arranged = f.arrange(2, 1, bytes(422), holders, [ZERO] * 2, [bytes(384)] * 2)
            self._sent([_rendered((self.alice.address, arranged))])
        call = f.requestEmergency(self.alice.address, self.room, 3_600, _id(n), bytes(64))
        return Adding((self.surgeon.address, call))

    def _slot(self, n: int) -> Adding:
        starts_at = [self._soon() + n]
        call = self.on("Appointments").functions.openSlots(padded(self.hospital), starts_at, 9)
        return Adding((self.hospital.address, call))

    def _referral(self, n: int) -> Adding:
        f = self.on("Referrals").functions
        preparation = (_id(n), self.ppr.address, self.ward_, self.hospital.address, self.package)
        call = f.prepareReferral((*preparation, [], self._soon(), bytes(64)))
        types = ["address", "bytes32"]
        id = self.web3.solidity_keccak(types, [self.doctor.address, _id(n)])
        cancelled = (self.alice.address, f.cancelReferral(id, ZERO))
        return Adding((self.doctor.address, call), after=cancelled)

    def _consultation(self, n: int) -> Adding:
        houses, grants = [self.hospital.address], [self.granted]
        invitation = (_id(n), self.ppr.address, self.ward_, houses, grants, self._soon(), b"")
        call = self.on("Consultations").functions.convene(invitation)
        return Adding((self.doctor.address, call))

    def _charge(self, n: int) -> Adding:
        call = self.on("Charges").functions.post(self.ppr.address, _id(n), _id(n))
        return Adding((self.clinic.address, call))

    def _study(self, n: int) -> Adding:
        call = self.on("Research").functions.registerStudy(_id(n), _id(n))
        return Adding((self.researcher.address, call))

    def _choice(self, n: int) -> Adding:
        return Adding((self.alice.address, self.on("Research").functions.choose(_id(n), False, 1)))

    def _soon(self) -> int:
        """Return a time two days after the filling began; asking anew each time would be slow."""
        if not hasattr(self, "_began"):
            self._began = self.now()
        return self._began + 2 * DAY

    def _epoch(self) -> int:
        epoch, rotating = self.ppr.functions.keyEpoch().call()
        return int(epoch) + bool(rotating)


def _rendered(step: Step) -> Sent:
    sender, call = step
    return sender, call.address, bytes.fromhex(call._encode_transaction_data()[2:])


def _parts(adding: Adding) -> list[Sent | None]:
    steps = (adding.before, adding.write, adding.after)
    return [step and _rendered(step) for step in steps]


def _exchange(data: bytes, old: int, new: int) -> bytes:
    """Exchange one entry's id for another's, whole and cut to the 16 bytes of a grant's."""
    whole = data.replace(_id(old), _id(new))
    return whole.replace(_id(old)[:16], _id(new)[:16])


def _id(n: int, noun: str = "") -> bytes:
    """Return 32 bytes without zeros that follow from a number, so that calldata costs the same."""
    from eth_hash.auto import keccak

    return keccak(f"{noun} {n}".encode()).replace(b"\0", b"\1")
