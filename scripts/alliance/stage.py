"""Bringing the cast of the sandbox onto a chain, step by step.

``build`` takes every step; the demo takes them one by one to show each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chartkey.actors.enrolment import Enrolment
from chartkey.actors.institution import Institution
from chartkey.actors.patient import Patient
from chartkey.chain.journal import MemoryJournal
from chartkey.chain.manifest import InstitutionEntry, Manifest
from chartkey.chain.network import Network, connect
from chartkey.chain.sender import Sender
from chartkey.custody.directory import Directory
from chartkey.custody.embedded import EmbeddedCustodian
from chartkey.models import Role

from scripts.alliance import motion
from scripts.alliance.artifacts import compile_changes, load
from scripts.alliance.assembly import Assembly
from scripts.alliance.cast import CLINIC, HOSPITAL, LEAD, PEOPLE, REGULATOR, Individual
from scripts.alliance.deployer import node_account
from scripts.alliance.deployment import Deployment, Settings
from scripts.alliance.keyset import Keyset
from scripts.alliance.parameters import AGREEMENT, PROFILES, REFERRALS, ROOT
from scripts.alliance.party import Founding, Party, agreement_hash
from scripts.alliance.progress import write_durably
from scripts.alliance.refusal import Refused

if TYPE_CHECKING:
    from chartkey.crypto.keyfile import Keys

__all__ = ["Alliance", "build"]

_FUNDS = 10**21
_FOUNDERS = (LEAD, HOSPITAL)

Say = Callable[[str], None]


class Alliance:
    """The cast on one chain; each method below is one step, taken once, in this order.

    ``departments`` are ids by (institution, name), ``affiliations`` the clinicians' by label,
    ``relationships`` the clones by (patient, institution), as far as the steps were taken.
    """

    def __init__(
        self, rpc: str, folder: Path, keyset: Keyset, say: Say = lambda line: None
    ) -> None:
        """Take a development chain, a folder for everything that belongs to it, and the keys,
        which are copied into it: what clients keep beside a key file then belongs to this chain.
        """
        self.rpc, self.folder, self._say = rpc, folder, say
        self.manifest = folder / "alliance.json"
        self.keyset = keyset.copy(folder / "keys")
        self.departments: dict[tuple[str, str], bytes] = {}
        self.affiliations: dict[str, bytes] = {}
        self.relationships: dict[tuple[str, str], str] = {}
        # Each key takes most of a second: they open while the contracts are deployed.
        self._opening = ThreadPoolExecutor(1).submit(self.keyset.open)

    @cached_property
    def keys(self) -> dict[str, Keys]:
        """The opened keys by label.

        Raises:
            KeyfileError: a key file cannot be used.
        """
        return self._opening.result()

    @cached_property
    def network(self) -> Network:
        """The connection; there must be a deployment.

        Raises:
            ManifestInvalid: nothing was deployed.
            ChainError: it was deployed on another chain.
        """
        return connect(self.rpc, self.manifest)

    def network_of(self, label: str) -> Network:
        """The connection through which a label's house sees the chain."""
        return self.network

    def settle(self) -> None:
        """Wait until what was done is a fact for everybody; on a development chain it is."""

    @cached_property
    def directory(self) -> Directory:
        """The institutions' custodians, opened with the keys that are open already."""
        directory = Directory(self.network)
        for house, entry in zip(
            self.keyset.houses, self.network.manifest.institutions, strict=True
        ):
            directory.enrol(
                EmbeddedCustodian(
                    self.network_of(house.label),
                    self.network.manifest.locate(entry.custodian),
                    self.keys[house.label],
                    directory.store(entry.address),
                    directory.custodian,
                )
            )
        return directory

    def address(self, label: str) -> str:
        """The account of a label."""
        return self.keyset.address(label)

    def deploy(self) -> None:
        """Give the institutions ether, deploy the contracts, write the manifest, connect."""
        from web3 import HTTPProvider, Web3

        compile_changes(ROOT, self._say)
        web3 = Web3(HTTPProvider(self.rpc))
        bank = web3.eth.accounts[0]
        for house in self.keyset.houses:
            to = web3.to_checksum_address(self.address(house.label))
            web3.eth.send_transaction({"from": bank, "to": to, "value": web3.to_wei(_FUNDS, "wei")})
        founders = tuple(
            Party(self.address(house.label), house.name, house.details) for house in _FOUNDERS
        )
        Deployment(
            node_account(web3, bank),
            load(ROOT),
            Founding(founders, agreement_hash(AGREEMENT)),
            self.manifest,
            Settings(development=True),
            self._say,
        ).run()
        self.publish_directory()

    def found(self) -> None:
        """The founders sign the agreement."""
        self._assembly("lead", "hospital").sign(agreement_hash(AGREEMENT))

    def adopt_rules(self) -> None:
        """The founders adopt a profile for every kind of record, and the rules of referral."""
        motions = [motion.profile(content) for content in motion.profiles(PROFILES)]
        self._vote(*motions, motion.referrals(motion.rules_of_referral(REFERRALS)))

    def admit_clinic(self) -> None:
        """The founders vote the clinic in, and it signs the agreement."""
        self._vote(motion.institution(self.address(CLINIC.label), CLINIC.details))
        self._assembly("clinic").sign(agreement_hash(AGREEMENT))

    def admit_regulator(self) -> None:
        """The members vote the regulator in."""
        label, name = REGULATOR
        self._vote(motion.regulator(self.address(label), name))

    def enrol(self) -> None:
        """Every institution publishes its key and opens its departments."""
        for house in self.keyset.houses:
            actor = self.institution(house.label)
            actor.enrol()
            for department in house.departments:
                self.departments[house.label, department] = actor.open_department()
            opened = "、".join(house.departments)
            self._say(f"{house.name} published its key and opened {opened}")

    def certify(self, person: Individual) -> None:
        """A person's institution registers and certifies them; clinicians are affiliated."""
        actor, keys = self.institution(person.house), self.keys[person.label]
        network = self.network_of(person.house)
        enrolment = Enrolment.sign(network, keys, person.role, actor.address)
        actor.register(enrolment, *person.identifier)
        if person.role is Role.CLINICIAN:
            department = self.departments.get((person.house, person.department or ""))
            self.affiliations[person.label] = actor.affiliate(keys.address, department)
        house = self.keyset.labels[person.house]
        self._say(f"{house} certified {person.name} ({person.role.name.lower()})")

    def relate(self, patient: str, house: str, mirror: str) -> str:
        """An institution proposes a relationship and the patient accepts; return the clone."""
        relationship = self.institution(house).propose(
            self.address(patient), mirror=self.address(mirror)
        )
        Patient(self.network_of(house), self.keys[patient], self.directory).accept(relationship)
        self.relationships[patient, house] = relationship
        owner, steward, second = (self.keyset.labels[label] for label in (patient, house, mirror))
        self._say(f"{owner} accepted a relationship with {steward}; its mirror is {second}")
        return relationship

    def institution(self, label: str) -> Institution:
        """An institution's administrator, on this stage's connection."""
        return Institution(self.network_of(label), self.keys[label], self.directory)

    def write_people(self) -> None:
        """Write down who is who for people and programs: people.json."""
        entries = [self._entry(label, name) for label, name in self.keyset.labels.items()]
        text = json.dumps(entries, ensure_ascii=False, indent=2)
        write_durably(self.folder / "people.json", text.encode() + b"\n")

    def _entry(self, label: str, name: str) -> dict[str, str]:
        entry = {
            "label": label,
            "name": name,
            "account": self.address(label),
            "keyfile": str(self.keyset.keyfile(label).relative_to(self.folder)),
        }
        if label in self.affiliations:
            entry["affiliation"] = "0x" + self.affiliations[label].hex()
        return entry

    def publish_directory(self) -> None:
        """Add to the manifest where each institution's custodian, store and key file are."""
        entries = tuple(
            InstitutionEntry(
                self.address(house.label),
                house.name,
                custodian=f"houses/{house.label}/custodian",
                store=self.store_of(house.label),
                keyfile=str(self.keyset.keyfile(house.label).relative_to(self.folder)),
            )
            for house in self.keyset.houses
        )
        replace(Manifest.load(self.manifest), institutions=entries).save(self.manifest)

    def store_of(self, label: str) -> str:
        """Where a house keeps ciphertext: an address, or a path inside the folder."""
        return f"houses/{label}/store"

    def _assembly(self, *labels: str) -> Assembly:
        senders = [Sender(self.network, self.keys[label], MemoryJournal()) for label in labels]
        return Assembly(self.network, senders, self._say)

    def _vote(self, *motions: motion.Motion) -> None:
        for outcome in self._assembly("lead", "hospital").carry(motions):
            if not outcome.enacted:
                raise Refused(f"{outcome.motion.title} found no majority.")


def build(
    rpc: str,
    folder: Path,
    keyset: Keyset,
    *,
    regulator: bool = True,
    relationships: bool = True,
    say: Say = lambda line: None,
) -> Alliance:
    """Take every step on a fresh development chain and return what stands.

    Raises:
        Refused: the contracts are not compiled, or a key's passphrase cannot be read.
        ChartkeyError: a step failed.
    """
    alliance = Alliance(rpc, folder, keyset, say)
    alliance.deploy()
    alliance.found()
    alliance.adopt_rules()
    alliance.admit_clinic()
    if regulator:
        alliance.admit_regulator()
    alliance.enrol()
    for person in PEOPLE:
        alliance.certify(person)
    if relationships:
        alliance.relate("patient-zhang", "clinic", mirror="lead")
    alliance.write_people()
    return alliance
