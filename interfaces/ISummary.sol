// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IParties} from "./relationship/IParties.sol";

/// @title Summary: every relationship of one owner or institution
/// @notice The notification list that clients watch, and the backup from which they recover.
/// @dev An EIP-1167 clone for each account, made by the Registrar. Stores addresses only and
///      reads each status from the relationship itself (P50).
interface ISummary {
    /// @notice A relationship was added to the list.
    /// @param owner Whose Summary this is.
    /// @param relationship The relationship.
    /// @param index Its place in the list, from 0.
    event RelationshipListed(
        address indexed owner,
        address indexed relationship,
        uint64 index
    );

    /// @notice The Summary came into being.
    /// @param owner Whose it is.
    event SummaryOpened(address indexed owner);

    /// @notice Only the Registrar opens a Summary, once.
    /// @param caller The caller.
    error SummaryNotRegistrar(address caller);

    /// @notice Only the relationship factory, or a later one that the members adopted, adds to it.
    /// @param caller The caller.
    error SummaryNotFactory(address caller);

    /// @notice Set the owner of a new clone.
    /// @dev Only the Registrar, in the transaction that makes the clone.
    /// @param owner Whose Summary this is.
    function open(address owner) external;

    /// @notice Add a relationship.
    /// @dev Only the relationship factory, or one adopted by vote. The cost does not grow with the list.
    /// @param relationship The relationship.
    function list(address relationship) external;

    /// @notice Whose Summary this is.
    /// @return account The owner; zero for the implementation itself.
    function owner() external view returns (address account);

    /// @notice How many relationships are listed.
    /// @return total The number.
    function count() external view returns (uint256 total);

    /// @notice A page of the list, with what each relationship says of itself.
    /// @param offset First index.
    /// @param limit At most this many.
    /// @return relationships Their addresses, oldest first.
    /// @return statuses Their statuses, in the same order.
    function entries(
        uint256 offset,
        uint256 limit
    )
        external
        view
        returns (address[] memory relationships, IParties.Status[] memory statuses);

    /// @notice The factory that may add to the list.
    /// @return account Its address.
    function factory() external view returns (address account);

    /// @notice The registrar that opens Summaries.
    /// @return account Its address.
    function registrar() external view returns (address account);
}
