// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title OrderedMerkle: nodes of the record commitment (P05)
/// @dev Left and right are not sorted, unlike OpenZeppelin's MerkleProof: a position is proven.
///      The prefix keeps a node from being taken for a leaf.
library OrderedMerkle {
    bytes1 private constant NODE = 0x01;

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(NODE, left, right));
    }
}
