// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Consortium: the institutions that run the alliance, and their votes
/// @notice Members vote institutions and regulators in and out, adopt record profiles and the
///         agreement that every member signs.
/// @dev Proposals are a closed set of typed actions, never an arbitrary call (P40). No single
///      key changes anything: a proposal is enacted only by more than half of the members.
///      Nothing works until every founder has signed the agreement.
interface IConsortium {
    /// @notice Where an institution stands. Only Active ones act or vote.
    enum Standing {
        None,
        Invited,
        Active,
        Suspended,
        Expelled
    }

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
        AdoptAgreement
    }

    /// @notice What is public about an institution (P23).
    /// @param name Public name, UTF-8.
    /// @param creditCode Unified social credit code, 18 characters.
    /// @param localCode Code given by the local health authority.
    /// @param grade Grade as it is published, for example 三级甲等.
    /// @param tier 1 primary, 2 secondary, 3 tertiary.
    struct Details {
        string name;
        string creditCode;
        string localCode;
        string grade;
        uint8 tier;
    }

    /// @notice The standard of one record kind (R09, P42).
    /// @param kind Record kind, 0 to 255.
    /// @param version Version of the profile, from 1.
    /// @param documentHash SHA-256 of the document that describes it.
    /// @param requiredKinds Bitmap of the kinds that must be attached; bit n is kind n.
    /// @param obtainable Whether patients may obtain such records.
    struct Profile {
        uint8 kind;
        uint32 version;
        bytes32 documentHash;
        uint256 requiredKinds;
        bool obtainable;
    }

    /// @notice One institution.
    /// @param standing Where it stands.
    /// @param tier Its tier.
    /// @param since When the standing last changed, in Unix time.
    /// @param index Its place in the list of members, from 0.
    /// @param details keccak256 of its ABI-encoded Details.
    /// @param agreement The version of the agreement it signed; zero before it signed.
    struct Member {
        Standing standing;
        uint8 tier;
        uint48 since;
        uint32 index;
        bytes32 details;
        bytes32 agreement;
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

    /// @notice The consortium came into being; its founders have yet to sign.
    /// @param founders The founding institutions; the first is the lead.
    /// @param details What is public about each, in the same order.
    /// @param agreement Hash of the agreement they are to sign.
    event ConsortiumCreated(address[] founders, Details[] details, bytes32 agreement);

    /// @notice An institution signed the agreement and is now Active.
    /// @param institution The institution.
    /// @param agreement The version that it signed.
    /// @param electorate Number of Active members now.
    /// @param unsigned Founders that have yet to sign.
    event AgreementSigned(
        address indexed institution,
        bytes32 agreement,
        uint32 electorate,
        uint32 unsigned
    );

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

    /// @notice An institution was admitted; it becomes Active when it signs the agreement.
    /// @param id The proposal.
    /// @param institution The institution.
    /// @param details What is public about it.
    /// @param index Its place in the list of members.
    event InstitutionAdmitted(
        uint256 indexed id,
        address indexed institution,
        Details details,
        uint32 index
    );

    /// @notice An institution was suspended, restored or expelled.
    /// @param id The proposal.
    /// @param institution The institution.
    /// @param standing Where it stands now.
    /// @param electorate Number of Active members now.
    /// @param round The electorate's round now.
    event StandingChanged(
        uint256 indexed id,
        address indexed institution,
        Standing standing,
        uint32 electorate,
        uint32 round
    );

    /// @notice A regulator was admitted or removed.
    /// @param id The proposal.
    /// @param regulator The regulator's account.
    /// @param admitted True when admitted.
    /// @param name Its public name; empty when removed.
    event RegulatorChanged(
        uint256 indexed id,
        address indexed regulator,
        bool admitted,
        string name
    );

    /// @notice A record profile was adopted.
    /// @param id The proposal.
    /// @param profile The profile's id, see `profileId`.
    /// @param content The profile.
    event ProfileAdopted(uint256 indexed id, bytes32 indexed profile, Profile content);

    /// @notice A record profile may no longer be named by new records.
    /// @param id The proposal.
    /// @param profile The profile's id.
    event ProfileRetired(uint256 indexed id, bytes32 indexed profile);

    /// @notice A new version of the agreement was adopted; it binds those who join from now on.
    /// @param id The proposal.
    /// @param agreement Hash of the agreement's text.
    event AgreementAdopted(uint256 indexed id, bytes32 agreement);

    /// @notice Fewer than two founders were given, or their details are not as many.
    /// @param founders Number of founders.
    /// @param details Number of details.
    error ConsortiumFoundersInvalid(uint256 founders, uint256 details);

    /// @notice The account is the zero address.
    /// @param account The account.
    error ConsortiumAccountInvalid(address account);

    /// @notice Founders have yet to sign; nothing works before.
    /// @param unsigned How many.
    error ConsortiumNotFounded(uint32 unsigned);

    /// @notice The caller is not an Active member.
    /// @param account The caller.
    error ConsortiumNotMember(address account);

    /// @notice The account's standing does not allow this; a founder named twice, too.
    /// @param account The account.
    /// @param standing Where it stands.
    error ConsortiumStandingInvalid(address account, Standing standing);

    /// @notice Another version of the agreement is in force; read and sign that one.
    /// @param signed The version given.
    /// @param inForce The version in force.
    error ConsortiumAgreementInvalid(bytes32 signed, bytes32 inForce);

    /// @notice Tier is not 1, 2 or 3.
    /// @param tier The tier given.
    error ConsortiumTierInvalid(uint8 tier);

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

    /// @notice Fewer than two Active members would remain.
    error ConsortiumTooFewMembers();

    /// @notice The profile is adopted already, or was never adopted.
    /// @param profile The profile's id.
    error ConsortiumProfileInvalid(bytes32 profile);

    /// @notice The regulator is admitted already, or was never admitted.
    /// @param account The account.
    error ConsortiumRegulatorInvalid(address account);

    /// @notice Sign the agreement in force and become Active.
    /// @dev Only an Invited institution, for itself.
    /// @param agreement Hash of the text that the caller agrees to.
    function signAgreement(bytes32 agreement) external;

    /// @notice Propose to admit an institution.
    /// @dev Only an Active member. The account must be None or Expelled.
    /// @param account The institution's account.
    /// @param details What is public about it.
    /// @param closesAt Last second for votes, one hour to thirty days ahead.
    /// @return id The proposal's number.
    function proposeInstitution(
        address account,
        Details calldata details,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to suspend, restore or expel an institution.
    /// @dev Only an Active member.
    /// @param account The institution.
    /// @param action SuspendInstitution, RestoreInstitution or ExpelInstitution.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeStanding(
        address account,
        Action action,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to admit a regulator.
    /// @dev Only an Active member.
    /// @param account The regulator's account.
    /// @param name Its public name.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeRegulator(
        address account,
        string calldata name,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to remove a regulator.
    /// @dev Only an Active member.
    /// @param account The regulator's account.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeRegulatorRemoval(
        address account,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to adopt a record profile.
    /// @dev Only an Active member.
    /// @param profile The profile.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeProfile(
        Profile calldata profile,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to retire a record profile; records that name it keep it.
    /// @dev Only an Active member.
    /// @param profile The profile's id.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeProfileRetirement(
        bytes32 profile,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose a new version of the agreement.
    /// @dev Only an Active member.
    /// @param agreement Hash of its text.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeAgreement(bytes32 agreement, uint40 closesAt) external returns (uint256 id);

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

    /// @notice Whether an institution may act: founded, admitted, signed, not suspended.
    /// @param account The institution.
    /// @return active True when it may.
    function isActive(address account) external view returns (bool active);

    /// @notice Whether an account is an admitted regulator.
    /// @param account The account.
    /// @return admitted True when it is.
    function isRegulator(address account) external view returns (bool admitted);

    /// @notice What is stored about an institution.
    /// @param account The institution.
    /// @return member All fields; Standing.None when unknown.
    function memberOf(address account) external view returns (Member memory member);

    /// @notice An institution's seat, by which other contracts name it in few bytes.
    /// @param account The institution.
    /// @return seat Its place in the list of members, counted from 1; zero when unknown. It
    ///         never changes, not even by expulsion.
    /// @return standing Where it stands.
    function seatOf(address account) external view returns (uint32 seat, Standing standing);

    /// @notice Institutions in order of admission, expelled ones included.
    /// @param offset First index.
    /// @param limit At most this many.
    /// @return accounts The page.
    function members(
        uint256 offset,
        uint256 limit
    ) external view returns (address[] memory accounts);

    /// @notice The numbers that votes are counted against.
    /// @return memberCount Institutions ever admitted.
    /// @return electorate Active members.
    /// @return round How often a member was suspended or expelled, plus one.
    /// @return unsigned Founders that have yet to sign.
    /// @return proposalCount Proposals ever opened.
    function census()
        external
        view
        returns (
            uint32 memberCount,
            uint32 electorate,
            uint32 round,
            uint32 unsigned,
            uint64 proposalCount
        );

    /// @notice The agreement in force.
    /// @return hash Hash of its text.
    function agreement() external view returns (bytes32 hash);

    /// @notice A proposal by number.
    /// @param id The number, from 1.
    /// @return proposal All fields; Action.None when unknown.
    function proposalOf(uint256 id) external view returns (Proposal memory proposal);

    /// @notice Whether a member has voted on a proposal.
    /// @param id The proposal.
    /// @param member The member.
    /// @return voted True when it has.
    function hasVoted(uint256 id, address member) external view returns (bool voted);

    /// @notice Whether records of a kind may name a profile today.
    /// @param profile The profile's id.
    /// @param kind The record's kind.
    /// @return adopted True when the profile is adopted, not retired, and of that kind.
    function isProfileOf(bytes32 profile, uint8 kind) external view returns (bool adopted);

    /// @notice The id of a profile.
    /// @param profile The profile.
    /// @return id keccak256 of its ABI-encoded fields.
    function profileId(Profile calldata profile) external pure returns (bytes32 id);
}
