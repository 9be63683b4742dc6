// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IDelegations} from "../../../interfaces/IDelegations.sol";
import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IGrants} from "../../../interfaces/relationship/IGrants.sol";
import {Handler} from "../Handler.sol";
import {World} from "../world/World.sol";

/// @title Delegating: institutions hand on what they were granted
contract Delegating is Handler {
    struct Handed {
        bytes32 id;
        address relationship;
        bytes16 grant;
        uint40 grantEndsAt;
        uint40 expiresAt;
        address delegator;
        bool revoked;
    }

    Handed[] private _handed;

    constructor(World world) Handler(world) {}

    function delegate(uint256 seed) external counted {
        (address relationship, IGrants.Grant memory grant) = _granted(seed);
        IDelegations.Delegation memory terms = _terms(seed, grant);
        bytes memory result = _send(grant.viewer, _target(), _callOf(relationship, grant, terms));
        Handed storage handed = _handed.push();
        handed.id = abi.decode(result, (bytes32));
        handed.relationship = relationship;
        handed.grant = grant.id;
        handed.grantEndsAt = grant.expiresAt;
        handed.expiresAt = terms.expiresAt;
        handed.delegator = grant.viewer;
    }

    function revoke(uint256 seed) external counted {
        Handed storage handed = _handed[_pick(seed, "handed", _handed.length)];
        (address owner, , , ) = IRelationship(handed.relationship).parties();
        bytes memory call = abi.encodeCall(IDelegations.revokeDelegation, (handed.id));
        _send(_pick(seed, "by", 2) == 0 ? owner : handed.delegator, _target(), call);
        handed.revoked = true;
    }

    function meddle(uint256 seed) external counted {
        (address relationship, IGrants.Grant memory grant) = _granted(seed);
        IDelegations.Delegation memory terms = _terms(seed, grant);
        address other = _world.houseAt(_pick(seed, "other", 4));
        bytes memory call = _callOf(relationship, grant, terms);
        if (other != grant.viewer) _breach(_try(other, _target(), call), "R28: another's grant");
        terms.expiresAt = grant.expiresAt + 1;
        call = _callOf(relationship, grant, terms);
        _breach(_try(grant.viewer, _target(), call), "P12: longer than the grant");
        terms.expiresAt = grant.expiresAt;
        terms.scope = IGrants.Scope.Everything;
        (terms.kind, terms.recordId) = (0, 0);
        call = _callOf(relationship, grant, terms);
        bool wider = grant.scope != IGrants.Scope.Everything;
        if (wider) _breach(_try(grant.viewer, _target(), call), "P12: wider than the grant");
    }

    function handedCount() external view returns (uint256 count) {
        return _handed.length;
    }

    function handedAt(uint256 index) external view returns (Handed memory handed) {
        return _handed[index];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](3);
        selectors[0] = this.delegate.selector;
        selectors[1] = this.revoke.selector;
        selectors[2] = this.meddle.selector;
    }

    /// @dev One that an institution was granted, live if there is any.
    function _granted(
        uint256 seed
    ) private view returns (address relationship, IGrants.Grant memory grant) {
        uint256 size = _world.grantCount();
        for (uint256 i; i < size; ++i) {
            (relationship, grant) = _world.grantAt((_pick(seed, "grant", size) + i) % size);
            bool live = IRelationship(relationship).isGrantLive(grant.id);
            if (live && _world.padded(grant.viewer) == grant.affiliation) break;
        }
    }

    /// @dev To a clinician of any house, within the grant.
    function _terms(
        uint256 seed,
        IGrants.Grant memory grant
    ) private view returns (IDelegations.Delegation memory terms) {
        uint256 staff = _pick(seed, "delegate", 3);
        terms.salt = _some(seed, "salt");
        terms.delegate = _world.clinicianAt(staff);
        terms.affiliation = _world.departmentAt(staff);
        terms.scope = grant.scope;
        terms.kind = grant.kind;
        terms.recordId = grant.recordId;
        uint40 expiresAt = _later(seed, 1 minutes, 60 days);
        terms.expiresAt = expiresAt < grant.expiresAt ? expiresAt : grant.expiresAt;
        terms.keyVersion = 1;
        terms.wrap = "wrap";
    }

    function _target() private view returns (address) {
        return address(_world.delegations());
    }

    function _callOf(
        address relationship,
        IGrants.Grant memory grant,
        IDelegations.Delegation memory terms
    ) private pure returns (bytes memory call) {
        return abi.encodeCall(IDelegations.delegate, (relationship, grant, terms));
    }
}
