// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IBatches} from "../../../interfaces/IBatches.sol";
import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IAdmissions} from "../../../interfaces/relationship/IAdmissions.sol";
import {IRecords} from "../../../interfaces/relationship/IRecords.sol";
import {Handler} from "../Handler.sol";
import {Book} from "../world/Book.sol";
import {Drafts} from "../world/Drafts.sol";
import {World} from "../world/World.sol";

/// @title Batching: records are anchored many at a time, and admitted one by one later
contract Batching is Handler {
    uint8 private constant DIAGNOSES = 17;

    struct Waiting {
        IRecords.Authored authored;
        IRecords.Anchor confirmation;
        bytes signature;
        IAdmissions.Inclusion inclusion;
        uint40 anchoredAt;
        bytes32 root;
        bool admitted;
    }

    Waiting[] private _waiting;

    constructor(World world) Handler(world) {}

    function anchorBatch(uint256 seed) external counted {
        Book.Pair memory pair = _world.pairAt(_pick(seed, "pair", 2));
        bool signed = _pick(seed, "signed", 2) == 0;
        Waiting storage waiting = _waiting.push();
        Drafts.Draft memory draft;
        draft.relationship = pair.relationship;
        // One that no other waiting record has, were the seed to come again.
        draft.recordId = keccak256(abi.encode("batched", _waiting.length));
        draft.kind = DIAGNOSES;
        draft.deadline = uint48(block.timestamp - 1);
        _sign(waiting, draft, signed);
        waiting.anchoredAt = uint40(block.timestamp);
        bytes32 leaf = _leafOf(waiting);
        bytes32 beside = _some(seed, "beside");
        waiting.inclusion.path.push(beside);
        waiting.root = keccak256(abi.encodePacked(bytes1(0x01), leaf, beside));
        bytes memory call = abi.encodeCall(IBatches.anchorBatch, (2, waiting.root, bytes32(0)));
        bytes memory result = _send(pair.house, address(_world.batches()), call);
        waiting.inclusion.batch = abi.decode(result, (uint256));
    }

    function admit(uint256 seed) external counted {
        Waiting storage waiting = _waiting[_pick(seed, "waiting", _waiting.length)];
        _submit(waiting);
        _breach(waiting.admitted, "P80: admitted twice");
        waiting.admitted = true;
        Book.Kept memory record;
        record.relationship = waiting.authored.attestation.relationship;
        record.id = waiting.authored.attestation.recordId;
        record.root = _world.rootOf(waiting.authored);
        record.author = waiting.authored.author;
        record.anchoredAt = waiting.anchoredAt;
        record.epoch = waiting.confirmation.epoch;
        record.kind = DIAGNOSES;
        record.admitted = true;
        _world.addRecord(record);
    }

    /// @dev The same proof under another place, or for another root.
    function meddle(uint256 seed) external counted {
        Waiting memory waiting = _waiting[_pick(seed, "waiting", _waiting.length)];
        waiting.inclusion.index = 1;
        _forge(waiting, "T06: another place in the batch");
        waiting.inclusion.index = 2;
        _forge(waiting, "T06: a place beyond the batch");
        waiting.inclusion.index = 0;
        waiting.authored.leaf0 = _some(seed, "leaf");
        _forge(waiting, "P80: another commitment");
    }

    function waitingCount() external view returns (uint256 count) {
        return _waiting.length;
    }

    function waitingAt(uint256 index) external view returns (Waiting memory waiting) {
        return _waiting[index];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](3);
        selectors[0] = this.anchorBatch.selector;
        selectors[1] = this.admit.selector;
        selectors[2] = this.meddle.selector;
    }

    function _sign(
        Waiting storage waiting,
        Drafts.Draft memory draft,
        bool signed
    ) private {
        IRecords.Authored memory made = _world.authored(draft);
        (uint32 epoch, ) = IRelationship(draft.relationship).keyEpoch();
        (IRecords.Anchor memory confirmation, bytes memory signature) = _world.confirmed(
            made,
            epoch,
            uint256(keccak256(abi.encode("batch", _waiting.length)))
        );
        waiting.authored = made;
        waiting.confirmation = confirmation;
        if (signed) waiting.signature = signature;
    }

    function _submit(Waiting memory waiting) private {
        _send(_world.stranger(), waiting.authored.attestation.relationship, _callOf(waiting));
    }

    function _forge(Waiting memory waiting, string memory what) private {
        address target = waiting.authored.attestation.relationship;
        _breach(_try(_world.stranger(), target, _callOf(waiting)), what);
    }

    /// @dev What P80 puts into a leaf, at place 0 and blinded with nothing.
    function _leafOf(Waiting memory waiting) private view returns (bytes32 leaf) {
        IRecords.Authored memory made = waiting.authored;
        bytes32 signatures = keccak256(
            abi.encode(keccak256(made.signature), keccak256(waiting.signature))
        );
        bytes memory head = abi.encode(
            made.attestation.relationship,
            made.attestation.recordId,
            made.attestation.kind,
            _world.rootOf(made),
            made.attestation.parent,
            made.author
        );
        bytes memory tail = abi.encode(
            keccak256(made.locator),
            waiting.confirmation.epoch,
            signatures
        );
        bytes32 value = keccak256(bytes.concat(head, tail));
        return keccak256(abi.encodePacked(bytes1(0), uint64(0), bytes32(0), value));
    }

    function _callOf(Waiting memory waiting) private pure returns (bytes memory call) {
        return
            abi.encodeCall(
                IAdmissions.admit,
                (
                    waiting.authored,
                    waiting.confirmation,
                    waiting.signature,
                    waiting.inclusion
                )
            );
    }
}
