// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Rules: what the members decided about referrals, sealers, offices and new versions
/// @notice Every rule is set by vote and by nothing else (R03, R30, P40).
interface IRules {
    /// @notice What an account holds that is neither a member nor a person of the registrar's.
    enum Office {
        None,
        Insurer,
        Researcher
    }

    /// @notice Who may refer to whom, and what must be attached (R30, P70).
    /// @param directions Bitmap of nine: bit 3 * (from - 1) + (to - 1) lets tier `from` refer to
    ///        tier `to`.
    /// @param withinAlliance Whether institutions of one alliance may refer whatever their tiers.
    /// @param mostOpen Most open referrals from one institution to another.
    /// @param requiredKinds Bitmap of the record kinds that must be attached; bit n is kind n.
    struct ReferralRules {
        uint16 directions;
        bool withinAlliance;
        uint16 mostOpen;
        uint256 requiredKinds;
    }

    /// @notice The rules of referral changed.
    /// @param id The proposal.
    /// @param rules The rules in force.
    event ReferralRulesSet(uint256 indexed id, ReferralRules rules);

    /// @notice An institution joined an alliance, or left it.
    /// @param id The proposal.
    /// @param institution The institution.
    /// @param alliance Id of its alliance; zero for none.
    event AllianceSet(uint256 indexed id, address indexed institution, bytes32 alliance);

    /// @notice A sealer of the chain was admitted or removed; operators carry it out on their nodes.
    /// @param id The proposal.
    /// @param sealer Account with which blocks are sealed.
    /// @param institution The institution that runs it.
    /// @param admitted True when admitted.
    event SealerChanged(
        uint256 indexed id,
        address indexed sealer,
        address indexed institution,
        bool admitted
    );

    /// @notice An account was given an office, or lost it.
    /// @param id The proposal.
    /// @param account The account.
    /// @param office What it holds now.
    /// @param name Its public name; empty when it lost the office.
    event OfficeChanged(uint256 indexed id, address indexed account, Office office, string name);

    /// @notice A further factory may list its relationships in Summaries: a new version (P40).
    /// @param id The proposal.
    /// @param factory The factory.
    event FactoryAdopted(uint256 indexed id, address indexed factory);

    /// @notice A bitmap of directions has nine bits, and at least one referral may be open.
    /// @param directions The bitmap given.
    /// @param mostOpen The limit given.
    error ConsortiumRulesInvalid(uint16 directions, uint16 mostOpen);

    /// @notice The sealer is zero, or is admitted already; or there is none to remove.
    /// @param sealer The account.
    error ConsortiumSealerInvalid(address sealer);

    /// @notice The account is zero, an institution's, or holds an office already; it holds none to
    ///         end, or holds one and is to become an institution.
    /// @param account The account.
    /// @param office What it holds.
    error ConsortiumOfficeInvalid(address account, Office office);

    /// @notice The factory holds no code, or was adopted before.
    /// @param factory The factory.
    error ConsortiumFactoryInvalid(address factory);

    /// @notice Propose rules of referral.
    /// @dev Only an Active member. Until a vote sets rules, nobody refers.
    /// @param rules The rules.
    /// @param closesAt Last second for votes, one hour to thirty days ahead.
    /// @return id The proposal's number.
    function proposeReferralRules(
        ReferralRules calldata rules,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose that an institution joins an alliance, or leaves its alliance.
    /// @dev Only an Active member. The institution must be an Active one, to join.
    /// @param institution The institution.
    /// @param alliance Id of the alliance; zero for none.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeAlliance(
        address institution,
        bytes32 alliance,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose an emergency stop. It begins when it is enacted.
    /// @dev Only an Active member. What it can never block stands in P41.
    /// @param duration How long it lasts, one second to seven days.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeStop(uint32 duration, uint40 closesAt) external returns (uint256 id);

    /// @notice Propose to lift an emergency stop.
    /// @dev Only an Active member, during a stop.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeResume(uint40 closesAt) external returns (uint256 id);

    /// @notice Propose to admit a sealer of the chain.
    /// @dev Only an Active member.
    /// @param sealer Account with which blocks are to be sealed.
    /// @param institution The institution that runs it; an Active member.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeSealer(
        address sealer,
        address institution,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to remove a sealer of the chain.
    /// @dev Only an Active member.
    /// @param sealer The sealer.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeSealerRemoval(address sealer, uint40 closesAt) external returns (uint256 id);

    /// @notice Propose to give an account an office.
    /// @dev Only an Active member.
    /// @param account The account.
    /// @param office Insurer or Researcher.
    /// @param name Its public name.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeOffice(
        address account,
        Office office,
        string calldata name,
        uint40 closesAt
    ) external returns (uint256 id);

    /// @notice Propose to end an account's office.
    /// @dev Only an Active member.
    /// @param account The account.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeOfficeEnd(address account, uint40 closesAt) external returns (uint256 id);

    /// @notice Propose that a further factory lists its relationships: a new version, which serves
    ///         new relationships only; both sides of an old one opt in by making a new one.
    /// @dev Only an Active member.
    /// @param factory The factory.
    /// @param closesAt Last second for votes.
    /// @return id The proposal's number.
    function proposeFactory(address factory, uint40 closesAt) external returns (uint256 id);

    /// @notice The rules of referral in force.
    /// @return rules All fields; zero until the first vote.
    function referralRules() external view returns (ReferralRules memory rules);

    /// @notice Whether the rules let one institution refer to another.
    /// @param from The referring institution.
    /// @param to The receiving institution.
    /// @return allowed True when tiers or a common alliance allow it.
    function mayRefer(address from, address to) external view returns (bool allowed);

    /// @notice The alliance of an institution.
    /// @param institution The institution.
    /// @return alliance Its id; zero for none.
    function allianceOf(address institution) external view returns (bytes32 alliance);

    /// @notice The institution that runs a sealer.
    /// @param sealer The sealer.
    /// @return institution The institution; zero when it is not admitted.
    function sealerOf(address sealer) external view returns (address institution);

    /// @notice What office an account holds.
    /// @param account The account.
    /// @return office The office.
    function officeOf(address account) external view returns (Office office);

    /// @notice Whether a factory was adopted by vote.
    /// @param factory The factory.
    /// @return adopted True when it was.
    function isFactory(address factory) external view returns (bool adopted);
}
