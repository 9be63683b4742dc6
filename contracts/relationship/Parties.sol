// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IConsortium} from "../../interfaces/IConsortium.sol";
import {IRegistrar} from "../../interfaces/IRegistrar.sol";
import {IParties} from "../../interfaces/relationship/IParties.sol";

/// @title Parties: who the relationship is between, and where it stands
abstract contract Parties is IParties, ERC2771Context {
    uint256 private constant LONGEST_WRAP = 2048;

    IConsortium internal immutable _consortium;
    IRegistrar internal immutable _registrar;

    /// @inheritdoc IParties
    address public immutable factory;

    // One slot: whoever checks the owner has status and epoch warm.
    address internal _owner;
    Status internal _status;
    bool private _ownerProposed;
    bool internal _rotating;
    uint32 internal _epoch;
    // The mirror's seat in the consortium, from 1: an address would cost a slot more (P61).
    uint32 internal _mirrorSeat;
    address internal _institution;
    // Zero unless it ended after it had been accepted.
    uint40 internal _endedAt;
    // Zero while the first owner still is the owner: the slot is paid for by who replaces one.
    address internal _firstOwner;
    uint40 internal _replacedAt;

    modifier onlyOwner() {
        _requireOwner();
        _;
    }

    constructor(address consortium, address registrar, address factory_) {
        _consortium = IConsortium(consortium);
        _registrar = IRegistrar(registrar);
        factory = factory_;
    }

    /// @inheritdoc IParties
    function open(
        address owner,
        address institution,
        address proposer,
        address mirror,
        bytes32 rootCommitment,
        uint32 ownerKeyVersion,
        uint32 institutionKeyVersion,
        bytes calldata ownerWrap,
        bytes calldata institutionWrap
    ) external {
        if (msg.sender != factory) revert RelationshipNotFactory(msg.sender);
        if (_status != Status.None) revert RelationshipStatusInvalid(_status);
        _owner = owner;
        _status = Status.Pending;
        _ownerProposed = proposer == owner;
        _epoch = 1;
        _institution = institution;
        _mirrorSeat = _consortium.seatOf(mirror);
        emit RelationshipProposed(
            owner,
            institution,
            proposer,
            mirror,
            rootCommitment,
            ownerKeyVersion,
            institutionKeyVersion,
            ownerWrap,
            institutionWrap
        );
    }

    /// @inheritdoc IParties
    function accept() external {
        _requireOtherSide();
        if (_status == Status.Accepted) return;
        if (_status != Status.Pending) revert RelationshipStatusInvalid(_status);
        if (!_consortium.isActive(_institution)) {
            revert RelationshipInstitutionInactive(_institution);
        }
        _setStatus(_msgSender(), Status.Accepted);
    }

    /// @inheritdoc IParties
    function refuse() external {
        _requireOtherSide();
        if (_status == Status.Refused) return;
        if (_status != Status.Pending) revert RelationshipStatusInvalid(_status);
        _setStatus(_msgSender(), Status.Refused);
    }

    /// @inheritdoc IParties
    function end() external {
        _requireParty();
        if (_status == Status.Ended || _status == Status.Refused) return;
        _setStatus(_msgSender(), Status.Ended);
    }

    /// @inheritdoc IParties
    function close(address by) external {
        if (msg.sender != factory) revert RelationshipNotFactory(msg.sender);
        // The factory knows the pair that it was made for; the owner may be another by now.
        if (by != _owner && by != _institution) revert RelationshipNotParty(by);
        if (_status == Status.Pending && (by == _owner) != _ownerProposed) {
            _setStatus(by, Status.Refused);
        } else if (_status == Status.Pending || _status == Status.Accepted) {
            _setStatus(by, Status.Ended);
        }
    }

    /// @inheritdoc IParties
    function replaceOwner(address successor) external {
        if (msg.sender != factory) revert RelationshipNotFactory(msg.sender);
        if (_firstOwner == address(0)) {
            _firstOwner = _owner;
            _replacedAt = uint40(block.timestamp);
        }
        emit OwnerReplaced(_owner, successor);
        _owner = successor;
    }

    /// @inheritdoc IParties
    function changeMirror(address mirror) external onlyOwner {
        _requireOwnerInUse();
        if (mirror == _institution || mirror == _owner || !_consortium.isActive(mirror)) {
            revert RelationshipMirrorInvalid(mirror);
        }
        _mirrorSeat = _consortium.seatOf(mirror);
        emit MirrorChanged(mirror);
    }

    /// @inheritdoc IParties
    function rewrapRoot(uint32 keyVersion, bytes calldata wrap) external {
        _requireParty();
        _checkWrap(wrap.length);
        emit RootRewrapped(_msgSender(), keyVersion, wrap);
    }

    /// @inheritdoc IParties
    function parties()
        external
        view
        returns (address owner, address institution, address mirror, Status status_)
    {
        if (_mirrorSeat != 0) mirror = _consortium.members(_mirrorSeat - 1, 1)[0];
        return (_owner, _institution, mirror, _status);
    }

    /// @inheritdoc IParties
    function keyEpoch() external view returns (uint32 epoch, bool rotating) {
        return (_epoch, _rotating);
    }

    /// @inheritdoc IParties
    function status() external view returns (Status status_) {
        return _status;
    }

    /// @inheritdoc IParties
    function subjectId() external view returns (bytes32 subject) {
        address first = _firstOwner == address(0) ? _owner : _firstOwner;
        return keccak256(abi.encodePacked(address(this), first));
    }

    function _requireOwner() internal view {
        if (_msgSender() != _owner) revert RelationshipNotOwner(_msgSender());
    }

    /// @dev A stolen key gives nothing away once its account was replaced. What only takes away
    ///      (revoke, refuse, end) asks nobody (P41).
    function _requireOwnerInUse() internal view {
        if (_registrar.currentOf(_owner) != _owner) revert RelationshipOwnerReplaced(_owner);
    }

    function _requireAccepted() internal view {
        if (_status != Status.Accepted) revert RelationshipStatusInvalid(_status);
    }

    function _checkWrap(uint256 length) internal pure {
        if (length == 0 || length > LONGEST_WRAP) revert RelationshipLengthInvalid(length);
    }

    function _setStatus(address by, Status next) private {
        if (_status == Status.Accepted) _endedAt = uint40(block.timestamp);
        _status = next;
        emit StatusChanged(by, next);
    }

    function _requireParty() private view {
        address caller = _msgSender();
        if (caller != _owner && caller != _institution) revert RelationshipNotParty(caller);
    }

    function _requireOtherSide() private view {
        address expected = _ownerProposed ? _institution : _owner;
        if (_msgSender() != expected) revert RelationshipNotParty(_msgSender());
    }
}
