"""ERC-1271: a contract may sign for itself, and gains nothing by being asked."""

import pytest
from brownie import compile_source

from tests.alliance import HANDLE, KEY, PATIENT, now
from tests.live import once
from tests.signing import digest

SOURCE = """
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

contract Wallet {
    address private _holder;
    address private _target;
    bytes private _data;

    constructor(address holder) { _holder = holder; }

    function plan(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external returns (bytes4) {
        if (_target != address(0)) {
            (bool done, ) = _target.call(_data);
            require(done);
            return 0x1626ba7e;
        }
        (bytes32 r, bytes32 s) = abi.decode(signature[:64], (bytes32, bytes32));
        bool valid = ecrecover(hash, uint8(signature[64]), r, s) == _holder;
        return valid ? bytes4(0x1626ba7e) : bytes4(0);
    }
}
"""


@pytest.fixture(scope=once("module"))
def containers():
    return compile_source(SOURCE, solc_version="0.8.28", evm_version="paris")


@pytest.fixture
def wallet(containers, carol):
    """A contract that Carol signs for."""
    return containers.Wallet.deploy(carol, {"from": carol})


@pytest.fixture
def registration(alliance, wallet, clinic):
    """The wallet as a patient of the clinic."""
    return alliance.registration(wallet, clinic, PATIENT)


def test_a_contract_is_registered_by_what_it_signs(
    alliance, registrar, registration, wallet, carol, clinic
):
    signature = alliance.registrations.sign(carol, "Registration", registration)
    registrar.register(registration, KEY, HANDLE, signature, {"from": clinic})
    assert registrar.accountOf(clinic, HANDLE) == wallet


def test_nobody_else_signs_for_a_contract(
    alliance, registrar, refusal, registration, wallet, mallory, clinic
):
    signature = alliance.registrations.sign(mallory, "Registration", registration)
    call = (registration, KEY, HANDLE, signature, {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarSignatureInvalid", wallet.address)


def test_a_contract_that_never_heard_of_signatures_signs_nothing(
    alliance, registrar, refusal, relationship, clinic, mallory
):
    registration = alliance.registration(relationship, clinic, PATIENT)
    signature = alliance.registrations.sign(mallory, "Registration", registration)
    call = (registration, KEY, HANDLE, signature, {"from": clinic})
    invalid = ("RegistrarSignatureInvalid", relationship.address)
    assert refusal(registrar.register, *call) == invalid


def test_a_contract_has_its_calls_forwarded(
    alliance, forwarder, registrar, registration, wallet, carol, clinic, relay
):
    signature = alliance.registrations.sign(carol, "Registration", registration)
    registrar.register(registration, KEY, HANDLE, signature, {"from": clinic})
    request = alliance.request(wallet, registrar.publishKey, 1, KEY[::-1])
    forwarder.execute(*alliance.forwarded(carol, request), {"from": relay})
    assert registrar.personOf(wallet)["keyVersion"] == 2


@pytest.mark.parametrize("target", ["forwarder", "registrar"])
def test_a_contract_cannot_act_while_it_is_asked(
    alliance, forwarder, registrar, refusal, wallet, carol, mallory, target
):
    plans = {
        "forwarder": (forwarder.address, forwarder.cancel.encode_input(7)),
        "registrar": (registrar.address, registrar.applyFor.encode_input(PATIENT, 1, KEY)),
    }
    wallet.plan(*plans[target], {"from": carol})
    request = (wallet.address, registrar.address, 7, now() + 60, digest("any call")[:4])
    invalid = ("ForwarderSignatureInvalid", wallet.address)
    call = (request, b"", {"from": mallory})
    assert refusal(forwarder.execute, *call) == invalid
