// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IBallot} from "./consortium/IBallot.sol";
import {IMembership} from "./consortium/IMembership.sol";
import {IRules} from "./consortium/IRules.sol";

/// @title Consortium: the institutions that run the alliance, and their votes
/// @notice Members vote institutions and regulators in and out, adopt record profiles and the
///         agreement that every member signs.
/// @dev No single key changes anything: a proposal is enacted only by more than half of the
///      members, see IBallot; who they are, see IMembership; referrals and sealers, see IRules.
interface IConsortium is IRules, IBallot, IMembership {
    /// @notice The standard of one record kind (R09, P42).
    /// @param kind Record kind, 0 to 255.
    /// @param version Version of the profile, from 1.
    /// @param documentHash SHA-256 of the document that describes it.
    /// @param requiredKinds Bitmap of the kinds that must be attached; bit n is kind n.
    /// @param obtainable Whether patients may obtain such records.
    struct Profile {
        uint8 kind;
        uint32 version;
        bytes32 documentHash;
        uint256 requiredKinds;
        bool obtainable;
    }

    /// @notice A regulator was admitted or removed.
    /// @param id The proposal.
    /// @param regulator The regulator's account.
    /// @param admitted True when admitted.
    /// @param name Its public name; empty when removed.
    event RegulatorChanged(
        uint256 indexed id,
        address indexed regulator,
        bool admitted,
        string name
    );

    /// @notice A record profile was adopted.
    /// @param id The proposal.
    /// @param profile The profile's id, see `profileId`.
    /// @param content The profile.
    event ProfileAdopted(uint256 indexed id, bytes32 indexed profile, Profile content);

    /// @notice A record profile may no longer be named by new records.
    /// @param id The proposal.
    /// @param profile The profile's id.
    event ProfileRetired(uint256 indexed id, bytes32 indexed profile);

    /// @notice The profile was adopted before, or has version 0; or there is none to retire.
    /// @param profile The profile's id.
    error ConsortiumProfileInvalid(bytes32 profile);

    /// @notice The regulator is admitted already, or is not admitted now; or the account is zero.
    /// @param account The account.
    error ConsortiumRegulatorInvalid(address account);

    /// @notice Propose to admit an institution.
    /// @dev Only an Active member. The account must be None or Expelled.
    /// @param account The institution's account.
    /// @param details What is public about it.
    /// @param closesAt Last second for votes, one hour to thirty days ahead.
    /// @return id The proposal's number.
    function proposeInstitution(
        address account,
        Details calldata details,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to suspend, restore or expel an institution.
    /// @dev Only an Active member.
    /// @param account The institution.
    /// @param action SuspendInstitution, RestoreInstitution or ExpelInstitution.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeStanding(
        address account,
        Action action,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to admit a regulator.
    /// @dev Only an Active member.
    /// @param account The regulator's account.
    /// @param name Its public name.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeRegulator(
        address account,
        string calldata name,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to remove a regulator.
    /// @dev Only an Active member.
    /// @param account The regulator's account.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeRegulatorRemoval(
        address account,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to adopt a record profile.
    /// @dev Only an Active member. What was adopted once, retired or not, is not adopted again.
    /// @param profile The profile.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeProfile(
        Profile calldata profile,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to retire a record profile; records that name it keep it.
    /// @dev Only an Active member.
    /// @param profile The profile's id.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeProfileRetirement(
        bytes32 profile,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose a new version of the agreement.
    /// @dev Only an Active member.
    /// @param agreement Hash of its text.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeAgreement(bytes32 agreement, uint40 closesAt) external returns (uint256 id);

    /// @notice Whether an account is an admitted regulator.
    /// @param account The account.
    /// @return admitted True when it is.
    function isRegulator(address account) external view returns (bool admitted);

    /// @notice Whether records of a kind may name a profile today.
    /// @param profile The profile's id.
    /// @param kind The record's kind.
    /// @return adopted True when the profile is adopted, not retired, and of that kind.
    function isProfileOf(bytes32 profile, uint8 kind) external view returns (bool adopted);

    /// @notice Whether a profile of a kind was adopted, retired since or not.
    /// @param profile The profile's id.
    /// @param kind The record's kind.
    /// @return adopted True when it was adopted and is of that kind.
    function wasProfileOf(bytes32 profile, uint8 kind) external view returns (bool adopted);

    /// @notice The id of a profile.
    /// @param profile The profile.
    /// @return id keccak256 of its ABI-encoded fields.
    function profileId(Profile calldata profile) external pure returns (bytes32 id);
}
