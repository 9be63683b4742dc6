// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IGrants} from "./relationship/IGrants.sol";
import {ICallers} from "./shared/ICallers.sol";

/// @title Referrals: two-way referral in four stages (R30, P70)
/// @notice Prepared by the referring clinician, booked by the patient, admitted by the receiving
///         institution, answered with feedback and, if need be, a down-referral.
/// @dev Tiers, alliances, what must be attached and how many may be open are rules that the members
///      vote, see `IRules`. A referral names institutions, never the patient's account at the
///      destination (P21). Each stage carries the time of its block.
interface IReferrals is ICallers {
    /// @notice Where a referral stands.
    enum Stage {
        None,
        Prepared,
        Booked,
        Admitted,
        Answered,
        Returning,
        Returned,
        Refused,
        Cancelled,
        NoShow,
        Expired,
        Overdue
    }

    /// @notice What a clinician prepares.
    /// @param salt 32 random bytes; the referral's id is keccak256(clinician ‖ salt).
    /// @param relationship The patient's relationship with the clinician's institution.
    /// @param affiliation Under which the clinician acts.
    /// @param to The receiving institution.
    /// @param package The package record: a referral-package, not superseded.
    /// @param attachments Records of the relationship whose kinds cover what must be attached; at
    ///        most 16, not superseded.
    /// @param dueAt Last second for booking, an hour to ninety days ahead.
    /// @param note Encrypted to the receiving institution, at most 2,048 bytes.
    struct Preparation {
        bytes32 salt;
        address relationship;
        bytes32 affiliation;
        address to;
        bytes32 package;
        bytes32[] attachments;
        uint40 dueAt;
        bytes note;
    }

    /// @notice One referral.
    /// @param relationship The patient's relationship with the referring institution.
    /// @param stage Where it stands.
    /// @param triage Level 1 (at once) to 4 (can wait); 0 before triage.
    /// @param dueAt What is to happen by then: booking, the slot, or feedback; in Unix time.
    /// @param since When it came to this stage, in Unix time.
    /// @param to The receiving institution.
    /// @param slot The slot that was booked; zero for none.
    /// @param package The package record.
    struct Referral {
        address relationship;
        Stage stage;
        uint8 triage;
        uint40 dueAt;
        uint40 since;
        address to;
        bytes32 slot;
        bytes32 package;
    }

    /// @notice Referrals from one institution to another.
    /// @param open How many are open.
    /// @param total How many there ever were.
    struct Traffic {
        uint32 open;
        uint64 total;
    }

    /// @notice A referral was prepared.
    /// @param id Its id.
    /// @param relationship The patient's relationship with the referring institution.
    /// @param to The receiving institution.
    /// @param from The referring institution.
    /// @param clinician Who prepared it.
    /// @param content What was prepared.
    /// @param open How many from there to here are open now.
    event ReferralPrepared(
        bytes32 indexed id,
        address indexed relationship,
        address indexed to,
        address from,
        address clinician,
        Preparation content,
        uint32 open
    );

    /// @notice The receiving institution judged how urgent it is.
    /// @param id The referral.
    /// @param clinician Who judged.
    /// @param level 1 (at once) to 4 (can wait).
    event ReferralTriaged(bytes32 indexed id, address indexed clinician, uint8 level);

    /// @notice The patient booked a slot.
    /// @param id The referral.
    /// @param slot The slot.
    /// @param startsAt When it begins, in Unix time.
    /// @param grant The grant under which the receiving institution reads.
    event ReferralBooked(
        bytes32 indexed id,
        bytes32 indexed slot,
        uint40 startsAt,
        bytes16 grant
    );

    /// @notice The receiving institution admitted the patient and found the package complete.
    /// @param id The referral.
    /// @param by Who admitted.
    /// @param dueAt Last second for feedback, in Unix time.
    event ReferralAdmitted(bytes32 indexed id, address indexed by, uint40 dueAt);

    /// @notice The receiving institution gave feedback.
    /// @param id The referral.
    /// @param by Who gave it.
    /// @param commitment Root of the feedback record.
    /// @param down Whether the patient is referred back down.
    /// @param open How many between the two are open now.
    /// @param note Encrypted to the referring institution.
    event FeedbackGiven(
        bytes32 indexed id,
        address indexed by,
        bytes32 commitment,
        bool down,
        uint32 open,
        bytes note
    );

    /// @notice The referring institution took the patient back.
    /// @param id The referral.
    /// @param by Who did.
    event ReferralReturned(bytes32 indexed id, address indexed by);

    /// @notice A referral came to another end, or its feedback is overdue.
    /// @param id The referral.
    /// @param by Who said so.
    /// @param stage Refused, Cancelled, NoShow, Expired or Overdue.
    /// @param open How many between the two are open now.
    /// @param note Encrypted reason; empty where none is given.
    event ReferralClosed(
        bytes32 indexed id,
        address indexed by,
        Stage stage,
        uint32 open,
        bytes note
    );

    /// @notice The rules do not let one institution refer to the other, or the other is not Active.
    /// @param from The referring institution.
    /// @param to The receiving institution.
    error ReferralNotAllowed(address from, address to);

    /// @notice As many referrals as the rules allow are open from one to the other.
    /// @param from The referring institution.
    /// @param to The receiving institution.
    error ReferralLimitReached(address from, address to);

    /// @notice The package is no referral-package of the relationship, or is superseded.
    /// @param package The record.
    error ReferralPackageInvalid(bytes32 package);

    /// @notice An attachment is unknown or superseded; zero when kinds are missing.
    /// @param attachment The record.
    /// @param missing Bitmap of the kinds that are missing.
    error ReferralAttachmentsInvalid(bytes32 attachment, uint256 missing);

    /// @notice The time is not within its bounds, or not yet come.
    /// @param time The time.
    error ReferralTimeInvalid(uint40 time);

    /// @notice The referral is unknown, known already, or at another stage.
    /// @param id The referral.
    /// @param stage Where it stands.
    error ReferralStageInvalid(bytes32 id, Stage stage);

    /// @notice Triage has four levels, from 1.
    /// @param level The level given.
    error ReferralLevelInvalid(uint8 level);

    /// @notice The grant does not hold, was made with other terms, or is not the receiving
    ///         institution's.
    /// @param grant The grant.
    error ReferralGrantInvalid(bytes16 grant);

    /// @notice Prepare a referral (stage 1).
    /// @dev Only a clinician acting under an Active affiliation of the relationship's institution,
    ///      while it is Accepted.
    /// @param preparation What is prepared.
    /// @return id The referral's id.
    function prepareReferral(Preparation calldata preparation) external returns (bytes32 id);

    /// @notice Judge how urgent a referral is, before admission.
    /// @dev Only a clinician of the receiving institution.
    /// @param id The referral.
    /// @param affiliation Under which the clinician acts.
    /// @param level 1 (at once) to 4 (can wait).
    function triage(bytes32 id, bytes32 affiliation, uint8 level) external;

    /// @notice Book a slot of the receiving institution (stage 2).
    /// @dev Only the patient, whose signature the call carries; in time, and while a grant holds.
    /// @param id The referral.
    /// @param slot The slot.
    /// @param grant The grant under which the receiving institution reads, as it was made.
    function bookReferral(bytes32 id, bytes32 slot, IGrants.Grant calldata grant) external;

    /// @notice Admit the patient and accept the package as complete (stage 3).
    /// @dev Only the receiving institution or a clinician of it; booked, or of triage level 1 or 2.
    /// @param id The referral.
    /// @param affiliation Under which the clinician acts.
    function admitReferral(bytes32 id, bytes32 affiliation) external;

    /// @notice Give feedback (stage 4), with or without referring the patient back down.
    /// @dev Only the receiving institution or a clinician of it; admitted, overdue or not.
    /// @param id The referral.
    /// @param affiliation Under which the clinician acts.
    /// @param commitment Root of the feedback record.
    /// @param down Whether the patient is referred back down.
    /// @param note Encrypted to the referring institution, at most 2,048 bytes.
    function giveFeedback(
        bytes32 id,
        bytes32 affiliation,
        bytes32 commitment,
        bool down,
        bytes calldata note
    ) external;

    /// @notice Take back a patient who was referred down.
    /// @dev Only the referring institution or a clinician of it.
    /// @param id The referral.
    /// @param affiliation Under which the clinician acts.
    function acceptReturn(bytes32 id, bytes32 affiliation) external;

    /// @notice Refuse a referral before admission.
    /// @dev Only the receiving institution, also during an emergency stop, or a clinician of it.
    /// @param id The referral.
    /// @param affiliation Under which the clinician acts.
    /// @param note Encrypted reason, at most 2,048 bytes.
    function refuseReferral(bytes32 id, bytes32 affiliation, bytes calldata note) external;

    /// @notice Cancel a referral before admission.
    /// @dev Only the patient, or the referring institution or a clinician of it.
    /// @param id The referral.
    /// @param affiliation Under which the clinician acts; not looked at when the patient calls.
    function cancelReferral(bytes32 id, bytes32 affiliation) external;

    /// @notice Note that the patient did not come, an hour after the slot began.
    /// @dev Only the receiving institution or a clinician of it.
    /// @param id The referral.
    /// @param affiliation Under which the clinician acts.
    function noteNoShow(bytes32 id, bytes32 affiliation) external;

    /// @notice Expire what is overdue: a booking, an admission a week after the slot, or feedback.
    /// @dev Anyone may call.
    /// @param id The referral.
    function expireReferral(bytes32 id) external;

    /// @notice One referral.
    /// @param id Its id.
    /// @return referral All fields; Stage.None when unknown.
    function referralOf(bytes32 id) external view returns (Referral memory referral);

    /// @notice Referrals from one institution to another.
    /// @param from The referring institution.
    /// @param to The receiving institution.
    /// @return traffic All fields.
    function trafficOf(address from, address to) external view returns (Traffic memory traffic);
}
