// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IBatches} from "../../interfaces/IBatches.sol";
import {IRelationship} from "../../interfaces/IRelationship.sol";
import {IRecords} from "../../interfaces/relationship/IRecords.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Batching} from "./handlers/Batching.sol";
import {Clock} from "./handlers/Clock.sol";
import {Consenting} from "./handlers/Consenting.sol";
import {Recording} from "./handlers/Recording.sol";
import {Relations} from "./handlers/Relations.sol";
import {Book} from "./world/Book.sol";

contract RecordInvariants is Suite {
    Batching private _batching;

    /// @notice R14: nothing is overwritten: root, author, time, kind and epoch stay.
    function invariant_recordsAreNeverOverwritten() public view {
        Book.Kept[] memory all = _world.records();
        for (uint256 i; i < all.length; ++i) {
            Book.Kept memory kept = all[i];
            IRecords.Record memory record = IRelationship(kept.relationship).recordOf(kept.id);
            _hold(record.root == kept.root && record.author == kept.author, "R14: overwritten");
            _hold(record.anchoredAt == kept.anchoredAt, "R14: another time");
            _hold(record.kind == kept.kind && record.epoch == kept.epoch, "R14: another kind");
        }
    }

    /// @notice P04: every version that was replaced has one successor, and a head has none.
    function invariant_everyReplacedVersionHasOneSuccessor() public view {
        Book.Kept[] memory all = _world.records();
        for (uint256 i; i < all.length; ++i) {
            Book.Kept memory kept = all[i];
            uint256 successors;
            for (uint256 j; j < all.length; ++j) {
                bool same = all[j].relationship == kept.relationship;
                if (same && all[j].parent == kept.id) successors += 1;
            }
            bool superseded = IRelationship(kept.relationship).recordOf(kept.id).superseded;
            _hold(successors == (superseded ? 1 : 0), "P04: two successors, or a lost one");
        }
    }

    /// @notice P02, T18: what is anchored after a revocation is of a later epoch.
    function invariant_aRevocationOpensAnEpoch() public view {
        Book.Kept[] memory all = _world.records();
        for (uint256 i; i < all.length; ++i) {
            Book.Kept memory kept = all[i];
            _hold(kept.epoch >= kept.floor, "P02: an epoch from before a revocation");
        }
    }

    /// @notice P02: epochs never shrink: none is below that of a record, or due for a new one.
    function invariant_epochsNeverShrink() public view {
        Book.Kept[] memory all = _world.records();
        for (uint256 i; i < all.length; ++i) {
            Book.Kept memory kept = all[i];
            (uint32 epoch, bool rotating) = IRelationship(kept.relationship).keyEpoch();
            _hold(epoch >= kept.epoch, "P02: an epoch shrank");
            uint32 floor = _world.floorOf(kept.relationship);
            _hold(epoch >= floor || (rotating && epoch + 1 == floor), "P02: no rotation is due");
        }
    }

    /// @notice R13: a record's author is a clinician of the institution, or the institution itself.
    function invariant_authorsAreOfTheInstitution() public view {
        Book.Kept[] memory all = _world.records();
        for (uint256 i; i < all.length; ++i) {
            Book.Kept memory kept = all[i];
            IRelationship relationship = IRelationship(kept.relationship);
            (, address house, , ) = relationship.parties();
            (address clinician, ) = _world.staffOf(house);
            address author = relationship.recordOf(kept.id).author;
            _hold(author == clinician || author == house, "R13: somebody else's record");
        }
    }

    /// @notice P80, R63: a batch keeps its institution, time and root.
    function invariant_batchesNeverChange() public view {
        IBatches batches = IBatches(address(_world.batches()));
        _hold(batches.batchCount() == _batching.waitingCount(), "P80: another number of batches");
        for (uint256 i; i < _batching.waitingCount(); ++i) {
            Batching.Waiting memory waiting = _batching.waitingAt(i);
            IBatches.Batch memory batch = batches.batchOf(waiting.inclusion.batch);
            bool same = batch.root == waiting.root && batch.anchoredAt == waiting.anchoredAt;
            _hold(same && batch.size == 2, "P80: a batch changed");
        }
    }

    /// @notice P80: until a batched record is admitted the relationship knows nothing of it.
    function invariant_whatWaitsIsUnknown() public view {
        for (uint256 i; i < _batching.waitingCount(); ++i) {
            Batching.Waiting memory waiting = _batching.waitingAt(i);
            IRecords.Attestation memory attestation = waiting.authored.attestation;
            IRecords.RecordStatus status = IRelationship(attestation.relationship)
                .recordOf(attestation.recordId)
                .status;
            bool known = status != IRecords.RecordStatus.None;
            _hold(known == waiting.admitted, "P80: admitted by itself");
            bool wrong = waiting.signature.length == 0 &&
                attestation.deadline >= waiting.anchoredAt;
            _hold(!known || !wrong, "R13: attested before the deadline");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _batching = new Batching(_world);
        handlers = new Handler[](5);
        handlers[0] = new Recording(_world);
        handlers[1] = _batching;
        handlers[2] = new Consenting(_world);
        handlers[3] = new Relations(_world);
        handlers[4] = new Clock(_world);
    }
}
