// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Ballot: proposals and votes
/// @notice More than half of the Active members carry a proposal; 2 of 4 do not (R03).
/// @dev Proposals are a closed set of typed actions, never an arbitrary call (P40).
interface IBallot {
    /// @notice What a proposal does when it is enacted.
    enum Action {
        None,
        AdmitInstitution,
        SuspendInstitution,
        RestoreInstitution,
        ExpelInstitution,
        AdmitRegulator,
        RemoveRegulator,
        AdoptProfile,
        RetireProfile,
        AdoptAgreement,
        SetReferralRules,
        SetAlliance,
        Stop,
        Resume,
        AdmitSealer,
        RemoveSealer,
        AppointOffice,
        EndOffice,
        AdoptFactory
    }

    /// @notice One proposal.
    /// @param action What it does.
    /// @param proposer The member that opened it.
    /// @param closesAt Last second for votes and enactment, in Unix time.
    /// @param round The electorate's round it was opened in; another round makes it lapse.
    /// @param yes Votes for.
    /// @param no Votes against.
    /// @param enacted Whether it has taken effect.
    /// @param digest keccak256 of the action's ABI-encoded parameters.
    struct Proposal {
        Action action;
        address proposer;
        uint40 closesAt;
        uint32 round;
        uint16 yes;
        uint16 no;
        bool enacted;
        bytes32 digest;
    }

    /// @notice A proposal was opened.
    /// @param id Its number, from 1.
    /// @param proposer The member that opened it.
    /// @param action What it does.
    /// @param closesAt Last second for votes, in Unix time.
    /// @param round The electorate's round.
    /// @param parameters The action's ABI-encoded parameters, needed again to enact it.
    event ProposalOpened(
        uint256 indexed id,
        address indexed proposer,
        Action indexed action,
        uint40 closesAt,
        uint32 round,
        bytes parameters
    );

    /// @notice A member voted.
    /// @param id The proposal.
    /// @param member Who voted.
    /// @param approve For or against.
    /// @param yes Votes for, after this one.
    /// @param no Votes against, after this one.
    event VoteCast(
        uint256 indexed id,
        address indexed member,
        bool approve,
        uint16 yes,
        uint16 no
    );

    /// @notice The deadline is less than an hour or more than thirty days away.
    /// @param closesAt The deadline given.
    error ConsortiumDeadlineInvalid(uint40 closesAt);

    /// @notice There is no such proposal, or it is enacted already.
    /// @param id The number given.
    error ConsortiumProposalNotOpen(uint256 id);

    /// @notice The deadline has passed, or a member was suspended or expelled since; open it anew.
    /// @param id The proposal.
    error ConsortiumProposalLapsed(uint256 id);

    /// @notice The member has voted on this already.
    /// @param id The proposal.
    /// @param member The member.
    error ConsortiumVoteRepeated(uint256 id, address member);

    /// @notice Half of the members or fewer have voted for it.
    /// @param id The proposal.
    /// @param yes Votes for.
    /// @param electorate Number of Active members.
    error ConsortiumMajorityMissing(uint256 id, uint16 yes, uint32 electorate);

    /// @notice The parameters are not those that were proposed; take them from ProposalOpened.
    /// @param id The proposal.
    error ConsortiumParametersInvalid(uint256 id);

    /// @notice Vote on a proposal.
    /// @dev Only an Active member, once.
    /// @param id The proposal.
    /// @param approve For or against.
    function vote(uint256 id, bool approve) external;

    /// @notice Carry out a proposal that more than half of the Active members voted for.
    /// @dev Anyone may call. A proposal lapses when a member leaves the electorate, because
    ///      votes of the departed must not count.
    /// @param id The proposal.
    /// @param parameters The bytes of its ProposalOpened event.
    function enact(uint256 id, bytes calldata parameters) external;

    /// @notice A proposal by number.
    /// @param id The number, from 1.
    /// @return proposal All fields; Action.None when unknown.
    function proposalOf(uint256 id) external view returns (Proposal memory proposal);

    /// @notice Whether a member has voted on a proposal.
    /// @param id The proposal.
    /// @param member The member.
    /// @return voted True when it has.
    function hasVoted(uint256 id, address member) external view returns (bool voted);
}
