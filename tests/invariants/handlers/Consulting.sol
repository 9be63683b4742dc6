// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IConsultations} from "../../../interfaces/IConsultations.sol";
import {IGrants} from "../../../interfaces/relationship/IGrants.sol";
import {Handler} from "../Handler.sol";
import {Book} from "../world/Book.sol";
import {World} from "../world/World.sol";

/// @title Consulting: clinicians ask other institutions, which answer once
contract Consulting is Handler {
    struct Convened {
        bytes32 id;
        address[] invited;
        address house;
        address owner;
        uint256 other;
        IConsultations.ConsultationStage last;
    }

    IConsultations private immutable _consultations;

    Convened[] private _convened;

    constructor(World world) Handler(world) {
        _consultations = IConsultations(address(world.consultations()));
    }

    function convene(uint256 seed) external counted {
        uint256 i = _pick(seed, "pair", 2);
        if (!_isActive(i)) i = 1 - i;
        Book.Pair memory pair = _world.pairAt(i);
        IConsultations.Invitation memory made;
        made.salt = _some(seed, "salt");
        made.relationship = pair.relationship;
        made.affiliation = _world.departmentAt(i);
        uint256 many = _isActive(1 - i) && _isActive(3) ? 2 : 1;
        made.institutions = new address[](many);
        made.grants = new IGrants.Grant[](many);
        for (uint256 j; j < many; ++j) {
            made.institutions[j] = _world.houseAt(j == 0 && _isActive(1 - i) ? 1 - i : 3);
            made.grants[j] = _world.grantTo(pair.relationship, made.institutions[j]);
        }
        made.dueAt = _later(seed, 2 hours, 5 days);
        bytes memory call = abi.encodeCall(IConsultations.convene, (made));
        bytes memory result = _send(_world.clinicianAt(i), address(_consultations), call);
        Convened storage convened = _convened.push();
        convened.id = abi.decode(result, (bytes32));
        convened.invited = made.institutions;
        (convened.house, convened.owner, convened.other) = (pair.house, pair.owner, 1 - i);
    }

    function answer(uint256 seed) external counted {
        Convened storage convened = _pickConvened(seed);
        bool given = _pick(seed, "given", 2) == 0;
        bytes memory call = abi.encodeCall(
            IConsultations.answerConsultation,
            (convened.id, _world.departmentAt(convened.other), given, bytes32(0), "")
        );
        _send(_world.clinicianAt(convened.other), address(_consultations), call);
        _breach(convened.last != IConsultations.ConsultationStage.None, "R31: answered too late");
        bool again = _try(_world.clinicianAt(convened.other), address(_consultations), call);
        _breach(again, "R31: answered twice");
    }

    function conclude(uint256 seed) external counted {
        require(_pick(seed, "seldom", 3) == 0);
        Convened storage convened = _pickConvened(seed);
        bytes32 result = _some(seed, "result");
        bytes memory call = abi.encodeCall(IConsultations.conclude, (convened.id, 0, result));
        _end(convened, convened.house, call);
    }

    function cancel(uint256 seed) external counted {
        require(_pick(seed, "seldom", 3) == 0);
        Convened storage convened = _pickConvened(seed);
        address by = _pick(seed, "by", 2) == 0 ? convened.owner : convened.house;
        _end(convened, by, abi.encodeCall(IConsultations.cancelConsultation, (convened.id, 0)));
    }

    function expire(uint256 seed) external counted {
        Convened storage convened = _pickConvened(seed);
        bytes memory call = abi.encodeCall(IConsultations.expireConsultation, (convened.id));
        _end(convened, _world.stranger(), call);
    }

    function meddle(uint256 seed) external counted {
        Convened storage convened = _pickConvened(seed);
        bytes memory call = abi.encodeCall(
            IConsultations.answerConsultation,
            (convened.id, _world.departmentAt(2), true, bytes32(0), "")
        );
        address target = address(_consultations);
        _breach(_try(_world.clinicianAt(2), target, call), "R31: an answer of the uninvited");
        call = abi.encodeCall(IConsultations.conclude, (convened.id, 0, bytes32(0)));
        _breach(_try(_world.houseAt(3), target, call), "R31: concluded by another");
    }

    function convenedCount() external view returns (uint256 count) {
        return _convened.length;
    }

    function convenedAt(uint256 index) external view returns (Convened memory convened) {
        return _convened[index];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](6);
        selectors[0] = this.convene.selector;
        selectors[1] = this.answer.selector;
        selectors[2] = this.conclude.selector;
        selectors[3] = this.cancel.selector;
        selectors[4] = this.expire.selector;
        selectors[5] = this.meddle.selector;
    }

    function _end(Convened storage convened, address by, bytes memory call) private {
        _send(by, address(_consultations), call);
        _breach(convened.last != IConsultations.ConsultationStage.None, "R31: ended twice");
        convened.last = _consultations.consultationOf(convened.id).stage;
    }

    /// @dev One that has not ended, if there is any.
    function _pickConvened(uint256 seed) private view returns (Convened storage convened) {
        uint256 start = _pick(seed, "convened", _convened.length);
        for (uint256 i; i < _convened.length; ++i) {
            convened = _convened[(start + i) % _convened.length];
            if (convened.last == IConsultations.ConsultationStage.None) return convened;
        }
        return _convened[start];
    }

    function _isActive(uint256 house) private view returns (bool active) {
        return _world.consortium().isActive(_world.houseAt(house));
    }
}
