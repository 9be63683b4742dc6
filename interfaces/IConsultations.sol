// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IGrants} from "./relationship/IGrants.sol";
import {ICallers} from "./shared/ICallers.sol";

/// @title Consultations: up to sixteen institutions look at one case (R31, P70)
/// @notice A clinician convenes; each institution reads under a grant of its own and gives its
///         opinion or declines; the convening institution concludes.
interface IConsultations is ICallers {
    /// @notice Where a consultation stands.
    enum ConsultationStage {
        None,
        Convened,
        Concluded,
        Cancelled,
        Expired
    }

    /// @notice What became of an invitation.
    enum Answer {
        None,
        Invited,
        Given,
        Declined
    }

    /// @notice What a clinician convenes.
    /// @param salt 32 random bytes; the consultation's id is keccak256(clinician ‖ salt).
    /// @param relationship The patient's relationship with the clinician's institution.
    /// @param affiliation Under which the clinician acts.
    /// @param institutions Who is invited, 1 to 16.
    /// @param grants The grant under which each of them reads, as it was made; in the same order.
    /// @param dueAt Last second for opinions, an hour to ninety days ahead.
    /// @param question Encrypted to those invited, at most 2,048 bytes.
    struct Invitation {
        bytes32 salt;
        address relationship;
        bytes32 affiliation;
        address[] institutions;
        IGrants.Grant[] grants;
        uint40 dueAt;
        bytes question;
    }

    /// @notice One consultation.
    /// @param relationship The patient's relationship with the convening institution.
    /// @param stage Where it stands.
    /// @param invited How many are invited.
    /// @param answered How many gave an opinion or declined.
    /// @param dueAt Last second for opinions, in Unix time.
    struct Consultation {
        address relationship;
        ConsultationStage stage;
        uint8 invited;
        uint8 answered;
        uint40 dueAt;
    }

    /// @notice A consultation was convened.
    /// @param id Its id.
    /// @param relationship The relationship.
    /// @param clinician Who convened it.
    /// @param institutions Who is invited.
    /// @param grants The grant of each of them.
    /// @param dueAt Last second for opinions, in Unix time.
    /// @param question Encrypted to those invited.
    event ConsultationConvened(
        bytes32 indexed id,
        address indexed relationship,
        address indexed clinician,
        address[] institutions,
        bytes16[] grants,
        uint40 dueAt,
        bytes question
    );

    /// @notice An invited institution gave its opinion or declined.
    /// @param id The consultation.
    /// @param institution The institution.
    /// @param clinician Who answered for it.
    /// @param answer Given or Declined.
    /// @param answered How many answered, with this one.
    /// @param commitment Root of the opinion record; zero when declined.
    /// @param note Encrypted to the convening institution.
    event ConsultationAnswered(
        bytes32 indexed id,
        address indexed institution,
        address indexed clinician,
        Answer answer,
        uint8 answered,
        bytes32 commitment,
        bytes note
    );

    /// @notice A consultation came to its end.
    /// @param id The consultation.
    /// @param by Who ended it.
    /// @param stage Concluded, Cancelled or Expired.
    /// @param commitment Root of the conclusion's record; zero unless concluded.
    event ConsultationEnded(
        bytes32 indexed id,
        address indexed by,
        ConsultationStage stage,
        bytes32 commitment
    );

    /// @notice An institution is not Active, is invited twice, or convenes itself.
    /// @param institution The institution.
    error ConsultationInstitutionInvalid(address institution);

    /// @notice A grant does not hold, was made with other terms, or is not the institution's.
    /// @param grant The grant.
    error ConsultationGrantInvalid(bytes16 grant);

    /// @notice The consultation is unknown, known already, or at another stage.
    /// @param id The consultation.
    /// @param stage Where it stands.
    error ConsultationStageInvalid(bytes32 id, ConsultationStage stage);

    /// @notice The institution is not invited, or has answered.
    /// @param institution The institution.
    /// @param answer What became of its invitation.
    error ConsultationAnswerInvalid(address institution, Answer answer);

    /// @notice The time is not within its bounds, is over, or not yet come.
    /// @param time The time.
    error ConsultationTimeInvalid(uint40 time);

    /// @notice Convene a consultation.
    /// @dev Only a clinician acting under an Active affiliation of the relationship's institution,
    ///      while it is Accepted.
    /// @param invitation What is convened.
    /// @return id Its id.
    function convene(Invitation calldata invitation) external returns (bytes32 id);

    /// @notice Give an opinion, or decline.
    /// @dev Only a clinician of an invited institution, once for each institution, in time.
    /// @param id The consultation.
    /// @param affiliation Under which the clinician acts.
    /// @param given Whether an opinion is given.
    /// @param commitment Root of the opinion record; zero when declining.
    /// @param note Encrypted to the convening institution, at most 2,048 bytes.
    function answerConsultation(
        bytes32 id,
        bytes32 affiliation,
        bool given,
        bytes32 commitment,
        bytes calldata note
    ) external;

    /// @notice Conclude a consultation.
    /// @dev Only the convening institution or a clinician of it.
    /// @param id The consultation.
    /// @param affiliation Under which the clinician acts.
    /// @param commitment Root of the conclusion's record.
    function conclude(bytes32 id, bytes32 affiliation, bytes32 commitment) external;

    /// @notice Cancel a consultation.
    /// @dev Only the patient, or the convening institution or a clinician of it.
    /// @param id The consultation.
    /// @param affiliation Under which the clinician acts; not looked at when the patient calls.
    function cancelConsultation(bytes32 id, bytes32 affiliation) external;

    /// @notice End a consultation that nobody concluded within a week of its time.
    /// @dev Anyone may call.
    /// @param id The consultation.
    function expireConsultation(bytes32 id) external;

    /// @notice One consultation.
    /// @param id Its id.
    /// @return consultation All fields; ConsultationStage.None when unknown.
    function consultationOf(
        bytes32 id
    ) external view returns (Consultation memory consultation);

    /// @notice What became of an invitation.
    /// @param id The consultation.
    /// @param institution The institution.
    /// @return answer The answer; None when it was not invited.
    function answerOf(bytes32 id, address institution) external view returns (Answer answer);
}
