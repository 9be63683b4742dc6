// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IMembership} from "../../interfaces/consortium/IMembership.sol";

/// @title Membership: who belongs to the consortium
/// @dev `_round` starts at one and grows whenever a member leaves the electorate; a proposal of
///      an earlier round lapses, because votes of the departed would still be counted in it. It
///      grows with the expulsion of an invited or suspended one too: a second admission that was
///      voted earlier would bring the expelled back.
abstract contract Membership is IMembership, ERC2771Context {
    uint32 private constant LONGEST_STOP = 7 days;

    uint32 private _memberCount;
    uint32 private _electorate;
    uint32 private _round = 1;
    uint32 private _unsigned;
    uint64 internal _proposalCount;
    // Beside what `isActive` reads anyway: a stop costs nobody gas.
    uint40 private _stoppedUntil;
    bytes32 private _agreement;
    mapping(uint256 index => address account) private _accounts;
    mapping(address account => Member) private _members;
    uint64 private _stopBarrier;

    modifier onlyMember() {
        _requireFounded();
        if (_members[_msgSender()].standing != Standing.Active) {
            revert ConsortiumNotMember(_msgSender());
        }
        _;
    }

    /// @inheritdoc IMembership
    function signAgreement(bytes32 hash) external {
        address account = _msgSender();
        Member storage member = _members[account];
        if (member.standing != Standing.Invited) {
            revert ConsortiumStandingInvalid(account, member.standing);
        }
        if (hash != _agreement) revert ConsortiumAgreementInvalid(hash, _agreement);
        // Only founders can sign while anybody is unsigned: nobody else is invited before.
        if (_unsigned != 0) _unsigned -= 1;
        _electorate += 1;
        member.agreement = hash;
        _stand(member, Standing.Active);
        emit AgreementSigned(account, hash, _electorate, _unsigned);
    }

    /// @inheritdoc IMembership
    function isActive(address account) external view returns (bool active) {
        return block.timestamp >= _stoppedUntil && isMember(account);
    }

    /// @inheritdoc IMembership
    function stoppedUntil() external view returns (uint40 until) {
        return _stoppedUntil;
    }

    /// @inheritdoc IMembership
    function memberOf(address account) external view returns (Member memory member) {
        return _members[account];
    }

    /// @inheritdoc IMembership
    function seatOf(address account) external view returns (uint32 seat) {
        Member storage member = _members[account];
        return member.standing == Standing.None ? 0 : member.index + 1;
    }

    /// @inheritdoc IMembership
    function members(
        uint256 offset,
        uint256 limit
    ) external view returns (address[] memory accounts) {
        uint256 rest = offset < _memberCount ? _memberCount - offset : 0;
        accounts = new address[](limit < rest ? limit : rest);
        for (uint256 i; i < accounts.length; ++i) accounts[i] = _accounts[offset + i];
    }

    /// @inheritdoc IMembership
    function census()
        external
        view
        returns (
            uint32 memberCount,
            uint32 electorate,
            uint32 round,
            uint32 unsigned,
            uint64 proposalCount
        )
    {
        return (_memberCount, _electorate, _round, _unsigned, _proposalCount);
    }

    /// @inheritdoc IMembership
    function agreement() external view returns (bytes32 hash) {
        return _agreement;
    }

    /// @inheritdoc IMembership
    function isMember(address account) public view returns (bool member) {
        return _unsigned == 0 && _members[account].standing == Standing.Active;
    }

    function _open(uint32 founders, bytes32 hash) internal {
        _unsigned = founders;
        _agreement = hash;
    }

    function _invite(address account, Details memory details) internal returns (uint32 index) {
        _requireInvitable(account, details.tier);
        Member storage member = _members[account];
        bool known = member.standing == Standing.Expelled;
        index = known ? member.index : _memberCount;
        if (!known) {
            _accounts[index] = account;
            _memberCount += 1;
        }
        member.tier = details.tier;
        member.index = index;
        member.details = keccak256(abi.encode(details));
        member.agreement = 0;
        _stand(member, Standing.Invited);
    }

    function _changeStanding(uint256 id, address account, Standing to) internal {
        _requireChange(account, to);
        Member storage member = _members[account];
        if (to == Standing.Active) _electorate += 1;
        else if (member.standing == Standing.Active) _leaveElectorate();
        else _round += 1;
        _stand(member, to);
        emit StandingChanged(id, account, to, _electorate, _round);
    }

    function _adoptAgreement(uint256 id, bytes calldata parameters) internal {
        _agreement = abi.decode(parameters, (bytes32));
        emit AgreementAdopted(id, _agreement);
    }

    /// @dev What was voted before the last stop began or was lifted is no reserve: a stop needs a
    ///      new vote, and so does its lifting.
    function _stop(uint256 id, bytes calldata parameters) internal {
        _passBarrier(id);
        _stoppedUntil = uint40(block.timestamp) + abi.decode(parameters, (uint32));
        emit EmergencyStopped(id, _stoppedUntil);
    }

    function _resume(uint256 id) internal {
        _requireStopped();
        _passBarrier(id);
        _stoppedUntil = 0;
        emit EmergencyLifted(id);
    }

    function _passBarrier(uint256 id) private {
        if (id <= _stopBarrier) revert ConsortiumStopStale(id);
        _stopBarrier = _proposalCount;
    }

    function _requireStopped() internal view {
        if (block.timestamp >= _stoppedUntil) revert ConsortiumNotStopped();
    }

    function _requireStop(uint32 duration) internal pure {
        if (duration == 0 || duration > LONGEST_STOP) revert ConsortiumStopInvalid(duration);
    }

    function _requireFounded() internal view {
        if (_unsigned != 0) revert ConsortiumNotFounded(_unsigned);
    }

    function _requireInvitable(address account, uint8 tier) internal view {
        if (account == address(0)) revert ConsortiumAccountInvalid(account);
        if (tier == 0 || tier > 3) revert ConsortiumTierInvalid(tier);
        Standing standing = _members[account].standing;
        if (standing != Standing.None && standing != Standing.Expelled) {
            revert ConsortiumStandingInvalid(account, standing);
        }
    }

    function _requireChange(address account, Standing to) internal view {
        Standing standing = _members[account].standing;
        bool allowed = false;
        if (to == Standing.Suspended) allowed = standing == Standing.Active;
        else if (to == Standing.Active) allowed = standing == Standing.Suspended;
        else if (to == Standing.Expelled) {
            allowed = standing != Standing.None && standing != Standing.Expelled;
        }
        if (!allowed) revert ConsortiumStandingInvalid(account, standing);
    }

    function _tierOf(address account) internal view returns (uint8 tier) {
        return _members[account].tier;
    }

    function _tally() internal view returns (uint32 electorate, uint32 round) {
        return (_electorate, _round);
    }

    function _leaveElectorate() private {
        if (_electorate <= 2) revert ConsortiumTooFewMembers();
        _electorate -= 1;
        _round += 1;
    }

    function _stand(Member storage member, Standing standing) private {
        member.standing = standing;
        member.since = uint48(block.timestamp);
    }
}
