// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Receipts: roots of the custodians' receipt logs (R27, P10)
/// @notice A custodian anchors the root of its log at least every 60 seconds; a promised receipt
///         that no root holds is provable misconduct (T33).
/// @dev Nothing blocks it, neither a stop nor a suspension (P41). Sizes never shrink.
interface IReceipts is ICallers {
    /// @notice A custodian's newest root.
    /// @param root Root of its Merkle tree (RFC 6962); zero while the log is empty.
    /// @param size Number of receipts in it.
    /// @param anchoredAt When it was anchored, in Unix time.
    /// @param anchors How many roots were anchored.
    struct Log {
        bytes32 root;
        uint64 size;
        uint40 anchoredAt;
        uint64 anchors;
    }

    /// @notice A custodian anchored its log's root.
    /// @param custodian The institution.
    /// @param anchors How many roots it has anchored, with this one.
    /// @param size Number of receipts.
    /// @param root The root.
    event ReceiptsAnchored(
        address indexed custodian,
        uint64 indexed anchors,
        uint64 size,
        bytes32 root
    );

    /// @notice The log shrank, or changed without growing: it was rewritten.
    /// @param size The size given.
    /// @param before The size anchored before.
    error ReceiptsRewritten(uint64 size, uint64 before);

    /// @notice Anchor the root of the caller's receipt log; the same one again shows that it lives.
    /// @dev Only who has or had a seat, merely invited or expelled included.
    /// @param size Number of receipts, never less than before.
    /// @param root Root over them; as before when the size is as before.
    function anchorReceipts(uint64 size, bytes32 root) external;

    /// @notice A custodian's newest root.
    /// @param custodian The institution.
    /// @return log All fields; zero when there is none.
    function logOf(address custodian) external view returns (Log memory log);
}
