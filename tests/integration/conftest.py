"""A founded alliance on a chain of its own for each module; every test gets it as it began."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors import Clinician, Institution, Patient
from chartkey.custody.directory import Directory
from chartkey.custody.embedded import EmbeddedCustodian
from chartkey.storage import open_store

from scripts.alliance.cast import HOUSES
from scripts.alliance.keyset import Keyset
from scripts.alliance.stage import Alliance, build
from tests.chains import Chain, engines, start_chain
from tests.integration.cli_scene import WANG, ZHANG, Desk

DATA = Path(__file__).resolve().parents[1] / "unit" / "records" / "data"


@dataclass(slots=True)
class Scene:
    """The alliance and its people, as one test sees them."""

    chain: Chain
    alliance: Alliance
    directory: Directory
    patient: Patient
    wang: Clinician
    """Clinician of the tier-1 clinic, who writes."""
    li: Clinician
    """Clinician of the tier-3 hospital, who wants to read."""
    chen: Clinician
    """Clinician of the lead, which is the mirror."""
    relationship: str
    houses: Path
    """Folders of this test's custodians and stores, a house each."""

    @property
    def network(self) -> Any:
        return self.alliance.network

    def house(self, label: str) -> Institution:
        return Institution(self.network, self.alliance.keys[label], self.directory)

    def address(self, label: str) -> str:
        return self.alliance.address(label)

    def pass_time(self, seconds: int) -> None:
        """From now on this machine: a chain that was reverted is as far behind as it was idle."""
        behind = int(time.time()) - self.network.head().timestamp
        self.chain.request("evm_increaseTime", seconds + max(0, behind))
        self.chain.request("evm_mine")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """Ganache where Brownie was told --network ganache-cli, else the quickest that is there."""
    network = request.config.getoption("network", default=None)
    wanted = "ganache" if "ganache" in str(network) else engines()[0]
    if wanted not in engines():
        pytest.skip(f"{wanted} is not installed")
    return wanted


@pytest.fixture(scope="session")
def keyset(tmp_path_factory: pytest.TempPathFactory) -> Keyset:
    keyset = Keyset(tmp_path_factory.mktemp("keys"), scrypt_n=2)
    keyset.create()
    return keyset


@pytest.fixture(scope="module")
def founded(
    engine: str, keyset: Keyset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Chain, Alliance]]:
    with start_chain(engine) as chain:
        yield chain, build(chain.rpc, tmp_path_factory.mktemp("alliance"), keyset)


@pytest.fixture
def scene(founded: tuple[Chain, Alliance], tmp_path: Path) -> Iterator[Scene]:
    chain, alliance = founded
    snapshot = chain.request("evm_snapshot")
    try:
        yield _scene(chain, alliance, tmp_path)
    finally:
        chain.request("evm_revert", snapshot)


@pytest.fixture(scope="session")
def summary() -> Path:
    """A small International Patient Summary with Chinese content."""
    return DATA / "summary.json"


def _custodians(alliance: Alliance, folder: Path) -> Directory:
    """Custodians with files of their own: reverting the chain does not revert theirs."""
    directory = Directory(alliance.network)
    for house in HOUSES:
        directory.enrol(
            EmbeddedCustodian(
                alliance.network,
                folder / house.label / "custodian",
                alliance.keys[house.label],
                open_store(folder / house.label / "store"),
                directory.custodian,
            )
        )
    return directory


def _scene(chain: Chain, alliance: Alliance, folder: Path) -> Scene:
    network, directory = alliance.network, _custodians(alliance, folder)

    def clinician(label: str, house: str) -> Clinician:
        return Clinician(
            network,
            alliance.keys[label],
            directory,
            affiliation=alliance.affiliations[label],
            institution=alliance.address(house),
        )

    return Scene(
        chain,
        alliance,
        directory,
        Patient(network, alliance.keys["patient-zhang"], directory),
        clinician("dr-wang", "clinic"),
        clinician("dr-li", "hospital"),
        clinician("dr-chen", "lead"),
        alliance.relationships["patient-zhang", "clinic"],
        folder,
    )


@pytest.fixture
def desk(
    founded: tuple[Chain, Alliance], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """The alliance as it was founded, with copies of everybody's files."""
    for name in ("RPC", "MANIFEST", "KEY", "AFFILIATION", "PASSPHRASE_FILE", "LANG"):
        monkeypatch.delenv(f"CHARTKEY_{name}", raising=False)
    chain, alliance = founded
    shutil.copytree(alliance.folder, tmp_path / "alliance")
    snapshot = chain.request("evm_snapshot")
    try:
        yield Desk(chain, alliance, tmp_path / "alliance")
    finally:
        chain.request("evm_revert", snapshot)


@pytest.fixture
def anchored(desk: Desk, summary: Path) -> str:
    """The id of a record that the clinic's clinician wrote and the patient confirmed."""
    desk.text("draft", desk.address(ZHANG), summary, key=WANG)
    return str(desk.json("confirm --yes", key=ZHANG)["record"])
