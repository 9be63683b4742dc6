// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IConsortium} from "../interfaces/IConsortium.sol";
import {Rules} from "./consortium/Rules.sol";

contract Consortium is IConsortium, Rules {
    mapping(address account => bool admitted) private _regulators;
    mapping(bytes32 profile => ProfileState) private _profiles;

    struct ProfileState {
        bool adopted;
        bool retired;
        uint8 kind;
    }

    constructor(
        address forwarder,
        address[] memory founders,
        Details[] memory details,
        bytes32 agreement_
    ) ERC2771Context(forwarder) {
        if (founders.length < 2 || founders.length != details.length) {
            revert ConsortiumFoundersInvalid(founders.length, details.length);
        }
        for (uint256 i; i < founders.length; ++i) _invite(founders[i], details[i]);
        _open(uint32(founders.length), agreement_);
        emit ConsortiumCreated(founders, details, agreement_);
    }

    /// @inheritdoc IConsortium
    function proposeInstitution(
        address account,
        Details calldata details,
        uint40 closesAt
    ) external returns (uint256 id) {
        _requireInvitable(account, details.tier);
        return _propose(Action.AdmitInstitution, closesAt, abi.encode(account, details));
    }

    /// @inheritdoc IConsortium
    function proposeStanding(
        address account,
        Action action,
        uint40 closesAt
    ) external returns (uint256 id) {
        _requireChange(account, _standingAfter(action));
        return _propose(action, closesAt, abi.encode(account));
    }

    /// @inheritdoc IConsortium
    function proposeRegulator(
        address account,
        string calldata name,
        uint40 closesAt
    ) external returns (uint256 id) {
        if (account == address(0) || _regulators[account]) {
            revert ConsortiumRegulatorInvalid(account);
        }
        return _propose(Action.AdmitRegulator, closesAt, abi.encode(account, name));
    }

    /// @inheritdoc IConsortium
    function proposeRegulatorRemoval(
        address account,
        uint40 closesAt
    ) external returns (uint256 id) {
        if (!_regulators[account]) revert ConsortiumRegulatorInvalid(account);
        return _propose(Action.RemoveRegulator, closesAt, abi.encode(account));
    }

    /// @inheritdoc IConsortium
    function proposeProfile(
        Profile calldata profile,
        uint40 closesAt
    ) external returns (uint256 id) {
        bytes32 key = profileId(profile);
        if (profile.version == 0 || _profiles[key].adopted) revert ConsortiumProfileInvalid(key);
        return _propose(Action.AdoptProfile, closesAt, abi.encode(profile));
    }

    /// @inheritdoc IConsortium
    function proposeProfileRetirement(
        bytes32 profile,
        uint40 closesAt
    ) external returns (uint256 id) {
        _requireAdopted(profile);
        return _propose(Action.RetireProfile, closesAt, abi.encode(profile));
    }

    /// @inheritdoc IConsortium
    function proposeAgreement(bytes32 hash, uint40 closesAt) external returns (uint256 id) {
        return _propose(Action.AdoptAgreement, closesAt, abi.encode(hash));
    }

    /// @inheritdoc IConsortium
    function isRegulator(address account) external view returns (bool admitted) {
        return _regulators[account];
    }

    /// @inheritdoc IConsortium
    function isProfileOf(bytes32 profile, uint8 kind) external view returns (bool adopted) {
        ProfileState storage state = _profiles[profile];
        return state.adopted && !state.retired && state.kind == kind;
    }

    /// @inheritdoc IConsortium
    function wasProfileOf(bytes32 profile, uint8 kind) external view returns (bool adopted) {
        return _profiles[profile].adopted && _profiles[profile].kind == kind;
    }

    /// @inheritdoc IConsortium
    function profileId(Profile calldata profile) public pure returns (bytes32 id) {
        return keccak256(abi.encode(profile));
    }

    function _enact(uint256 id, Action action, bytes calldata parameters) internal override {
        if (_enactRule(id, action, parameters)) return;
        if (action == Action.AdmitInstitution) _admitInstitution(id, parameters);
        else if (action == Action.AdmitRegulator) _admitRegulator(id, parameters);
        else if (action == Action.RemoveRegulator) _removeRegulator(id, parameters);
        else if (action == Action.AdoptProfile) _adoptProfile(id, parameters);
        else if (action == Action.RetireProfile) _retireProfile(id, parameters);
        else if (action == Action.AdoptAgreement) _adoptAgreement(id, parameters);
        else _changeStanding(id, abi.decode(parameters, (address)), _standingAfter(action));
    }

    function _admitInstitution(uint256 id, bytes calldata parameters) private {
        (address account, Details memory details) = abi.decode(parameters, (address, Details));
        _requireNoOffice(account);
        uint32 index = _invite(account, details);
        emit InstitutionAdmitted(id, account, details, index);
    }

    function _admitRegulator(uint256 id, bytes calldata parameters) private {
        (address account, string memory name) = abi.decode(parameters, (address, string));
        if (_regulators[account]) revert ConsortiumRegulatorInvalid(account);
        _regulators[account] = true;
        emit RegulatorChanged(id, account, true, name);
    }

    function _removeRegulator(uint256 id, bytes calldata parameters) private {
        address account = abi.decode(parameters, (address));
        if (!_regulators[account]) revert ConsortiumRegulatorInvalid(account);
        _regulators[account] = false;
        emit RegulatorChanged(id, account, false, "");
    }

    function _adoptProfile(uint256 id, bytes calldata parameters) private {
        Profile memory profile = abi.decode(parameters, (Profile));
        bytes32 key = keccak256(parameters);
        if (_profiles[key].adopted) revert ConsortiumProfileInvalid(key);
        _profiles[key] = ProfileState(true, false, profile.kind);
        emit ProfileAdopted(id, key, profile);
    }

    function _retireProfile(uint256 id, bytes calldata parameters) private {
        bytes32 profile = abi.decode(parameters, (bytes32));
        _requireAdopted(profile);
        _profiles[profile].retired = true;
        emit ProfileRetired(id, profile);
    }

    function _requireAdopted(bytes32 profile) private view {
        ProfileState storage state = _profiles[profile];
        if (!state.adopted || state.retired) revert ConsortiumProfileInvalid(profile);
    }

    /// @dev None for an action that is not about standing, which no change leads to.
    function _standingAfter(Action action) private pure returns (Standing) {
        if (action == Action.SuspendInstitution) return Standing.Suspended;
        if (action == Action.RestoreInstitution) return Standing.Active;
        if (action == Action.ExpelInstitution) return Standing.Expelled;
        return Standing.None;
    }
}
