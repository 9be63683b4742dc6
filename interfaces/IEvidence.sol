// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Evidence: disputes, withdrawals, seals and erasure of records, and what is disclosed
/// @notice Either side disputes a record or withdraws from it, for ever visibly (R13); either seals
///         records for a dispute, and while one does, nobody erases them (R32); custodians certify
///         what they erased (R52); a single element is checked against its record's root (R70).
/// @dev Flags only come, but for a seal, which its own side lifts. Nothing here asks whether an
///      institution is Active: a stop cannot block a dispute or a withdrawal (P41).
interface IEvidence is ICallers {
    /// @notice What was said about a record.
    /// @param ownerDisputes The owner disputes it.
    /// @param institutionDisputes The institution disputes it.
    /// @param ownerWithdrew The owner no longer stands by it.
    /// @param institutionWithdrew The institution no longer stands by it.
    /// @param ownerSealed The owner has sealed it for a dispute.
    /// @param institutionSealed The institution has sealed it for a dispute.
    /// @param erased Its custodians certified that they erased its keys.
    struct Flags {
        bool ownerDisputes;
        bool institutionDisputes;
        bool ownerWithdrew;
        bool institutionWithdrew;
        bool ownerSealed;
        bool institutionSealed;
        bool erased;
    }

    /// @notice What custodians sign when they have erased records' keys (EIP-712).
    /// @param relationship The relationship.
    /// @param records keccak256 of the record ids, packed.
    /// @param erasedAt When they were erased, in Unix time.
    struct ErasureCertificate {
        address relationship;
        bytes32 records;
        uint48 erasedAt;
    }

    /// @notice One element of a record, as it was committed to (P05).
    /// @param leaf0 The record's leaf 0.
    /// @param index Its leaf, from 1.
    /// @param salt The leaf's salt.
    /// @param value The element, canonical.
    /// @param path Siblings from the leaf upwards to the content root.
    struct Element {
        bytes32 leaf0;
        uint64 index;
        bytes32 salt;
        bytes value;
        bytes32[] path;
    }

    /// @notice A side disputes a record.
    /// @param relationship The relationship.
    /// @param recordId The record.
    /// @param by The side.
    /// @param reason Encrypted to the other side.
    event RecordDisputed(
        address indexed relationship,
        bytes32 indexed recordId,
        address indexed by,
        bytes reason
    );

    /// @notice A side no longer stands by a record.
    /// @param relationship The relationship.
    /// @param recordId The record.
    /// @param by The side.
    event RecordWithdrawn(
        address indexed relationship,
        bytes32 indexed recordId,
        address indexed by
    );

    /// @notice A side sealed records for a dispute.
    /// @param relationship The relationship.
    /// @param by The side.
    /// @param records Their ids.
    event RecordsSealed(address indexed relationship, address indexed by, bytes32[] records);

    /// @notice A side lifted its seal.
    /// @param relationship The relationship.
    /// @param by The side.
    /// @param records Their ids.
    event SealLifted(address indexed relationship, address indexed by, bytes32[] records);

    /// @notice The custodians certified that they erased records' keys.
    /// @param relationship The relationship.
    /// @param certificate EIP-712 digest that each of them signed.
    /// @param erasedAt When, in Unix time.
    /// @param records The records' ids.
    event ErasureCertified(
        address indexed relationship,
        bytes32 indexed certificate,
        uint48 erasedAt,
        bytes32[] records
    );

    /// @notice The relationship has no such record.
    /// @param relationship The relationship.
    /// @param recordId The record.
    error EvidenceRecordUnknown(address relationship, bytes32 recordId);

    /// @notice A seal stands on the record; both sides must have lifted theirs.
    /// @param recordId The record.
    error EvidenceRecordSealed(bytes32 recordId);

    /// @notice A custodian's signature is not over exactly this certificate.
    /// @param custodian The institution or the mirror.
    error EvidenceSignatureInvalid(address custodian);

    /// @notice A certificate speaks of the past.
    /// @param erasedAt The time given.
    error EvidenceTimeInvalid(uint48 erasedAt);

    /// @notice Dispute a record.
    /// @dev Only the owner or the institution, whatever became of the relationship. Once for each.
    /// @param relationship The relationship.
    /// @param recordId The record.
    /// @param reason Encrypted to the other side, at most 2,048 bytes.
    function dispute(address relationship, bytes32 recordId, bytes calldata reason) external;

    /// @notice No longer stand by a record.
    /// @dev Only the owner or the institution. Idempotent.
    /// @param relationship The relationship.
    /// @param recordId The record.
    function withdraw(address relationship, bytes32 recordId) external;

    /// @notice Seal records for a dispute: erasure is refused while a seal stands.
    /// @dev Only the owner or the institution. Idempotent.
    /// @param relationship The relationship.
    /// @param records Their ids, 1 to 64.
    function sealRecords(address relationship, bytes32[] calldata records) external;

    /// @notice Lift the caller's own seal.
    /// @dev Only the owner or the institution. Idempotent.
    /// @param relationship The relationship.
    /// @param records Their ids, 1 to 64.
    function liftSeal(address relationship, bytes32[] calldata records) external;

    /// @notice Anchor the custodians' certificate that they erased records' keys.
    /// @dev Anyone may submit it: institution and mirror both signed. Idempotent.
    /// @param relationship The relationship.
    /// @param records Their ids, 1 to 64; none sealed.
    /// @param erasedAt When they were erased, in Unix time.
    /// @param institutionSignature The institution's EIP-712 signature.
    /// @param mirrorSignature The mirror's; not looked at where there is no mirror.
    function certifyErasure(
        address relationship,
        bytes32[] calldata records,
        uint48 erasedAt,
        bytes calldata institutionSignature,
        bytes calldata mirrorSignature
    ) external;

    /// @notice What was said about a record.
    /// @param relationship The relationship.
    /// @param recordId The record.
    /// @return flags All of them; false when nothing was said.
    function flagsOf(
        address relationship,
        bytes32 recordId
    ) external view returns (Flags memory flags);

    /// @notice Whether a disclosed element is the one that the record's root commits to (R70).
    /// @param relationship The relationship.
    /// @param recordId The record.
    /// @param element What was disclosed.
    /// @return committed True when it is.
    function isCommitted(
        address relationship,
        bytes32 recordId,
        Element calldata element
    ) external view returns (bool committed);
}
