// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title BreakGlass: emergency access by a quorum of institutions (R24, P30)
/// @notice A clinician asks with a reason; institutions release their shares of the patient's
///         emergency secret, re-wrapped to the clinician, in events that the patient sees; access
///         ends by itself; each use leaves exactly one review to be done (T26).
/// @dev Slips flow only while the opening is live. Expiry and review ask for no Active institution
///      (P41). Pair and shares are rotated after a use: `arrange` anew.
interface IBreakGlass is ICallers {
    /// @notice Where an opening stands by itself; its end and what is overdue are computed.
    enum OpeningStatus {
        None,
        Requested,
        Opened,
        Reviewed
    }

    /// @notice What a review found.
    enum Verdict {
        None,
        Justified,
        Unjustified
    }

    /// @notice How a patient's emergency secret is shared.
    /// @param digest keccak256 of the ABI-encoded holders and check values.
    /// @param version Number of the arrangement, from 1.
    /// @param threshold How many institutions open.
    /// @param used Whether it was used and is to be replaced.
    struct Arrangement {
        bytes32 digest;
        uint32 version;
        uint8 threshold;
        bool used;
    }

    /// @notice One use, or the request for one.
    /// @param patient Whose records.
    /// @param status Where it stands.
    /// @param approvals How many institutions approved.
    /// @param duration How long it may be open, in seconds.
    /// @param requester The clinician.
    /// @param version The arrangement that it was asked under.
    /// @param institution The clinician's institution.
    /// @param requestedAt When it was asked for, in Unix time.
    /// @param endsAt First second at which it is no longer open; zero before it opened.
    /// @param affiliation Under which the clinician acts.
    struct Opening {
        address patient;
        OpeningStatus status;
        uint8 approvals;
        uint32 duration;
        address requester;
        uint32 version;
        address institution;
        uint40 requestedAt;
        uint40 endsAt;
        bytes32 affiliation;
    }

    /// @notice How an institution's uses stand.
    /// @param unreviewed Uses that wait for a review.
    /// @param overdue Of these, how many were found overdue: while there is one, none of its
    ///        clinicians may ask.
    struct Account {
        uint32 unreviewed;
        uint32 overdue;
    }

    /// @notice A patient arranged for emergencies.
    /// @param patient The patient.
    /// @param version Number of the arrangement.
    /// @param threshold How many institutions open.
    /// @param suite Suite of the emergency key.
    /// @param key The emergency public key (DER SubjectPublicKeyInfo).
    /// @param holders The institutions.
    /// @param checks A salted check value for each share.
    /// @param shares Each share, wrapped to its holder.
    event EmergencyArranged(
        address indexed patient,
        uint32 indexed version,
        uint8 threshold,
        uint8 suite,
        bytes key,
        address[] holders,
        bytes32[] checks,
        bytes[] shares
    );

    /// @notice A clinician asked for emergency access.
    /// @param id The opening.
    /// @param patient Whose records.
    /// @param requester The clinician.
    /// @param institution The clinician's institution.
    /// @param affiliation Under which the clinician acts.
    /// @param version The arrangement.
    /// @param duration How long it may be open, in seconds.
    /// @param reason Encrypted to patient and institutions.
    event EmergencyRequested(
        bytes32 indexed id,
        address indexed patient,
        address indexed requester,
        address institution,
        bytes32 affiliation,
        uint32 version,
        uint32 duration,
        bytes reason
    );

    /// @notice An institution approved, and released its share.
    /// @param id The opening.
    /// @param patient Whose records.
    /// @param institution The institution.
    /// @param approvals How many approved, with this one.
    /// @param endsAt First second at which it is no longer open; zero when it is not open yet.
    /// @param share The share re-wrapped to the clinician; empty from who holds none.
    event ShareReleased(
        bytes32 indexed id,
        address indexed patient,
        address indexed institution,
        uint8 approvals,
        uint40 endsAt,
        bytes share
    );

    /// @notice An opening was ended before its time.
    /// @param id The opening.
    /// @param by The patient, the clinician or the institution.
    /// @param endsAt Its end: now.
    event EmergencyEnded(bytes32 indexed id, address indexed by, uint40 endsAt);

    /// @notice A use was not reviewed in time: its institution's clinicians may not ask.
    /// @param id The opening.
    /// @param institution The institution.
    event ReviewOverdue(bytes32 indexed id, address indexed institution);

    /// @notice A use was reviewed.
    /// @param id The opening.
    /// @param reviewer Who reviewed.
    /// @param verdict What was found.
    /// @param findings Encrypted to patient and institutions.
    event EmergencyReviewed(
        bytes32 indexed id,
        address indexed reviewer,
        Verdict verdict,
        bytes findings
    );

    /// @notice Two to sixteen different Active institutions, as many check values and shares, and a
    ///         threshold of two at least.
    /// @param holders How many institutions.
    /// @param threshold The threshold given.
    error BreakGlassArrangementInvalid(uint256 holders, uint8 threshold);

    /// @notice An emergency key has 64 to 8,192 bytes and a suite that is not zero.
    /// @param length The length given.
    /// @param suite The suite given.
    error BreakGlassKeyInvalid(uint256 length, uint8 suite);

    /// @notice A review finds a use justified or unjustified.
    error BreakGlassVerdictMissing();

    /// @notice The patient has arranged nothing, or what was shown is not the arrangement.
    /// @param patient The patient.
    error BreakGlassNotArranged(address patient);

    /// @notice An emergency needs a reason, and lasts a second to a day.
    /// @param duration The duration given, in seconds.
    /// @param reason The reason's length.
    error BreakGlassRequestInvalid(uint32 duration, uint256 reason);

    /// @notice The institution has a review overdue, or four uses that wait for one.
    /// @param institution The institution.
    error BreakGlassBarred(address institution);

    /// @notice The opening is unknown, or its status does not allow this.
    /// @param id The opening.
    /// @param status Where it stands.
    error BreakGlassStatusInvalid(bytes32 id, OpeningStatus status);

    /// @notice The request was not opened within an hour; ask anew.
    /// @param id The opening.
    error BreakGlassLapsed(bytes32 id);

    /// @notice The clinician's own institution does not approve, nobody approves twice, who holds a
    ///         share releases it, and who holds none approves only when too few holders are left.
    /// @param institution The institution.
    error BreakGlassApproverInvalid(address institution);

    /// @notice Who reviews is no member or regulator, or is the clinician's own institution.
    /// @param reviewer The caller.
    error BreakGlassReviewerInvalid(address reviewer);

    /// @notice The review is not due yet.
    /// @param dueAt Last second at which it is in time.
    error BreakGlassNotOverdue(uint40 dueAt);

    /// @notice Share the caller's emergency secret, for the first time or anew.
    /// @dev Only a certified patient.
    /// @param threshold How many institutions open, at least two.
    /// @param suite Suite of the emergency key.
    /// @param key The emergency public key (DER SubjectPublicKeyInfo), 64 to 8,192 bytes.
    /// @param holders Two to sixteen Active institutions, in rising order of their addresses.
    /// @param checks A salted check value for each share.
    /// @param shares Each share, wrapped to its holder; 1 to 2,048 bytes.
    function arrange(
        uint8 threshold,
        uint8 suite,
        bytes calldata key,
        address[] calldata holders,
        bytes32[] calldata checks,
        bytes[] calldata shares
    ) external;

    /// @notice Ask for emergency access.
    /// @dev Only a clinician acting under an Active affiliation, whose institution is not barred.
    /// @param patient Whose records.
    /// @param affiliation The clinician's affiliation.
    /// @param duration How long it may be open, at most 86,400 seconds.
    /// @param salt 32 random bytes; the opening's id is keccak256(clinician ‖ salt).
    /// @param reason Encrypted to patient and institutions, 1 to 2,048 bytes.
    /// @return id The opening's id.
    function requestEmergency(
        address patient,
        bytes32 affiliation,
        uint32 duration,
        bytes32 salt,
        bytes calldata reason
    ) external returns (bytes32 id);

    /// @notice Approve, within an hour of the request. The last approval needed opens.
    /// @dev Only an Active institution other than the clinician's, once, while the clinician may act
    ///      and the institution is not barred. A holder releases its share; others count, without a
    ///      share, only when fewer holders than the threshold are Active, the clinician's own
    ///      institution not among them.
    /// @param id The opening.
    /// @param holders The arrangement's institutions.
    /// @param checks The arrangement's check values.
    /// @param share The share re-wrapped to the clinician, at most 2,048 bytes.
    function approveEmergency(
        bytes32 id,
        address[] calldata holders,
        bytes32[] calldata checks,
        bytes calldata share
    ) external;

    /// @notice End an opening before its time.
    /// @dev Only the patient, the clinician or the clinician's institution.
    /// @param id The opening.
    function endEmergency(bytes32 id) external;

    /// @notice Find a use overdue that nobody reviewed within seven days of its end.
    /// @dev Anyone may call, once.
    /// @param id The opening.
    function findOverdue(bytes32 id) external;

    /// @notice Review a use after its end, once; an overdue one too.
    /// @dev Only a member other than the clinician's institution, or a regulator; also during an
    ///      emergency stop.
    /// @param id The opening.
    /// @param verdict Justified or Unjustified.
    /// @param findings Encrypted to patient and institutions, at most 2,048 bytes.
    function reviewEmergency(bytes32 id, Verdict verdict, bytes calldata findings) external;

    /// @notice How a patient's emergency secret is shared.
    /// @param patient The patient.
    /// @return arrangement All fields; version 0 when there is none.
    function arrangementOf(
        address patient
    ) external view returns (Arrangement memory arrangement);

    /// @notice One use, or the request for one.
    /// @param id Its id.
    /// @return opening All fields; OpeningStatus.None when unknown.
    function openingOf(bytes32 id) external view returns (Opening memory opening);

    /// @notice Whether an opening is live at the block's time: slips flow only then.
    /// @param id Its id.
    /// @return live True when it is.
    function isEmergencyOpen(bytes32 id) external view returns (bool live);

    /// @notice How an institution's uses stand.
    /// @param institution The institution.
    /// @return account All fields.
    function accountOf(address institution) external view returns (Account memory account);
}
