// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Recovery: guardians give a person back what was lost (R06, P31)
/// @notice k of n guardians open a recovery; after a delay without the owner's veto custodians hand
///         out the recovery box, or another account takes the place of one whose key was stolen.
/// @dev Guardians are known by salted commitments. A thief who vetoes with a stolen key is overruled
///      when the institution that certified the account has seen the person and attests it.
interface IRecovery is ICallers {
    /// @notice Where an attempt stands by itself; delay and end are computed.
    enum AttemptStatus {
        None,
        Started,
        Vetoed,
        Completed
    }

    /// @notice An account's guardians. A change holds after the delay, so that a thief cannot
    ///         exchange them faster than they act.
    /// @param root Root over leaves keccak256(0x00 ‖ index u64 ‖ salt ‖ guardian ‖ account).
    /// @param threshold How many of them open a recovery.
    /// @param size How many there are, at most sixteen.
    /// @param delay Seconds from the last needed approval until the recovery is open.
    /// @param since First second at which they count, in Unix time.
    struct Circle {
        bytes32 root;
        uint8 threshold;
        uint8 size;
        uint32 delay;
        uint40 since;
    }

    /// @notice The newest attempt to recover an account.
    /// @param replacement The account that takes its place; zero when only the box is opened.
    /// @param status Where it stands.
    /// @param attested Whether the certifying institution has seen the person; no veto counts then.
    /// @param threshold How many approvals are needed.
    /// @param delay Seconds from the last needed approval until it is open.
    /// @param approvals How many guardians approved.
    /// @param number Number of the attempt, from 1.
    /// @param startedAt When it was started, in Unix time.
    /// @param readyAt First second at which it is open; zero before enough approved.
    /// @param root Root of the circle that it was started under.
    struct Attempt {
        address replacement;
        AttemptStatus status;
        bool attested;
        uint8 threshold;
        uint32 delay;
        uint8 approvals;
        uint32 number;
        uint40 startedAt;
        uint40 readyAt;
        bytes32 root;
    }

    /// @notice How a guardian shows that it is one.
    /// @param index Its leaf, from 0.
    /// @param salt The leaf's salt.
    /// @param path Siblings from the leaf upwards.
    struct Membership {
        uint64 index;
        bytes32 salt;
        bytes32[] path;
    }

    /// @notice A person named guardians.
    /// @param account Whose guardians.
    /// @param root Root over their commitments.
    /// @param threshold How many open a recovery.
    /// @param size How many there are.
    /// @param delay Seconds of delay.
    /// @param since First second at which they count.
    event GuardiansNamed(
        address indexed account,
        bytes32 root,
        uint8 threshold,
        uint8 size,
        uint32 delay,
        uint40 since
    );

    /// @notice A guardian started or approved a recovery.
    /// @param account The account to recover.
    /// @param number The attempt.
    /// @param guardian Who approved.
    /// @param index The guardian's leaf.
    /// @param replacement The account that takes its place; zero when only the box is opened.
    /// @param approvals How many approved, with this one.
    /// @param readyAt First second at which it is open; zero before enough approved.
    event RecoveryApproved(
        address indexed account,
        uint32 indexed number,
        address indexed guardian,
        uint64 index,
        address replacement,
        uint8 approvals,
        uint40 readyAt
    );

    /// @notice The owner vetoed, or the certifying institution dismissed what too few approved.
    /// @param account The account.
    /// @param number The attempt.
    /// @param by Who ended it.
    event RecoveryVetoed(address indexed account, uint32 indexed number, address indexed by);

    /// @notice The certifying institution has seen the person; the delay begins again.
    /// @param account The account.
    /// @param number The attempt.
    /// @param institution The institution.
    /// @param readyAt First second at which it is open.
    event RecoveryAttested(
        address indexed account,
        uint32 indexed number,
        address indexed institution,
        uint40 readyAt
    );

    /// @notice A recovery was carried out.
    /// @param account The account.
    /// @param number The attempt.
    /// @param replacement The account that took its place.
    event RecoveryCompleted(
        address indexed account,
        uint32 indexed number,
        address indexed replacement
    );

    /// @notice Two to sixteen guardians, two of them at least for a recovery, a delay of a day to
    ///         thirty days, and a root.
    /// @param threshold The threshold given.
    /// @param size The number given.
    /// @param delay The delay given, in seconds.
    error RecoveryCircleInvalid(uint8 threshold, uint8 size, uint32 delay);

    /// @notice The caller is no guardian of this account now, or approved before.
    /// @param guardian The caller.
    error RecoveryNotGuardian(address guardian);

    /// @notice There is no attempt that allows this: none is under way, one still is, it is not yet
    ///         open, or it names another account.
    /// @param account The account.
    error RecoveryAttemptInvalid(address account);

    /// @notice Name the caller's guardians; those named before count until then.
    /// @dev Only a certified person. The first count at once, others after the delay in force.
    /// @param root Root over their salted commitments.
    /// @param threshold How many open a recovery, at least two.
    /// @param size How many there are, at most sixteen.
    /// @param delay One day to thirty days, in seconds.
    function nameGuardians(bytes32 root, uint8 threshold, uint8 size, uint32 delay) external;

    /// @notice Start the recovery of an account, as its first approval.
    /// @dev Only a guardian, when no attempt is under way, and none that enough approved was vetoed
    ///      less than thirty days after it would have been open.
    /// @param account The account to recover.
    /// @param replacement The account that takes its place; zero to open the box only.
    /// @param membership Shows that the caller is a guardian.
    function startRecovery(
        address account,
        address replacement,
        Membership calldata membership
    ) external;

    /// @notice Approve a recovery, a vetoed one too: whether the veto was a thief's is for the
    ///         certifying institution to say.
    /// @dev Only a guardian who has not approved it.
    /// @param account The account to recover.
    /// @param replacement What the attempt names, so that nobody approves another.
    /// @param membership Shows that the caller is a guardian.
    function approveRecovery(
        address account,
        address replacement,
        Membership calldata membership
    ) external;

    /// @notice Veto the recovery of the caller's own account. Nothing blocks it but an attestation.
    /// @dev Only the account itself. Idempotent.
    /// @param number The attempt, so that a veto held back does not meet a later one.
    function vetoRecovery(uint32 number) external;

    /// @notice Dismiss an attempt that too few guardians approved, so that others can start one.
    /// @dev Only the Active institution that certified the account.
    /// @param account The account.
    function dismissRecovery(address account) external;

    /// @notice Attest that the person was seen: a veto that was made no longer counts, nor does a
    ///         later one.
    /// @dev Only the Active institution that certified the account, once enough guardians approved.
    /// @param account The account.
    function attestRecovery(address account) external;

    /// @notice Let the replacement take the account's place after the delay. For the box there is
    ///         nothing to carry out: custodians hand it out while the recovery is open.
    /// @dev Anyone may call, within thirty days.
    /// @param account The account.
    function completeRecovery(address account) external;

    /// @notice An account's guardians who count at the block's time.
    /// @param account The account.
    /// @return circle All fields; a zero root when there are none.
    function circleOf(address account) external view returns (Circle memory circle);

    /// @notice The newest attempt to recover an account.
    /// @param account The account.
    /// @return attempt All fields; AttemptStatus.None when there never was one.
    function attemptOf(address account) external view returns (Attempt memory attempt);

    /// @notice Whether custodians hand out the recovery box at the block's time (P31).
    /// @param account The account.
    /// @return open True when the delay has passed without a veto, for thirty days.
    function isRecoveryOpen(address account) external view returns (bool open);
}
