"""A founded consortium of four on a chain of its own, and the transactions that are counted."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from chartkey.chain.manifest import Manifest

from tests.chains import AGREEMENT, artifact, deploy, person

RSA_3072_KEY_BYTES = 422
RSA_3072_WRAP_BYTES = 384
LOCATOR_BYTES = 64


class Sizes(NamedTuple):
    """What a suite's keys and wraps have in bytes, with RSA of 3072 bits."""

    suite: int
    key: int
    root_wrap: int
    grant_wrap: int


RSA = Sizes(1, RSA_3072_KEY_BYTES, RSA_3072_WRAP_BYTES, RSA_3072_WRAP_BYTES)
HYBRID = Sizes(2, 1_628, 1_553, 1_521)
HOUSES = ("协和医院", "城北社区医院", "人民医院", "第三医院")
DAY = 86_400
ZERO = bytes(32)

PATIENT, CLINICIAN = 1, 2
ACTIVE = 1
RECORD, KIND, EVERYTHING = 1, 2, 3
DIAGNOSES = 17

TYPES = {
    "Registration": "address institution,address account,uint8 role,uint8 suite,"
    "bytes32 keyHash,uint48 deadline",
    "Attestation": "address relationship,bytes32 recordId,bytes32 parent,uint8 kind,"
    "bytes32 profile,bytes32 affiliation,bytes32 contentRoot,uint48 deadline",
    "Anchor": "bytes32 attestation,bytes32 root,bytes32 locatorHash,uint32 epoch,"
    "uint256 nonce,uint48 deadline",
    "Replacement": "address account,address successor,uint48 deadline",
    "Redemption": "address owner,address ticket,address redeemer,uint48 deadline",
    "ErasureCertificate": "address relationship,bytes32 records,uint48 erasedAt",
    "ForwardRequest": "address from,address to,uint256 nonce,uint48 deadline,bytes data",
}


class Ward:
    """A founded consortium of four, and the transactions that are counted."""

    def __init__(
        self, rpc: str, sizes: Sizes = RSA, manifest: Manifest | None = None, price: int = 0
    ) -> None:
        """Take a chain, and by default deploy there; ``price`` is in wei for a gas."""
        from web3 import HTTPProvider, Web3
        from web3.middleware import ExtraDataToPOAMiddleware

        self.web3: Any = Web3(HTTPProvider(rpc))
        # Clique's headers hold seals that mainnet's do not.
        self.web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        self.sizes, self._price = sizes, price
        # A chain that others share makes a block a second at most.
        self._pause = 0.1 if price else 0.01
        self.random = random.Random("chartkey gas")
        self.houses = [person(name) for name in HOUSES]
        self.manifest = manifest or deploy(rpc, self.houses)
        self.forwarder, self.consortium, self.registrar, self.factory = (
            self.on(name)
            for name in ("Forwarder", "Consortium", "Registrar", "RelationshipFactory")
        )
        agreed = self.consortium.functions.signAgreement(AGREEMENT)
        self.pay_all([(house, agreed) for house in self.houses])
        # Nothing works before the last founder has signed (P40).
        enrol = self.registrar.functions.enrol
        keys = [self.bytes(sizes.key) for _ in self.houses]
        pairs = zip(self.houses, keys, strict=True)
        self.pay_all([(house, enrol(sizes.suite, key)) for house, key in pairs])
        self.profile = self.adopt_profile()

    def day(self) -> dict[str, int]:
        """Return the gas of each step, in the order in which they happen."""
        lead, clinic, hospital, _ = self.houses
        alice, doctor, ward = person("王小明"), person("李医生"), person("王医生")
        gas = {"register": self.register(clinic, alice, PATIENT)}
        self.register(clinic, doctor, CLINICIAN)
        self.register(hospital, ward, CLINICIAN)
        inside, outside = self.department(clinic, doctor), self.department(hospital, ward)
        gas["propose"], relationship = self.propose(clinic, alice, lead)
        accept = relationship.functions.accept()
        gas["relayed_accept"] = self.tried(lambda: self.relay(lead, alice, accept))
        gas["accept"] = self.pay(alice, accept)
        gas["relationship"] = gas["propose"] + gas["accept"]
        gas["anchor"] = self.anchor(clinic, relationship, alice, doctor, inside)
        gas |= self.consent(lead, relationship, alice, ward, outside)
        return gas

    def consent(
        self, relay: Any, relationship: Any, owner: Any, viewer: Any, affiliation: bytes
    ) -> dict[str, int]:
        """Return the gas of request, grant and revocation, paid directly and relayed."""
        functions, gas = relationship.functions, {}
        salt = self.bytes(32)
        request = (salt, affiliation, KIND, DIAGNOSES, ZERO, b"TREAT".ljust(16, b"\0"), b"")
        gas["request"] = self.pay(viewer, functions.requestAccess(request))
        answered = self.web3.solidity_keccak(["address", "bytes32"], [viewer.address, salt])
        gas["grant_of_request"] = self.tried(
            lambda: self.pay(owner, self.grant(relationship, viewer, affiliation, answered)[1])
        )
        id, granting = self.grant(relationship, viewer, affiliation)
        gas["relayed_grant"] = self.tried(lambda: self.relay(relay, owner, granting))
        gas["grant"] = self.pay(owner, granting)
        revoking = functions.revokeAccess(id)
        gas["relayed_revoke"] = self.tried(lambda: self.relay(relay, owner, revoking))
        gas["revoke"] = self.pay(owner, revoking)
        gas["revoke_in_advance"] = self.pay(owner, functions.revokeAccess(self.bytes(16)))
        return gas

    def register(self, house: Any, account: Any, role: int) -> int:
        """Register a person with an RSA-3072 key; return the gas."""
        key = self.bytes(self.sizes.key)
        registration = {
            "institution": house.address,
            "account": account.address,
            "role": role,
            "suite": self.sizes.suite,
            "keyHash": self.web3.keccak(key),
            "deadline": self.now() + DAY,
        }
        signature = self.sign(account, self.registrar, "Chartkey Registrar", registration)
        fields = tuple(registration.values())
        call = self.registrar.functions.register(fields, key, self.bytes(32), signature)
        return self.pay(house, call)

    def department(self, house: Any, clinician: Any) -> bytes:
        """Open a department, affiliate a clinician with it, and return its id."""
        id = self.bytes(32)
        self.pay(house, self.registrar.functions.setDepartment(id, ACTIVE))
        self.pay(house, self.registrar.functions.setAffiliation(clinician.address, id, ACTIVE))
        return id

    def propose(self, house: Any, owner: Any, mirror: Any) -> tuple[int, Any]:
        """Let an institution propose a relationship; return the gas and the clone."""
        wraps = [self.bytes(self.sizes.root_wrap) for _ in range(2)]
        pair = (owner.address, house.address, 0)
        opening = (*pair, mirror.address, self.bytes(32), 1, 1, *wraps)
        gas = self.pay(house, self.factory.functions.propose(opening))
        clone = self.factory.functions.relationshipOf(*pair).call()
        return gas, self._contract("Relationship", clone)

    def anchor(
        self, relay: Any, relationship: Any, owner: Any, author: Any, affiliation: bytes
    ) -> int:
        """Anchor a record that both signed; return the gas."""
        written = self.submission(relationship, owner, author, affiliation)
        return self.pay(relay, relationship.functions.anchor(*written))

    def submission(
        self, relationship: Any, owner: Any, author: Any, affiliation: bytes, **fields: Any
    ) -> tuple[Any, Any, bytes]:
        """Return a record that both signed: the author's part, what the owner signed, and how.

        ``fields`` replace what would be chosen of kind, profile, parent, deadline and epoch.
        """
        leaf0, locator = self.bytes(32), self.bytes(LOCATOR_BYTES)
        attestation = {
            "relationship": relationship.address,
            "recordId": self.bytes(32),
            "parent": fields.get("parent", ZERO),
            "kind": fields.get("kind", DIAGNOSES),
            "profile": fields.get("profile", self.profile),
            "affiliation": affiliation,
            "contentRoot": self.bytes(32),
            "deadline": fields.get("deadline", self.now() + DAY),
        }
        root = self.web3.keccak(b"\x01" + leaf0 + attestation["contentRoot"])
        terms = tuple(attestation.values())
        confirmation = {
            "attestation": relationship.functions.attestationHash(terms).call(),
            "root": root,
            "locatorHash": self.web3.keccak(locator),
            "epoch": fields.get("epoch", 1),
            "nonce": int.from_bytes(self.bytes(32), "big"),
            "deadline": self.now() + DAY,
        }
        signed = self.sign(author, relationship, "Chartkey Relationship", attestation)
        confirmed = self.sign(owner, relationship, "Chartkey Relationship", confirmation)
        authored = (terms, author.address, signed, leaf0, locator)
        return authored, tuple(confirmation.values()), confirmed

    def grant(
        self, relationship: Any, viewer: Any, affiliation: bytes, request: bytes = ZERO
    ) -> tuple[bytes, Any]:
        """Return a grant's id and the call that grants."""
        terms = self.terms(viewer, affiliation, request)
        return terms[0], relationship.functions.grantAccess(terms)

    def terms(self, viewer: Any, affiliation: bytes, request: bytes = ZERO) -> tuple[Any, ...]:
        """Return what an owner grants: everything, for a week."""
        purpose = b"TREAT".ljust(16, b"\0")
        scope = (EVERYTHING, 0, ZERO, purpose, self.now() + 7 * DAY, self.bytes(32))
        wrap = self.bytes(self.sizes.grant_wrap)
        return (self.bytes(16), viewer.address, affiliation, *scope, request, 1, wrap)

    def adopt_profile(self, kind: int = DIAGNOSES) -> bytes:
        """Vote a profile in and return its id."""
        content = (kind, 1, self.bytes(32), 0, True)
        types = ["(uint8,uint32,bytes32,uint256,bool)"]
        self.carry(self.consortium.functions.proposeProfile, content, types=types)
        return bytes(self.consortium.functions.profileId(content).call())

    def carry(self, propose: Any, *values: Any, types: list[str]) -> None:
        """Propose something, let three vote for it, and enact it."""
        functions = self.consortium.functions
        self.pay(self.houses[0], propose(*values, self.now() + DAY))
        number = functions.census().call()[4]
        self.pay_all([(house, functions.vote(number, True)) for house in self.houses[:3]])
        encoded = self.web3.codec.encode(types, values)
        self.pay(self.houses[0], functions.enact(number, encoded))

    def pay(self, account: Any, call: Any) -> int:
        """Send a call from an account at its own cost; return the gas used."""
        return self._used(account, call, self._send(account, call))

    def pay_all(self, paid: Sequence[tuple[Any, Any]]) -> None:
        """Send calls from different accounts, and wait for all of them."""
        sent = [self._send(account, call) for account, call in paid]
        for (account, call), hash in zip(paid, sent, strict=True):
            self._used(account, call, hash)

    def _send(self, account: Any, call: Any) -> Any:
        nonce = self.web3.eth.get_transaction_count(account.address)
        price = self._price
        fields = {"from": account.address, "nonce": nonce, "gas": 5_000_000, "gasPrice": price}
        signed = account.sign_transaction(call.build_transaction(fields))
        return self.web3.eth.send_raw_transaction(signed.raw_transaction)

    def _used(self, account: Any, call: Any, sent: Any) -> int:
        receipt = self.web3.eth.wait_for_transaction_receipt(sent, poll_latency=self._pause)
        if receipt["status"] != 1:
            # Called, not sent, it says why.
            call.call({"from": account.address, "gas": 5_000_000, "gasPrice": self._price})
            raise RuntimeError(f"{call.fn_name} was refused")
        return int(receipt["gasUsed"])

    def relay(self, relay: Any, account: Any, call: Any) -> int:
        """Let another account send a call, under a nonce in a slot of its own."""
        request = self.request(account, call)
        signature = self.sign(account, self.forwarder, "Chartkey Forwarder", request)
        execute = self.forwarder.functions.execute(tuple(request.values()), signature)
        return self.pay(relay, execute)

    def request(self, account: Any, call: Any) -> dict[str, Any]:
        """Return the forward request for a call."""
        return {
            "from": account.address,
            "to": call.address,
            "nonce": int.from_bytes(self.bytes(32), "big"),
            "deadline": self.now() + DAY,
            "data": bytes.fromhex(call._encode_transaction_data()[2:]),
        }

    def tried(self, step: Callable[[], int]) -> int:
        """Take a step, undo it, and return its gas."""
        snapshot = self.web3.provider.make_request("evm_snapshot", [])["result"]
        gas = step()
        self.web3.provider.make_request("evm_revert", [snapshot])
        return gas

    def sign(self, account: Any, contract: Any, name: str, message: dict[str, Any]) -> bytes:
        """Sign the EIP-712 struct that has these fields."""
        domain = {
            "name": name,
            "version": "1",
            "chainId": self.manifest.chain_id,
            "verifyingContract": contract.address,
        }
        kind = next(k for k, v in TYPES.items() if _names(v) == list(message))
        fields = [
            dict(zip(("type", "name"), f.split(), strict=True)) for f in TYPES[kind].split(",")
        ]
        return bytes(account.sign_typed_data(domain, {kind: fields}, message).signature)

    def bytes(self, length: int) -> bytes:
        """Return random bytes without zeros: the dearest calldata there is."""
        return bytes(self.random.randrange(1, 256) for _ in range(length))

    def now(self) -> int:
        """Return the newest block's time."""
        return int(self.web3.eth.get_block("latest")["timestamp"])

    def on(self, name: str) -> Any:
        """Return a contract of the manifest's by its name."""
        return self._contract(name, self.manifest.contracts[name].address)

    def wait(self, seconds: int) -> None:
        """Let time pass on the chain."""
        self.web3.provider.make_request("evm_increaseTime", [seconds])
        self.web3.provider.make_request("evm_mine", [])

    def _contract(self, name: str, address: str) -> Any:
        return self.web3.eth.contract(address=address, abi=artifact(name)["abi"])


def _names(fields: str) -> list[str]:
    return [field.split()[1] for field in fields.split(",")]
