// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IEvidence} from "../../../interfaces/IEvidence.sol";
import {IReceipts} from "../../../interfaces/IReceipts.sol";
import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {Handler} from "../Handler.sol";
import {Signing} from "../Signing.sol";
import {Book} from "../world/Book.sol";
import {World} from "../world/World.sol";

/// @title Custody: disputes, seals, erasures and the roots of receipts
contract Custody is Handler {
    mapping(bytes32 recordId => IEvidence.Flags flags) private _flags;
    mapping(address custodian => IReceipts.Log log) private _logs;

    constructor(World world) Handler(world) {}

    function dispute(uint256 seed) external counted {
        Book.Kept memory record = _recordOf(seed);
        (address by, bool owner) = _sideOf(record, seed);
        bytes memory call = abi.encodeCall(
            IEvidence.dispute,
            (record.relationship, record.id, "reason")
        );
        _send(by, _target(), call);
        if (owner) _flags[record.id].ownerDisputes = true;
        else _flags[record.id].institutionDisputes = true;
    }

    function withdraw(uint256 seed) external counted {
        Book.Kept memory record = _recordOf(seed);
        (address by, bool owner) = _sideOf(record, seed);
        bytes memory call = abi.encodeCall(IEvidence.withdraw, (record.relationship, record.id));
        _send(by, _target(), call);
        if (owner) _flags[record.id].ownerWithdrew = true;
        else _flags[record.id].institutionWithdrew = true;
    }

    function seal(uint256 seed) external counted {
        Book.Kept memory record = _recordOf(seed);
        (address by, bool owner) = _sideOf(record, seed);
        bytes memory call = abi.encodeCall(
            IEvidence.sealRecords,
            (record.relationship, _list(record.id))
        );
        _send(by, _target(), call);
        if (owner) _flags[record.id].ownerSealed = true;
        else _flags[record.id].institutionSealed = true;
    }

    function lift(uint256 seed) external counted {
        Book.Kept memory record = _recordOf(seed);
        (address by, bool owner) = _sideOf(record, seed);
        bytes memory call = abi.encodeCall(
            IEvidence.liftSeal,
            (record.relationship, _list(record.id))
        );
        _send(by, _target(), call);
        if (owner) _flags[record.id].ownerSealed = false;
        else _flags[record.id].institutionSealed = false;
    }

    function erase(uint256 seed) external counted {
        Book.Kept memory record = _recordOf(seed);
        (, address house, address mirror, ) = IRelationship(record.relationship).parties();
        _send(_world.stranger(), _target(), _certificate(record, house, mirror));
        IEvidence.Flags storage flags = _flags[record.id];
        bool sealed_ = flags.ownerSealed || flags.institutionSealed;
        _breach(sealed_ && !flags.erased, "P06: erased under a seal");
        flags.erased = true;
    }

    function anchorReceipts(uint256 seed) external counted {
        address custodian = _world.houseAt(_pick(seed, "custodian", 4));
        IReceipts.Log storage log = _logs[custodian];
        uint64 size = log.size + uint64(_pick(seed, "size", 3));
        bytes32 root = size == log.size ? log.root : _some(seed, "root");
        _anchor(custodian, size, root);
        (log.size, log.root) = (size, root);
    }

    function meddle(uint256 seed) external counted {
        address custodian = _world.houseAt(_pick(seed, "custodian", 4));
        IReceipts.Log memory log = _logs[custodian];
        bytes memory call = abi.encodeCall(
            IReceipts.anchorReceipts,
            (log.size, _some(seed, "forged"))
        );
        address target = address(_world.receipts());
        _breach(_try(custodian, target, call), "P10: another root of the same size");
        if (log.size != 0) {
            call = abi.encodeCall(IReceipts.anchorReceipts, (log.size - 1, _some(seed, "less")));
            _breach(_try(custodian, target, call), "P10: a log that shrank");
        }
        _breach(_try(_world.insurer(), target, call), "P10: receipts of nobody");
        Book.Kept memory record = _recordOf(seed);
        (, address house, , ) = IRelationship(record.relationship).parties();
        bytes memory certificate = _certificate(record, house, house);
        _breach(_try(house, _target(), certificate), "P06: erased without the mirror");
        call = abi.encodeCall(IEvidence.dispute, (record.relationship, record.id, ""));
        _breach(_try(_world.stranger(), _target(), call), "R32: a stranger disputed");
    }

    function expected(bytes32 recordId) external view returns (IEvidence.Flags memory flags) {
        return _flags[recordId];
    }

    function logOf(address custodian) external view returns (IReceipts.Log memory log) {
        return _logs[custodian];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](7);
        selectors[0] = this.dispute.selector;
        selectors[1] = this.withdraw.selector;
        selectors[2] = this.seal.selector;
        selectors[3] = this.lift.selector;
        selectors[4] = this.erase.selector;
        selectors[5] = this.anchorReceipts.selector;
        selectors[6] = this.meddle.selector;
    }

    function _anchor(address custodian, uint64 size, bytes32 root) private {
        bytes memory call = abi.encodeCall(IReceipts.anchorReceipts, (size, root));
        _send(custodian, address(_world.receipts()), call);
    }

    function _recordOf(uint256 seed) private view returns (Book.Kept memory record) {
        return _world.recordAt(_pick(seed, "record", _world.recordCount()));
    }

    function _sideOf(
        Book.Kept memory record,
        uint256 seed
    ) private view returns (address by, bool isOwner) {
        (address owner, address house, , ) = IRelationship(record.relationship).parties();
        isOwner = _pick(seed, "side", 2) == 0;
        by = isOwner ? owner : house;
    }

    /// @dev What both custodians signed of one record's erasure.
    function _certificate(
        Book.Kept memory record,
        address first,
        address second
    ) private view returns (bytes memory call) {
        uint48 erasedAt = uint48(block.timestamp);
        bytes32[] memory list = _list(record.id);
        bytes32 hash = Signing.certificate(record.relationship, list, erasedAt);
        return
            abi.encodeCall(
                IEvidence.certifyErasure,
                (
                    record.relationship,
                    list,
                    erasedAt,
                    _world.sign(first, "Evidence", _target(), hash),
                    _world.sign(second, "Evidence", _target(), hash)
                )
            );
    }

    function _target() private view returns (address) {
        return address(_world.evidence());
    }

    function _list(bytes32 recordId) private pure returns (bytes32[] memory list) {
        list = new bytes32[](1);
        list[0] = recordId;
    }
}
