// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IRecords} from "../../interfaces/relationship/IRecords.sol";
import {NonceBitmap} from "../libraries/NonceBitmap.sol";
import {OrderedMerkle} from "../libraries/OrderedMerkle.sol";
import {Parties} from "./Parties.sol";

/// @title Records: pointers to ciphertext, version after version
abstract contract Records is IRecords, Parties, EIP712 {
    using NonceBitmap for NonceBitmap.Bitmap;

    uint256 private constant LONGEST_LOCATOR = 256;
    bytes32 private constant ATTESTATION_TYPEHASH =
        keccak256(
            "Attestation(address relationship,bytes32 recordId,bytes32 parent,uint8 kind,bytes32 profile,bytes32 affiliation,bytes32 contentRoot,uint48 deadline)"
        );
    bytes32 private constant ANCHOR_TYPEHASH =
        keccak256(
            "Anchor(bytes32 attestation,bytes32 root,bytes32 locatorHash,uint32 epoch,uint256 nonce,uint48 deadline)"
        );

    mapping(bytes32 recordId => Record) private _records;
    NonceBitmap.Bitmap private _anchorNonces;

    /// @inheritdoc IRecords
    function anchor(
        Authored calldata authored,
        Anchor calldata confirmation,
        bytes calldata signature
    ) external {
        (bytes32 root, bytes32 hash) = _checkAuthored(authored);
        _requireOwnerInUse();
        if (block.timestamp > confirmation.deadline) {
            revert RecordDeadlineInvalid(confirmation.deadline);
        }
        _checkConfirmation(authored, confirmation, root, hash);
        if (signature.length == 0) _requireOwner();
        else _checkSignature(_owner, _anchorHash(confirmation), signature);
        _useNonce(confirmation.nonce);
        _store(authored, root, confirmation.epoch, RecordStatus.Confirmed);
        _announce(authored, root, confirmation.nonce, RecordStatus.Confirmed);
    }

    /// @inheritdoc IRecords
    function anchorAttested(Authored calldata authored, uint32 epoch) external {
        if (_msgSender() != _institution) revert RelationshipNotParty(_msgSender());
        (bytes32 root, ) = _checkAuthored(authored);
        if (block.timestamp <= authored.attestation.deadline) {
            revert RecordDeadlineInvalid(authored.attestation.deadline);
        }
        _store(authored, root, epoch, RecordStatus.Attested);
        _announce(authored, root, 0, RecordStatus.Attested);
    }

    /// @inheritdoc IRecords
    function anchorQuery(Query calldata query) external {
        if (_msgSender() != _institution) revert RelationshipNotParty(_msgSender());
        _requireAccepted();
        if (!_consortium.isActive(_institution)) {
            revert RelationshipInstitutionInactive(_institution);
        }
        if (query.name == 0 || query.root == 0) revert RecordQueryInvalid(query.name, query.root);
        _checkRecord(query.recordId, query.host.length);
        if (!_consortium.isProfileOf(query.profile, query.kind)) {
            revert RecordProfileInvalid(query.profile, query.kind);
        }
        _replace(query.parent);
        _advance(query.epoch);
        _records[query.recordId] = Record({
            root: query.root,
            locatorHash: keccak256(abi.encodePacked(query.name, query.host)),
            author: _institution,
            kind: query.kind,
            status: RecordStatus.Attested,
            epoch: query.epoch,
            anchoredAt: uint40(block.timestamp),
            superseded: false
        });
        emit QueryAnchored(
            query.recordId,
            query.parent,
            query.name,
            query.kind,
            query.profile,
            query.epoch,
            query.root,
            query.host
        );
    }

    /// @inheritdoc IRecords
    function confirmRecord(bytes32 recordId) external onlyOwner {
        _requireOwnerInUse();
        Record storage record = _records[recordId];
        if (record.status == RecordStatus.None) revert RecordUnknown(recordId);
        if (record.status == RecordStatus.Confirmed) return;
        record.status = RecordStatus.Confirmed;
        emit RecordConfirmed(recordId);
    }

    /// @inheritdoc IRecords
    function recordOf(bytes32 recordId) external view returns (Record memory record) {
        return _records[recordId];
    }

    /// @inheritdoc IRecords
    function isAnchorNonceUsed(uint256 nonce) external view returns (bool used) {
        return _anchorNonces.isUsed(nonce);
    }

    /// @inheritdoc IRecords
    function attestationHash(
        Attestation calldata attestation
    ) public pure returns (bytes32 hash) {
        return keccak256(abi.encode(ATTESTATION_TYPEHASH, attestation));
    }

    function _recordKind(bytes32 recordId) internal view returns (bool known, uint8 kind) {
        Record storage record = _records[recordId];
        return (record.status != RecordStatus.None, record.kind);
    }

    function _store(
        Authored calldata authored,
        bytes32 root,
        uint32 epoch,
        RecordStatus recordStatus
    ) private {
        _replace(authored.attestation.parent);
        _advance(epoch);
        _put(authored, Admission(root, uint40(block.timestamp), epoch, recordStatus, 0));
    }

    function _put(Authored calldata authored, Admission memory admission) internal {
        _records[authored.attestation.recordId] = Record({
            root: admission.root,
            locatorHash: keccak256(authored.locator),
            author: authored.author,
            kind: authored.attestation.kind,
            status: admission.status,
            epoch: admission.epoch,
            anchoredAt: admission.anchoredAt,
            superseded: false
        });
    }

    /// @dev Compare-and-swap on the head (P04): of two corrections of one version, one reverts.
    function _replace(bytes32 parent) internal {
        if (parent == 0) return;
        Record storage head = _records[parent];
        if (head.status == RecordStatus.None || head.superseded) {
            revert RecordParentInvalid(parent);
        }
        head.superseded = true;
    }

    /// @dev An epoch opens with the first record after a revocation (P02).
    function _advance(uint32 epoch) internal {
        uint32 next = _epoch + 1;
        uint32 required = _rotating ? next : _epoch;
        if (epoch != required && epoch != next) revert RecordEpochInvalid(epoch, required);
        if (epoch == next) {
            _epoch = next;
            _rotating = false;
        }
    }

    function _announce(
        Authored calldata authored,
        bytes32 root,
        uint256 nonce,
        RecordStatus recordStatus
    ) private {
        Attestation calldata attestation = authored.attestation;
        emit RecordAnchored(
            attestation.recordId,
            authored.author,
            attestation.parent,
            attestation,
            recordStatus,
            _epoch,
            root,
            nonce,
            authored.locator
        );
    }

    function _checkAuthored(
        Authored calldata authored
    ) private view returns (bytes32 root, bytes32 hash) {
        _requireAccepted();
        Attestation calldata attestation = authored.attestation;
        (root, hash) = _checkAttested(authored);
        if (!_consortium.isProfileOf(attestation.profile, attestation.kind)) {
            revert RecordProfileInvalid(attestation.profile, attestation.kind);
        }
        _checkAuthor(authored.author, attestation.affiliation);
    }

    function _useNonce(uint256 nonce) internal {
        if (!_anchorNonces.use(nonce)) revert RecordNonceUsed(nonce);
    }

    function _checkAttested(
        Authored calldata authored
    ) internal view returns (bytes32 root, bytes32 hash) {
        Attestation calldata attestation = authored.attestation;
        if (attestation.relationship != address(this)) {
            revert RecordRelationshipInvalid(attestation.relationship);
        }
        _checkRecord(attestation.recordId, authored.locator.length);
        hash = attestationHash(attestation);
        _checkSignature(authored.author, hash, authored.signature);
        root = OrderedMerkle.node(authored.leaf0, attestation.contentRoot);
    }

    function _checkConfirmation(
        Authored calldata authored,
        Anchor calldata confirmation,
        bytes32 root,
        bytes32 hash
    ) internal pure {
        if (
            confirmation.attestation != hash ||
            confirmation.root != root ||
            confirmation.locatorHash != keccak256(authored.locator)
        ) revert RecordBindingInvalid(authored.attestation.recordId);
    }

    function _checkRecord(bytes32 recordId, uint256 locatorLength) private view {
        if (recordId == 0 || _records[recordId].status != RecordStatus.None) {
            revert RecordIdInvalid(recordId);
        }
        if (locatorLength == 0 || locatorLength > LONGEST_LOCATOR) {
            revert RelationshipLengthInvalid(locatorLength);
        }
    }

    function _anchorHash(Anchor calldata confirmation) internal pure returns (bytes32) {
        return keccak256(abi.encode(ANCHOR_TYPEHASH, confirmation));
    }

    function _checkAuthor(address author, bytes32 affiliation) private view {
        (bool active, address institution) = _registrar.isClinicianActive(author, affiliation);
        if (!active || institution != _institution) {
            revert RecordAuthorInactive(author, affiliation);
        }
    }

    function _checkSignature(
        address signer,
        bytes32 structHash,
        bytes calldata signature
    ) internal view {
        bytes32 digest = _hashTypedDataV4(structHash);
        if (!SignatureChecker.isValidSignatureNow(signer, digest, signature)) {
            revert RecordSignatureInvalid(signer);
        }
    }
}
