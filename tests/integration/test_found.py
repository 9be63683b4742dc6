"""`brownie run found`: each house signs and votes with its own key, in its own time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chartkey.chain.journal import MemoryJournal
from chartkey.chain.network import Network, connect
from chartkey.chain.sender import Sender
from chartkey.crypto.digest import keccak256, sha256
from chartkey.errors import ContractRefused
from chartkey.models import Details, Kind, MemberStanding, Profile
from eth_account import Account
from web3 import HTTPProvider, Web3

from scripts.alliance import motion
from scripts.alliance.artifacts import load
from scripts.alliance.assembly import VOTING_DAYS, Assembly
from scripts.alliance.deployer import node_account
from scripts.alliance.deployment import Deployment, Settings
from scripts.alliance.parameters import AGREEMENT, PROFILES, REFERRALS
from scripts.alliance.party import Founding, Party, agreement_hash, read_parties
from scripts.alliance.refusal import Refused
from tests.chains import ROOT, Chain, person, start_chain

LEAD, HOSPITAL, CLINIC = (person(name) for name in ("协和医院", "人民医院", "社区服务中心"))
REGULATOR = person("卫生健康委员会").address
TEXT = agreement_hash(AGREEMENT)
DETAILS = Details("社区服务中心", "1" * 18, "0001", "一级", 1)
LABORATORY = Profile(int(Kind.LABORATORY), 1, sha256(b"a document"), 0, True)


@pytest.fixture
def chain() -> Iterator[Chain]:
    """A chain of this test's own, on which the houses can pay."""
    with start_chain() as started:
        for account in (LEAD, HOSPITAL, CLINIC):
            started.fund(account.address)
        yield started


@pytest.fixture
def network(chain: Chain, tmp_path: Path) -> Network:
    """A deployment with two founders who have yet to sign."""
    web3 = Web3(HTTPProvider(chain.rpc))
    founders = tuple(
        Party(account.address, name, Details(name, "1" * 18, "0001", "三级甲等", 3))
        for account, name in ((LEAD, "协和医院"), (HOSPITAL, "人民医院"))
    )
    deployer, founding = node_account(web3, web3.eth.accounts[0]), Founding(founders, TEXT)
    path, settings = tmp_path / "manifest.json", Settings(development=True)
    return connect(chain.rpc, Deployment(deployer, load(ROOT), founding, path, settings).run())


@pytest.fixture
def founded(network: Network) -> Network:
    """A consortium of two that works."""
    assert assembly(network, LEAD, HOSPITAL).sign(TEXT) == 0
    return network


def assembly(network: Network, *accounts: Any) -> Assembly:
    return Assembly(network, [Sender(network, account, MemoryJournal()) for account in accounts])


def sent(network: Network, *accounts: Any) -> int:
    """How many transactions these accounts have sent."""
    return sum(
        network.quantity(network.raw("eth_getTransactionCount", [account.address, "latest"]))
        for account in accounts
    )


def test_founders_who_sign_found_the_consortium(network: Network) -> None:
    assert assembly(network, LEAD, HOSPITAL).sign(TEXT) == 0
    assert network.consortium.is_active(LEAD.address)
    assert network.consortium.is_active(HOSPITAL.address)


def test_one_founder_alone_is_told_how_many_have_yet_to_sign(network: Network) -> None:
    assert assembly(network, LEAD).sign(TEXT) == 1
    assert not network.consortium.is_active(LEAD.address)


def test_founders_sign_one_after_the_other(network: Network) -> None:
    assembly(network, LEAD).sign(TEXT)
    assert assembly(network, HOSPITAL).sign(TEXT) == 0


def test_another_text_than_the_one_in_force_is_not_signed(network: Network) -> None:
    with pytest.raises(Refused, match=f"in force has the hash {TEXT.hex()}"):
        assembly(network, LEAD).sign(bytes(32))
    assert sent(network, LEAD) == 0


def test_a_profile_is_adopted_for_every_kind(founded: Network) -> None:
    profiles = motion.profiles(PROFILES)
    outcomes = assembly(founded, LEAD, HOSPITAL).carry([motion.profile(p) for p in profiles])
    assert all(outcome.enacted for outcome in outcomes)
    assert {profile.kind for profile in profiles} == set(Kind)
    for profile in profiles:
        identity = founded.consortium.profile_id(profile)
        assert founded.consortium.is_profile_of(identity, profile.kind)
        assert profile.obtainable


def test_the_rules_of_referral_let_tiers_refer_up_and_down(founded: Network) -> None:
    rules = motion.rules_of_referral(REFERRALS)
    (outcome,) = assembly(founded, LEAD, HOSPITAL).carry([motion.referrals(rules)])
    assert outcome.enacted
    assert founded.consortium.referral_rules() == rules
    up_and_down = {(1, 2), (1, 3), (2, 3), (3, 2), (3, 1), (2, 1)}
    assert rules.directions == sum(1 << (3 * (a - 1) + b - 1) for a, b in up_and_down)
    assert rules.required_kinds == 1 << Kind.PATIENT_SUMMARY


@pytest.mark.parametrize(
    "change",
    [
        {"directions": ["1-4"]},
        {"directions": ["0-1"]},
        {"directions": ["1"]},
        {"directions": None},
        {"mostOpen": "many"},
        {"requiredKinds": ["x-ray"]},
        {"requiredKinds": "patient-summary"},
    ],
    ids=str,
)
def test_rules_of_referral_that_make_no_sense_are_refused(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    path = tmp_path / "referrals.json"
    path.write_text(json.dumps(json.loads(REFERRALS.read_text("utf-8")) | change))
    with pytest.raises(Refused, match=r"referrals\.json holds no rules of referral"):
        motion.rules_of_referral(path)


def test_a_second_run_sends_nothing(founded: Network) -> None:
    motions = [
        motion.profile(LABORATORY),
        motion.referrals(motion.rules_of_referral(REFERRALS)),
        motion.institution(CLINIC.address, DETAILS),
        motion.regulator(REGULATOR, "卫生健康委员会"),
    ]
    assembly(founded, LEAD, HOSPITAL).carry(motions)
    before = sent(founded, LEAD, HOSPITAL)
    again = assembly(founded, LEAD, HOSPITAL)
    assert again.sign(TEXT) == 0
    assert all(outcome.enacted for outcome in again.carry(motions))
    assert sent(founded, LEAD, HOSPITAL) == before


def test_an_institution_voted_in_becomes_active_when_it_signs(founded: Network) -> None:
    assembly(founded, LEAD, HOSPITAL).carry([motion.institution(CLINIC.address, DETAILS)])
    assert founded.consortium.member_of(CLINIC.address).standing is MemberStanding.INVITED
    assembly(founded, CLINIC).sign(TEXT)
    assert founded.consortium.is_active(CLINIC.address)


def test_a_regulator_is_voted_in(founded: Network) -> None:
    assembly(founded, LEAD, HOSPITAL).carry([motion.regulator(REGULATOR, "卫生健康委员会")])
    assert founded.consortium.is_regulator(REGULATOR)


def test_a_motion_waits_for_the_votes_of_other_houses(founded: Network) -> None:
    (outcome,) = assembly(founded, LEAD).carry([motion.profile(LABORATORY)])
    assert (outcome.enacted, outcome.proposal) == (False, 1)
    assert (outcome.yes, outcome.needed) == (1, 2)


def test_another_house_votes_on_the_open_proposal_and_opens_none(founded: Network) -> None:
    assembly(founded, LEAD).carry([motion.profile(LABORATORY)])
    (outcome,) = assembly(founded, HOSPITAL).carry([motion.profile(LABORATORY)])
    assert outcome.enacted
    assert founded.consortium.census().proposal_count == 1


def test_the_same_house_twice_votes_once(founded: Network) -> None:
    assembly(founded, LEAD).carry([motion.profile(LABORATORY)])
    before = sent(founded, LEAD)
    (outcome,) = assembly(founded, LEAD).carry([motion.profile(LABORATORY)])
    assert (outcome.yes, sent(founded, LEAD)) == (1, before)


def test_a_lapsed_proposal_is_opened_anew(chain: Chain, founded: Network) -> None:
    assembly(founded, LEAD).carry([motion.profile(LABORATORY)])
    chain.request("evm_increaseTime", VOTING_DAYS * 86_400 + 1)
    chain.request("evm_mine")
    (outcome,) = assembly(founded, LEAD, HOSPITAL).carry([motion.profile(LABORATORY)])
    assert (outcome.enacted, outcome.proposal) == (True, 2)


def test_an_account_that_is_no_member_cannot_propose(founded: Network) -> None:
    with pytest.raises(Refused, match="nobody can propose"):
        assembly(founded, CLINIC).carry([motion.profile(LABORATORY)])


def test_what_is_enacted_is_what_was_proposed(founded: Network) -> None:
    wanted = motion.institution(CLINIC.address, DETAILS)
    assembly(founded, LEAD).carry([wanted])
    assert founded.consortium.proposal_of(1).digest == keccak256(wanted.parameters)


def test_a_refusal_of_the_consortium_arrives_with_its_name(founded: Network) -> None:
    nobody = motion.institution("0x" + "0" * 40, DETAILS)
    with pytest.raises(ContractRefused) as caught:
        assembly(founded, LEAD, HOSPITAL).carry([nobody])
    assert caught.value.values["error"] == "ConsortiumAccountInvalid"


def test_a_list_of_profiles_with_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text('[{"kind": "x-ray", "version": 1, "document": "a.md"}]')
    (tmp_path / "a.md").write_text("a document")
    with pytest.raises(Refused, match="not a list of record profiles"):
        motion.profiles(tmp_path / "list.json")


def test_required_kinds_become_a_bitmap(tmp_path: Path) -> None:
    entry = {
        "kind": "referral-package",
        "version": 2,
        "document": "a.md",
        "requiredKinds": ["patient-summary", "laboratory"],
        "obtainable": False,
    }
    (tmp_path / "list.json").write_text(json.dumps([entry]))
    (tmp_path / "a.md").write_bytes(b"a document")
    (read,) = motion.profiles(tmp_path / "list.json")
    bitmap = 1 << Kind.PATIENT_SUMMARY | 1 << Kind.LABORATORY
    expected = Profile(int(Kind.REFERRAL_PACKAGE), 2, sha256(b"a document"), bitmap, False)
    assert read == expected


@pytest.mark.parametrize(
    "text",
    ["{", '{"account": 1}', "[1]", '[{"account": "0x12", "name": "x"}]', '[{"name": "x"}]'],
)
def test_a_malformed_founders_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "founders.json").write_text(text)
    with pytest.raises(Refused, match=r"founders\.json is not a list of parties"):
        read_parties(tmp_path / "founders.json")


def brownie(function: str, chain: Chain, environment: dict[str, str]) -> str:
    """Run a Brownie script against a development chain; return what it printed."""
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "brownie"), "run", function],
        cwd=ROOT,
        env=os.environ | environment | {"CHAIN_PORT": str(chain.port)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_brownie_founds_with_accounts_of_its_keystore(chain: Chain, tmp_path: Path) -> None:
    accounts = tmp_path / "home" / ".brownie" / "accounts"
    accounts.mkdir(parents=True)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("口令\n")
    passphrase.chmod(0o600)
    founders = []
    for name, account in (("lead", LEAD), ("hospital", HOSPITAL)):
        (accounts / f"{name}.json").write_text(
            json.dumps(Account.encrypt(account.key, "口令", iterations=2))
        )
        public = {"creditCode": "1" * 18, "localCode": "1", "grade": "三级甲等", "tier": 3}
        key = {"keystore": name, "passphraseFile": "passphrase"}
        founders.append({"account": account.address, "name": name} | public | key)
    (tmp_path / "founders.json").write_text(json.dumps(founders))
    environment = {
        "HOME": str(tmp_path / "home"),
        "FOUNDERS": str(tmp_path / "founders.json"),
        "MANIFEST": str(tmp_path / "manifest.json"),
    }
    brownie("deploy", chain, environment)
    assert "28 of 28 motions are in force" in brownie("found", chain, environment)
    assert connect(chain.rpc, tmp_path / "manifest.json").consortium.is_active(LEAD.address)
