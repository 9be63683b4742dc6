// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {IConsortium} from "../interfaces/IConsortium.sol";
import {IRegistrar} from "../interfaces/IRegistrar.sol";
import {IRelationship} from "../interfaces/IRelationship.sol";
import {IRelationshipFactory} from "../interfaces/IRelationshipFactory.sol";
import {ISummary} from "../interfaces/ISummary.sol";
import {IPersons} from "../interfaces/registrar/IPersons.sol";
import {IParties} from "../interfaces/relationship/IParties.sol";

contract RelationshipFactory is IRelationshipFactory, ERC2771Context {
    uint256 private constant LONGEST_WRAP = 2048;

    IConsortium private immutable _consortium;
    IRegistrar private immutable _registrar;

    /// @inheritdoc IRelationshipFactory
    address public immutable relationshipImplementation;

    mapping(address relationship => bool precluded) private _precluded;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) {
        _consortium = IConsortium(consortium);
        _registrar = IRegistrar(registrar);
        relationshipImplementation = relationship;
        // Summary and Relationship were deployed with this address before it existed.
        ISummary summary = ISummary(IRegistrar(registrar).summaryImplementation());
        // A later version finds the first one there, and lists once the members adopt it (P40).
        if (summary.factory().code.length == 0) _requireNamed(address(this), summary.factory());
        _requireNamed(registrar, summary.registrar());
        _requireNamed(address(this), IRelationship(relationship).factory());
    }

    /// @inheritdoc IRelationshipFactory
    function propose(Opening calldata opening) external returns (address relationship) {
        address proposer = _msgSender();
        _requireParty(proposer, opening.owner, opening.institution);
        _checkWraps(opening);
        (address ownerSummary, address institutionSummary) = _checkParties(opening);
        _checkPrevious(opening.owner, opening.institution, opening.nonce);
        relationship = relationshipOf(opening.owner, opening.institution, opening.nonce);
        if (_precluded[relationship] || relationship.code.length != 0) {
            revert RelationshipFactoryClosed(relationship);
        }
        relationship = Clones.cloneDeterministic(relationshipImplementation, _salt(opening));
        emit RelationshipCreated(
            opening.owner,
            opening.institution,
            relationship,
            opening.nonce
        );
        _open(relationship, proposer, opening);
        ISummary(ownerSummary).list(relationship);
        ISummary(institutionSummary).list(relationship);
    }

    /// @inheritdoc IRelationshipFactory
    function preclude(address owner, address institution, uint32 nonce) external {
        _requireParty(_msgSender(), owner, institution);
        address relationship = relationshipOf(owner, institution, nonce);
        if (relationship.code.length != 0) {
            IRelationship(relationship).close(_msgSender());
        } else if (!_precluded[relationship]) {
            // Else a tombstone far ahead would open the way to a second live relationship.
            _checkPrevious(owner, institution, nonce);
            _precluded[relationship] = true;
            emit RelationshipPrecluded(owner, institution, relationship, nonce);
        }
    }

    /// @inheritdoc IRelationshipFactory
    function follow(address relationship) external {
        if (!_isClone(relationship)) revert RelationshipFactoryNothingToFollow(relationship);
        // Of the parties only the owner is followed.
        // slither-disable-next-line unused-return
        (address owner, , , ) = IRelationship(relationship).parties();
        address successor = _registrar.currentOf(owner);
        if (successor == owner) revert RelationshipFactoryNothingToFollow(relationship);
        IRelationship(relationship).replaceOwner(successor);
        ISummary(_registrar.summaryOf(successor)).list(relationship);
    }

    /// @inheritdoc IRelationshipFactory
    function isPrecluded(address relationship) external view returns (bool precluded) {
        return _precluded[relationship];
    }

    /// @inheritdoc IRelationshipFactory
    function relationshipOf(
        address owner,
        address institution,
        uint32 nonce
    ) public view returns (address relationship) {
        return
            Clones.predictDeterministicAddress(
                relationshipImplementation,
                keccak256(abi.encode(owner, institution, nonce)),
                address(this)
            );
    }

    /// @dev Only this factory opens clones of its implementation.
    function _isClone(address relationship) private view returns (bool) {
        bytes memory code = abi.encodePacked(
            hex"363d3d373d3d3d363d73",
            relationshipImplementation,
            hex"5af43d82803e903d91602b57fd5bf3"
        );
        return relationship.codehash == keccak256(code);
    }

    function _open(address relationship, address proposer, Opening calldata opening) private {
        IRelationship(relationship).open(
            opening.owner,
            opening.institution,
            proposer,
            opening.mirror,
            opening.rootCommitment,
            opening.ownerKeyVersion,
            opening.institutionKeyVersion,
            opening.ownerWrap,
            opening.institutionWrap
        );
    }

    function _checkParties(
        Opening calldata opening
    ) private view returns (address ownerSummary, address institutionSummary) {
        ownerSummary = _registrar.summaryOf(opening.owner);
        if (ownerSummary == address(0) || opening.owner == opening.institution) {
            revert RelationshipFactoryOwnerInvalid(opening.owner);
        }
        institutionSummary = _registrar.summaryOf(opening.institution);
        // A person who was voted in is a member with a Summary, yet never enrolled: roles would mix.
        if (
            institutionSummary == address(0) ||
            !_consortium.isActive(opening.institution) ||
            _registrar.personOf(opening.institution).role != IPersons.Role.None
        ) revert RelationshipFactoryInstitutionInvalid(opening.institution);
        _checkMirror(opening);
    }

    /// @dev One house must not hold wrap and slips (P01); a consortium of two has no third.
    function _checkMirror(Opening calldata opening) private view {
        address mirror = opening.mirror;
        bool valid;
        if (mirror == address(0)) {
            // Of the five numbers only this one decides.
            // slither-disable-next-line unused-return
            (, uint32 electorate, , , ) = _consortium.census();
            valid = electorate == 2;
        } else {
            valid =
                mirror != opening.institution &&
                mirror != opening.owner &&
                _consortium.isActive(mirror);
        }
        if (!valid) revert RelationshipFactoryMirrorInvalid(mirror);
    }

    function _checkPrevious(address owner, address institution, uint32 nonce) private view {
        if (nonce == 0) return;
        address previous = relationshipOf(owner, institution, nonce - 1);
        if (_precluded[previous]) return;
        if (previous.code.length == 0) revert RelationshipFactoryPreviousOpen(previous);
        IParties.Status status = IRelationship(previous).status();
        if (status != IParties.Status.Refused && status != IParties.Status.Ended) {
            revert RelationshipFactoryPreviousOpen(previous);
        }
    }

    function _checkWraps(Opening calldata opening) private pure {
        _checkLength(opening.ownerWrap.length);
        _checkLength(opening.institutionWrap.length);
    }

    function _checkLength(uint256 length) private pure {
        if (length == 0 || length > LONGEST_WRAP) revert RelationshipFactoryWrapInvalid(length);
    }

    function _requireParty(address caller, address owner, address institution) private pure {
        if (caller != owner && caller != institution) revert RelationshipFactoryNotParty(caller);
    }

    function _requireNamed(address expected, address found) private pure {
        if (expected != found) revert RelationshipFactoryMisplaced(expected, found);
    }

    function _salt(Opening calldata opening) private pure returns (bytes32) {
        return keccak256(abi.encode(opening.owner, opening.institution, opening.nonce));
    }
}
