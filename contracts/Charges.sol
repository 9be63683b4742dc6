// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {ICharges} from "../interfaces/ICharges.sol";
import {IRules} from "../interfaces/consortium/IRules.sol";
import {Callers} from "./shared/Callers.sol";

contract Charges is ICharges, Callers {
    mapping(bytes32 id => Charge) private _charges;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {}

    /// @inheritdoc ICharges
    function post(
        address relationship,
        bytes32 salt,
        bytes32 commitment
    ) external returns (bytes32 id) {
        (, address institution) = _requireAcceptedFor(relationship);
        if (_requireInstitution() != institution) revert CallerNotAllowed(_msgSender());
        id = keccak256(abi.encodePacked(institution, salt));
        Charge storage charge = _charges[id];
        if (charge.status != ChargeStatus.None) revert ChargeStatusInvalid(id, charge.status);
        charge.relationship = relationship;
        charge.commitment = commitment;
        _stand(charge, ChargeStatus.Posted);
        emit ChargePosted(id, relationship, institution, commitment);
    }

    /// @inheritdoc ICharges
    function release(bytes32 id, address insurer) external {
        Charge storage charge = _known(id);
        bool isOwner = _requirePartyOf(charge.relationship);
        // A stolen key gives nothing away once its account was replaced.
        if (!isOwner || _registrar.currentOf(_msgSender()) != _msgSender()) {
            revert CallerNotAllowed(_msgSender());
        }
        if (charge.status != ChargeStatus.Posted && charge.status != ChargeStatus.Released) {
            revert ChargeStatusInvalid(id, charge.status);
        }
        _requireInsurer(insurer);
        charge.insurer = insurer;
        _stand(charge, ChargeStatus.Released);
        emit ChargeReleased(id, insurer);
    }

    /// @inheritdoc ICharges
    function claim(bytes32 id) external {
        Charge storage charge = _known(id);
        _requireInsurer(_msgSender());
        if (charge.status != ChargeStatus.Released) {
            revert ChargeStatusInvalid(id, charge.status);
        }
        if (charge.insurer != _msgSender()) revert CallerNotAllowed(_msgSender());
        _change(id, ChargeStatus.Claimed);
    }

    /// @inheritdoc ICharges
    function void(bytes32 id) external {
        Charge storage charge = _ofInstitution(id);
        if (charge.status == ChargeStatus.Void) return;
        if (charge.status != ChargeStatus.Posted && charge.status != ChargeStatus.Released) {
            revert ChargeStatusInvalid(id, charge.status);
        }
        _change(id, ChargeStatus.Void);
    }

    /// @inheritdoc ICharges
    function refund(bytes32 id) external {
        Charge storage charge = _ofInstitution(id);
        if (charge.status == ChargeStatus.Refunded) return;
        if (charge.status != ChargeStatus.Claimed) revert ChargeStatusInvalid(id, charge.status);
        _change(id, ChargeStatus.Refunded);
    }

    /// @inheritdoc ICharges
    function chargeOf(bytes32 id) external view returns (Charge memory charge) {
        return _charges[id];
    }

    function _change(bytes32 id, ChargeStatus status) private {
        _stand(_charges[id], status);
        emit ChargeChanged(id, _msgSender(), status);
    }

    function _stand(Charge storage charge, ChargeStatus status) private {
        charge.status = status;
        charge.changedAt = uint40(block.timestamp);
    }

    function _known(bytes32 id) private view returns (Charge storage charge) {
        charge = _charges[id];
        if (charge.status == ChargeStatus.None) revert ChargeStatusInvalid(id, ChargeStatus.None);
    }

    function _ofInstitution(bytes32 id) private view returns (Charge storage charge) {
        charge = _known(id);
        if (_requirePartyOf(charge.relationship)) revert CallerNotAllowed(_msgSender());
    }

    function _requireInsurer(address account) private view {
        if (_consortium.officeOf(account) != IRules.Office.Insurer) {
            revert ChargeInsurerInvalid(account);
        }
    }
}
