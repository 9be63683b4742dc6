// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IReceipts} from "../interfaces/IReceipts.sol";
import {Callers} from "./shared/Callers.sol";

contract Receipts is IReceipts, Callers {
    mapping(address custodian => Log) private _logs;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {}

    /// @inheritdoc IReceipts
    function anchorReceipts(uint64 size, bytes32 root) external {
        address custodian = _msgSender();
        // Whoever ever had a seat may hold receipts: a stop or an exit must not hide them (P41).
        if (_consortium.seatOf(custodian) == 0) revert CallerNotInstitution(custodian);
        Log storage log = _logs[custodian];
        if (size < log.size || (size == log.size && root != log.root)) {
            revert ReceiptsRewritten(size, log.size);
        }
        log.root = root;
        log.size = size;
        log.anchoredAt = uint40(block.timestamp);
        log.anchors += 1;
        emit ReceiptsAnchored(custodian, log.anchors, size, root);
    }

    /// @inheritdoc IReceipts
    function logOf(address custodian) external view returns (Log memory log) {
        return _logs[custodian];
    }
}
