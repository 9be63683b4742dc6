// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IBallot} from "../../interfaces/consortium/IBallot.sol";
import {Membership} from "./Membership.sol";

/// @title Ballot: proposals and votes
/// @dev A majority is more than half of the Active members: 2 of 4 is not one (R03).
abstract contract Ballot is IBallot, Membership {
    uint256 private constant SHORTEST = 1 hours;
    uint256 private constant LONGEST = 30 days;

    mapping(uint256 id => Proposal) private _proposals;
    mapping(uint256 id => mapping(address member => bool voted)) private _voted;

    /// @inheritdoc IBallot
    function vote(uint256 id, bool approve) external onlyMember {
        Proposal storage proposal = _openProposal(id);
        address member = _msgSender();
        if (_voted[id][member]) revert ConsortiumVoteRepeated(id, member);
        _voted[id][member] = true;
        if (approve) proposal.yes += 1;
        else proposal.no += 1;
        emit VoteCast(id, member, approve, proposal.yes, proposal.no);
    }

    /// @inheritdoc IBallot
    function enact(uint256 id, bytes calldata parameters) external {
        Proposal storage proposal = _openProposal(id);
        (uint32 electorate, ) = _tally();
        if (uint256(proposal.yes) * 2 <= electorate) {
            revert ConsortiumMajorityMissing(id, proposal.yes, electorate);
        }
        if (keccak256(parameters) != proposal.digest) revert ConsortiumParametersInvalid(id);
        proposal.enacted = true;
        _enact(id, proposal.action, parameters);
    }

    /// @inheritdoc IBallot
    function proposalOf(uint256 id) external view returns (Proposal memory proposal) {
        return _proposals[id];
    }

    /// @inheritdoc IBallot
    function hasVoted(uint256 id, address member) external view returns (bool voted) {
        return _voted[id][member];
    }

    function _propose(
        Action action,
        uint40 closesAt,
        bytes memory parameters
    ) internal onlyMember returns (uint256 id) {
        if (closesAt < block.timestamp + SHORTEST || closesAt > block.timestamp + LONGEST) {
            revert ConsortiumDeadlineInvalid(closesAt);
        }
        id = ++_proposalCount;
        (, uint32 round) = _tally();
        Proposal storage proposal = _proposals[id];
        proposal.action = action;
        proposal.proposer = _msgSender();
        proposal.closesAt = closesAt;
        proposal.round = round;
        proposal.digest = keccak256(parameters);
        emit ProposalOpened(id, _msgSender(), action, closesAt, round, parameters);
    }

    /// @dev Carries out one typed action; the set is closed (P40).
    function _enact(uint256 id, Action action, bytes calldata parameters) internal virtual;

    function _openProposal(uint256 id) private view returns (Proposal storage proposal) {
        proposal = _proposals[id];
        if (proposal.action == Action.None || proposal.enacted) {
            revert ConsortiumProposalNotOpen(id);
        }
        (, uint32 round) = _tally();
        if (block.timestamp > proposal.closesAt || round != proposal.round) {
            revert ConsortiumProposalLapsed(id);
        }
    }
}
