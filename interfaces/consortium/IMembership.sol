// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Membership: the institutions of the consortium
/// @notice Invited by vote, active once they have signed the agreement (R03).
/// @dev Nothing works until every founder has signed.
interface IMembership {
    /// @notice Where an institution stands. Only Active ones act or vote.
    enum Standing {
        None,
        Invited,
        Active,
        Suspended,
        Expelled
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

    /// @notice The members stopped everything that a stop may stop (P41).
    /// @param id The proposal.
    /// @param until First second at which everything works again, in Unix time.
    event EmergencyStopped(uint256 indexed id, uint40 until);

    /// @notice The members lifted an emergency stop before its time.
    /// @param id The proposal.
    event EmergencyLifted(uint256 indexed id);

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

    /// @notice A stop lasts one second to seven days (P41).
    /// @param duration The duration given, in seconds.
    error ConsortiumStopInvalid(uint32 duration);

    /// @notice The stop, or its lifting, was proposed before the last one began or was lifted; propose
    ///         it anew.
    /// @param id The proposal.
    error ConsortiumStopStale(uint256 id);

    /// @notice There is no stop to lift.
    error ConsortiumNotStopped();

    /// @notice Fewer than two Active members would remain.
    error ConsortiumTooFewMembers();

    /// @notice Sign the agreement in force and become Active.
    /// @dev Only an Invited institution, for itself.
    /// @param agreement Hash of the text that the caller agrees to.
    function signAgreement(bytes32 agreement) external;

    /// @notice Whether an institution may act: founded, admitted, signed, not suspended, and no
    ///         emergency stop.
    /// @param account The institution.
    /// @return active True when it may.
    function isActive(address account) external view returns (bool active);

    /// @notice Whether an institution is an Active member, an emergency stop or not: for what a
    ///         stop can never block (P41).
    /// @param account The institution.
    /// @return member True when it is.
    function isMember(address account) external view returns (bool member);

    /// @notice Until when an emergency stop lasts.
    /// @return until First second at which everything works again, in Unix time; zero when there
    ///         never was a stop or the last was lifted.
    function stoppedUntil() external view returns (uint40 until);

    /// @notice What is stored about an institution.
    /// @param account The institution.
    /// @return member All fields; Standing.None when unknown.
    function memberOf(address account) external view returns (Member memory member);

    /// @notice An institution's seat, by which other contracts name it in few bytes.
    /// @param account The institution.
    /// @return seat Its place in the list of members, counted from 1; zero when unknown. It
    ///         never changes, not even by expulsion.
    function seatOf(address account) external view returns (uint32 seat);

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
}
