// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRules} from "../../interfaces/consortium/IRules.sol";
import {Ballot} from "./Ballot.sol";

/// @title Rules: referrals, alliances, sealers, offices and new versions, all by vote
abstract contract Rules is IRules, Ballot {
    uint256 private constant TIERS = 3;

    ReferralRules private _referralRules;
    mapping(address institution => bytes32 alliance) private _alliances;
    mapping(address sealer => address institution) private _sealers;
    mapping(address account => Office) private _offices;
    mapping(address factory => bool adopted) private _factories;

    /// @inheritdoc IRules
    function proposeReferralRules(
        ReferralRules calldata rules,
        uint40 closesAt
    ) external returns (uint256 id) {
        if (rules.directions >> (TIERS * TIERS) != 0 || rules.mostOpen == 0) {
            revert ConsortiumRulesInvalid(rules.directions, rules.mostOpen);
        }
        return _propose(Action.SetReferralRules, closesAt, abi.encode(rules));
    }

    /// @inheritdoc IRules
    function proposeAlliance(
        address institution,
        bytes32 alliance,
        uint40 closesAt
    ) external returns (uint256 id) {
        // Whoever left has no alliance to keep.
        if (alliance != 0) _requireMember(institution);
        return _propose(Action.SetAlliance, closesAt, abi.encode(institution, alliance));
    }

    /// @inheritdoc IRules
    function proposeStop(uint32 duration, uint40 closesAt) external returns (uint256 id) {
        _requireStop(duration);
        return _propose(Action.Stop, closesAt, abi.encode(duration));
    }

    /// @inheritdoc IRules
    function proposeResume(uint40 closesAt) external returns (uint256 id) {
        _requireStopped();
        return _propose(Action.Resume, closesAt, "");
    }

    /// @inheritdoc IRules
    function proposeSealer(
        address sealer,
        address institution,
        uint40 closesAt
    ) external returns (uint256 id) {
        if (sealer == address(0) || _sealers[sealer] != address(0)) {
            revert ConsortiumSealerInvalid(sealer);
        }
        _requireMember(institution);
        return _propose(Action.AdmitSealer, closesAt, abi.encode(sealer, institution));
    }

    /// @inheritdoc IRules
    function proposeSealerRemoval(address sealer, uint40 closesAt) external returns (uint256 id) {
        if (_sealers[sealer] == address(0)) revert ConsortiumSealerInvalid(sealer);
        return _propose(Action.RemoveSealer, closesAt, abi.encode(sealer));
    }

    /// @inheritdoc IRules
    function proposeOffice(
        address account,
        Office office,
        string calldata name,
        uint40 closesAt
    ) external returns (uint256 id) {
        _requireAppointable(account);
        if (office == Office.None) revert ConsortiumOfficeInvalid(account, Office.None);
        return _propose(Action.AppointOffice, closesAt, abi.encode(account, office, name));
    }

    /// @inheritdoc IRules
    function proposeOfficeEnd(address account, uint40 closesAt) external returns (uint256 id) {
        if (_offices[account] == Office.None) {
            revert ConsortiumOfficeInvalid(account, Office.None);
        }
        return _propose(Action.EndOffice, closesAt, abi.encode(account));
    }

    /// @inheritdoc IRules
    function proposeFactory(address factory, uint40 closesAt) external returns (uint256 id) {
        if (factory.code.length == 0 || _factories[factory]) {
            revert ConsortiumFactoryInvalid(factory);
        }
        return _propose(Action.AdoptFactory, closesAt, abi.encode(factory));
    }

    /// @inheritdoc IRules
    function referralRules() external view returns (ReferralRules memory rules) {
        return _referralRules;
    }

    /// @inheritdoc IRules
    function mayRefer(address from, address to) external view returns (bool allowed) {
        if (from == to) return false;
        bytes32 alliance = _alliances[from];
        if (_referralRules.withinAlliance && alliance != 0 && alliance == _alliances[to]) {
            return true;
        }
        (uint256 lower, uint256 upper) = (_tierOf(from), _tierOf(to));
        if (lower == 0 || upper == 0) return false;
        return (_referralRules.directions >> (TIERS * (lower - 1) + (upper - 1))) & 1 == 1;
    }

    /// @inheritdoc IRules
    function allianceOf(address institution) external view returns (bytes32 alliance) {
        return _alliances[institution];
    }

    /// @inheritdoc IRules
    function sealerOf(address sealer) external view returns (address institution) {
        return _sealers[sealer];
    }

    /// @inheritdoc IRules
    function officeOf(address account) external view returns (Office office) {
        return _offices[account];
    }

    /// @inheritdoc IRules
    function isFactory(address factory) external view returns (bool adopted) {
        return _factories[factory];
    }

    /// @dev Carries out a rule's action; false when the action is none of these.
    function _enactRule(
        uint256 id,
        Action action,
        bytes calldata parameters
    ) internal returns (bool known) {
        if (action == Action.SetReferralRules) _setReferralRules(id, parameters);
        else if (action == Action.SetAlliance) _setAlliance(id, parameters);
        else if (action == Action.Stop) _stop(id, parameters);
        else if (action == Action.Resume) _resume(id);
        else if (action == Action.AdmitSealer) _admitSealer(id, parameters);
        else if (action == Action.RemoveSealer) _removeSealer(id, parameters);
        else if (action == Action.AppointOffice) _appoint(id, parameters);
        else if (action == Action.EndOffice) _endOffice(id, parameters);
        else if (action == Action.AdoptFactory) _adoptFactory(id, parameters);
        else return false;
        return true;
    }

    function _setReferralRules(uint256 id, bytes calldata parameters) private {
        _referralRules = abi.decode(parameters, (ReferralRules));
        emit ReferralRulesSet(id, _referralRules);
    }

    function _setAlliance(uint256 id, bytes calldata parameters) private {
        (address institution, bytes32 alliance) = abi.decode(parameters, (address, bytes32));
        _alliances[institution] = alliance;
        emit AllianceSet(id, institution, alliance);
    }

    function _admitSealer(uint256 id, bytes calldata parameters) private {
        (address sealer, address institution) = abi.decode(parameters, (address, address));
        if (_sealers[sealer] != address(0)) revert ConsortiumSealerInvalid(sealer);
        _sealers[sealer] = institution;
        emit SealerChanged(id, sealer, institution, true);
    }

    function _removeSealer(uint256 id, bytes calldata parameters) private {
        address sealer = abi.decode(parameters, (address));
        address institution = _sealers[sealer];
        if (institution == address(0)) revert ConsortiumSealerInvalid(sealer);
        _sealers[sealer] = address(0);
        emit SealerChanged(id, sealer, institution, false);
    }

    function _appoint(uint256 id, bytes calldata parameters) private {
        (address account, Office office, string memory name) = abi.decode(
            parameters,
            (address, Office, string)
        );
        _requireAppointable(account);
        _offices[account] = office;
        emit OfficeChanged(id, account, office, name);
    }

    function _endOffice(uint256 id, bytes calldata parameters) private {
        address account = abi.decode(parameters, (address));
        if (_offices[account] == Office.None) {
            revert ConsortiumOfficeInvalid(account, Office.None);
        }
        _offices[account] = Office.None;
        emit OfficeChanged(id, account, Office.None, "");
    }

    function _adoptFactory(uint256 id, bytes calldata parameters) private {
        address factory = abi.decode(parameters, (address));
        if (_factories[factory]) revert ConsortiumFactoryInvalid(factory);
        _factories[factory] = true;
        emit FactoryAdopted(id, factory);
    }

    /// @dev Nobody is both: an institution would claim its own charges.
    function _requireAppointable(address account) private view {
        if (account == address(0) || _offices[account] != Office.None || _tierOf(account) != 0) {
            revert ConsortiumOfficeInvalid(account, _offices[account]);
        }
    }

    function _requireNoOffice(address account) internal view {
        if (_offices[account] != Office.None) {
            revert ConsortiumOfficeInvalid(account, _offices[account]);
        }
    }

    function _requireMember(address institution) private view {
        if (!isMember(institution)) revert ConsortiumNotMember(institution);
    }
}
