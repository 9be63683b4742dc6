// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IBreakGlass} from "../interfaces/IBreakGlass.sol";
import {Callers} from "./shared/Callers.sol";

contract BreakGlass is IBreakGlass, Callers {
    uint256 private constant LOWEST_THRESHOLD = 2;
    uint256 private constant MOST_HOLDERS = 16;
    uint256 private constant SHORTEST_KEY = 64;
    uint256 private constant LONGEST_KEY = 8192;
    uint32 private constant LONGEST = 24 hours;
    uint40 private constant PATIENCE = 1 hours;
    uint40 private constant REVIEW_TIME = 7 days;
    uint32 private constant MOST_UNREVIEWED = 4;

    mapping(address patient => Arrangement) private _arrangements;
    mapping(bytes32 id => Opening) private _openings;
    mapping(bytes32 id => mapping(address institution => bool approved)) private _approved;
    mapping(bytes32 id => bool overdue) private _overdue;
    mapping(address institution => Account) private _accounts;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {}

    /// @inheritdoc IBreakGlass
    function arrange(
        uint8 threshold,
        uint8 suite,
        bytes calldata key,
        address[] calldata holders,
        bytes32[] calldata checks,
        bytes[] calldata shares
    ) external {
        address patient = _requirePatient();
        if (suite == 0 || key.length < SHORTEST_KEY || key.length > LONGEST_KEY) {
            revert BreakGlassKeyInvalid(key.length, suite);
        }
        if (checks.length != holders.length || shares.length != holders.length) {
            revert BreakGlassArrangementInvalid(holders.length, threshold);
        }
        _checkHolders(threshold, holders);
        for (uint256 i; i < shares.length; ++i) {
            if (shares[i].length == 0) revert LengthInvalid(0);
            _checkNote(shares[i].length);
        }
        uint32 version = _arrangements[patient].version + 1;
        _arrangements[patient] = Arrangement(_digest(holders, checks), version, threshold, false);
        emit EmergencyArranged(
            patient,
            version,
            threshold,
            suite,
            key,
            holders,
            checks,
            shares
        );
    }

    /// @inheritdoc IBreakGlass
    function requestEmergency(
        address patient,
        bytes32 affiliation,
        uint32 duration,
        bytes32 salt,
        bytes calldata reason
    ) external returns (bytes32 id) {
        address institution = _requireClinician(affiliation);
        _requireNotBarred(institution);
        if (duration == 0 || duration > LONGEST || reason.length == 0) {
            revert BreakGlassRequestInvalid(duration, reason.length);
        }
        _checkNote(reason.length);
        uint32 version = _arrangements[patient].version;
        if (version == 0) revert BreakGlassNotArranged(patient);
        id = keccak256(abi.encodePacked(_msgSender(), salt));
        Opening storage opening = _openings[id];
        if (opening.status != OpeningStatus.None) {
            revert BreakGlassStatusInvalid(id, opening.status);
        }
        opening.patient = patient;
        opening.status = OpeningStatus.Requested;
        opening.duration = duration;
        opening.requester = _msgSender();
        opening.version = version;
        opening.institution = institution;
        opening.requestedAt = uint40(block.timestamp);
        opening.affiliation = affiliation;
        emit EmergencyRequested(
            id,
            patient,
            _msgSender(),
            institution,
            affiliation,
            version,
            duration,
            reason
        );
    }

    /// @inheritdoc IBreakGlass
    function approveEmergency(
        bytes32 id,
        address[] calldata holders,
        bytes32[] calldata checks,
        bytes calldata share
    ) external {
        address institution = _requireInstitution();
        Opening storage opening = _openings[id];
        if (opening.status != OpeningStatus.Requested) {
            revert BreakGlassStatusInvalid(id, opening.status);
        }
        if (block.timestamp > opening.requestedAt + PATIENCE) revert BreakGlassLapsed(id);
        // Whoever was stopped since, or has used up what waits for a review, gets no share.
        _requireNotBarred(opening.institution);
        _requireStillActive(opening.requester, opening.affiliation);
        _checkNote(share.length);
        Arrangement storage arrangement = _arrangements[opening.patient];
        if (
            opening.version != arrangement.version ||
            arrangement.digest != _digest(holders, checks)
        ) revert BreakGlassNotArranged(opening.patient);
        bool counts = institution != opening.institution &&
            !_approved[id][institution] &&
            _mayApprove(opening, holders, arrangement.threshold, share.length);
        if (!counts) revert BreakGlassApproverInvalid(institution);
        _approved[id][institution] = true;
        opening.approvals += 1;
        if (opening.approvals == arrangement.threshold) _open(opening, arrangement);
        emit ShareReleased(
            id,
            opening.patient,
            institution,
            opening.approvals,
            opening.endsAt,
            share
        );
    }

    /// @inheritdoc IBreakGlass
    function endEmergency(bytes32 id) external {
        Opening storage opening = _openings[id];
        address caller = _msgSender();
        if (!isEmergencyOpen(id)) revert BreakGlassStatusInvalid(id, opening.status);
        if (
            caller != opening.patient &&
            caller != opening.requester &&
            caller != opening.institution
        ) revert CallerNotAllowed(caller);
        opening.endsAt = uint40(block.timestamp);
        emit EmergencyEnded(id, caller, opening.endsAt);
    }

    /// @inheritdoc IBreakGlass
    function findOverdue(bytes32 id) external {
        Opening storage opening = _openings[id];
        if (opening.status != OpeningStatus.Opened || _overdue[id]) {
            revert BreakGlassStatusInvalid(id, opening.status);
        }
        uint40 dueAt = opening.endsAt + REVIEW_TIME;
        if (block.timestamp <= dueAt) revert BreakGlassNotOverdue(dueAt);
        _overdue[id] = true;
        _accounts[opening.institution].overdue += 1;
        emit ReviewOverdue(id, opening.institution);
    }

    /// @inheritdoc IBreakGlass
    function reviewEmergency(
        bytes32 id,
        Verdict verdict,
        bytes calldata findings
    ) external {
        Opening storage opening = _openings[id];
        address reviewer = _msgSender();
        bool allowed = reviewer != opening.institution &&
            (_consortium.isMember(reviewer) || _consortium.isRegulator(reviewer));
        if (!allowed) revert BreakGlassReviewerInvalid(reviewer);
        if (opening.status != OpeningStatus.Opened || block.timestamp < opening.endsAt) {
            revert BreakGlassStatusInvalid(id, opening.status);
        }
        if (verdict == Verdict.None) revert BreakGlassVerdictMissing();
        _checkNote(findings.length);
        opening.status = OpeningStatus.Reviewed;
        Account storage account = _accounts[opening.institution];
        account.unreviewed -= 1;
        if (_overdue[id]) account.overdue -= 1;
        emit EmergencyReviewed(id, reviewer, verdict, findings);
    }

    /// @inheritdoc IBreakGlass
    function arrangementOf(
        address patient
    ) external view returns (Arrangement memory arrangement) {
        return _arrangements[patient];
    }

    /// @inheritdoc IBreakGlass
    function openingOf(bytes32 id) external view returns (Opening memory opening) {
        return _openings[id];
    }

    /// @inheritdoc IBreakGlass
    function accountOf(address institution) external view returns (Account memory account) {
        return _accounts[institution];
    }

    /// @inheritdoc IBreakGlass
    function isEmergencyOpen(bytes32 id) public view returns (bool live) {
        // Zero before it opened; a review waits until it has passed.
        return block.timestamp < _openings[id].endsAt;
    }

    function _open(Opening storage opening, Arrangement storage arrangement) private {
        opening.status = OpeningStatus.Opened;
        opening.endsAt = uint40(block.timestamp) + opening.duration;
        arrangement.used = true;
        _accounts[opening.institution].unreviewed += 1;
    }

    /// @dev Below the threshold the key cannot be put together; the author institution's gateway
    ///      then serves under the same quorum, of any members (P30). The clinician's own
    ///      institution is no holder here: it may not approve.
    function _mayApprove(
        Opening storage opening,
        address[] calldata holders,
        uint8 threshold,
        uint256 shareLength
    ) private view returns (bool) {
        uint256 active = 0;
        bool isHolder = false;
        for (uint256 i; i < holders.length; ++i) {
            if (holders[i] == _msgSender()) isHolder = true;
            if (holders[i] != opening.institution && _consortium.isActive(holders[i])) ++active;
        }
        return isHolder ? shareLength != 0 : shareLength == 0 && active < threshold;
    }

    function _requireNotBarred(address institution) private view {
        Account storage account = _accounts[institution];
        if (account.overdue != 0 || account.unreviewed >= MOST_UNREVIEWED) {
            revert BreakGlassBarred(institution);
        }
    }

    function _requireStillActive(address clinician, bytes32 affiliation) private view {
        // Its institution is the one that was noted at the request.
        // slither-disable-next-line unused-return
        (bool active, ) = _registrar.isClinicianActive(clinician, affiliation);
        if (!active) revert CallerNotClinician(clinician, affiliation);
    }

    function _checkHolders(uint8 threshold, address[] calldata holders) private view {
        bool valid = holders.length <= MOST_HOLDERS &&
            threshold >= LOWEST_THRESHOLD &&
            threshold <= holders.length;
        for (uint256 i; valid && i < holders.length; ++i) {
            // In rising order none is named twice.
            valid =
                _consortium.isActive(holders[i]) && (i == 0 || holders[i - 1] < holders[i]);
        }
        if (!valid) revert BreakGlassArrangementInvalid(holders.length, threshold);
    }

    function _digest(
        address[] calldata holders,
        bytes32[] calldata checks
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(holders, checks));
    }
}
