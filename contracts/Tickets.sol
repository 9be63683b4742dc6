// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ITickets} from "../interfaces/ITickets.sol";
import {Callers} from "./shared/Callers.sol";

contract Tickets is ITickets, Callers, EIP712 {
    bytes32 private constant REDEMPTION_TYPEHASH =
        keccak256("Redemption(address owner,address ticket,address redeemer,uint48 deadline)");

    mapping(address owner => mapping(address ticket => Ticket)) private _tickets;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    )
        ERC2771Context(forwarder)
        Callers(consortium, registrar, relationship)
        EIP712("Chartkey Tickets", "1")
    {}

    /// @inheritdoc ITickets
    function issueTicket(
        address ticket,
        address service,
        uint40 expiresAt,
        bytes32 content
    ) external {
        address owner = _requirePatient();
        Ticket storage found = _tickets[owner][ticket];
        if (found.status != TicketStatus.None) revert TicketStatusInvalid(found.status);
        if (expiresAt <= block.timestamp) revert TicketExpired(expiresAt);
        if (ticket == address(0) || !_consortium.isActive(service)) {
            revert TicketServiceInvalid(service);
        }
        _tickets[owner][ticket] = Ticket(
            service,
            expiresAt,
            TicketStatus.Issued,
            uint40(block.timestamp),
            content
        );
        emit TicketIssued(owner, ticket, service, expiresAt, content);
    }

    /// @inheritdoc ITickets
    function redeem(Redemption calldata redemption, bytes calldata signature) external {
        address service = _requireInstitution();
        Ticket storage found = _tickets[redemption.owner][redemption.ticket];
        if (found.service != service || redemption.redeemer != service) {
            revert CallerNotAllowed(service);
        }
        if (found.status != TicketStatus.Issued) revert TicketStatusInvalid(found.status);
        if (block.timestamp >= found.expiresAt) revert TicketExpired(found.expiresAt);
        if (block.timestamp > redemption.deadline) revert TicketExpired(redemption.deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(REDEMPTION_TYPEHASH, redemption)));
        if (!SignatureChecker.isValidSignatureNow(redemption.ticket, digest, signature)) {
            revert TicketSignatureInvalid(redemption.ticket);
        }
        _change(redemption.owner, redemption.ticket, TicketStatus.Redeemed);
    }

    /// @inheritdoc ITickets
    function lockTicket(address owner, address ticket) external {
        Ticket storage found = _tickets[owner][ticket];
        if (_msgSender() != found.service) revert CallerNotAllowed(_msgSender());
        if (found.status == TicketStatus.Locked) return;
        if (found.status != TicketStatus.Issued) revert TicketStatusInvalid(found.status);
        _change(owner, ticket, TicketStatus.Locked);
    }

    /// @inheritdoc ITickets
    function cancelTicket(address ticket) external {
        TicketStatus status = _tickets[_msgSender()][ticket].status;
        if (status == TicketStatus.Cancelled || status == TicketStatus.Redeemed) return;
        _change(_msgSender(), ticket, TicketStatus.Cancelled);
    }

    /// @inheritdoc ITickets
    function ticketOf(address owner, address ticket) external view returns (Ticket memory found) {
        return _tickets[owner][ticket];
    }

    function _change(address owner, address ticket, TicketStatus status) private {
        _tickets[owner][ticket].status = status;
        _tickets[owner][ticket].changedAt = uint40(block.timestamp);
        emit TicketChanged(owner, ticket, status);
    }
}
