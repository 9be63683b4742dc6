// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Tickets: what is shown once and is then dead (R23, P32)
/// @notice A link carries 256 bits from which a ticket key follows; the share service redeems the
///         ticket on chain, with a signature by that key, before it serves.
/// @dev The chain knows the key's account alone. A ticket counts under its owner's name, so nobody
///      can issue somebody else's; the redemption names its redeemer, so that who copies it from the
///      pool gets nothing (T21).
interface ITickets is ICallers {
    /// @notice Where a ticket stands by itself; expiry is computed.
    enum TicketStatus {
        None,
        Issued,
        Redeemed,
        Locked,
        Cancelled
    }

    /// @notice One ticket.
    /// @param service The institution that serves it.
    /// @param expiresAt First second at which it is no longer redeemed, in Unix time.
    /// @param status Where it stands.
    /// @param changedAt When it was issued, redeemed, locked or cancelled, in Unix time.
    /// @param content Salted commitment to what it shows.
    struct Ticket {
        address service;
        uint40 expiresAt;
        TicketStatus status;
        uint40 changedAt;
        bytes32 content;
    }

    /// @notice What the ticket key signs (EIP-712).
    /// @param owner Whose ticket it is.
    /// @param ticket Account of the ticket key.
    /// @param redeemer The service that may use this signature.
    /// @param deadline Last second at which it may, in Unix time.
    struct Redemption {
        address owner;
        address ticket;
        address redeemer;
        uint48 deadline;
    }

    /// @notice A ticket was issued.
    /// @param owner Whose it is.
    /// @param ticket Account of the ticket key.
    /// @param service The institution that serves it.
    /// @param expiresAt First second at which it is no longer redeemed.
    /// @param content Salted commitment to what it shows.
    event TicketIssued(
        address indexed owner,
        address indexed ticket,
        address indexed service,
        uint40 expiresAt,
        bytes32 content
    );

    /// @notice A ticket was redeemed, locked after too many wrong passcodes, or cancelled.
    /// @param owner Whose it is.
    /// @param ticket Account of the ticket key.
    /// @param status Where it stands now.
    event TicketChanged(
        address indexed owner,
        address indexed ticket,
        TicketStatus status
    );

    /// @notice The ticket's status does not allow this.
    /// @param status Where it stands.
    error TicketStatusInvalid(TicketStatus status);

    /// @notice The ticket has expired, its signature has, or its expiry is not in the future.
    /// @param expiresAt The time.
    error TicketExpired(uint48 expiresAt);

    /// @notice The signature is not the ticket key's over exactly this redemption.
    /// @param ticket Account of the ticket key.
    error TicketSignatureInvalid(address ticket);

    /// @notice The service is not an Active institution, or the ticket is the zero address.
    /// @param service The service.
    error TicketServiceInvalid(address service);

    /// @notice Issue a ticket.
    /// @dev Only a certified patient.
    /// @param ticket Account of the ticket key.
    /// @param service The Active institution that serves it.
    /// @param expiresAt First second at which it is no longer redeemed.
    /// @param content Salted commitment to what it shows.
    function issueTicket(
        address ticket,
        address service,
        uint40 expiresAt,
        bytes32 content
    ) external;

    /// @notice Redeem a ticket, once; the service serves when this is mined.
    /// @dev Only its service, named by the signature too.
    /// @param redemption What the ticket key signed.
    /// @param signature Its EIP-712 signature.
    function redeem(Redemption calldata redemption, bytes calldata signature) external;

    /// @notice Lock a ticket after too many wrong passcodes.
    /// @dev Only its service. Idempotent.
    /// @param owner Whose ticket it is.
    /// @param ticket Account of the ticket key.
    function lockTicket(address owner, address ticket) external;

    /// @notice Cancel the caller's ticket, whether or not it was issued.
    /// @dev Idempotent; leaves a tombstone that the issue meets. What was redeemed stays redeemed.
    /// @param ticket Account of the ticket key.
    function cancelTicket(address ticket) external;

    /// @notice A ticket.
    /// @param owner Whose it is.
    /// @param ticket Account of the ticket key.
    /// @return found All fields; TicketStatus.None when unknown.
    function ticketOf(address owner, address ticket) external view returns (Ticket memory found);
}
