// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ITickets} from "../../../interfaces/ITickets.sol";
import {Handler} from "../Handler.sol";
import {Signing} from "../Signing.sol";
import {World} from "../world/World.sol";

/// @title Ticketing: one-time tickets are issued, redeemed, locked and cancelled
contract Ticketing is Handler {
    struct Issued {
        address owner;
        address ticket;
        address service;
        uint40 expiresAt;
        uint256 redemptions;
        uint40 redeemedAt;
        bool locked;
        bool cancelled;
    }

    ITickets private immutable _tickets;

    Issued[] private _issued;

    constructor(World world) Handler(world) {
        _tickets = ITickets(address(world.tickets()));
    }

    function issue(uint256 seed) external counted {
        Issued memory issued;
        issued.owner = _world.patientAt(_pick(seed, "owner", 2));
        issued.ticket = _world.makeAccount(string(abi.encode("ticket", seed)));
        issued.service = _world.activeHouse(seed);
        issued.expiresAt = _later(seed, 2 hours, 5 days);
        bytes memory call = abi.encodeCall(
            ITickets.issueTicket,
            (issued.ticket, issued.service, issued.expiresAt, _some(seed, "content"))
        );
        _send(issued.owner, address(_tickets), call);
        _issued.push(issued);
    }

    function redeem(uint256 seed) external counted {
        Issued storage issued = _pickIssued(seed);
        _send(issued.service, address(_tickets), _redemption(issued, issued.service));
        _breach(issued.locked || issued.cancelled, "T21: redeemed a dead ticket");
        issued.redemptions += 1;
        issued.redeemedAt = uint40(block.timestamp);
    }

    function lock(uint256 seed) external counted {
        require(_pick(seed, "seldom", 2) == 0);
        Issued storage issued = _pickIssued(seed);
        bytes memory call = abi.encodeCall(ITickets.lockTicket, (issued.owner, issued.ticket));
        _send(issued.service, address(_tickets), call);
        issued.locked = true;
    }

    function cancel(uint256 seed) external counted {
        require(_pick(seed, "seldom", 2) == 0);
        Issued storage issued = _pickIssued(seed);
        bytes memory call = abi.encodeCall(ITickets.cancelTicket, (issued.ticket));
        _send(issued.owner, address(_tickets), call);
        if (issued.redemptions == 0) issued.cancelled = true;
    }

    /// @dev A thief who saw the redemption in the pool, and another service.
    function meddle(uint256 seed) external counted {
        Issued storage issued = _pickIssued(seed);
        address target = address(_tickets);
        bytes memory call = _redemption(issued, issued.service);
        _breach(_try(_world.stranger(), target, call), "T21: a stranger redeemed");
        address other = _world.houseAt(_pick(seed, "other", 4));
        if (other != issued.service) {
            _breach(_try(other, target, call), "T21: front-run");
            _breach(_try(other, target, _redemption(issued, other)), "T21: another redeemer");
            call = abi.encodeCall(ITickets.lockTicket, (issued.owner, issued.ticket));
            _breach(_try(other, target, call), "T21: locked by another");
        }
        call = abi.encodeCall(
            ITickets.issueTicket,
            (issued.ticket, issued.service, _later(seed, 1 hours, 1 days), bytes32(0))
        );
        _breach(_try(issued.owner, target, call), "T21: issued twice");
    }

    function issuedCount() external view returns (uint256 count) {
        return _issued.length;
    }

    function issuedAt(uint256 index) external view returns (Issued memory issued) {
        return _issued[index];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](5);
        selectors[0] = this.issue.selector;
        selectors[1] = this.redeem.selector;
        selectors[2] = this.lock.selector;
        selectors[3] = this.cancel.selector;
        selectors[4] = this.meddle.selector;
    }

    function _pickIssued(uint256 seed) private view returns (Issued storage issued) {
        uint256 size = _issued.length < 5 ? _issued.length : 5;
        return _issued[_issued.length - 1 - _pick(seed, "issued", size)];
    }

    function _redemption(
        Issued storage issued,
        address redeemer
    ) private view returns (bytes memory call) {
        ITickets.Redemption memory redemption = ITickets.Redemption(
            issued.owner,
            issued.ticket,
            redeemer,
            uint48(block.timestamp + 1 hours)
        );
        bytes32 hash = Signing.redemption(redemption);
        bytes memory signature = _world.sign(issued.ticket, "Tickets", address(_tickets), hash);
        return abi.encodeCall(ITickets.redeem, (redemption, signature));
    }
}
