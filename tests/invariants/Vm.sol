// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Vm: the cheatcodes of forge and halmos that are used here
interface Vm {
    function addr(uint256 key) external pure returns (address account);

    function assume(bool condition) external pure;

    function computeCreateAddress(
        address deployer,
        uint256 nonce
    ) external pure returns (address account);

    function deployCode(string calldata artifact) external returns (address deployed);

    function getNonce(address account) external view returns (uint64 nonce);

    function prank(address caller) external;

    function sign(
        uint256 key,
        bytes32 digest
    ) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function warp(uint256 moment) external;
}

Vm constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
