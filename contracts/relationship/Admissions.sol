// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IBatches} from "../../interfaces/IBatches.sol";
import {IPersons} from "../../interfaces/registrar/IPersons.sol";
import {IAdmissions} from "../../interfaces/relationship/IAdmissions.sol";
import {OrderedMerkle} from "../libraries/OrderedMerkle.sol";
import {Records} from "./Records.sol";

/// @title Admissions: records of a batch, one by one (P80)
abstract contract Admissions is IAdmissions, Records {
    IBatches private immutable _batches;

    constructor(address batches) {
        _batches = IBatches(batches);
    }

    /// @inheritdoc IAdmissions
    function admit(
        Authored calldata authored,
        Anchor calldata confirmation,
        bytes calldata signature,
        Inclusion calldata inclusion
    ) external {
        Admission memory admission = _checkAdmission(authored, confirmation, signature, inclusion);
        _replace(authored.attestation.parent);
        // A batch may be of an epoch that was followed by others before it is admitted.
        if (admission.epoch == 0 || admission.epoch > _epoch) _advance(admission.epoch);
        _put(authored, admission);
        emit RecordAdmitted(
            authored.attestation.recordId,
            authored.author,
            inclusion.batch,
            authored.attestation,
            admission,
            _epoch,
            authored.locator
        );
    }

    function _checkAdmission(
        Authored calldata authored,
        Anchor calldata confirmation,
        bytes calldata signature,
        Inclusion calldata inclusion
    ) private returns (Admission memory admission) {
        bytes32 hash;
        (admission.root, hash) = _checkAttested(authored);
        _checkFormerly(authored);
        admission.epoch = confirmation.epoch;
        bytes32 value = _batchValue(authored, admission, keccak256(signature));
        admission.anchoredAt = _requireIncluded(inclusion, value);
        // After its end a relationship takes in what was anchored while it was accepted.
        if (admission.anchoredAt > _endedAt) _requireAccepted();
        admission.status = RecordStatus.Attested;
        if (signature.length == 0) {
            if (admission.anchoredAt <= authored.attestation.deadline) {
                revert RecordDeadlineInvalid(authored.attestation.deadline);
            }
            return admission;
        }
        if (admission.anchoredAt > confirmation.deadline) {
            revert RecordDeadlineInvalid(confirmation.deadline);
        }
        _requireOwnerInUse();
        _checkConfirmation(authored, confirmation, admission.root, hash);
        _checkSignature(
            _confirmer(confirmation, signature, admission.anchoredAt),
            _anchorHash(confirmation),
            signature
        );
        _useNonce(confirmation.nonce);
        admission.nonce = confirmation.nonce;
        admission.status = RecordStatus.Confirmed;
    }

    function _requireIncluded(
        Inclusion calldata inclusion,
        bytes32 value
    ) private view returns (uint40 anchoredAt) {
        return
            _batches.requireIncluded(
                _institution,
                inclusion.batch,
                OrderedMerkle.leaf(inclusion.index, inclusion.blinding, abi.encode(value)),
                inclusion.index,
                inclusion.path
            );
    }

    /// @dev Who was the owner when the batch was anchored: a chart that was claimed since, say.
    function _confirmer(
        Anchor calldata confirmation,
        bytes calldata signature,
        uint40 anchoredAt
    ) private view returns (address) {
        bool before = anchoredAt <= _replacedAt &&
            SignatureChecker.isValidSignatureNow(
                _firstOwner,
                _hashTypedDataV4(_anchorHash(confirmation)),
                signature
            );
        return before ? _firstOwner : _owner;
    }

    /// @dev What held when the batch was anchored may be over: a licence, an affiliation, a profile.
    function _checkFormerly(Authored calldata authored) private view {
        Attestation calldata attestation = authored.attestation;
        bytes32 affiliation = attestation.affiliation;
        if (
            _registrar.institutionOf(affiliation) != _institution ||
            _registrar.affiliationOf(authored.author, affiliation) == IPersons.Standing.None
        ) revert RecordAuthorInactive(authored.author, affiliation);
        if (!_consortium.wasProfileOf(attestation.profile, attestation.kind)) {
            revert RecordProfileInvalid(attestation.profile, attestation.kind);
        }
    }

    function _batchValue(
        Authored calldata authored,
        Admission memory admission,
        bytes32 ownerDigest
    ) private view returns (bytes32) {
        Attestation calldata attestation = authored.attestation;
        return
            keccak256(
                abi.encode(
                    address(this),
                    attestation.recordId,
                    attestation.kind,
                    admission.root,
                    attestation.parent,
                    authored.author,
                    keccak256(authored.locator),
                    admission.epoch,
                    keccak256(abi.encode(keccak256(authored.signature), ownerDigest))
                )
            );
    }
}
