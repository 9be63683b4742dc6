// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IForwarder} from "../../interfaces/IForwarder.sol";
import {IRegistrar} from "../../interfaces/IRegistrar.sol";
import {ITickets} from "../../interfaces/ITickets.sol";
import {IIdentities} from "../../interfaces/registrar/IIdentities.sol";
import {IRecords} from "../../interfaces/relationship/IRecords.sol";
import {VM} from "./Vm.sol";

/// @title Signing: EIP-712 messages, worked out independently of the contracts
library Signing {
    bytes32 private constant DOMAIN =
        keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
    bytes32 private constant REGISTRATION =
        keccak256(
            "Registration(address institution,address account,uint8 role,uint8 suite,bytes32 keyHash,uint48 deadline)"
        );
    bytes32 private constant REPLACEMENT =
        keccak256("Replacement(address account,address successor,uint48 deadline)");
    bytes32 private constant ATTESTATION =
        keccak256(
            "Attestation(address relationship,bytes32 recordId,bytes32 parent,uint8 kind,bytes32 profile,bytes32 affiliation,bytes32 contentRoot,uint48 deadline)"
        );
    bytes32 private constant ANCHOR =
        keccak256(
            "Anchor(bytes32 attestation,bytes32 root,bytes32 locatorHash,uint32 epoch,uint256 nonce,uint48 deadline)"
        );
    bytes32 private constant CERTIFICATE =
        keccak256("ErasureCertificate(address relationship,bytes32 records,uint48 erasedAt)");
    bytes32 private constant REDEMPTION =
        keccak256("Redemption(address owner,address ticket,address redeemer,uint48 deadline)");
    bytes32 private constant REQUEST =
        keccak256(
            "ForwardRequest(address from,address to,uint256 nonce,uint48 deadline,bytes data)"
        );

    function registration(
        IRegistrar.Registration memory given
    ) internal pure returns (bytes32 hash) {
        return keccak256(abi.encode(REGISTRATION, given));
    }

    function replacement(
        IIdentities.Replacement memory given
    ) internal pure returns (bytes32 hash) {
        return keccak256(abi.encode(REPLACEMENT, given));
    }

    function attestation(IRecords.Attestation memory given) internal pure returns (bytes32 hash) {
        return keccak256(abi.encode(ATTESTATION, given));
    }

    function anchor(IRecords.Anchor memory given) internal pure returns (bytes32 hash) {
        return keccak256(abi.encode(ANCHOR, given));
    }

    function certificate(
        address relationship,
        bytes32[] memory records,
        uint48 erasedAt
    ) internal pure returns (bytes32 hash) {
        bytes32 list = keccak256(abi.encodePacked(records));
        return keccak256(abi.encode(CERTIFICATE, relationship, list, erasedAt));
    }

    function redemption(ITickets.Redemption memory given) internal pure returns (bytes32 hash) {
        return keccak256(abi.encode(REDEMPTION, given));
    }

    function request(
        IForwarder.ForwardRequest memory given
    ) internal pure returns (bytes32 hash) {
        bytes32 data = keccak256(given.data);
        return
            keccak256(
                abi.encode(REQUEST, given.from, given.to, given.nonce, given.deadline, data)
            );
    }

    /// @dev The domains are called after their contracts: "Chartkey Registrar".
    function sign(
        uint256 key,
        string memory name,
        address target,
        bytes32 hash
    ) internal view returns (bytes memory signature) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN,
                keccak256(abi.encodePacked("Chartkey ", name)),
                keccak256("1"),
                block.chainid,
                target
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, hash));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
