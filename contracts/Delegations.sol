// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IDelegations} from "../interfaces/IDelegations.sol";
import {IRelationship} from "../interfaces/IRelationship.sol";
import {IPersons} from "../interfaces/registrar/IPersons.sol";
import {IGrants} from "../interfaces/relationship/IGrants.sol";
import {GrantDigest} from "./libraries/GrantDigest.sol";
import {Callers} from "./shared/Callers.sol";

contract Delegations is IDelegations, Callers {
    using GrantDigest for IGrants.Grant;

    uint256 private constant LONGEST_WRAP = 2048;

    mapping(bytes32 id => DelegationState) private _delegations;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {}

    /// @inheritdoc IDelegations
    function delegate(
        address relationship,
        IGrants.Grant calldata grant,
        Delegation calldata delegation
    ) external returns (bytes32 id) {
        address delegator = _requireInstitution();
        _partiesOf(relationship);
        _checkGrant(relationship, grant, delegator);
        _checkTerms(relationship, grant, delegation);
        _checkDelegate(relationship, grant.affiliation, delegation);
        id = keccak256(abi.encodePacked(delegator, delegation.salt));
        if (_delegations[id].status != DelegationStatus.None) revert DelegationIdInvalid(id);
        _delegations[id] = DelegationState(
            relationship,
            delegation.expiresAt,
            DelegationStatus.Delegated,
            delegator,
            grant.id,
            _digest(delegation)
        );
        emit AccessDelegated(
            relationship,
            id,
            delegation.delegate,
            delegator,
            grant.id,
            delegation
        );
    }

    /// @inheritdoc IDelegations
    function revokeDelegation(bytes32 id) external {
        DelegationState storage state = _delegations[id];
        if (state.status == DelegationStatus.None) revert DelegationIdInvalid(id);
        (address owner, , ) = _partiesOf(state.relationship);
        if (_msgSender() != owner && _msgSender() != state.delegator) {
            revert CallerNotAllowed(_msgSender());
        }
        if (state.status == DelegationStatus.Revoked) return;
        state.status = DelegationStatus.Revoked;
        emit DelegationRevoked(id, _msgSender());
    }

    /// @inheritdoc IDelegations
    function delegationOf(
        bytes32 id
    ) external view returns (DelegationState memory delegation) {
        return _delegations[id];
    }

    /// @inheritdoc IDelegations
    function isDelegationLive(bytes32 id) external view returns (bool live) {
        DelegationState storage state = _delegations[id];
        return
            state.status == DelegationStatus.Delegated &&
            block.timestamp < state.expiresAt &&
            _consortium.isActive(state.delegator) &&
            IRelationship(state.relationship).isGrantLive(state.grant);
    }

    function _checkGrant(
        address relationship,
        IGrants.Grant calldata grant,
        address delegator
    ) private view {
        // A person may be voted in: what a patient or a clinician was granted stays with that person.
        if (
            grant.viewer != delegator ||
            _registrar.institutionOf(grant.affiliation) != delegator
        ) revert CallerNotAllowed(delegator);
        if (!grant.isLive(relationship)) revert DelegationGrantInvalid(grant.id);
    }

    function _checkTerms(
        address relationship,
        IGrants.Grant calldata grant,
        Delegation calldata delegation
    ) private view {
        if (delegation.expiresAt <= block.timestamp || delegation.expiresAt > grant.expiresAt) {
            revert DelegationExpiryInvalid(delegation.expiresAt);
        }
        if (delegation.wrap.length == 0 || delegation.wrap.length > LONGEST_WRAP) {
            revert LengthInvalid(delegation.wrap.length);
        }
        bool valid = false;
        if (delegation.scope == IGrants.Scope.Record) {
            valid = delegation.kind == 0 && _covers(relationship, grant, delegation.recordId);
        } else if (delegation.scope == IGrants.Scope.Kind) {
            valid =
                delegation.kind != 0 &&
                delegation.recordId == 0 &&
                (grant.scope == IGrants.Scope.Everything ||
                    (grant.scope == IGrants.Scope.Kind && grant.kind == delegation.kind));
        } else if (delegation.scope == IGrants.Scope.Everything) {
            valid =
                grant.scope == IGrants.Scope.Everything &&
                delegation.kind == 0 &&
                delegation.recordId == 0;
        }
        if (!valid) revert DelegationScopeInvalid(delegation.scope);
    }

    /// @dev Kind 0 is covered by nothing but a grant of the record itself (P23).
    function _covers(
        address relationship,
        IGrants.Grant calldata grant,
        bytes32 recordId
    ) private view returns (bool) {
        if (grant.scope == IGrants.Scope.Record) return grant.recordId == recordId;
        // An unknown record is of kind 0.
        uint8 kind = IRelationship(relationship).recordOf(recordId).kind;
        return kind != 0 && (grant.scope == IGrants.Scope.Everything || grant.kind == kind);
    }

    function _checkDelegate(
        address relationship,
        bytes32 granted,
        Delegation calldata delegation
    ) private view {
        bytes32 affiliation = delegation.affiliation;
        address account = delegation.delegate;
        (bool active, address house) = _registrar.isClinicianActive(account, affiliation);
        if (account == house) active = _isGatewayActive(house, affiliation);
        // What was granted to a department stays in it; an institution's account has 160 bits.
        bool narrowed = uint256(granted) >> 160 == 0 || affiliation == granted;
        // Who owns it and where it stands decides nothing here.
        // slither-disable-next-line unused-return
        (, , address mirror, ) = IRelationship(relationship).parties();
        if (!active || !narrowed || house == mirror) {
            revert DelegationDelegateInvalid(account, affiliation);
        }
    }

    function _isGatewayActive(address house, bytes32 affiliation) private view returns (bool) {
        if (!_consortium.isActive(house)) return false;
        if (affiliation == bytes32(uint256(uint160(house)))) return true;
        // Its house is the institution: that is how the institution was found.
        // slither-disable-next-line unused-return
        (, IPersons.Standing standing) = _registrar.departmentOf(affiliation);
        return standing == IPersons.Standing.Active;
    }

    function _digest(Delegation calldata delegation) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    delegation.delegate,
                    delegation.affiliation,
                    delegation.scope,
                    delegation.kind,
                    delegation.recordId,
                    delegation.keyVersion,
                    keccak256(delegation.wrap)
                )
            );
    }
}
