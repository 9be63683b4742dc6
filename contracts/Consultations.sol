// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IConsultations} from "../interfaces/IConsultations.sol";
import {IGrants} from "../interfaces/relationship/IGrants.sol";
import {GrantDigest} from "./libraries/GrantDigest.sol";
import {Callers} from "./shared/Callers.sol";

contract Consultations is IConsultations, Callers {
    using GrantDigest for IGrants.Grant;

    uint256 private constant MOST_INSTITUTIONS = 16;
    uint40 private constant SOONEST = 1 hours;
    uint40 private constant LATEST = 90 days;
    uint40 private constant CONCLUSION_TIME = 7 days;

    mapping(bytes32 id => Consultation) private _consultations;
    mapping(bytes32 id => mapping(address institution => Answer)) private _answers;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {}

    /// @inheritdoc IConsultations
    function convene(Invitation calldata invitation) external returns (bytes32 id) {
        (, address house) = _requireAcceptedFor(invitation.relationship);
        if (_requireClinician(invitation.affiliation) != house) {
            revert CallerNotClinician(_msgSender(), invitation.affiliation);
        }
        _checkNote(invitation.question.length);
        _checkList(invitation.institutions.length, MOST_INSTITUTIONS);
        if (
            invitation.dueAt < block.timestamp + SOONEST ||
            invitation.dueAt > block.timestamp + LATEST
        ) revert ConsultationTimeInvalid(invitation.dueAt);
        bytes16[] memory grants = _checkGrants(invitation);
        id = keccak256(abi.encodePacked(_msgSender(), invitation.salt));
        Consultation storage consultation = _consultations[id];
        if (consultation.stage != ConsultationStage.None) {
            revert ConsultationStageInvalid(id, consultation.stage);
        }
        _invite(id, house, invitation.institutions);
        consultation.relationship = invitation.relationship;
        consultation.stage = ConsultationStage.Convened;
        consultation.invited = uint8(invitation.institutions.length);
        consultation.dueAt = invitation.dueAt;
        emit ConsultationConvened(
            id,
            invitation.relationship,
            _msgSender(),
            invitation.institutions,
            grants,
            invitation.dueAt,
            invitation.question
        );
    }

    /// @inheritdoc IConsultations
    function answerConsultation(
        bytes32 id,
        bytes32 affiliation,
        bool given,
        bytes32 commitment,
        bytes calldata note
    ) external {
        Consultation storage consultation = _convened(id);
        address institution = _requireClinician(affiliation);
        if (_answers[id][institution] != Answer.Invited) {
            revert ConsultationAnswerInvalid(institution, _answers[id][institution]);
        }
        if (block.timestamp > consultation.dueAt) {
            revert ConsultationTimeInvalid(consultation.dueAt);
        }
        _checkNote(note.length);
        Answer answer = given ? Answer.Given : Answer.Declined;
        _answers[id][institution] = answer;
        consultation.answered += 1;
        emit ConsultationAnswered(
            id,
            institution,
            _msgSender(),
            answer,
            consultation.answered,
            given ? commitment : bytes32(0),
            note
        );
    }

    /// @inheritdoc IConsultations
    function conclude(bytes32 id, bytes32 affiliation, bytes32 commitment) external {
        Consultation storage consultation = _convened(id);
        (, address house, ) = _partiesOf(consultation.relationship);
        _requireOf(house, affiliation);
        _end(id, ConsultationStage.Concluded, commitment);
    }

    /// @inheritdoc IConsultations
    function cancelConsultation(bytes32 id, bytes32 affiliation) external {
        Consultation storage consultation = _convened(id);
        (address owner, address house, ) = _partiesOf(consultation.relationship);
        if (_msgSender() != owner) _requireOf(house, affiliation);
        _end(id, ConsultationStage.Cancelled, 0);
    }

    /// @inheritdoc IConsultations
    function expireConsultation(bytes32 id) external {
        uint40 until = _convened(id).dueAt + CONCLUSION_TIME;
        if (block.timestamp <= until) revert ConsultationTimeInvalid(until);
        _end(id, ConsultationStage.Expired, 0);
    }

    /// @inheritdoc IConsultations
    function consultationOf(
        bytes32 id
    ) external view returns (Consultation memory consultation) {
        return _consultations[id];
    }

    /// @inheritdoc IConsultations
    function answerOf(bytes32 id, address institution) external view returns (Answer answer) {
        return _answers[id][institution];
    }

    function _invite(bytes32 id, address house, address[] calldata institutions) private {
        for (uint256 i; i < institutions.length; ++i) {
            address institution = institutions[i];
            bool invitable = institution != house &&
                _answers[id][institution] == Answer.None &&
                _consortium.isActive(institution);
            if (!invitable) revert ConsultationInstitutionInvalid(institution);
            _answers[id][institution] = Answer.Invited;
        }
    }

    function _end(bytes32 id, ConsultationStage stage, bytes32 commitment) private {
        _consultations[id].stage = stage;
        emit ConsultationEnded(id, _msgSender(), stage, commitment);
    }

    /// @dev An institution is invited once, so that no grant stands for two of them.
    function _checkGrants(
        Invitation calldata invitation
    ) private view returns (bytes16[] memory grants) {
        if (invitation.grants.length != invitation.institutions.length) {
            revert LengthInvalid(invitation.grants.length);
        }
        grants = new bytes16[](invitation.grants.length);
        for (uint256 i; i < grants.length; ++i) {
            IGrants.Grant calldata grant = invitation.grants[i];
            bool reads = _isOf(invitation.institutions[i], grant.viewer, grant.affiliation) &&
                grant.isLive(invitation.relationship);
            if (!reads) revert ConsultationGrantInvalid(grant.id);
            grants[i] = grant.id;
        }
    }

    function _convened(bytes32 id) private view returns (Consultation storage consultation) {
        consultation = _consultations[id];
        if (consultation.stage != ConsultationStage.Convened) {
            revert ConsultationStageInvalid(id, consultation.stage);
        }
    }
}
