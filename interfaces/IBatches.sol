// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Batches: many records anchored by one root (R63, P80)
/// @notice An institution anchors the Merkle root of a batch; a record is admitted into its
///         relationship when it is to be granted, disputed, referred or corrected by itself.
/// @dev A leaf is keccak256(0x00 ‖ index u64 ‖ blinding ‖ value), with value = keccak256 of the
///      ABI-encoded (relationship, record id, kind, commitment, parent, author, hash of the locator,
///      epoch, keccak256 of the ABI-encoded hashes of both signatures); an absent owner's signature
///      counts as empty. Locator and epoch are in it because nobody signs those of a record that was
///      attested only. Until admitted, a record's existence is provable, not enumerable, from the
///      chain.
interface IBatches is ICallers {
    /// @notice One batch.
    /// @param institution Who anchored it.
    /// @param anchoredAt When, in Unix time.
    /// @param size Number of its leaves.
    /// @param root Its Merkle root.
    struct Batch {
        address institution;
        uint40 anchoredAt;
        uint32 size;
        bytes32 root;
    }

    /// @notice The contract was made.
    /// @param next Number of the first batch.
    event BatchesOpened(uint256 next);

    /// @notice A batch was anchored.
    /// @param batch Its number, from 1.
    /// @param institution Who anchored it.
    /// @param size Number of its leaves.
    /// @param root Its Merkle root.
    /// @param manifest Hash of the encrypted manifest that custodians hold.
    event BatchAnchored(
        uint256 indexed batch,
        address indexed institution,
        uint32 size,
        bytes32 root,
        bytes32 manifest
    );

    /// @notice The root is zero.
    error BatchRootInvalid();

    /// @notice The batch is not that institution's, or the leaf is not in it.
    /// @param batch The batch.
    /// @param institution The institution.
    error BatchLeafInvalid(uint256 batch, address institution);

    /// @notice Anchor a batch.
    /// @dev Only an Active institution.
    /// @param size Number of its leaves, from 1.
    /// @param root Its Merkle root.
    /// @param manifest Hash of the encrypted manifest that custodians hold.
    /// @return batch Its number.
    function anchorBatch(
        uint32 size,
        bytes32 root,
        bytes32 manifest
    ) external returns (uint256 batch);

    /// @notice Make sure that a leaf is in a batch of an institution.
    /// @param institution The institution.
    /// @param batch The batch's number.
    /// @param leaf The leaf's hash.
    /// @param index The leaf's place, from 0.
    /// @param path Siblings from the leaf upwards.
    /// @return anchoredAt When the batch was anchored, in Unix time.
    function requireIncluded(
        address institution,
        uint256 batch,
        bytes32 leaf,
        uint64 index,
        bytes32[] calldata path
    ) external view returns (uint40 anchoredAt);

    /// @notice What is stored of a batch.
    /// @param batch Its number.
    /// @return found All fields; zero when unknown.
    function batchOf(uint256 batch) external view returns (Batch memory found);

    /// @notice How many batches there are.
    /// @return count Their number.
    function batchCount() external view returns (uint256 count);
}
