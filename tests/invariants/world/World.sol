// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IRelationshipFactory} from "../../../interfaces/IRelationshipFactory.sol";
import {IGrants} from "../../../interfaces/relationship/IGrants.sol";
import {IParties} from "../../../interfaces/relationship/IParties.sol";
import {VM} from "../Vm.sol";
import {Drafts} from "./Drafts.sol";

/// @title World: what every run starts from
/// @dev Patient i has a relationship with house i, mirrored by house 2, with a laboratory report
///      and a package for referrals, and grants to a clinician and to two houses.
contract World is Drafts {
    uint40 private constant START = 1_800_000_000;
    uint40 private constant DISTANT = START + 3650 days;

    constructor() {
        VM.warp(START);
        _name();
        _found();
        _registerAll();
        for (uint256 i; i < 2; ++i) {
            address relationship = propose(patientAt(i), houseAt(i), 0, houseAt(2));
            _send(patientAt(i), relationship, abi.encodeCall(IParties.accept, ()));
            _anchorFirst(relationship, LABORATORY);
            _anchorFirst(relationship, PACKAGE);
            _grantFirst(relationship, i);
        }
    }

    /// @dev The institution proposes.
    function propose(
        address owner,
        address house,
        uint32 nonce,
        address mirror
    ) public returns (address relationship) {
        return proposeBy(house, owner, house, nonce, mirror);
    }

    function proposeBy(
        address proposer,
        address owner,
        address house,
        uint32 nonce,
        address mirror
    ) public returns (address relationship) {
        IRelationshipFactory.Opening memory opening = IRelationshipFactory.Opening(
            owner,
            house,
            nonce,
            mirror,
            keccak256("root"),
            1,
            1,
            "owner's wrap",
            "institution's wrap"
        );
        bytes memory call = abi.encodeCall(IRelationshipFactory.propose, (opening));
        relationship = abi.decode(_send(proposer, address(factory), call), (address));
        bytes32 subject = keccak256(abi.encodePacked(relationship, owner));
        addPair(Pair(owner, house, nonce, relationship, subject));
    }

    /// @dev Grants whatever is given, in the owner's name, and writes it down.
    function grant(address relationship, IGrants.Grant memory terms) public {
        (address owner, , , ) = IRelationship(relationship).parties();
        _send(owner, relationship, abi.encodeCall(IGrants.grantAccess, (terms)));
        addGrant(relationship, terms);
    }

    function everything(
        bytes16 id,
        address viewer,
        bytes32 affiliation,
        uint40 expiresAt
    ) public pure returns (IGrants.Grant memory terms) {
        terms.id = id;
        terms.viewer = viewer;
        terms.affiliation = affiliation;
        terms.scope = IGrants.Scope.Everything;
        terms.purpose = "TREAT";
        terms.expiresAt = expiresAt;
        terms.consent = keccak256("consent text");
        terms.keyVersion = 1;
        terms.wrap = "wrap";
    }

    function _placeOf(uint256 ahead) internal view override returns (address) {
        return VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + ahead);
    }

    function _anchorFirst(address relationship, uint8 kind) private {
        bytes32 id = keccak256(abi.encode("record", relationship, kind));
        uint48 deadline = uint48(block.timestamp + 1 days);
        anchor(Draft(relationship, id, 0, kind, deadline), 1, kind);
    }

    function _grantFirst(address relationship, uint256 i) private {
        address other = houseAt(1 - i);
        bytes32 department = departmentAt(1 - i);
        grant(relationship, everything("clinician", clinicianAt(1 - i), department, DISTANT));
        grant(relationship, everything("house", other, padded(other), DISTANT));
        grant(relationship, everything("fourth", houseAt(3), padded(houseAt(3)), DISTANT));
    }
}
