// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IGrants} from "../../../interfaces/relationship/IGrants.sol";
import {IParties} from "../../../interfaces/relationship/IParties.sol";
import {Handler} from "../Handler.sol";
import {Book} from "../world/Book.sol";
import {World} from "../world/World.sol";

/// @title Consenting: access is asked for, granted and taken back
contract Consenting is Handler {
    struct Asked {
        address relationship;
        address viewer;
        bytes32 affiliation;
        bytes32 id;
    }

    struct Tombstone {
        address relationship;
        bytes16 id;
    }

    Asked[] private _asked;
    Tombstone[] private _tombstones;
    mapping(address relationship => mapping(bytes16 id => bool revoked)) public revoked;

    constructor(World world) Handler(world) {}

    /// @dev Several at once, or no viewer would ever come near the cap.
    function request(uint256 seed) external counted {
        uint256 staff = _pick(seed, "clinician", 3);
        address relationship = _pairOf(seed).relationship;
        for (uint256 i; i < 1 + _pick(seed, "many", 8); ++i) {
            IGrants.Request memory asked;
            asked.salt = keccak256(abi.encode(seed, i));
            asked.affiliation = _world.departmentAt(staff);
            asked.scope = IGrants.Scope.Everything;
            asked.purpose = "TREAT";
            bytes memory call = abi.encodeCall(IGrants.requestAccess, (asked));
            bytes memory result = _send(_world.clinicianAt(staff), relationship, call);
            bytes32 id = abi.decode(result, (bytes32));
            address viewer = _world.clinicianAt(staff);
            _asked.push(Asked(relationship, viewer, asked.affiliation, id));
        }
    }

    function refuse(uint256 seed) external counted {
        Asked memory asked = _asked[_pick(seed, "asked", _asked.length)];
        bytes memory call = abi.encodeCall(IGrants.refuseRequest, (asked.id));
        _send(_ownerOf(asked.relationship), asked.relationship, call);
    }

    function grant(uint256 seed) external counted {
        address relationship = _pairOf(seed).relationship;
        (address viewer, bytes32 affiliation) = _viewerOf(seed);
        IGrants.Grant memory terms = _terms(seed, viewer, affiliation);
        _narrow(terms, seed);
        _grant(relationship, terms);
    }

    function grantOnRequest(uint256 seed) external counted {
        Asked memory asked = _asked[_pick(seed, "asked", _asked.length)];
        IGrants.Grant memory terms = _terms(seed, asked.viewer, asked.affiliation);
        terms.request = asked.id;
        _grant(asked.relationship, terms);
    }

    function revoke(uint256 seed) external counted {
        (address relationship, IGrants.Grant memory terms) = _grantOf(seed);
        _revoke(relationship, terms.id);
        if (revoked[relationship][terms.id]) return;
        revoked[relationship][terms.id] = true;
        (uint32 epoch, ) = IRelationship(relationship).keyEpoch();
        _world.raiseFloor(relationship, epoch + 1);
    }

    function revokeEarly(uint256 seed) external counted {
        address relationship = _pairOf(seed).relationship;
        bytes16 id = bytes16(_some(seed, "early"));
        (uint32 epoch, bool rotating) = IRelationship(relationship).keyEpoch();
        _revoke(relationship, id);
        _tombstones.push(Tombstone(relationship, id));
        (uint32 after_, bool rotates) = IRelationship(relationship).keyEpoch();
        _breach(epoch != after_ || rotating != rotates, "P02: an epoch for a mere tombstone");
    }

    function meddle(uint256 seed) external counted {
        (address relationship, IGrants.Grant memory terms) = _grantOf(seed);
        (address owner, address house, address mirror, ) = IRelationship(relationship).parties();
        bytes memory call = abi.encodeCall(IGrants.revokeAccess, (terms.id));
        _breach(_try(terms.viewer, relationship, call), "R21: the viewer revoked");
        _breach(_try(house, relationship, call), "R21: the institution revoked");
        terms.expiresAt = _later(seed, 1 hours, 1 days);
        call = abi.encodeCall(IGrants.grantAccess, (terms));
        _breach(_try(owner, relationship, call), "P22: an id was granted twice");
        if (_tombstones.length != 0) {
            Tombstone memory stone = _tombstones[_pick(seed, "stone", _tombstones.length)];
            terms.id = stone.id;
            call = abi.encodeCall(IGrants.grantAccess, (terms));
            address by = _ownerOf(stone.relationship);
            _breach(_try(by, stone.relationship, call), "P22: a tombstone was granted");
        }
        terms = _terms(seed, mirror, _world.padded(mirror));
        call = abi.encodeCall(IGrants.grantAccess, (terms));
        _breach(_try(owner, relationship, call), "P01: a grant to the mirror");
        terms = _terms(seed, _world.houseAt(3), _world.padded(_world.houseAt(3)));
        call = abi.encodeCall(IGrants.grantAccess, (terms));
        _breach(_try(house, relationship, call), "R21: the institution granted");
    }

    function allAsked() external view returns (Asked[] memory asked) {
        return _asked;
    }

    function tombstoneCount() external view returns (uint256 count) {
        return _tombstones.length;
    }

    function tombstoneAt(uint256 index) external view returns (Tombstone memory stone) {
        return _tombstones[index];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](7);
        selectors[0] = this.request.selector;
        selectors[1] = this.refuse.selector;
        selectors[2] = this.grant.selector;
        selectors[3] = this.grantOnRequest.selector;
        selectors[4] = this.revoke.selector;
        selectors[5] = this.revokeEarly.selector;
        selectors[6] = this.meddle.selector;
    }

    function _grant(address relationship, IGrants.Grant memory terms) private {
        _world.grant(relationship, terms);
        _breach(revoked[relationship][terms.id], "P22: a revoked id was granted");
    }

    function _revoke(address relationship, bytes16 id) private {
        bytes memory call = abi.encodeCall(IGrants.revokeAccess, (id));
        _send(_ownerOf(relationship), relationship, call);
    }

    /// @dev Of three grants one is of a kind, one of a record if there is one in reach.
    function _narrow(IGrants.Grant memory terms, uint256 seed) private view {
        uint256 draw = _pick(seed, "scope", 3);
        if (draw == 1) {
            terms.scope = IGrants.Scope.Kind;
            terms.kind = 17;
        } else if (draw == 2) {
            Book.Kept memory record = _world.recordAt(_pick(seed, "of", _world.recordCount()));
            if (record.relationship != _pairOf(seed).relationship) return;
            terms.scope = IGrants.Scope.Record;
            terms.recordId = record.id;
        }
    }

    function _terms(
        uint256 seed,
        address viewer,
        bytes32 affiliation
    ) private view returns (IGrants.Grant memory terms) {
        uint40 expiresAt = _later(seed, 1 hours, 40 days);
        return _world.everything(bytes16(_some(seed, "id")), viewer, affiliation, expiresAt);
    }

    function _viewerOf(uint256 seed) private view returns (address viewer, bytes32 affiliation) {
        uint256 draw = _pick(seed, "viewer", 8);
        if (draw == 0) return (_world.patientAt(_pick(seed, "other", 2)), 0);
        if (draw < 4) return (_world.clinicianAt(draw - 1), _world.departmentAt(draw - 1));
        address house = _world.houseAt(draw - 4);
        return (house, _world.padded(house));
    }

    function _grantOf(
        uint256 seed
    ) private view returns (address relationship, IGrants.Grant memory terms) {
        return _world.grantAt(_pick(seed, "grant", _world.grantCount()));
    }

    /// @dev One that is accepted, if there is any.
    function _pairOf(uint256 seed) private view returns (Book.Pair memory pair) {
        uint256 size = _world.pairCount();
        for (uint256 i; i < size; ++i) {
            pair = _world.pairAt((_pick(seed, "pair", size) + i) % size);
            if (IRelationship(pair.relationship).status() == IParties.Status.Accepted) break;
        }
    }

    function _ownerOf(address relationship) private view returns (address owner) {
        (owner, , , ) = IRelationship(relationship).parties();
    }
}
