// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IDelegations} from "../../interfaces/IDelegations.sol";
import {IRelationship} from "../../interfaces/IRelationship.sol";
import {IGrants} from "../../interfaces/relationship/IGrants.sol";
import {IParties} from "../../interfaces/relationship/IParties.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Consenting} from "./handlers/Consenting.sol";
import {Delegating} from "./handlers/Delegating.sol";
import {Relations} from "./handlers/Relations.sol";
import {Shake} from "./handlers/Shake.sol";

contract ConsentInvariants is Suite {
    uint256 private constant MOST_OPEN_REQUESTS = 16;

    Consenting private _consenting;
    Delegating private _delegating;

    /// @notice R21: a grant that was revoked is never live again.
    function invariant_aRevokedGrantStaysRevoked() public view {
        for (uint256 i; i < _world.grantCount(); ++i) {
            (address relationship, IGrants.Grant memory terms) = _world.grantAt(i);
            if (!_consenting.revoked(relationship, terms.id)) continue;
            IGrants.GrantState memory state = IRelationship(relationship).grantOf(terms.id);
            _hold(state.status == IGrants.GrantStatus.Revoked, "R21: granted again");
            _hold(!IRelationship(relationship).isGrantLive(terms.id), "R21: live again");
        }
    }

    /// @notice P22: what was revoked before it came is a tombstone, and never a grant.
    function invariant_aTombstoneIsNeverAGrant() public view {
        for (uint256 i; i < _consenting.tombstoneCount(); ++i) {
            Consenting.Tombstone memory stone = _consenting.tombstoneAt(i);
            IRelationship relationship = IRelationship(stone.relationship);
            IGrants.GrantState memory state = relationship.grantOf(stone.id);
            bool bare = state.status == IGrants.GrantStatus.Revoked &&
                state.expiresAt == 0 &&
                state.digest == 0;
            _hold(bare && !relationship.isGrantLive(stone.id), "P22: a tombstone with terms");
        }
    }

    /// @notice R21: a grant is live in an accepted relationship alone, and before it expires.
    function invariant_aLiveGrantHasNotExpired() public view {
        for (uint256 i; i < _world.grantCount(); ++i) {
            (address relationship, IGrants.Grant memory terms) = _world.grantAt(i);
            bool accepted = IRelationship(relationship).status() == IParties.Status.Accepted;
            bool live = accepted &&
                block.timestamp < terms.expiresAt &&
                !_consenting.revoked(relationship, terms.id);
            _hold(IRelationship(relationship).isGrantLive(terms.id) == live, "R21: who may read");
        }
    }

    /// @notice R21, P50: the terms that were granted stay what they were, revoked or not.
    function invariant_termsNeverChange() public view {
        for (uint256 i; i < _world.grantCount(); ++i) {
            (address relationship, IGrants.Grant memory terms) = _world.grantAt(i);
            IGrants.GrantState memory state = IRelationship(relationship).grantOf(terms.id);
            bool same = state.digest == _digestOf(terms) && state.expiresAt == terms.expiresAt;
            _hold(same, "P50: other terms");
        }
    }

    /// @notice T20: a viewer has sixteen open requests at most in one relationship.
    function invariant_sixteenRequestsAreOpenAtMost() public view {
        Consenting.Asked[] memory all = _consenting.allAsked();
        for (uint256 i; i < all.length; ++i) {
            uint256 open;
            for (uint256 j; j <= i; ++j) {
                bool same = all[j].viewer == all[i].viewer &&
                    all[j].relationship == all[i].relationship;
                if (same && _isOpen(all[j])) open += 1;
            }
            _hold(open <= MOST_OPEN_REQUESTS, "T20: more than sixteen");
        }
    }

    /// @notice P12, R28: a delegation never outlives its grant, nor its delegator's membership.
    function invariant_aDelegationNeverOutlivesItsGrant() public view {
        for (uint256 i; i < _delegating.handedCount(); ++i) {
            Delegating.Handed memory handed = _delegating.handedAt(i);
            _hold(handed.expiresAt <= handed.grantEndsAt, "P12: longer than the grant");
            if (!_world.delegations().isDelegationLive(handed.id)) continue;
            bool live = IRelationship(handed.relationship).isGrantLive(handed.grant);
            bool active = _world.consortium().isActive(handed.delegator);
            _hold(live && active && block.timestamp < handed.expiresAt, "R28: outlived");
        }
    }

    /// @notice R28: a delegation that was revoked is never live again.
    function invariant_aRevokedDelegationStaysRevoked() public view {
        for (uint256 i; i < _delegating.handedCount(); ++i) {
            Delegating.Handed memory handed = _delegating.handedAt(i);
            IDelegations.DelegationStatus status = _world
                .delegations()
                .delegationOf(handed.id)
                .status;
            bool revoked = status == IDelegations.DelegationStatus.Revoked;
            _hold(revoked == handed.revoked, "R28: revoked by itself, or not at all");
            bool live = _world.delegations().isDelegationLive(handed.id);
            _hold(!revoked || !live, "R28: live again");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _consenting = new Consenting(_world);
        _delegating = new Delegating(_world);
        handlers = new Handler[](5);
        handlers[0] = _consenting;
        handlers[1] = _delegating;
        handlers[2] = new Relations(_world);
        handlers[3] = new Shake(_world);
        handlers[4] = new Clock(_world);
    }

    function _isOpen(Consenting.Asked memory asked) private view returns (bool open) {
        (, IGrants.RequestStatus status) = IRelationship(asked.relationship).requestOf(asked.id);
        return status == IGrants.RequestStatus.Requested;
    }

    function _digestOf(IGrants.Grant memory terms) private pure returns (bytes26) {
        bytes memory head = abi.encode(
            terms.viewer,
            terms.affiliation,
            terms.scope,
            terms.kind,
            terms.recordId,
            terms.purpose
        );
        bytes memory tail = abi.encode(
            terms.consent,
            terms.request,
            terms.keyVersion,
            keccak256(terms.wrap)
        );
        return bytes26(keccak256(bytes.concat(head, tail)));
    }
}
