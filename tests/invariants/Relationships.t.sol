// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRelationship} from "../../interfaces/IRelationship.sol";
import {ISummary} from "../../interfaces/ISummary.sol";
import {IParties} from "../../interfaces/relationship/IParties.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Relations} from "./handlers/Relations.sol";
import {Shake} from "./handlers/Shake.sol";
import {Book} from "./world/Book.sol";

contract RelationshipInvariants is Suite {
    Relations private _relations;

    /// @notice R10: a pair has one relationship at most that is proposed or accepted.
    function invariant_aPairHasOneOpenRelationship() public view {
        Book.Pair[] memory all = _world.pairs();
        for (uint256 i; i < all.length; ++i) {
            if (!_isOpen(all[i].relationship)) continue;
            for (uint256 j; j < i; ++j) {
                bool same = all[j].owner == all[i].owner && all[j].house == all[i].house;
                bool both = same && _isOpen(all[j].relationship);
                _hold(!both, "R10: two open relationships");
            }
        }
    }

    /// @notice R10: what was refused or ended stays so.
    function invariant_whatIsOverStaysOver() public view {
        for (uint256 i; i < _world.pairCount(); ++i) {
            address relationship = _world.pairAt(i).relationship;
            IParties.Status last = _relations.last(relationship);
            bool same = IRelationship(relationship).status() == last;
            _hold(last == IParties.Status.None || same, "R10: over, and begun again");
        }
    }

    /// @notice P04: the subject of a relationship's records never changes, whoever owns it.
    function invariant_subjectNeverChanges() public view {
        for (uint256 i; i < _world.pairCount(); ++i) {
            Book.Pair memory pair = _world.pairAt(i);
            bytes32 subject = IRelationship(pair.relationship).subjectId();
            _hold(subject == pair.subject, "P04: another subject");
        }
    }

    /// @notice P01: a mirror is neither the institution nor the owner.
    function invariant_theMirrorIsAThird() public view {
        for (uint256 i; i < _world.pairCount(); ++i) {
            (address owner, address house, address mirror, ) = IRelationship(
                _world.pairAt(i).relationship
            ).parties();
            _hold(mirror != house && mirror != owner, "P01: no third custodian");
        }
    }

    /// @notice R10: the institution of a relationship never changes, nor does its clone's address.
    function invariant_theInstitutionStays() public view {
        for (uint256 i; i < _world.pairCount(); ++i) {
            Book.Pair memory pair = _world.pairAt(i);
            (, address house, , IParties.Status status) = IRelationship(pair.relationship)
                .parties();
            _hold(house == pair.house && status != IParties.Status.None, "R10: another pair");
            address place = _world.factory().relationshipOf(pair.owner, pair.house, pair.nonce);
            _hold(place == pair.relationship, "P04: another address");
        }
    }

    /// @notice P22: what was precluded never begins.
    function invariant_whatWasPrecludedNeverBegins() public view {
        address[] memory stones = _relations.precluded();
        for (uint256 i; i < stones.length; ++i) {
            bool holds = _world.factory().isPrecluded(stones[i]) && stones[i].code.length == 0;
            _hold(holds, "P22: a tombstone came to life");
        }
    }

    /// @notice R12: an institution's Summary lists each of its relationships once.
    function invariant_summariesListEachRelationshipOnce() public view {
        Book.Pair[] memory all = _world.pairs();
        for (uint256 i; i < 4; ++i) {
            address house = _world.houseAt(i);
            ISummary summary = ISummary(_world.registrar().summaryOf(house));
            (address[] memory listed, ) = summary.entries(0, 1000);
            uint256 own;
            for (uint256 j; j < all.length; ++j) {
                if (all[j].house == house) own += 1;
            }
            _hold(listed.length == own, "R12: more or fewer than there are");
            _holdDistinct(listed);
        }
    }

    /// @notice R01: who was replaced has no Summary, and is the owner of nothing new.
    function invariant_whoWasReplacedHasNoSummary() public view {
        address[] memory former = _relations.replaced();
        for (uint256 i; i < former.length; ++i) {
            bool none = _world.registrar().summaryOf(former[i]) == address(0);
            _hold(none, "R01: a Summary of one who was replaced");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _relations = new Relations(_world);
        handlers = new Handler[](3);
        handlers[0] = _relations;
        handlers[1] = new Shake(_world);
        handlers[2] = new Clock(_world);
    }

    function _isOpen(address relationship) private view returns (bool) {
        IParties.Status status = IRelationship(relationship).status();
        return status == IParties.Status.Pending || status == IParties.Status.Accepted;
    }

    function _holdDistinct(address[] memory listed) private pure {
        for (uint256 i; i < listed.length; ++i) {
            for (uint256 j; j < i; ++j) _hold(listed[i] != listed[j], "R12: listed twice");
        }
    }
}
