// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IBatches} from "../interfaces/IBatches.sol";
import {OrderedMerkle} from "./libraries/OrderedMerkle.sol";
import {Callers} from "./shared/Callers.sol";

contract Batches is IBatches, Callers {
    // Counts from one, so that the first batch costs what the later ones do.
    uint256 private _next;
    mapping(uint256 batch => Batch) private _batches;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {
        _next = 1;
        emit BatchesOpened(_next);
    }

    /// @inheritdoc IBatches
    function anchorBatch(
        uint32 size,
        bytes32 root,
        bytes32 manifest
    ) external returns (uint256 batch) {
        address institution = _requireInstitution();
        if (size == 0) revert LengthInvalid(size);
        if (root == 0) revert BatchRootInvalid();
        batch = _next;
        _next = batch + 1;
        _batches[batch] = Batch(institution, uint40(block.timestamp), size, root);
        emit BatchAnchored(batch, institution, size, root, manifest);
    }

    /// @inheritdoc IBatches
    function requireIncluded(
        address institution,
        uint256 batch,
        bytes32 leaf,
        uint64 index,
        bytes32[] calldata path
    ) external view returns (uint40 anchoredAt) {
        Batch storage found = _batches[batch];
        bool included = found.institution == institution &&
            index < found.size &&
            OrderedMerkle.rootOf(leaf, index, path) == found.root;
        if (!included) revert BatchLeafInvalid(batch, institution);
        return found.anchoredAt;
    }

    /// @inheritdoc IBatches
    function batchOf(uint256 batch) external view returns (Batch memory found) {
        return _batches[batch];
    }

    /// @inheritdoc IBatches
    function batchCount() external view returns (uint256 count) {
        return _next - 1;
    }
}
