// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IRecovery} from "../interfaces/IRecovery.sol";
import {IPersons} from "../interfaces/registrar/IPersons.sol";
import {OrderedMerkle} from "./libraries/OrderedMerkle.sol";
import {Callers} from "./shared/Callers.sol";

contract Recovery is IRecovery, Callers {
    uint8 private constant FEWEST = 2;
    uint8 private constant MOST = 16;
    uint32 private constant SHORTEST_DELAY = 1 days;
    uint32 private constant LONGEST_DELAY = 30 days;
    /// @dev An attempt that stays without approvals, or is not carried out, is over after this.
    uint40 private constant LIFETIME = 30 days;

    mapping(address account => Circle) private _circles;
    mapping(address account => Circle) private _coming;
    mapping(address account => Attempt) private _attempts;
    mapping(address account => mapping(uint32 number => uint256 approved)) private _approved;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {}

    /// @inheritdoc IRecovery
    function nameGuardians(
        bytes32 root,
        uint8 threshold,
        uint8 size,
        uint32 delay
    ) external {
        address account = _msgSender();
        IPersons.Person memory person = _registrar.personOf(account);
        // An institution's account is certified too, but is no person's.
        if (
            person.role == IPersons.Role.None ||
            person.certification != IPersons.Certification.Certified
        ) revert CallerNotPatient(account);
        bool valid = root != 0 &&
            threshold >= FEWEST &&
            threshold <= size &&
            size <= MOST &&
            delay >= SHORTEST_DELAY &&
            delay <= LONGEST_DELAY;
        if (!valid) revert RecoveryCircleInvalid(threshold, size, delay);
        Circle memory inForce = circleOf(account);
        uint40 since = uint40(block.timestamp) + inForce.delay;
        _circles[account] = inForce;
        _coming[account] = Circle(root, threshold, size, delay, since);
        emit GuardiansNamed(account, root, threshold, size, delay, since);
    }

    /// @inheritdoc IRecovery
    function startRecovery(
        address account,
        address replacement,
        Membership calldata membership
    ) external {
        Attempt storage attempt = _attempts[account];
        // One that enough guardians approved waits for the institution, vetoed or not.
        if (_isUnderWay(attempt) || (_isAlive(attempt) && attempt.readyAt != 0)) {
            revert RecoveryAttemptInvalid(account);
        }
        Circle memory circle = circleOf(account);
        _attempts[account] = Attempt({
            replacement: replacement,
            status: AttemptStatus.Started,
            attested: false,
            threshold: circle.threshold,
            delay: circle.delay,
            approvals: 0,
            number: attempt.number + 1,
            startedAt: uint40(block.timestamp),
            readyAt: 0,
            root: circle.root
        });
        _approve(account, membership);
    }

    /// @inheritdoc IRecovery
    function approveRecovery(
        address account,
        address replacement,
        Membership calldata membership
    ) external {
        Attempt storage attempt = _attempts[account];
        if (!_isAlive(attempt) || attempt.replacement != replacement) {
            revert RecoveryAttemptInvalid(account);
        }
        _approve(account, membership);
    }

    /// @inheritdoc IRecovery
    function vetoRecovery(uint32 number) external {
        address account = _msgSender();
        Attempt storage attempt = _attempts[account];
        if (attempt.number == number && attempt.status == AttemptStatus.Vetoed) return;
        // Another number is an attempt that is over, or a message that a relay held back.
        if (
            attempt.number != number ||
            attempt.status != AttemptStatus.Started ||
            attempt.attested
        ) revert RecoveryAttemptInvalid(account);
        attempt.status = AttemptStatus.Vetoed;
        emit RecoveryVetoed(account, number, account);
    }

    /// @inheritdoc IRecovery
    function dismissRecovery(address account) external {
        address institution = _requireCertifier(account);
        Attempt storage attempt = _attempts[account];
        if (!_isUnderWay(attempt) || attempt.readyAt != 0) revert RecoveryAttemptInvalid(account);
        attempt.status = AttemptStatus.Vetoed;
        emit RecoveryVetoed(account, attempt.number, institution);
    }

    /// @inheritdoc IRecovery
    function attestRecovery(address account) external {
        address institution = _requireCertifier(account);
        Attempt storage attempt = _attempts[account];
        if (!_isAlive(attempt) || attempt.readyAt == 0 || attempt.attested) {
            revert RecoveryAttemptInvalid(account);
        }
        attempt.status = AttemptStatus.Started;
        attempt.attested = true;
        attempt.readyAt = uint40(block.timestamp) + attempt.delay;
        emit RecoveryAttested(account, attempt.number, institution, attempt.readyAt);
    }

    /// @inheritdoc IRecovery
    function completeRecovery(address account) external {
        Attempt storage attempt = _attempts[account];
        address replacement = attempt.replacement;
        if (!isRecoveryOpen(account) || replacement == address(0)) {
            revert RecoveryAttemptInvalid(account);
        }
        attempt.status = AttemptStatus.Completed;
        emit RecoveryCompleted(account, attempt.number, replacement);
        _registrar.replace(account, replacement);
    }

    /// @inheritdoc IRecovery
    function attemptOf(address account) external view returns (Attempt memory attempt) {
        return _attempts[account];
    }

    /// @inheritdoc IRecovery
    function circleOf(address account) public view returns (Circle memory circle) {
        Circle storage coming = _coming[account];
        // Zero before the first circle is named, and then there is no other either.
        if (block.timestamp >= coming.since) return coming;
        return _circles[account];
    }

    /// @inheritdoc IRecovery
    function isRecoveryOpen(address account) public view returns (bool open) {
        Attempt storage attempt = _attempts[account];
        // Not ready is zero, and LIFETIME after that long over.
        return
            attempt.status == AttemptStatus.Started &&
            block.timestamp >= attempt.readyAt &&
            block.timestamp < attempt.readyAt + LIFETIME;
    }

    function _approve(address account, Membership calldata membership) private {
        Attempt storage attempt = _attempts[account];
        address guardian = _msgSender();
        bytes32 leaf = OrderedMerkle.leaf(
            membership.index,
            membership.salt,
            abi.encodePacked(guardian, account)
        );
        uint256 approved = _approved[account][attempt.number];
        uint256 bit = 1 << membership.index;
        bytes32 root = OrderedMerkle.rootOf(leaf, membership.index, membership.path);
        // A bit beyond the word would be none, and one guardian would count for all.
        bool valid = membership.index < MOST && root != 0 && root == attempt.root;
        if (!valid || approved & bit != 0) {
            revert RecoveryNotGuardian(guardian);
        }
        _approved[account][attempt.number] = approved | bit;
        attempt.approvals += 1;
        if (attempt.approvals == attempt.threshold) {
            attempt.readyAt = uint40(block.timestamp) + attempt.delay;
        }
        emit RecoveryApproved(
            account,
            attempt.number,
            guardian,
            membership.index,
            attempt.replacement,
            attempt.approvals,
            attempt.readyAt
        );
    }

    function _requireCertifier(address account) private view returns (address institution) {
        institution = _requireInstitution();
        if (_registrar.personOf(account).certifier != institution) {
            revert CallerNotAllowed(institution);
        }
    }

    function _isUnderWay(Attempt storage attempt) private view returns (bool) {
        return attempt.status == AttemptStatus.Started && _isAlive(attempt);
    }

    /// @dev Neither carried out, nor forgotten, nor open for longer than it may be. Who vetoes may
    ///      be a thief: guardians go on approving, so that the institution can overrule it.
    function _isAlive(Attempt storage attempt) private view returns (bool) {
        uint40 from = attempt.readyAt == 0 ? attempt.startedAt : attempt.readyAt;
        bool alive = attempt.status == AttemptStatus.Started ||
            attempt.status == AttemptStatus.Vetoed;
        return alive && block.timestamp < from + LIFETIME;
    }
}
