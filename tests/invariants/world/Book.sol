// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IGrants} from "../../../interfaces/relationship/IGrants.sol";

/// @title Book: what was made so far, as the handlers wrote it down
/// @dev Kept apart from the contracts: an invariant compares the two.
abstract contract Book {
    struct Pair {
        address owner;
        address house;
        uint32 nonce;
        address relationship;
        bytes32 subject;
    }

    struct Kept {
        address relationship;
        bytes32 id;
        bytes32 parent;
        bytes32 root;
        address author;
        uint40 anchoredAt;
        uint32 epoch;
        uint8 kind;
        bool admitted;
        uint32 floor;
    }

    Pair[] private _pairs;
    Kept[] private _kept;
    address[] private _granting;
    IGrants.Grant[] private _grants;
    /// @notice The epoch that the next record must have at least: the one after a revocation.
    mapping(address relationship => uint32 epoch) public floorOf;

    function addPair(Pair memory pair) public {
        _pairs.push(pair);
    }

    function addRecord(Kept memory record) public {
        _kept.push(record);
        // What is admitted later was anchored in its batch, in that time's epoch.
        if (!record.admitted) _kept[_kept.length - 1].floor = floorOf[record.relationship];
    }

    function addGrant(address relationship, IGrants.Grant memory grant) public {
        _granting.push(relationship);
        _grants.push(grant);
    }

    function raiseFloor(address relationship, uint32 epoch) public {
        floorOf[relationship] = epoch;
    }

    function pairCount() public view returns (uint256 count) {
        return _pairs.length;
    }

    function pairs() public view returns (Pair[] memory all) {
        return _pairs;
    }

    function pairAt(uint256 index) public view returns (Pair memory pair) {
        return _pairs[index];
    }

    function recordCount() public view returns (uint256 count) {
        return _kept.length;
    }

    function records() public view returns (Kept[] memory all) {
        return _kept;
    }

    function recordAt(uint256 index) public view returns (Kept memory record) {
        return _kept[index];
    }

    function grantCount() public view returns (uint256 count) {
        return _grants.length;
    }

    function grantAt(
        uint256 index
    ) public view returns (address relationship, IGrants.Grant memory grant) {
        return (_granting[index], _grants[index]);
    }

    /// @dev The first that a viewer was granted there.
    function grantTo(
        address relationship,
        address viewer
    ) public view returns (IGrants.Grant memory grant) {
        for (uint256 i; i < _grants.length; ++i) {
            grant = _grants[i];
            if (_granting[i] == relationship && grant.viewer == viewer) return grant;
        }
    }
}
