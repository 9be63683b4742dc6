// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IPersons} from "../../interfaces/registrar/IPersons.sol";
import {IGrants} from "../../interfaces/relationship/IGrants.sol";
import {GrantDigest} from "../libraries/GrantDigest.sol";
import {Admissions} from "./Admissions.sol";

/// @title Grants: requests, consent and its withdrawal
/// @dev One slot a grant: what a custodian asks at every release, and a digest of the rest, which
///      the event carries. MedRec's permissions cost twice as much (P61).
abstract contract Grants is IGrants, Admissions {
    uint256 private constant LONGEST_REASON = 2048;
    uint8 private constant MOST_OPEN_REQUESTS = 16;
    uint256 private constant STATUS_MASK = 0xff;
    uint256 private constant GRANTED = uint256(GrantStatus.Granted);
    uint256 private constant REVOKED = uint256(GrantStatus.Revoked);

    struct GrantSlot {
        uint256 packed;
    }

    struct RequestState {
        address viewer;
        RequestStatus status;
    }

    // Packed by hand as the compiler would pack GrantState, from the lowest byte: status (1),
    // expiresAt (5), digest (26). Read and written once each, a revocation costs less than half
    // of MedRec's (P61); field by field it does not.
    mapping(bytes16 id => GrantSlot) private _grants;
    mapping(bytes32 request => RequestState) private _requests;
    mapping(address viewer => uint8 open) private _openRequests;

    /// @inheritdoc IGrants
    function requestAccess(Request calldata request) external returns (bytes32 id) {
        address viewer = _msgSender();
        _requireAccepted();
        _checkScope(request.scope, request.kind, request.recordId);
        if (request.reason.length > LONGEST_REASON) {
            revert RelationshipLengthInvalid(request.reason.length);
        }
        // Whichever institution the viewer acts for may ask.
        // slither-disable-next-line unused-return
        (bool active, ) = _registrar.isClinicianActive(viewer, request.affiliation);
        if (!active) revert GrantViewerInactive(viewer, request.affiliation);
        // The id holds the viewer, so nobody can use up somebody else's.
        id = keccak256(abi.encodePacked(viewer, request.salt));
        if (_requests[id].status != RequestStatus.None) revert RequestInvalid(id);
        uint8 open = _openRequests[viewer];
        if (open == MOST_OPEN_REQUESTS) revert RequestLimitReached(viewer);
        _openRequests[viewer] = open + 1;
        _requests[id] = RequestState(viewer, RequestStatus.Requested);
        _announceRequest(request, id, viewer, open + 1);
    }

    /// @inheritdoc IGrants
    function refuseRequest(bytes32 request) external onlyOwner {
        RequestState storage state = _requests[request];
        if (state.status == RequestStatus.Refused) return;
        if (state.status == RequestStatus.Approved) revert RequestInvalid(request);
        if (state.status == RequestStatus.Requested) _openRequests[state.viewer] -= 1;
        state.status = RequestStatus.Refused;
        emit RequestRefused(request, state.viewer);
    }

    /// @inheritdoc IGrants
    function grantAccess(Grant calldata grant) external onlyOwner {
        _requireAccepted();
        _requireOwnerInUse();
        GrantSlot storage slot = _grants[grant.id];
        if (grant.id == 0 || slot.packed != 0) revert GrantIdInvalid(grant.id);
        _checkScope(grant.scope, grant.kind, grant.recordId);
        if (grant.expiresAt <= block.timestamp) revert GrantExpiryInvalid(grant.expiresAt);
        _checkWrap(grant.wrap.length);
        _checkViewer(grant.viewer, grant.affiliation);
        if (grant.request != 0) _approve(grant.request, grant.viewer);
        slot.packed =
            uint256(bytes32(GrantDigest.digestOf(grant))) |
            (uint256(grant.expiresAt) << 8) |
            GRANTED;
        _announceGrant(grant);
    }

    /// @inheritdoc IGrants
    function revokeAccess(bytes16 id) external onlyOwner {
        GrantSlot storage slot = _grants[id];
        uint256 packed = slot.packed;
        uint256 current = packed & STATUS_MASK;
        if (current == REVOKED) return;
        slot.packed = (packed & ~STATUS_MASK) | REVOKED;
        // A grant that never was has handed out nothing: no new epoch for a mere tombstone.
        if (current == GRANTED) _rotating = true;
        emit AccessRevoked(id);
    }

    /// @inheritdoc IGrants
    function grantOf(bytes16 id) public view returns (GrantState memory grant) {
        uint256 packed = _grants[id].packed;
        grant.status = GrantStatus(uint8(packed));
        grant.expiresAt = uint40(packed >> 8);
        grant.digest = bytes26(bytes32(packed));
    }

    /// @inheritdoc IGrants
    function isGrantLive(bytes16 id) external view returns (bool live) {
        GrantState memory grant = grantOf(id);
        return
            _status == Status.Accepted &&
            grant.status == GrantStatus.Granted &&
            block.timestamp < grant.expiresAt;
    }

    /// @inheritdoc IGrants
    function requestOf(
        bytes32 request
    ) external view returns (address viewer, RequestStatus requestStatus) {
        return (_requests[request].viewer, _requests[request].status);
    }

    function _approve(bytes32 request, address viewer) private {
        RequestState storage state = _requests[request];
        if (state.status != RequestStatus.Requested || state.viewer != viewer) {
            revert RequestInvalid(request);
        }
        state.status = RequestStatus.Approved;
        _openRequests[viewer] -= 1;
    }

    function _announceRequest(
        Request calldata request,
        bytes32 id,
        address viewer,
        uint8 open
    ) private {
        emit AccessRequested(
            id,
            viewer,
            request.affiliation,
            request.scope,
            request.kind,
            request.recordId,
            request.purpose,
            request.reason,
            open
        );
    }

    function _announceGrant(Grant calldata grant) private {
        emit AccessGranted(
            grant.viewer,
            grant.id,
            grant.request,
            grant.affiliation,
            grant.scope,
            grant.kind,
            grant.recordId,
            grant.purpose,
            grant.expiresAt,
            grant.consent,
            grant.keyVersion,
            grant.wrap
        );
    }

    /// @dev A clinician must be active, an institution too; a grant to one of the mirror's own
    ///      staff would put wrap and slips into one house (P01). So would one to a mirror that was
    ///      a patient before it was voted in: without an affiliation no member is a viewer.
    function _checkViewer(address viewer, bytes32 affiliation) private view {
        if (affiliation == 0) {
            if (
                viewer == _owner ||
                _registrar.personOf(viewer).role != IPersons.Role.Patient ||
                _registrar.summaryOf(viewer) == address(0) ||
                _consortium.seatOf(viewer) != 0 ||
                block.timestamp < _consortium.stoppedUntil()
            ) revert GrantViewerInactive(viewer, affiliation);
            return;
        }
        (bool active, address institution) = _registrar.isClinicianActive(viewer, affiliation);
        if (viewer == institution) active = _isGatewayActive(institution, affiliation);
        if (!active) revert GrantViewerInactive(viewer, affiliation);
        if (_consortium.seatOf(institution) == _mirrorSeat) {
            revert GrantViewerIsMirror(institution);
        }
    }

    /// @dev An institution's gateway reads for the institution, or for a department of its own
    ///      that is Active (P12).
    function _isGatewayActive(
        address institution,
        bytes32 affiliation
    ) private view returns (bool) {
        if (!_consortium.isActive(institution)) return false;
        if (affiliation == bytes32(uint256(uint160(institution)))) return true;
        // Its house is the institution: that is how the institution was found.
        // slither-disable-next-line unused-return
        (, IPersons.Standing standing) = _registrar.departmentOf(affiliation);
        return standing == IPersons.Standing.Active;
    }

    function _checkScope(Scope scope, uint8 kind, bytes32 recordId) private view {
        bool valid = false;
        if (scope == Scope.Record) {
            (bool known, ) = _recordKind(recordId);
            valid = known && kind == 0;
        } else if (scope == Scope.Kind) {
            valid = kind != 0 && recordId == 0;
        } else if (scope == Scope.Everything) {
            valid = kind == 0 && recordId == 0;
        }
        if (!valid) revert GrantScopeInvalid(scope);
    }
}
