"""A deployed and founded alliance for tests on Brownie's chain, and what tests do to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from eth_abi import decode, encode
from eth_utils import function_abi_to_4byte_selector as selector
from eth_utils import keccak, to_checksum_address
from web3.types import RPCEndpoint

from scripts.alliance.artifacts import NAMES, ORDER
from tests.live import deployer, funded, needs_a_clock_to_move
from tests.node import PatientReceipts, trust_nobody
from tests.signing import ZERO, Domain, Draft, digest

HOUR, DAY = 3_600, 86_400
NOBODY = "0x" + "00" * 20
AGREEMENT = digest("联盟协议 第一版")

PATIENT, CLINICIAN = 1, 2
ACTIVE, SUSPENDED, REVOKED = 1, 2, 3
RECORD, KIND, EVERYTHING = 1, 2, 3
UNSPECIFIED, LABORATORY, DIAGNOSES = 0, 5, 17
PENDING, ACCEPTED, REFUSED, ENDED = 1, 2, 3, 4
ADMIT, SUSPEND, RESTORE, EXPEL = 1, 2, 3, 4
INVITED_MEMBER, ACTIVE_MEMBER, SUSPENDED_MEMBER, EXPELLED_MEMBER = 1, 2, 3, 4

TREATMENT = b"TREAT".ljust(16, b"\0")
# As long as the DER form of an RSA-3072 key and what such a key wraps.
KEY = b"\x30\x82\x01\xa2" + bytes(range(1, 256)) + bytes(range(1, 164))
WRAP = (bytes(range(1, 256)) * 2)[:384]
HANDLE = digest("the handle of somebody new")


def account(name: str) -> Any:
    """Return a Brownie account whose key follows from a name, and which can pay."""
    from brownie import accounts

    return funded(accounts.add(digest("a test's actor", name).hex()))


def details(name: str, tier: int = 3) -> tuple[Any, ...]:
    """Return what is public about an institution."""
    return (name, "12110000400686022T", "110101", "三级甲等", tier)


def now() -> int:
    """Return the newest block's time."""
    from brownie import web3

    return int(web3.eth.get_block("latest")["timestamp"])


def at_least(seconds: int) -> None:
    """Let time pass on the chain."""
    from brownie import chain

    needs_a_clock_to_move()
    chain.sleep(seconds)
    chain.mine()


def at(moment: int) -> None:
    """Let the newest block be of exactly that time, in Unix seconds."""
    from brownie import web3

    needs_a_clock_to_move()
    web3.provider.make_request("evm_mine", [moment])
    if now() != moment:
        raise AssertionError(f"the newest block is of {now()}, not of {moment}")


def padded(institution: Any) -> bytes:
    """Return an institution's account as the affiliation of its own staff."""
    return bytes(12) + bytes.fromhex(institution.address[2:])


def refusal_of(call: Any, *arguments: Any) -> tuple[Any, ...]:
    """Return the custom error that refuses a call, as (name, *arguments).

    The call is tried, not sent: Brownie keeps of a transaction's error only a line of text.
    """
    from brownie import web3

    *given, options = arguments
    sent = {
        "from": options["from"].address,
        "to": call._address,
        "data": call.encode_input(*given),
        "gas": hex(10_000_000),
    }
    answer = web3.provider.make_request("eth_call", [sent, "latest"])
    if "error" not in answer:
        raise AssertionError(f"{call._name} was not refused")
    return decoded_error(answer["error"])


def decoded_error(error: dict[str, Any]) -> tuple[Any, ...]:
    """Return a node's answer to a refused call as (error name, *arguments)."""
    data = error.get("data")
    if not isinstance(data, str) or len(data) < 10:
        raise AssertionError(f"refused without a custom error: {error}")
    name, types = _errors()[data[:10]]
    values = zip(types, decode(types, bytes.fromhex(data[10:])), strict=True)
    return (name, *(to_checksum_address(v) if kind == "address" else v for kind, v in values))


def _errors() -> dict[str, tuple[str, list[str]]]:
    from brownie import project

    entries = (
        entry
        for container in project.get_loaded_projects()[0]
        for entry in container.abi
        if entry["type"] == "error"
    )
    found = {
        "0x" + selector(entry).hex(): (entry["name"], [i["type"] for i in entry["inputs"]])
        for entry in entries
    }
    return found | {"0x4e487b71": ("Panic", ["uint256"]), "0x08c379a0": ("Error", ["string"])}


def refused_deployment(name: str, *arguments: Any, creator: Any = None) -> tuple[Any, ...]:
    """Return the custom error with which a constructor refuses its arguments."""
    from brownie import project, web3

    container = project.get_loaded_projects()[0][name]
    data = "0x" + container.deploy.encode_input(*arguments).removeprefix("0x")
    sender = (creator or deployer()).address
    sent = {"from": sender, "data": data, "gas": hex(20_000_000)}
    answer = web3.provider.make_request("eth_call", [sent, "latest"])
    if "error" not in answer:
        raise AssertionError(f"{name} was deployed")
    return decoded_error(answer["error"])


def told(transaction: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return a transaction's events in their order, as (name, arguments)."""
    return [
        (event.name, {name: _plain(value) for name, value in event.items()})
        for event in transaction.events
    ]


def _plain(value: Any) -> Any:
    from brownie.convert.datatypes import HexString

    if isinstance(value, HexString):
        return bytes(value)
    return tuple(_plain(v) for v in value) if isinstance(value, (list, tuple)) else value


def parameters_of(proposed: Any) -> bytes:
    """Return a proposal's parameters from its log: Brownie reads no bytes as one zero byte."""
    (log,) = proposed.logs
    types = ["uint40", "uint32", "bytes"]
    data = log["data"]
    raw = bytes.fromhex(data[2:]) if isinstance(data, str) else bytes(data)
    return bytes(decode(types, raw)[2])


def access_request(affiliation: bytes, salt: str = "salt", **changes: Any) -> tuple[Any, ...]:
    """Return what a viewer asks for: by default the owner's diagnoses."""
    fields = {
        "salt": digest(salt),
        "affiliation": affiliation,
        "scope": KIND,
        "kind": DIAGNOSES,
        "record": ZERO,
        "purpose": TREATMENT,
        "reason": b"sealed to the owner",
    }
    return tuple((fields | changes).values())


def request_id(viewer: Any, salt: str = "salt") -> bytes:
    """Return the id of a viewer's request, worked out independently."""
    return bytes(keccak(bytes.fromhex(viewer.address[2:]) + digest(salt)))


@dataclass(frozen=True)
class Grant:
    """What an owner grants, as the arguments of `grantAccess`."""

    id: bytes
    viewer: Any
    affiliation: bytes
    expires_at: int
    scope: int = EVERYTHING
    kind: int = 0
    record: bytes = ZERO
    purpose: bytes = TREATMENT
    consent: bytes = digest("consent text, version 1, zh-CN")
    request: bytes = ZERO
    key_version: int = 1
    wrap: bytes = WRAP

    def but(self, **changes: Any) -> Grant:
        """Return a grant with other fields."""
        return replace(self, **changes)

    @property
    def terms(self) -> tuple[Any, ...]:
        """The struct."""
        viewer = getattr(self.viewer, "address", self.viewer)
        scope = (self.scope, self.kind, self.record, self.purpose, self.expires_at)
        rest = (self.consent, self.request, self.key_version, self.wrap)
        return (self.id, viewer, self.affiliation, *scope, *rest)

    @property
    def digest(self) -> bytes:
        """The 26 bytes that are stored of it, worked out independently."""
        viewer = getattr(self.viewer, "address", self.viewer)
        types = ["address", "bytes32", "uint8", "uint8", "bytes32", "bytes16"]
        types += ["bytes32", "bytes32", "uint32", "bytes32"]
        values = [viewer, self.affiliation, self.scope, self.kind, self.record, self.purpose]
        values += [self.consent, self.request, self.key_version, keccak(self.wrap)]
        return bytes(keccak(encode(types, values))[:26])


class Alliance:
    """The contracts, and the steps of founding that most tests start from."""

    def __init__(self, founders: list[Any]) -> None:
        from brownie import chain, project, web3

        if PatientReceipts not in web3.middleware_onion:
            web3.middleware_onion.add(PatientReceipts)
        trust_nobody(web3.provider)
        # Before each call web3 asks for the chain's id again: every second request.
        web3.provider.cache_allowed_requests = True
        web3.provider.cacheable_requests = {RPCEndpoint("eth_chainId")}
        containers = project.get_loaded_projects()[0]
        self.founders, payer = founders, deployer()
        self.chain_id = chain.id
        nonce = payer.nonce
        place = {name: payer.get_deployment_address(nonce + i) for i, name in enumerate(ORDER)}
        published = [details(f"第{n}医院") for n, _ in enumerate(founders, 1)]
        self.contracts = {}
        for name in ORDER:
            arguments = [place[other] for other in NAMES[name]]
            if name == "Consortium":
                arguments += [founders, published, AGREEMENT]
            self.contracts[name] = payer.deploy(containers[name], *arguments)
        self.forwarder = self.contracts["Forwarder"]
        self.consortium = self.contracts["Consortium"]
        self.registrar = self.contracts["Registrar"]
        self.implementation = self.contracts["Relationship"]
        self.factory = self.contracts["RelationshipFactory"]
        self.summary = self.contracts["Summary"]

    def found(self) -> None:
        """Let every founder sign the agreement, then publish its key."""
        for house in self.founders:
            self.consortium.signAgreement(AGREEMENT, {"from": house})
        for house in self.founders:
            self.registrar.enrol(1, KEY, {"from": house})

    def carry(self, proposed: Any, voters: list[Any]) -> Any:
        """Vote for the proposal of a transaction and enact it; return that transaction."""
        id = proposed.events["ProposalOpened"]["id"]
        for voter in voters:
            self.consortium.vote(id, True, {"from": voter})
        return self.consortium.enact(id, parameters_of(proposed), {"from": voters[0]})

    def stand(self, house: Any, action: int, voters: list[Any]) -> Any:
        """Suspend, restore or expel an institution by vote; return the enacting transaction."""
        closes = now() + DAY
        proposed = self.consortium.proposeStanding(house, action, closes, {"from": voters[0]})
        return self.carry(proposed, voters)

    def admit(self, house: Any, name: str, voters: list[Any]) -> Any:
        """Invite an institution by vote; return the enacting transaction."""
        content, closes = details(name, 1), now() + DAY
        options = {"from": voters[0]}
        proposed = self.consortium.proposeInstitution(house, content, closes, options)
        return self.carry(proposed, voters)

    def adopt(self, kind: int, voters: list[Any]) -> bytes:
        """Vote in a profile for a kind; return its id."""
        profile = (kind, 1, digest("profile", bytes([kind])), 0, True)
        closes = now() + DAY
        self.carry(self.consortium.proposeProfile(profile, closes, {"from": voters[0]}), voters)
        return bytes(self.consortium.profileId(profile))

    def registration(self, person: Any, house: Any, role: int, **changes: Any) -> tuple[Any, ...]:
        """Return the struct that a person signs to be registered."""
        fields = {
            "institution": house.address,
            "account": person.address,
            "role": role,
            "suite": 1,
            "key_hash": bytes(keccak(KEY)),
            "deadline": now() + DAY,
        }
        return tuple((fields | changes).values())

    def register(self, person: Any, house: Any, role: int) -> Any:
        """Register a person at an institution; return the transaction."""
        registration = self.registration(person, house, role)
        signature = self.registrations.sign(person, "Registration", registration)
        handle = digest("handle", person.address)
        return self.registrar.register(registration, KEY, handle, signature, {"from": house})

    def affiliate(self, clinician: Any, house: Any, department: str) -> bytes:
        """Open a department with a clinician in it; return its id."""
        id = digest("department", department)
        self.registrar.setDepartment(id, ACTIVE, {"from": house})
        self.registrar.setAffiliation(clinician, id, ACTIVE, {"from": house})
        return id

    def opening(self, owner: Any, house: Any, mirror: Any, nonce: int = 0) -> tuple[Any, ...]:
        """Return what a proposer hands over."""
        mirror = getattr(mirror, "address", mirror)
        pair = (owner.address, house.address, nonce)
        return (*pair, mirror, digest("root commitment"), 1, 1, WRAP, WRAP[::-1])

    def propose(self, by: Any, owner: Any, house: Any, mirror: Any, nonce: int = 0) -> Any:
        """Propose a relationship; return the clone."""
        self.factory.propose(self.opening(owner, house, mirror, nonce), {"from": by})
        return self.relationship(self.factory.relationshipOf(owner, house, nonce))

    def relationship(self, address: str) -> Any:
        """Return a relationship clone by its address."""
        from brownie import interface

        return interface.IRelationship(address)

    def summary_of(self, person: Any) -> Any:
        """Return a person's Summary."""
        from brownie import interface

        return interface.ISummary(self.registrar.summaryOf(person))

    @property
    def registrations(self) -> Domain:
        """Where registrations count."""
        return Domain("Chartkey Registrar", self.registrar.address, self.chain_id)

    def records(self, relationship: Any) -> Domain:
        """Where attestations and confirmations of one relationship count."""
        return Domain("Chartkey Relationship", relationship.address, self.chain_id)

    def draft(self, relationship: Any, author: Any, owner: Any, **fields: Any) -> Draft:
        """Return a draft with everything chosen but what is given."""
        defaults = {
            "record": digest("record 1"),
            "deadline": now() + DAY,
            "kind": DIAGNOSES,
        }
        return Draft(self.records(relationship), author, owner, **(defaults | fields))

    def request(self, person: Any, call: Any, *given: Any, **changes: Any) -> tuple[Any, ...]:
        """Return the forward request for a call, under a nonce in a word of its own."""
        data = bytes.fromhex(call.encode_input(*given)[2:])
        fields = {
            "sender": person.address,
            "to": call._address,
            "nonce": int.from_bytes(digest(data, person.address), "big"),
            "deadline": now() + DAY,
            "data": data,
        }
        return tuple((fields | changes).values())

    def forwarded(self, person: Any, request: tuple[Any, ...]) -> tuple[Any, bytes]:
        """Return the arguments of `execute`: a request with a person's signature."""
        domain = Domain("Chartkey Forwarder", self.forwarder.address, self.chain_id)
        return request, domain.sign(person, "ForwardRequest", request)

    def relay(self, relay: Any, person: Any, call: Any, *given: Any) -> Any:
        """Let a relay send what a person signed; return the transaction."""
        signed = self.forwarded(person, self.request(person, call, *given))
        return self.forwarder.execute(*signed, {"from": relay})
