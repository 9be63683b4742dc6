// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IBallot} from "../../../interfaces/consortium/IBallot.sol";
import {IMembership} from "../../../interfaces/consortium/IMembership.sol";
import {IRules} from "../../../interfaces/consortium/IRules.sol";
import {IConsortium} from "../../../interfaces/IConsortium.sol";
import {IRegistrar} from "../../../interfaces/IRegistrar.sol";
import {Actions} from "../Actions.sol";
import {Deployment} from "./Deployment.sol";

/// @title Founding: a consortium of four that has adopted what the others build on
/// @dev Nothing here is signed, so that it can be run symbolically too.
abstract contract Founding is Actions, Deployment {
    uint8 internal constant LABORATORY = 5;
    uint8 internal constant DIAGNOSES = 17;
    uint8 internal constant PACKAGE = 24;
    uint8 internal constant SUITE = 1;
    uint16 public constant MOST_OPEN = 3;

    address[] internal _founders;
    address public insurer;
    address public researcher;
    address public regulator;

    function profileOf(uint8 kind) public pure returns (IConsortium.Profile memory profile) {
        return IConsortium.Profile(kind, 1, keccak256(abi.encode("profile", kind)), 0, true);
    }

    function profileId(uint8 kind) public pure returns (bytes32 id) {
        return keccak256(abi.encode(profileOf(kind)));
    }

    /// @dev As long as the DER form of an RSA-3072 key.
    function encryptionKey(uint256 seed) public pure returns (bytes memory key) {
        return abi.encodePacked(new bytes(390), seed);
    }

    function padded(address house) public pure returns (bytes32 affiliation) {
        return bytes32(uint256(uint160(house)));
    }

    function _found() internal {
        _deploy(_founders);
        for (uint256 i; i < _founders.length; ++i) {
            bytes memory signing = abi.encodeCall(IMembership.signAgreement, (AGREEMENT));
            _send(_founders[i], address(consortium), signing);
        }
        for (uint256 i; i < _founders.length; ++i) {
            bytes memory enrolling = abi.encodeCall(IRegistrar.enrol, (SUITE, encryptionKey(i)));
            _send(_founders[i], address(registrar), enrolling);
        }
        _adopt(LABORATORY);
        _adopt(DIAGNOSES);
        _adopt(PACKAGE);
        _ruleReferrals();
        _appoint(insurer, IRules.Office.Insurer);
        _appoint(researcher, IRules.Office.Researcher);
        _admitRegulator();
    }

    /// @dev Proposes, and carries by three of the four founders' votes.
    function _carry(bytes memory proposing, bytes memory parameters) internal {
        address target = address(consortium);
        uint256 id = abi.decode(_send(_founders[0], target, proposing), (uint256));
        for (uint256 i; i < 3; ++i) {
            _send(_founders[i], target, abi.encodeCall(IBallot.vote, (id, true)));
        }
        _send(_founders[0], target, abi.encodeCall(IBallot.enact, (id, parameters)));
    }

    function _closing() internal view returns (uint40 closesAt) {
        return uint40(block.timestamp + 1 days);
    }

    function _adopt(uint8 kind) private {
        IConsortium.Profile memory profile = profileOf(kind);
        bytes memory call = abi.encodeCall(IConsortium.proposeProfile, (profile, _closing()));
        _carry(call, abi.encode(profile));
    }

    function _ruleReferrals() private {
        uint256 required = uint256(1) << LABORATORY;
        IRules.ReferralRules memory rules = IRules.ReferralRules(0x1ff, true, MOST_OPEN, required);
        bytes memory call = abi.encodeCall(IRules.proposeReferralRules, (rules, _closing()));
        _carry(call, abi.encode(rules));
    }

    function _appoint(address account, IRules.Office office) private {
        bytes memory call = abi.encodeCall(
            IRules.proposeOffice,
            (account, office, "office", _closing())
        );
        _carry(call, abi.encode(account, office, "office"));
    }

    function _admitRegulator() private {
        bytes memory call = abi.encodeCall(
            IConsortium.proposeRegulator,
            (regulator, "regulator", _closing())
        );
        _carry(call, abi.encode(regulator, "regulator"));
    }
}
