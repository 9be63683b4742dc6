// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRecovery} from "../../../interfaces/IRecovery.sol";
import {Handler} from "../Handler.sol";
import {World} from "../world/World.sol";

/// @title Recovering: guardians start, approve and carry out; owners veto, institutions overrule
/// @dev Every circle is of the same four guardians, two of whom are enough.
contract Recovering is Handler {
    uint8 private constant THRESHOLD = 2;
    uint8 private constant SIZE = 4;

    struct Attempted {
        address account;
        uint32 number;
        address replacement;
        address[] approvers;
        uint40 enoughAt;
        uint32 delay;
        bool vetoed;
        bool attested;
        uint40 attestedAt;
        uint40 completedAt;
    }

    IRecovery private immutable _recovery;

    Attempted[] private _attempts;
    mapping(address account => uint256 next) private _newest;
    address[] private _accounts;
    /// @notice Whom a completed attempt made an account's successor.
    mapping(address account => address replacement) public successorOf;

    constructor(World world) Handler(world) {
        _recovery = IRecovery(address(world.recovery()));
        for (uint256 i; i < 2; ++i) _accounts.push(world.patientAt(i));
    }

    function name(uint256 seed) external counted {
        address account = _account(seed);
        uint32 delay = uint32(1 days + _pick(seed, "delay", 2 days));
        bytes memory call = abi.encodeCall(
            IRecovery.nameGuardians,
            (_rootOf(account), THRESHOLD, SIZE, delay)
        );
        _send(account, address(_recovery), call);
    }

    function start(uint256 seed) external counted {
        address account = _account(seed);
        uint256 guardian = _pick(seed, "guardian", SIZE);
        address replacement = _replacement(seed);
        bytes memory call = abi.encodeCall(
            IRecovery.startRecovery,
            (account, replacement, _membership(account, guardian))
        );
        _send(_world.spareAt(guardian), address(_recovery), call);
        Attempted storage attempt = _attempts.push();
        attempt.account = account;
        attempt.number = _recovery.attemptOf(account).number;
        attempt.delay = _recovery.attemptOf(account).delay;
        attempt.replacement = replacement;
        attempt.approvers.push(_world.spareAt(guardian));
        _newest[account] = _attempts.length;
    }

    function approve(uint256 seed) external counted {
        Attempted storage attempt = _attempt(seed);
        uint256 guardian = _pick(seed, "guardian", SIZE);
        _send(_world.spareAt(guardian), address(_recovery), _approval(attempt, guardian));
        attempt.approvers.push(_world.spareAt(guardian));
        if (attempt.approvers.length == THRESHOLD) attempt.enoughAt = uint40(block.timestamp);
    }

    function veto(uint256 seed) external counted {
        Attempted storage attempt = _attempt(seed);
        bytes memory call = abi.encodeCall(IRecovery.vetoRecovery, (attempt.number));
        _send(attempt.account, address(_recovery), call);
        attempt.vetoed = true;
        _breach(attempt.attested, "T25: a veto after the institution attested");
    }

    function dismiss(uint256 seed) external counted {
        require(_pick(seed, "seldom", 2) == 0);
        Attempted storage attempt = _attempt(seed);
        address house = _certifierOf(attempt.account);
        bytes memory call = abi.encodeCall(IRecovery.dismissRecovery, (attempt.account));
        _send(house, address(_recovery), call);
        attempt.vetoed = true;
        _breach(attempt.enoughAt != 0, "T25: dismissed when enough had approved");
    }

    function attest(uint256 seed) external counted {
        Attempted storage attempt = _attempt(seed);
        address house = _certifierOf(attempt.account);
        bytes memory call = abi.encodeCall(IRecovery.attestRecovery, (attempt.account));
        _send(house, address(_recovery), call);
        attempt.attested = true;
        attempt.attestedAt = uint40(block.timestamp);
    }

    function complete(uint256 seed) external counted {
        Attempted storage attempt = _attempt(seed);
        bytes memory call = abi.encodeCall(IRecovery.completeRecovery, (attempt.account));
        _send(_world.stranger(), address(_recovery), call);
        attempt.completedAt = uint40(block.timestamp);
        successorOf[attempt.account] = attempt.replacement;
        _accounts.push(attempt.replacement);
    }

    function meddle(uint256 seed) external counted {
        Attempted storage attempt = _attempt(seed);
        address target = address(_recovery);
        address guardian = attempt.approvers[0];
        for (uint256 i; i < SIZE; ++i) {
            if (_world.spareAt(i) != guardian) continue;
            _breach(_try(guardian, target, _approval(attempt, i)), "T25: approved twice");
            _breach(_forged(attempt, guardian, i), "T25: a second place for one guardian");
        }
        bytes memory call = _approval(attempt, 0);
        _breach(_try(_world.stranger(), target, call), "T25: no guardian");
        call = abi.encodeCall(IRecovery.attestRecovery, (attempt.account));
        address other = _world.houseAt(_certifierOf(attempt.account) == _world.houseAt(3) ? 2 : 3);
        _breach(_try(other, target, call), "T25: attested by another institution");
        call = abi.encodeCall(IRecovery.vetoRecovery, (attempt.number + 1));
        _breach(_try(attempt.account, target, call), "T25: vetoed before it began");
    }

    function attemptCount() external view returns (uint256 count) {
        return _attempts.length;
    }

    function attemptAt(uint256 index) external view returns (Attempted memory attempt) {
        return _attempts[index];
    }

    function isNewest(uint256 index) external view returns (bool newest) {
        return _newest[_attempts[index].account] == index + 1;
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](8);
        selectors[0] = this.name.selector;
        selectors[1] = this.start.selector;
        selectors[2] = this.approve.selector;
        selectors[3] = this.veto.selector;
        selectors[4] = this.dismiss.selector;
        selectors[5] = this.attest.selector;
        selectors[6] = this.complete.selector;
        selectors[7] = this.meddle.selector;
    }

    /// @dev Somebody registered for it, or nobody: guardians may also only open the box.
    function _replacement(uint256 seed) private returns (address replacement) {
        if (_pick(seed, "box", 4) == 0) return address(0);
        replacement = _world.makeAccount(string(abi.encode("replacement", seed)));
        _world.registerPatient(replacement, _world.activeHouse(seed));
    }

    /// @dev The path of the one place with the bit of another.
    function _forged(
        Attempted storage attempt,
        address guardian,
        uint256 index
    ) private returns (bool done) {
        IRecovery.Membership memory membership = _membership(attempt.account, index);
        membership.index += SIZE;
        bytes memory call = abi.encodeCall(
            IRecovery.approveRecovery,
            (attempt.account, attempt.replacement, membership)
        );
        return _try(guardian, address(_recovery), call);
    }

    function _approval(
        Attempted storage attempt,
        uint256 guardian
    ) private view returns (bytes memory call) {
        IRecovery.Membership memory membership = _membership(attempt.account, guardian);
        return
            abi.encodeCall(
                IRecovery.approveRecovery,
                (attempt.account, attempt.replacement, membership)
            );
    }

    /// @dev The newest attempt of an account: the contract keeps no other.
    function _attempt(uint256 seed) private view returns (Attempted storage attempt) {
        return _attempts[_newest[_account(seed)] - 1];
    }

    /// @dev One of the two newest, one of whom may have replaced the other.
    function _account(uint256 seed) private view returns (address account) {
        uint256 size = _accounts.length < 3 ? _accounts.length : 3;
        return _accounts[_accounts.length - 1 - _pick(seed, "account", size)];
    }

    function _certifierOf(address account) private view returns (address house) {
        return _world.registrar().personOf(account).certifier;
    }

    function _membership(
        address account,
        uint256 index
    ) private view returns (IRecovery.Membership memory membership) {
        membership.index = uint64(index);
        membership.path = new bytes32[](2);
        membership.path[0] = _leaf(account, index ^ 1);
        uint256 pair = (index ^ 2) & 2;
        membership.path[1] = _node(_leaf(account, pair), _leaf(account, pair + 1));
    }

    function _rootOf(address account) private view returns (bytes32 root) {
        bytes32 left = _node(_leaf(account, 0), _leaf(account, 1));
        return _node(left, _node(_leaf(account, 2), _leaf(account, 3)));
    }

    function _leaf(address account, uint256 index) private view returns (bytes32 leaf) {
        address guardian = _world.spareAt(index);
        bytes memory value = abi.encodePacked(guardian, account);
        return keccak256(abi.encodePacked(bytes1(0), uint64(index), bytes32(0), value));
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32 node) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
