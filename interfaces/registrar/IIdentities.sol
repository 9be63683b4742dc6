// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IPersons} from "./IPersons.sol";

/// @title Identities: handles, demographics, and accounts that stand for other accounts
/// @notice A person has several identifiers, which come and go; a chart is claimed, a duplicate is
///         merged and a lost key is replaced in the same way: another account takes its place (R01,
///         R05, R06).
/// @dev An account that was replaced keeps its history and acts no more. Each relationship follows
///      at its own time, see `IRelationshipFactory.follow`.
interface IIdentities is IPersons {
    /// @notice What the holders of both accounts sign when one takes the other's place (EIP-712).
    /// @param account The account that acts no more: a chart, or a duplicate.
    /// @param successor The account that takes its place.
    /// @param deadline Last second at which it may be used, in Unix time.
    struct Replacement {
        address account;
        address successor;
        uint48 deadline;
    }

    /// @notice An institution bound a further handle to an account.
    /// @param institution Whose handle it is.
    /// @param handle The handle.
    /// @param account The account.
    event HandleBound(
        address indexed institution,
        bytes32 indexed handle,
        address indexed account
    );

    /// @notice An institution released a handle, to be bound again.
    /// @param institution Whose handle it was.
    /// @param handle The handle.
    event HandleReleased(address indexed institution, bytes32 indexed handle);

    /// @notice One account took another's place.
    /// @param account The account that acts no more.
    /// @param successor The account that takes its place.
    /// @param by The institution that saw to it, or the recovery contract.
    event AccountReplaced(address indexed account, address indexed successor, address indexed by);

    /// @notice A person pointed at newer demographics, themselves an encrypted record.
    /// @param account The person's account.
    /// @param root Commitment to them (P05).
    /// @param locator Where the ciphertext lies, encrypted to the person.
    event DemographicsPublished(address indexed account, bytes32 root, bytes locator);

    /// @notice The handle is not bound by the caller.
    /// @param handle The handle.
    error RegistrarHandleUnknown(bytes32 handle);

    /// @notice Account and successor are not two accounts of one role, both in use.
    /// @param account The account.
    /// @param successor The successor.
    error RegistrarReplacementInvalid(address account, address successor);

    /// @notice Only the recovery contract calls this.
    /// @param caller The caller.
    error RegistrarNotRecovery(address caller);

    /// @notice The locator is empty or longer than 256 bytes.
    /// @param length The length given.
    error RegistrarLocatorInvalid(uint256 length);

    /// @notice Bind a further handle of the caller's to an account.
    /// @dev Only an Active institution, under its own name.
    /// @param handle The handle; not bound by the caller now.
    /// @param account A certified account, or a chart.
    function bindHandle(bytes32 handle, address account) external;

    /// @notice Release a handle: the identifier was replaced, or was another person's.
    /// @dev Only the Active institution whose handle it is.
    /// @param handle The handle.
    function releaseHandle(bytes32 handle) external;

    /// @notice Let one account take another's place: a chart is claimed, or a duplicate merged.
    /// @dev Only an Active institution, which has looked at the person; both accounts sign. The key
    ///      of a chart is with the institution that opened it.
    /// @param replacement What both signed.
    /// @param accountSignature EIP-712 signature of the account that acts no more.
    /// @param successorSignature EIP-712 signature of the successor.
    function merge(
        Replacement calldata replacement,
        bytes calldata accountSignature,
        bytes calldata successorSignature
    ) external;

    /// @notice Let another account take the place of one that was recovered.
    /// @dev Only the recovery contract.
    /// @param account The account that acts no more.
    /// @param successor The account that takes its place.
    function replace(address account, address successor) external;

    /// @notice Point at newer demographics of the caller.
    /// @dev Anyone who has published a key and was not replaced.
    /// @param root Commitment to them (P05).
    /// @param locator Where the ciphertext lies, encrypted to the person; 1 to 256 bytes.
    function publishDemographics(bytes32 root, bytes calldata locator) external;

    /// @notice The account that takes this one's place today.
    /// @param account The account.
    /// @return current The last successor; the account itself when it was never replaced.
    function currentOf(address account) external view returns (address current);

    /// @notice What a person's demographics were committed to.
    /// @param account The account.
    /// @return root The commitment; zero when none were published.
    /// @return locatorHash keccak256 of the encrypted locator.
    function demographicsOf(
        address account
    ) external view returns (bytes32 root, bytes32 locatorHash);

    /// @notice The contract that replaces accounts when guardians recover one.
    /// @return account Its address.
    function recovery() external view returns (address account);
}
