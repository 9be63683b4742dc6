// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IRecords} from "../../../interfaces/relationship/IRecords.sol";
import {Signing} from "../Signing.sol";
import {Book} from "./Book.sol";
import {People} from "./People.sol";

/// @title Drafts: records as clinician and owner sign them
abstract contract Drafts is Book, People {
    struct Draft {
        address relationship;
        bytes32 recordId;
        bytes32 parent;
        uint8 kind;
        uint48 deadline;
    }

    /// @dev The author is the clinician of the relationship's institution.
    function authored(Draft memory draft) public view returns (IRecords.Authored memory made) {
        (, address house, , ) = IRelationship(draft.relationship).parties();
        (address author, bytes32 department) = staffOf(house);
        made.author = author;
        made.attestation = IRecords.Attestation({
            relationship: draft.relationship,
            recordId: draft.recordId,
            parent: draft.parent,
            kind: draft.kind,
            profile: profileId(draft.kind),
            affiliation: department,
            contentRoot: keccak256(abi.encode("content", draft.recordId)),
            deadline: draft.deadline
        });
        bytes32 hash = Signing.attestation(made.attestation);
        made.signature = sign(author, "Relationship", draft.relationship, hash);
        made.leaf0 = keccak256(abi.encode("leaf 0", draft.recordId));
        made.locator = abi.encode("locator", draft.recordId);
    }

    function confirmed(
        IRecords.Authored memory made,
        uint32 epoch,
        uint256 nonce
    ) public view returns (IRecords.Anchor memory confirmation, bytes memory signature) {
        address relationship = made.attestation.relationship;
        confirmation = IRecords.Anchor({
            attestation: Signing.attestation(made.attestation),
            root: rootOf(made),
            locatorHash: keccak256(made.locator),
            epoch: epoch,
            nonce: nonce,
            deadline: uint48(block.timestamp + 1 days)
        });
        (address owner, , , ) = IRelationship(relationship).parties();
        bytes32 hash = Signing.anchor(confirmation);
        signature = sign(owner, "Relationship", relationship, hash);
    }

    function rootOf(IRecords.Authored memory made) public pure returns (bytes32 root) {
        bytes32 content = made.attestation.contentRoot;
        return keccak256(abi.encodePacked(bytes1(0x01), made.leaf0, content));
    }

    /// @dev Anchors with both signatures, and writes it down.
    function anchor(Draft memory draft, uint32 epoch, uint256 nonce) public {
        IRecords.Authored memory made = authored(draft);
        (IRecords.Anchor memory confirmation, bytes memory signature) = confirmed(
            made,
            epoch,
            nonce
        );
        bytes memory call = abi.encodeCall(IRecords.anchor, (made, confirmation, signature));
        _send(stranger, draft.relationship, call);
        write(draft, made.author, rootOf(made), epoch);
    }

    function write(Draft memory draft, address author, bytes32 root, uint32 epoch) public {
        Kept memory record;
        record.relationship = draft.relationship;
        record.id = draft.recordId;
        record.parent = draft.parent;
        record.root = root;
        record.author = author;
        record.anchoredAt = uint40(block.timestamp);
        record.epoch = epoch;
        record.kind = draft.kind;
        addRecord(record);
    }
}
