// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICharges} from "../../interfaces/ICharges.sol";
import {IResearch} from "../../interfaces/IResearch.sol";
import {ITickets} from "../../interfaces/ITickets.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Charging} from "./handlers/Charging.sol";
import {Clock} from "./handlers/Clock.sol";
import {Shake} from "./handlers/Shake.sol";
import {Studying} from "./handlers/Studying.sol";
import {Ticketing} from "./handlers/Ticketing.sol";

contract SettlementInvariants is Suite {
    Ticketing private _ticketing;
    Charging private _charging;
    Studying private _studying;

    /// @notice T21, R23: a ticket is redeemed once, before it expires, and never a dead one.
    function invariant_aTicketIsRedeemedOnce() public view {
        for (uint256 i; i < _ticketing.issuedCount(); ++i) {
            Ticketing.Issued memory issued = _ticketing.issuedAt(i);
            _hold(issued.redemptions <= 1, "T21: redeemed twice");
            _hold(issued.redeemedAt < issued.expiresAt, "R23: redeemed too late");
            bool redeemed = _statusOf(issued) == ITickets.TicketStatus.Redeemed;
            _hold(redeemed == (issued.redemptions == 1), "T21: redeemed by itself");
        }
    }

    /// @notice R23: a ticket that was locked or cancelled stays dead.
    function invariant_aDeadTicketStaysDead() public view {
        for (uint256 i; i < _ticketing.issuedCount(); ++i) {
            Ticketing.Issued memory issued = _ticketing.issuedAt(i);
            ITickets.TicketStatus status = _statusOf(issued);
            bool dead = status == ITickets.TicketStatus.Locked ||
                status == ITickets.TicketStatus.Cancelled;
            _hold(dead == (issued.locked || issued.cancelled), "R23: a dead ticket lives");
        }
    }

    /// @notice R44: an insurer claims a charge once, and only what the patient released.
    function invariant_aChargeIsClaimedOnce() public view {
        for (uint256 i; i < _charging.postedCount(); ++i) {
            Charging.Posted memory posted = _charging.postedAt(i);
            _hold(posted.claims <= 1, "R44: claimed twice");
            ICharges.Charge memory charge = _world.charges().chargeOf(posted.id);
            bool claimed = charge.status == ICharges.ChargeStatus.Claimed ||
                charge.status == ICharges.ChargeStatus.Refunded;
            _hold(claimed == (posted.claims == 1), "R44: claimed by itself");
            bool refunded = charge.status == ICharges.ChargeStatus.Refunded;
            _hold(refunded == posted.refunded, "R44: refunded by itself");
        }
    }

    /// @notice R44: a void charge stays void, and no commitment changes.
    function invariant_aVoidChargeStaysVoid() public view {
        for (uint256 i; i < _charging.postedCount(); ++i) {
            Charging.Posted memory posted = _charging.postedAt(i);
            ICharges.Charge memory charge = _world.charges().chargeOf(posted.id);
            bool void_ = charge.status == ICharges.ChargeStatus.Void;
            _hold(void_ == posted.void_, "R44: void by itself, or no longer");
            _hold(charge.commitment == posted.commitment, "R44: another commitment");
        }
    }

    /// @notice R43: of a patient's choices about a study the one of the highest number counts.
    function invariant_theNewestChoiceCounts() public view {
        bytes32[] memory studies = _studying.studies();
        for (uint256 i; i < studies.length; ++i) {
            for (uint256 j; j < 2; ++j) {
                address patient = _world.patientAt(j);
                IResearch.Choice memory found = _world.research().choiceOf(studies[i], patient);
                IResearch.Choice memory newest = _studying.newestOf(studies[i], patient);
                bool same = found.number == newest.number &&
                    found.participates == newest.participates;
                _hold(same, "R43: another choice");
            }
        }
    }

    /// @notice R43: a study keeps its researcher and its protocol.
    function invariant_studiesNeverChange() public view {
        bytes32[] memory studies = _studying.studies();
        for (uint256 i; i < studies.length; ++i) {
            IResearch.Study memory study = _world.research().studyOf(studies[i]);
            bool same = study.researcher == _world.researcher() &&
                study.protocol == _studying.protocolOf(studies[i]);
            _hold(same, "R43: another study");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _ticketing = new Ticketing(_world);
        _charging = new Charging(_world);
        _studying = new Studying(_world);
        handlers = new Handler[](5);
        handlers[0] = _ticketing;
        handlers[1] = _charging;
        handlers[2] = _studying;
        handlers[3] = new Shake(_world);
        handlers[4] = new Clock(_world);
    }

    function _statusOf(
        Ticketing.Issued memory issued
    ) private view returns (ITickets.TicketStatus status) {
        return _world.tickets().ticketOf(issued.owner, issued.ticket).status;
    }
}
