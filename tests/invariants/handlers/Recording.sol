// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IParties} from "../../../interfaces/relationship/IParties.sol";
import {IRecords} from "../../../interfaces/relationship/IRecords.sol";
import {Handler} from "../Handler.sol";
import {Book} from "../world/Book.sol";
import {Drafts} from "../world/Drafts.sol";
import {World} from "../world/World.sol";

/// @title Recording: records are anchored, corrected and confirmed
contract Recording is Handler {
    uint8 private constant LABORATORY = 5;
    uint8 private constant DIAGNOSES = 17;

    constructor(World world) Handler(world) {}

    function anchor(uint256 seed) external counted {
        Drafts.Draft memory draft = _draft(seed);
        draft.deadline = uint48(block.timestamp + 1 hours);
        _world.anchor(draft, _epochOf(draft.relationship, seed), _nonce(seed));
    }

    function anchorAttested(uint256 seed) external counted {
        Drafts.Draft memory draft = _draft(seed);
        draft.deadline = uint48(block.timestamp - 1);
        IRecords.Authored memory made = _world.authored(draft);
        uint32 epoch = _epochOf(draft.relationship, seed);
        bytes memory call = abi.encodeCall(IRecords.anchorAttested, (made, epoch));
        _send(_houseOf(draft.relationship), draft.relationship, call);
        _world.write(draft, made.author, _world.rootOf(made), epoch);
    }

    function anchorQuery(uint256 seed) external counted {
        Drafts.Draft memory draft = _draft(seed);
        IRecords.Query memory query;
        query.recordId = draft.recordId;
        query.parent = draft.parent;
        query.kind = draft.kind;
        query.profile = _world.profileId(draft.kind);
        query.name = _some(seed, "name");
        query.root = _some(seed, "root");
        query.epoch = _epochOf(draft.relationship, seed);
        query.host = "sealed host";
        address house = _houseOf(draft.relationship);
        _send(house, draft.relationship, abi.encodeCall(IRecords.anchorQuery, (query)));
        _world.write(draft, house, query.root, query.epoch);
    }

    function confirm(uint256 seed) external counted {
        Book.Kept memory record = _recordOf(seed);
        (address owner, , , ) = IRelationship(record.relationship).parties();
        bytes memory call = abi.encodeCall(IRecords.confirmRecord, (record.id));
        _send(owner, record.relationship, call);
    }

    /// @dev Each is a whole submission with valid signatures, wrong in one thing.
    function meddle(uint256 seed) external counted {
        Drafts.Draft memory draft = _draft(seed);
        draft.deadline = uint48(block.timestamp + 1 hours);
        (uint32 epoch, bool rotating) = IRelationship(draft.relationship).keyEpoch();
        uint32 required = rotating ? epoch + 1 : epoch;
        Book.Kept memory other = _recordOf(seed);
        if (rotating) _anchor(draft, epoch, seed, "P02: an epoch that was left");
        _anchor(draft, required + 2, seed, "P02: an epoch was left out");
        if (other.relationship != draft.relationship) return;
        bool superseded = IRelationship(other.relationship).recordOf(other.id).superseded;
        bytes32 parent = draft.parent;
        draft.parent = other.id;
        if (superseded) _anchor(draft, required, seed, "P04: a version that was replaced");
        draft.parent = parent;
        draft.recordId = other.id;
        _anchor(draft, required, seed, "P04: a record under an id that is used");
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](5);
        selectors[0] = this.anchor.selector;
        selectors[1] = this.anchorAttested.selector;
        selectors[2] = this.anchorQuery.selector;
        selectors[3] = this.confirm.selector;
        selectors[4] = this.meddle.selector;
    }

    function _anchor(
        Drafts.Draft memory draft,
        uint32 epoch,
        uint256 seed,
        string memory what
    ) private {
        IRecords.Authored memory made = _world.authored(draft);
        (IRecords.Anchor memory confirmation, bytes memory signature) = _world.confirmed(
            made,
            epoch,
            _nonce(seed)
        );
        bytes memory call = abi.encodeCall(IRecords.anchor, (made, confirmation, signature));
        _breach(_try(_world.stranger(), draft.relationship, call), what);
    }

    /// @dev In one that is accepted, half of them corrections of a head.
    function _draft(uint256 seed) private view returns (Drafts.Draft memory draft) {
        draft.relationship = _accepted(seed);
        draft.recordId = _some(seed, "record");
        draft.kind = _pick(seed, "kind", 2) == 0 ? LABORATORY : DIAGNOSES;
        uint256 size = _world.recordCount();
        for (uint256 i; i < size && _pick(seed, "correct", 2) == 0; ++i) {
            Book.Kept memory record = _world.recordAt((_pick(seed, "parent", size) + i) % size);
            if (record.relationship != draft.relationship) continue;
            if (IRelationship(record.relationship).recordOf(record.id).superseded) continue;
            draft.parent = record.id;
            return draft;
        }
    }

    function _accepted(uint256 seed) private view returns (address relationship) {
        uint256 size = _world.pairCount();
        for (uint256 i; i < size; ++i) {
            relationship = _world.pairAt((_pick(seed, "pair", size) + i) % size).relationship;
            if (IRelationship(relationship).status() == IParties.Status.Accepted) break;
        }
    }

    function _recordOf(uint256 seed) private view returns (Book.Kept memory record) {
        return _world.recordAt(_pick(seed, "record", _world.recordCount()));
    }

    function _epochOf(address relationship, uint256 seed) private view returns (uint32 required) {
        (uint32 epoch, bool rotating) = IRelationship(relationship).keyEpoch();
        return rotating || _pick(seed, "epoch", 8) == 0 ? epoch + 1 : epoch;
    }

    function _houseOf(address relationship) private view returns (address house) {
        (, house, , ) = IRelationship(relationship).parties();
    }

    function _nonce(uint256 seed) private pure returns (uint256) {
        return uint256(_some(seed, "nonce"));
    }
}
