// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRecords} from "./IRecords.sol";

/// @title Admissions: records of a batch, one by one
/// @notice A record of a batch is admitted when it is to be granted, disputed, referred or corrected
///         by itself (R63, P80).
interface IAdmissions is IRecords {
    /// @notice Where a record stands in a batch (P80).
    /// @param batch The batch's number.
    /// @param index The leaf's place, from 0.
    /// @param blinding 32 random bytes, which hide the leaf.
    /// @param path Siblings from the leaf upwards.
    struct Inclusion {
        uint256 batch;
        uint64 index;
        bytes32 blinding;
        bytes32[] path;
    }

    /// @notice A record of a batch was admitted, as of the time when the batch was anchored; its
    ///         parent, if any, is now superseded.
    /// @param recordId Its id.
    /// @param author The clinician.
    /// @param batch The batch's number.
    /// @param attestation What the clinician signed.
    /// @param admission What is stored of it besides, and the owner's nonce now used.
    /// @param epoch Key epoch, now the relationship's.
    /// @param locator The encrypted locator.
    event RecordAdmitted(
        bytes32 indexed recordId,
        address indexed author,
        uint256 indexed batch,
        Attestation attestation,
        Admission admission,
        uint32 epoch,
        bytes locator
    );

    /// @notice Admit a record of one of this institution's batches, to be granted, disputed,
    ///         referred or corrected by itself (P80).
    /// @dev Anyone may submit it: proof and signatures are checked, and everything that is stored is
    ///      in the batch. The relationship is Accepted, or was when the batch was anchored; who owned
    ///      it then may have confirmed. The author was affiliated here and the profile adopted,
    ///      whatever became of them since.
    /// @param authored The clinician's part.
    /// @param confirmation What the owner signed; of an attested record only its epoch counts.
    /// @param signature The owner's EIP-712 signature; empty for a record that was attested only,
    ///        its deadline having passed when the batch was anchored.
    /// @param inclusion Where it stands in the batch.
    function admit(
        Authored calldata authored,
        Anchor calldata confirmation,
        bytes calldata signature,
        Inclusion calldata inclusion
    ) external;
}
