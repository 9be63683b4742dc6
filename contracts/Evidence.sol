// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IEvidence} from "../interfaces/IEvidence.sol";
import {IRelationship} from "../interfaces/IRelationship.sol";
import {IRecords} from "../interfaces/relationship/IRecords.sol";
import {OrderedMerkle} from "./libraries/OrderedMerkle.sol";
import {Callers} from "./shared/Callers.sol";

contract Evidence is IEvidence, Callers, EIP712 {
    uint256 private constant MOST_RECORDS = 64;
    bytes32 private constant CERTIFICATE_TYPEHASH =
        keccak256("ErasureCertificate(address relationship,bytes32 records,uint48 erasedAt)");

    // The owner's bit of each pair; the institution's is the next one up.
    uint8 private constant DISPUTES = 1;
    uint8 private constant WITHDREW = 4;
    uint8 private constant SEALED = 16;
    uint8 private constant ERASED = 64;
    uint8 private constant BOTH = 3;

    mapping(address relationship => mapping(bytes32 recordId => uint8 bits)) private _flags;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    )
        ERC2771Context(forwarder)
        Callers(consortium, registrar, relationship)
        EIP712("Chartkey Evidence", "1")
    {}

    /// @inheritdoc IEvidence
    function dispute(address relationship, bytes32 recordId, bytes calldata reason) external {
        _checkNote(reason.length);
        if (_mark(relationship, recordId, _side(relationship, DISPUTES))) {
            emit RecordDisputed(relationship, recordId, _msgSender(), reason);
        }
    }

    /// @inheritdoc IEvidence
    function withdraw(address relationship, bytes32 recordId) external {
        if (_mark(relationship, recordId, _side(relationship, WITHDREW))) {
            emit RecordWithdrawn(relationship, recordId, _msgSender());
        }
    }

    /// @inheritdoc IEvidence
    function sealRecords(address relationship, bytes32[] calldata records) external {
        _checkList(records.length, MOST_RECORDS);
        uint8 bit = _side(relationship, SEALED);
        bool changed = false;
        for (uint256 i; i < records.length; ++i) {
            changed = _mark(relationship, records[i], bit) || changed;
        }
        if (changed) emit RecordsSealed(relationship, _msgSender(), records);
    }

    /// @inheritdoc IEvidence
    function liftSeal(address relationship, bytes32[] calldata records) external {
        _checkList(records.length, MOST_RECORDS);
        uint8 bit = _side(relationship, SEALED);
        bool changed = false;
        for (uint256 i; i < records.length; ++i) {
            uint8 bits = _flags[relationship][records[i]];
            if (bits & bit == 0) continue;
            _flags[relationship][records[i]] = bits & ~bit;
            changed = true;
        }
        if (changed) emit SealLifted(relationship, _msgSender(), records);
    }

    /// @inheritdoc IEvidence
    function certifyErasure(
        address relationship,
        bytes32[] calldata records,
        uint48 erasedAt,
        bytes calldata institutionSignature,
        bytes calldata mirrorSignature
    ) external {
        _checkList(records.length, MOST_RECORDS);
        if (erasedAt > block.timestamp) revert EvidenceTimeInvalid(erasedAt);
        bytes32 digest = _certificate(relationship, records, erasedAt);
        _checkCustodians(relationship, digest, institutionSignature, mirrorSignature);
        bool changed = false;
        for (uint256 i; i < records.length; ++i) {
            if (_flags[relationship][records[i]] & (SEALED * BOTH) != 0) {
                revert EvidenceRecordSealed(records[i]);
            }
            changed = _mark(relationship, records[i], ERASED) || changed;
        }
        if (changed) emit ErasureCertified(relationship, digest, erasedAt, records);
    }

    /// @inheritdoc IEvidence
    function flagsOf(
        address relationship,
        bytes32 recordId
    ) external view returns (Flags memory flags) {
        uint8 bits = _flags[relationship][recordId];
        flags.ownerDisputes = bits & DISPUTES != 0;
        flags.institutionDisputes = bits & (DISPUTES << 1) != 0;
        flags.ownerWithdrew = bits & WITHDREW != 0;
        flags.institutionWithdrew = bits & (WITHDREW << 1) != 0;
        flags.ownerSealed = bits & SEALED != 0;
        flags.institutionSealed = bits & (SEALED << 1) != 0;
        flags.erased = bits & ERASED != 0;
    }

    /// @inheritdoc IEvidence
    function isCommitted(
        address relationship,
        bytes32 recordId,
        Element calldata element
    ) external view returns (bool committed) {
        _partiesOf(relationship);
        bytes32 root = IRelationship(relationship).recordOf(recordId).root;
        if (element.index == 0) return false;
        bytes32 leaf = OrderedMerkle.leaf(element.index, element.salt, element.value);
        bytes32 content = OrderedMerkle.rootOf(leaf, element.index - 1, element.path);
        return content != 0 && OrderedMerkle.node(element.leaf0, content) == root;
    }

    /// @dev Returns whether anything was written.
    function _mark(address relationship, bytes32 recordId, uint8 bit) private returns (bool) {
        uint8 bits = _flags[relationship][recordId];
        if (bits & bit != 0) return false;
        IRecords.Record memory record = IRelationship(relationship).recordOf(recordId);
        if (record.status == IRecords.RecordStatus.None) {
            revert EvidenceRecordUnknown(relationship, recordId);
        }
        _flags[relationship][recordId] = bits | bit;
        return true;
    }

    function _certificate(
        address relationship,
        bytes32[] calldata records,
        uint48 erasedAt
    ) private view returns (bytes32) {
        bytes32 list = keccak256(abi.encodePacked(records));
        return
            _hashTypedDataV4(
                keccak256(abi.encode(CERTIFICATE_TYPEHASH, relationship, list, erasedAt))
            );
    }

    function _checkCustodians(
        address relationship,
        bytes32 digest,
        bytes calldata institutionSignature,
        bytes calldata mirrorSignature
    ) private view {
        _partiesOf(relationship);
        // Who owns it and where it stands decides nothing here.
        // slither-disable-next-line unused-return
        (, address institution, address mirror, ) = IRelationship(relationship).parties();
        _checkSignature(institution, digest, institutionSignature);
        if (mirror != address(0)) _checkSignature(mirror, digest, mirrorSignature);
    }

    function _checkSignature(
        address custodian,
        bytes32 digest,
        bytes calldata signature
    ) private view {
        if (!SignatureChecker.isValidSignatureNow(custodian, digest, signature)) {
            revert EvidenceSignatureInvalid(custodian);
        }
    }

    /// @dev The owner's bit, or the institution's; refuses everybody else.
    function _side(address relationship, uint8 bit) private view returns (uint8) {
        return _requirePartyOf(relationship) ? bit : bit << 1;
    }
}
