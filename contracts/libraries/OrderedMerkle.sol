// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title OrderedMerkle: leaves and nodes of every commitment here (P05)
/// @dev Left and right are not sorted, unlike OpenZeppelin's MerkleProof: a position is proven.
///      The prefixes keep a node from being taken for a leaf.
library OrderedMerkle {
    bytes1 private constant LEAF = 0x00;
    bytes1 private constant NODE = 0x01;
    uint256 private constant MAX_HEIGHT = 32;

    function leaf(uint64 index, bytes32 salt, bytes memory value) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(LEAF, index, salt, value));
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(NODE, left, right));
    }

    /// @dev Zero, which is no root, for a place beyond what the path can reach: it would be a
    ///      second name of another leaf.
    function rootOf(
        bytes32 hash,
        uint256 place,
        bytes32[] calldata path
    ) internal pure returns (bytes32) {
        if (path.length > MAX_HEIGHT || place >> path.length != 0) return 0;
        for (uint256 level; level < path.length; ++level) {
            hash = (place >> level) & 1 == 1 ? node(path[level], hash) : node(hash, path[level]);
        }
        return hash;
    }
}
