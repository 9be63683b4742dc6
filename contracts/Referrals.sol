// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IAppointments} from "../interfaces/IAppointments.sol";
import {IReferrals} from "../interfaces/IReferrals.sol";
import {IRelationship} from "../interfaces/IRelationship.sol";
import {IRules} from "../interfaces/consortium/IRules.sol";
import {IGrants} from "../interfaces/relationship/IGrants.sol";
import {IRecords} from "../interfaces/relationship/IRecords.sol";
import {GrantDigest} from "./libraries/GrantDigest.sol";
import {Callers} from "./shared/Callers.sol";

contract Referrals is IReferrals, Callers {
    using GrantDigest for IGrants.Grant;

    uint8 private constant REFERRAL_PACKAGE = 24;
    uint256 private constant MOST_ATTACHMENTS = 16;
    uint40 private constant SOONEST = 1 hours;
    uint40 private constant LATEST = 90 days;
    uint40 private constant GRACE = 1 hours;
    uint40 private constant ADMISSION_TIME = 7 days;
    uint40 private constant FEEDBACK_TIME = 30 days;
    uint8 private constant LEVELS = 4;
    uint8 private constant URGENT = 2;

    IAppointments private immutable _appointments;

    mapping(bytes32 id => Referral) private _referrals;
    mapping(address from => mapping(address to => Traffic)) private _traffic;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship,
        address appointments
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {
        _appointments = IAppointments(appointments);
    }

    /// @inheritdoc IReferrals
    function prepareReferral(Preparation calldata preparation) external returns (bytes32 id) {
        (, address from) = _requireAcceptedFor(preparation.relationship);
        if (_requireClinician(preparation.affiliation) != from) {
            revert CallerNotClinician(_msgSender(), preparation.affiliation);
        }
        _checkNote(preparation.note.length);
        if (
            preparation.dueAt < block.timestamp + SOONEST ||
            preparation.dueAt > block.timestamp + LATEST
        ) revert ReferralTimeInvalid(preparation.dueAt);
        uint32 open = _admitTraffic(from, preparation.to);
        _checkPackage(preparation);
        id = keccak256(abi.encodePacked(_msgSender(), preparation.salt));
        Referral storage referral = _referrals[id];
        if (referral.stage != Stage.None) revert ReferralStageInvalid(id, referral.stage);
        referral.relationship = preparation.relationship;
        referral.dueAt = preparation.dueAt;
        referral.to = preparation.to;
        referral.package = preparation.package;
        _advance(referral, Stage.Prepared);
        emit ReferralPrepared(
            id,
            preparation.relationship,
            preparation.to,
            from,
            _msgSender(),
            preparation,
            open
        );
    }

    /// @inheritdoc IReferrals
    function triage(bytes32 id, bytes32 affiliation, uint8 level) external {
        Referral storage referral = _beforeAdmission(id);
        if (_requireClinician(affiliation) != referral.to) {
            revert CallerNotClinician(_msgSender(), affiliation);
        }
        if (level == 0 || level > LEVELS) revert ReferralLevelInvalid(level);
        referral.triage = level;
        emit ReferralTriaged(id, _msgSender(), level);
    }

    /// @inheritdoc IReferrals
    function bookReferral(bytes32 id, bytes32 slot, IGrants.Grant calldata grant) external {
        Referral storage referral = _at(id, Stage.Prepared);
        (address owner, ) = _requireAcceptedFor(referral.relationship);
        if (_msgSender() != owner) revert CallerNotAllowed(_msgSender());
        if (block.timestamp > referral.dueAt) revert ReferralTimeInvalid(referral.dueAt);
        bool reads = _isOf(referral.to, grant.viewer, grant.affiliation) &&
            grant.isLive(referral.relationship);
        if (!reads) revert ReferralGrantInvalid(grant.id);
        referral.slot = slot;
        _advance(referral, Stage.Booked);
        // A contract of this deployment that calls nobody else; it must answer before the event.
        // slither-disable-next-line reentrancy-no-eth
        uint40 startsAt = _appointments.take(slot, referral.to, id);
        referral.dueAt = startsAt;
        emit ReferralBooked(id, slot, startsAt, grant.id);
    }

    /// @inheritdoc IReferrals
    function admitReferral(bytes32 id, bytes32 affiliation) external {
        Referral storage referral = _beforeAdmission(id);
        _requireOf(referral.to, affiliation);
        bool urgent = referral.triage != 0 && referral.triage <= URGENT;
        if (referral.stage == Stage.Prepared && !urgent) {
            revert ReferralStageInvalid(id, Stage.Prepared);
        }
        referral.dueAt = uint40(block.timestamp) + FEEDBACK_TIME;
        _advance(referral, Stage.Admitted);
        emit ReferralAdmitted(id, _msgSender(), referral.dueAt);
    }

    /// @inheritdoc IReferrals
    function giveFeedback(
        bytes32 id,
        bytes32 affiliation,
        bytes32 commitment,
        bool down,
        bytes calldata note
    ) external {
        Referral storage referral = _referrals[id];
        Stage stage = referral.stage;
        if (stage != Stage.Admitted && stage != Stage.Overdue) {
            revert ReferralStageInvalid(id, stage);
        }
        _requireOf(referral.to, affiliation);
        _checkNote(note.length);
        uint32 open = stage == Stage.Admitted ? _leaveTraffic(referral) : _open(referral);
        _advance(referral, down ? Stage.Returning : Stage.Answered);
        emit FeedbackGiven(id, _msgSender(), commitment, down, open, note);
    }

    /// @inheritdoc IReferrals
    function acceptReturn(bytes32 id, bytes32 affiliation) external {
        Referral storage referral = _at(id, Stage.Returning);
        _requireOf(_fromOf(referral), affiliation);
        _advance(referral, Stage.Returned);
        emit ReferralReturned(id, _msgSender());
    }

    /// @inheritdoc IReferrals
    function refuseReferral(bytes32 id, bytes32 affiliation, bytes calldata note) external {
        Referral storage referral = _beforeAdmission(id);
        // A stop cannot block a refusal by the institution itself (P41).
        if (_msgSender() != referral.to || !_consortium.isMember(referral.to)) {
            _requireOf(referral.to, affiliation);
        }
        _checkNote(note.length);
        _close(id, Stage.Refused, note);
    }

    /// @inheritdoc IReferrals
    function cancelReferral(bytes32 id, bytes32 affiliation) external {
        Referral storage referral = _beforeAdmission(id);
        (address owner, address from, ) = _partiesOf(referral.relationship);
        if (_msgSender() != owner) _requireOf(from, affiliation);
        _close(id, Stage.Cancelled, "");
    }

    /// @inheritdoc IReferrals
    function noteNoShow(bytes32 id, bytes32 affiliation) external {
        Referral storage referral = _at(id, Stage.Booked);
        _requireOf(referral.to, affiliation);
        if (block.timestamp < referral.dueAt + GRACE) revert ReferralTimeInvalid(referral.dueAt);
        _close(id, Stage.NoShow, "");
    }

    /// @inheritdoc IReferrals
    function expireReferral(bytes32 id) external {
        Referral storage referral = _referrals[id];
        Stage stage = referral.stage;
        if (stage != Stage.Prepared && stage != Stage.Booked && stage != Stage.Admitted) {
            revert ReferralStageInvalid(id, stage);
        }
        uint40 until = stage == Stage.Booked ? referral.dueAt + ADMISSION_TIME : referral.dueAt;
        if (block.timestamp <= until) revert ReferralTimeInvalid(until);
        _close(id, stage == Stage.Admitted ? Stage.Overdue : Stage.Expired, "");
    }

    /// @inheritdoc IReferrals
    function referralOf(bytes32 id) external view returns (Referral memory referral) {
        return _referrals[id];
    }

    /// @inheritdoc IReferrals
    function trafficOf(address from, address to) external view returns (Traffic memory traffic) {
        return _traffic[from][to];
    }

    function _advance(Referral storage referral, Stage stage) private {
        referral.stage = stage;
        referral.since = uint40(block.timestamp);
    }

    function _close(bytes32 id, Stage stage, bytes memory note) private {
        Referral storage referral = _referrals[id];
        bytes32 slot = referral.stage == Stage.Booked ? referral.slot : bytes32(0);
        uint32 open = _leaveTraffic(referral);
        _advance(referral, stage);
        emit ReferralClosed(id, _msgSender(), stage, open, note);
        if (slot != 0) _appointments.giveBack(slot, id);
    }

    function _admitTraffic(address from, address to) private returns (uint32 open) {
        if (!_consortium.isActive(to) || !_consortium.mayRefer(from, to)) {
            revert ReferralNotAllowed(from, to);
        }
        Traffic storage traffic = _traffic[from][to];
        IRules.ReferralRules memory rules = _consortium.referralRules();
        if (traffic.open >= rules.mostOpen) revert ReferralLimitReached(from, to);
        traffic.open += 1;
        traffic.total += 1;
        return traffic.open;
    }

    function _leaveTraffic(Referral storage referral) private returns (uint32 open) {
        Traffic storage traffic = _traffic[_fromOf(referral)][referral.to];
        traffic.open -= 1;
        return traffic.open;
    }

    function _open(Referral storage referral) private view returns (uint32 open) {
        return _traffic[_fromOf(referral)][referral.to].open;
    }

    function _checkPackage(Preparation calldata preparation) private view {
        IRelationship relationship = IRelationship(preparation.relationship);
        IRecords.Record memory package = relationship.recordOf(preparation.package);
        // An unknown record is of kind 0.
        if (package.superseded || package.kind != REFERRAL_PACKAGE) {
            revert ReferralPackageInvalid(preparation.package);
        }
        if (preparation.attachments.length > MOST_ATTACHMENTS) {
            revert LengthInvalid(preparation.attachments.length);
        }
        uint256 missing = _consortium.referralRules().requiredKinds;
        for (uint256 i; i < preparation.attachments.length; ++i) {
            bytes32 attachment = preparation.attachments[i];
            IRecords.Record memory record = relationship.recordOf(attachment);
            if (record.status == IRecords.RecordStatus.None || record.superseded) {
                revert ReferralAttachmentsInvalid(attachment, 0);
            }
            missing &= ~(uint256(1) << record.kind);
        }
        if (missing != 0) revert ReferralAttachmentsInvalid(0, missing);
    }

    function _beforeAdmission(bytes32 id) private view returns (Referral storage referral) {
        referral = _referrals[id];
        if (referral.stage != Stage.Prepared && referral.stage != Stage.Booked) {
            revert ReferralStageInvalid(id, referral.stage);
        }
    }

    function _at(bytes32 id, Stage stage) private view returns (Referral storage referral) {
        referral = _referrals[id];
        if (referral.stage != stage) revert ReferralStageInvalid(id, referral.stage);
    }

    function _fromOf(Referral storage referral) private view returns (address institution) {
        (, institution, ) = _partiesOf(referral.relationship);
    }
}
