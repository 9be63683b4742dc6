"""Steps about licences, departments, affiliations, handles, batches, sealers and alliances."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from eth_abi import encode

from tests.alliance import ACTIVE, NOBODY, REVOKED, SUSPENDED, padded
from tests.signing import ZERO, digest
from tests.stateful.protocol.society import address
from tests.stateful.walk import mostly


class Registry:
    """What institutions write down, and vote about their chain."""

    STEPS: ClassVar = {
        "change_licence": 2,
        "set_department": 2,
        "set_affiliation": 2,
        "bind_or_release": 4,
        "anchor_batch": 3,
        "vote_sealer": 1,
        "vote_alliance": 1,
    }

    def change_licence(self, chance: random.Random) -> None:
        """A certifier suspends and restores; late in a walk it revokes."""
        c = self.cast
        clinician, house = chance.choice(
            [(c.dr_li, c.hospital), (c.dr_wang, c.clinic), (c.dr_chen, c.lead)]
        )
        clinician = mostly(chance, clinician, [c.alice, c.mallory], 0.95)
        sender, standing = self.who(chance, house), self.standing(chance, clinician)
        call, allowed = self.contracts["Registrar"].setLicence, self.registry.license
        given = (clinician, standing)
        self.send(chance, sender, lambda: allowed(sender, *given), call, *given)
        self.check_staff()

    def set_department(self, chance: random.Random) -> None:
        """An institution opens, closes and reopens departments."""
        c, p = self.cast, self.places
        new = [(c.clinic, digest("ward 2")), (c.hospital, digest("ward 3"))]
        known = [(c.clinic, p.clinic_ward), (c.hospital, p.hospital_ward)]
        house, department = chance.choice([*new, *known])
        department = mostly(chance, department, [padded(c.clinic), padded(c.mallory)], 0.95)
        sender, standing = self.who(chance, house), self.standing(chance, department)
        call, allowed = self.contracts["Registrar"].setDepartment, self.registry.department
        given = (department, standing)
        self.send(chance, sender, lambda: allowed(sender, *given), call, *given)
        self.check_staff()

    def set_affiliation(self, chance: random.Random) -> None:
        """An institution says who works where."""
        c, p = self.cast, self.places
        house, ward, clinician = chance.choice(
            [
                (c.hospital, p.hospital_ward, c.dr_li),
                (c.hospital, padded(c.hospital), c.dr_chen),
                (c.clinic, p.clinic_ward, c.dr_wang),
                (c.clinic, digest("ward 2"), c.dr_wang),
            ]
        )
        clinician = mostly(chance, clinician, [c.bob, c.mallory], 0.95)
        sender, standing = self.who(chance, house), self.standing(chance, (clinician, ward))
        call, allowed = self.contracts["Registrar"].setAffiliation, self.registry.affiliate
        given = (clinician, ward, standing)
        self.send(chance, sender, lambda: allowed(sender, *given), call, *given)
        self.check_staff()

    def standing(self, chance: random.Random, entry: Any) -> int:
        """Return what an entry mostly becomes: active unless it is, seldom revoked."""
        active = self.registry.standings.get(entry) == ACTIVE
        # A walk in which nobody works any more shows little.
        likely = SUSPENDED if active and chance.random() < 0.4 else ACTIVE
        final = chance.random() < 0.02 and self.count > 100
        return mostly(chance, REVOKED if final else likely, [0, ACTIVE, SUSPENDED], 0.9)

    def check_staff(self) -> None:
        """Who may act under which affiliation."""
        registrar = self.contracts["Registrar"]
        for clinician, ward in self.society.staff:
            active, house = registrar.isClinicianActive(clinician, ward)
            assert active == self.society.acts_for(clinician, ward)
            assert house == self.society.wards[ward]

    def bind_or_release(self, chance: random.Random) -> None:
        """An institution binds an identifier, or releases one of its own."""
        c, handle = self.cast, digest(f"handle {chance.randint(0, 5)}")
        house = chance.choice([c.clinic, c.hospital])
        known = [handle for owner, handle in self.registry.handles if owner == house]
        sender, registrar = self.who(chance, house), self.contracts["Registrar"]
        if known and chance.random() < 0.4:
            handle = mostly(chance, chance.choice(known), [handle], 0.9)
            call, allowed, given = registrar.releaseHandle, self.registry.release, (handle,)
        else:
            account = mostly(chance, chance.choice([c.alice, c.bob, c.dr_li]), [c.mallory])
            call, allowed, given = registrar.bindHandle, self.registry.bind, (handle, account)
        self.send(chance, sender, lambda: allowed(sender, *given), call, *given)
        self.check_handle((sender, handle))

    def check_handle(self, entry: tuple[Any, bytes]) -> None:
        """Whom an identifier leads to: whoever stands for its account now."""
        account = self.registry.handles.get(entry)
        found = self.contracts["Registrar"].accountOf(*entry)
        assert found == address(account and self.society.current(account))

    def anchor_batch(self, chance: random.Random) -> None:
        """An institution anchors a batch, of one leaf so that its root is that leaf."""
        sender = self.who(chance, chance.choice([self.cast.clinic, self.cast.hospital]))
        root = mostly(chance, digest(f"leaf {chance.random()}"), [ZERO], 0.95)
        size = mostly(chance, 1, [0], 0.95)
        call, allowed = self.contracts["Batches"].anchorBatch, self.batches.anchor
        given = (size, root, digest("manifest"))
        self.send(chance, sender, lambda: allowed(sender, size, root), call, *given)
        self.check_batches()

    def check_batches(self) -> None:
        """How many there are, and the newest."""
        contract, count = self.contracts["Batches"], len(self.batches.batches)
        assert contract.batchCount() == count
        if count:
            house, anchored_at, size, root = self.batches.batches[-1]
            *found, kept = contract.batchOf(count)
            assert (*found, bytes(kept)) == (house, anchored_at, size, root)
            assert contract.requireIncluded(house, count, root, 0, []) == anchored_at

    def vote_sealer(self, chance: random.Random) -> None:
        """The members admit a sealer of an institution, or remove it."""
        contract, house = self.contracts["Consortium"], self.cast.hospital
        sealer = self.scene.keys[chance.randint(0, 1)]
        if self.sealers.pop(sealer, None):
            parameters = encode(["address"], [sealer.address])
            self.decide(None, contract.proposeSealerRemoval, parameters, sealer)
        elif self.society.members[house]:
            parameters = encode(["address", "address"], [sealer.address, house.address])
            self.decide(None, contract.proposeSealer, parameters, sealer, house)
            self.sealers[sealer] = house
        self.check_sealer(sealer)

    def check_sealer(self, sealer: Any) -> None:
        """Whose a sealer is."""
        found = self.contracts["Consortium"].sealerOf(sealer)
        assert found == self.sealers.get(sealer, NOBODY)

    def vote_alliance(self, chance: random.Random) -> None:
        """The members put an institution into an alliance, or take it out."""
        contract, house = self.contracts["Consortium"], self.cast.clinic
        alliance = chance.choice([ZERO, digest("alliance")])
        if self.society.members[house]:
            parameters = encode(["address", "bytes32"], [house.address, alliance])
            self.decide(None, contract.proposeAlliance, parameters, house, alliance)
            self.alliances[house] = alliance
        assert bytes(contract.allianceOf(house)) == self.alliances.get(house, ZERO)
