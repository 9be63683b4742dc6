// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IEvidence} from "../../interfaces/IEvidence.sol";
import {IReceipts} from "../../interfaces/IReceipts.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Custody} from "./handlers/Custody.sol";
import {Recording} from "./handlers/Recording.sol";
import {Shake} from "./handlers/Shake.sol";
import {Book} from "./world/Book.sol";

contract CustodyInvariants is Suite {
    Custody private _custody;

    /// @notice P06, R52: a record is erased when both custodians signed it, and never under a seal.
    function invariant_aSealedRecordIsNeverErased() public view {
        Book.Kept[] memory all = _world.records();
        for (uint256 i; i < all.length; ++i) {
            Book.Kept memory record = all[i];
            bool erased = _flagsOf(record).erased;
            _hold(erased == _custody.expected(record.id).erased, "P06: erased, or no longer");
        }
    }

    /// @notice R32: a seal stands until whoever set it lifts it; one side never lifts the other's.
    function invariant_aSealIsLiftedByItsOwnSide() public view {
        Book.Kept[] memory all = _world.records();
        for (uint256 i; i < all.length; ++i) {
            Book.Kept memory record = all[i];
            IEvidence.Flags memory found = _flagsOf(record);
            IEvidence.Flags memory expected = _custody.expected(record.id);
            bool same = found.ownerSealed == expected.ownerSealed &&
                found.institutionSealed == expected.institutionSealed;
            _hold(same, "R32: another seal");
        }
    }

    /// @notice P41: a dispute or a withdrawal never vanishes.
    function invariant_disputesNeverVanish() public view {
        Book.Kept[] memory all = _world.records();
        for (uint256 i; i < all.length; ++i) {
            Book.Kept memory record = all[i];
            IEvidence.Flags memory found = _flagsOf(record);
            IEvidence.Flags memory expected = _custody.expected(record.id);
            bool same = found.ownerDisputes == expected.ownerDisputes &&
                found.institutionDisputes == expected.institutionDisputes &&
                found.ownerWithdrew == expected.ownerWithdrew &&
                found.institutionWithdrew == expected.institutionWithdrew;
            _hold(same, "P41: another dispute");
        }
    }

    /// @notice P10, T33: a custodian's log of receipts never shrinks, and no size has two roots.
    function invariant_receiptsNeverShrink() public view {
        for (uint256 i; i < 4; ++i) {
            address custodian = _world.houseAt(i);
            IReceipts.Log memory found = _world.receipts().logOf(custodian);
            IReceipts.Log memory expected = _custody.logOf(custodian);
            bool same = found.size == expected.size && found.root == expected.root;
            _hold(same, "P10: another log");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _custody = new Custody(_world);
        handlers = new Handler[](4);
        handlers[0] = _custody;
        handlers[1] = new Recording(_world);
        handlers[2] = new Shake(_world);
        handlers[3] = new Clock(_world);
    }

    function _flagsOf(Book.Kept memory record) private view returns (IEvidence.Flags memory) {
        return _world.evidence().flagsOf(record.relationship, record.id);
    }
}
