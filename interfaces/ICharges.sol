// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Charges: e-receipts beside the records, claimed once (R44)
/// @notice An institution posts a commitment to a charge; the patient releases it to one insurer,
///         which claims it once, whatever the city; the institution voids or refunds it.
/// @dev What was charged stands off chain: the commitment is salted (P05).
interface ICharges is ICallers {
    /// @notice Where a charge stands.
    enum ChargeStatus {
        None,
        Posted,
        Released,
        Claimed,
        Void,
        Refunded
    }

    /// @notice One charge.
    /// @param relationship The patient's relationship with the institution that posted it.
    /// @param status Where it stands.
    /// @param changedAt When it came there, in Unix time.
    /// @param insurer Whom it was released to; zero before.
    /// @param commitment Salted root of the e-receipt.
    struct Charge {
        address relationship;
        ChargeStatus status;
        uint40 changedAt;
        address insurer;
        bytes32 commitment;
    }

    /// @notice A charge was posted.
    /// @param id Its id.
    /// @param relationship The relationship.
    /// @param institution The institution.
    /// @param commitment Salted root of the e-receipt.
    event ChargePosted(
        bytes32 indexed id,
        address indexed relationship,
        address indexed institution,
        bytes32 commitment
    );

    /// @notice The patient released a charge to an insurer.
    /// @param id The charge.
    /// @param insurer The insurer.
    event ChargeReleased(bytes32 indexed id, address indexed insurer);

    /// @notice A charge was claimed, voided or refunded.
    /// @param id The charge.
    /// @param by Who did it.
    /// @param status Where it stands now.
    event ChargeChanged(bytes32 indexed id, address indexed by, ChargeStatus status);

    /// @notice The charge is unknown, known already, or its status does not allow this.
    /// @param id The charge.
    /// @param status Where it stands.
    error ChargeStatusInvalid(bytes32 id, ChargeStatus status);

    /// @notice The account holds no insurer's office.
    /// @param insurer The account.
    error ChargeInsurerInvalid(address insurer);

    /// @notice Post a charge.
    /// @dev Only the Active institution of the relationship, while it is Accepted.
    /// @param relationship The relationship.
    /// @param salt 32 random bytes; the id is keccak256(institution ‖ salt).
    /// @param commitment Salted root of the e-receipt.
    /// @return id The charge's id.
    function post(
        address relationship,
        bytes32 salt,
        bytes32 commitment
    ) external returns (bytes32 id);

    /// @notice Release a charge to an insurer, or to another before the first has claimed.
    /// @dev Only the owner of its relationship.
    /// @param id The charge.
    /// @param insurer Who may claim it.
    function release(bytes32 id, address insurer) external;

    /// @notice Claim a charge, once.
    /// @dev Only the insurer that it was released to.
    /// @param id The charge.
    function claim(bytes32 id) external;

    /// @notice Void a charge that was not claimed.
    /// @dev Only the institution. Idempotent.
    /// @param id The charge.
    function void(bytes32 id) external;

    /// @notice Refund a charge that was claimed.
    /// @dev Only the institution. Idempotent.
    /// @param id The charge.
    function refund(bytes32 id) external;

    /// @notice One charge.
    /// @param id Its id.
    /// @return charge All fields; ChargeStatus.None when unknown.
    function chargeOf(bytes32 id) external view returns (Charge memory charge);
}
