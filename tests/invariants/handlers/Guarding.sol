// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IForwarder} from "../../../interfaces/IForwarder.sol";
import {IGuardianship} from "../../../interfaces/IGuardianship.sol";
import {IRecovery} from "../../../interfaces/IRecovery.sol";
import {IResearch} from "../../../interfaces/IResearch.sol";
import {Handler} from "../Handler.sol";
import {Signing} from "../Signing.sol";
import {World} from "../world/World.sol";

/// @title Guarding: two institutions appoint a guardian, who acts in the ward's name
contract Guarding is Handler {
    struct Given {
        address ward;
        address guardian;
        address proposer;
        address confirmer;
        IGuardianship.Basis basis;
        uint40 endsAt;
        uint40 confirmedAt;
        bool revoked;
    }

    IGuardianship private immutable _guardianship;

    Given[] private _given;
    mapping(address ward => mapping(address guardian => uint256 next)) private _newest;

    constructor(World world) Handler(world) {
        _guardianship = IGuardianship(address(world.guardianship()));
    }

    function appoint(uint256 seed) external counted {
        Given memory given;
        given.ward = _world.patientAt(_pick(seed, "ward", 2));
        given.guardian = _world.clinicianAt(_pick(seed, "guardian", 3));
        given.proposer = _world.activeHouse(seed);
        given.basis = IGuardianship.Basis(1 + _pick(seed, "basis", 3));
        given.endsAt = _later(seed, 4 days, 30 days);
        bytes memory call = abi.encodeCall(
            IGuardianship.appoint,
            (given.ward, given.guardian, given.basis, given.endsAt, bytes32("evidence"))
        );
        _send(given.proposer, address(_guardianship), call);
        _given.push(given);
        _newest[given.ward][given.guardian] = _given.length;
    }

    function confirm(uint256 seed) external counted {
        Given storage given = _pickGiven(seed);
        address house = _world.houseAt(_pick(seed, "house", 4));
        _send(house, address(_guardianship), _confirmation(given));
        _breach(given.confirmer != address(0), "R07: confirmed twice");
        given.confirmer = house;
        given.confirmedAt = uint40(block.timestamp);
    }

    function revoke(uint256 seed) external counted {
        require(_pick(seed, "seldom", 3) == 0);
        Given storage given = _pickGiven(seed);
        bytes memory call = abi.encodeCall(
            IGuardianship.revokeGuardian,
            (given.ward, given.guardian)
        );
        address by = _pick(seed, "by", 2) == 0 ? given.ward : given.proposer;
        _send(by, address(_guardianship), call);
        given.revoked = true;
    }

    function act(uint256 seed) external counted {
        Given storage given = _pickHolding(seed);
        uint32 number = _world.research().choiceOf("study", given.ward).number + 1;
        bytes memory data = abi.encodeCall(IResearch.choose, ("study", false, number));
        _forward(given, address(_world.research()), data, seed);
        _breach(!holds(given), "R07: acted outside its mandate");
        uint32 now_ = _world.research().choiceOf("study", given.ward).number;
        _breach(now_ != number, "R07: not in the ward's name");
    }

    function meddle(uint256 seed) external counted {
        Given storage given = _pickGiven(seed);
        address target = address(_guardianship);
        _breach(_try(given.proposer, target, _confirmation(given)), "R07: one institution alone");
        bytes memory call = abi.encodeCall(
            IGuardianship.revokeGuardian,
            (given.ward, given.guardian)
        );
        _breach(_try(_world.stranger(), target, call), "R07: revoked by a stranger");
        call = abi.encodeCall(IRecovery.vetoRecovery, (0));
        address recovery = address(_world.recovery());
        _breach(_tryForward(given, recovery, call, seed), "T25: a guardian at the recovery");
        call = abi.encodeCall(IGuardianship.revokeGuardian, (given.ward, given.guardian));
        _breach(_tryForward(given, target, call, seed), "R07: a guardian at the guardianship");
    }

    function givenCount() external view returns (uint256 count) {
        return _given.length;
    }

    function givenAt(uint256 index) external view returns (Given memory given) {
        return _given[index];
    }

    function isNewest(uint256 index) external view returns (bool newest) {
        return _newest[_given[index].ward][_given[index].guardian] == index + 1;
    }

    /// @dev By two institutions, three days before, for somebody who lives, and not yet over.
    function holds(Given memory given) public view returns (bool) {
        return
            given.confirmer != address(0) &&
            given.confirmer != given.proposer &&
            !given.revoked &&
            given.basis != IGuardianship.Basis.Deceased &&
            block.timestamp >= given.confirmedAt + 3 days &&
            block.timestamp < given.endsAt;
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](5);
        selectors[0] = this.appoint.selector;
        selectors[1] = this.confirm.selector;
        selectors[2] = this.revoke.selector;
        selectors[3] = this.act.selector;
        selectors[4] = this.meddle.selector;
    }

    function _forward(Given storage given, address to, bytes memory data, uint256 seed) private {
        bytes memory call = _callOf(given, to, data, seed);
        _send(_world.stranger(), address(_world.forwarder()), call);
    }

    function _tryForward(
        Given storage given,
        address to,
        bytes memory data,
        uint256 seed
    ) private returns (bool done) {
        bytes memory call = _callOf(given, to, data, seed);
        return _try(_world.stranger(), address(_world.forwarder()), call);
    }

    function _callOf(
        Given storage given,
        address to,
        bytes memory data,
        uint256 seed
    ) private view returns (bytes memory call) {
        IForwarder.ForwardRequest memory request = IForwarder.ForwardRequest(
            given.ward,
            to,
            uint256(_some(seed, "nonce")),
            uint48(block.timestamp + 1 hours),
            data
        );
        bytes32 hash = Signing.request(request);
        address forwarder = address(_world.forwarder());
        bytes memory signature = _world.sign(given.guardian, "Forwarder", forwarder, hash);
        return abi.encodeCall(IForwarder.executeFor, (request, given.guardian, signature));
    }

    function _confirmation(Given storage given) private view returns (bytes memory call) {
        return
            abi.encodeCall(
                IGuardianship.confirm,
                (given.ward, given.guardian, given.basis, given.endsAt, bytes32("evidence"))
            );
    }

    /// @dev One whose mandate holds, if there is any.
    function _pickHolding(uint256 seed) private view returns (Given storage given) {
        for (uint256 i; i < _given.length; ++i) {
            given = _given[_given.length - 1 - i];
            if (holds(given) && _newest[given.ward][given.guardian] == _given.length - i) {
                return given;
            }
        }
        return _pickGiven(seed);
    }

    /// @dev The newest of a pair: the contract keeps no other.
    function _pickGiven(uint256 seed) private view returns (Given storage given) {
        Given storage any_ = _given[_pick(seed, "given", _given.length)];
        return _given[_newest[any_.ward][any_.guardian] - 1];
    }
}
