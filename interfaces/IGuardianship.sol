// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Guardianship: who acts for a child or an incapacitated patient, and who reads for the dead
/// @notice Two institutions look at the papers, a delay lets the ward object, and everything that
///         a guardian does is told under the guardian's own name (R07).
/// @dev A guardian acts through `IForwarder.executeFor`. Nothing here can be done in a ward's name.
interface IGuardianship is ICallers {
    /// @notice Why somebody acts for the ward. After a death the next of kin may only read.
    enum Basis {
        None,
        Minor,
        Incapacity,
        Deceased
    }

    /// @notice Where a mandate stands by itself; delay and end are computed.
    enum MandateStatus {
        None,
        Proposed,
        Confirmed,
        Revoked
    }

    /// @notice One guardian's mandate for one ward.
    /// @param status Where it stands.
    /// @param basis Why.
    /// @param startsAt First second at which it holds, in Unix time; zero until confirmed.
    /// @param endsAt First second at which it no longer holds: a child's coming of age.
    /// @param proposer The institution that looked at the papers first.
    /// @param evidence Salted hash of the papers.
    struct Mandate {
        MandateStatus status;
        Basis basis;
        uint40 startsAt;
        uint40 endsAt;
        address proposer;
        bytes32 evidence;
    }

    /// @notice An institution proposed a guardian.
    /// @param ward For whom.
    /// @param guardian Who is to act.
    /// @param institution The institution.
    /// @param basis Why.
    /// @param endsAt First second at which the mandate no longer holds.
    /// @param evidence Salted hash of the papers.
    event GuardianProposed(
        address indexed ward,
        address indexed guardian,
        address indexed institution,
        Basis basis,
        uint40 endsAt,
        bytes32 evidence
    );

    /// @notice A second institution confirmed a guardian.
    /// @param ward For whom.
    /// @param guardian Who is to act.
    /// @param institution The second institution.
    /// @param startsAt First second at which the mandate holds.
    event GuardianConfirmed(
        address indexed ward,
        address indexed guardian,
        address indexed institution,
        uint40 startsAt
    );

    /// @notice A mandate was ended.
    /// @param ward For whom it was.
    /// @param guardian Whose it was.
    /// @param by Who ended it.
    event GuardianRevoked(address indexed ward, address indexed guardian, address indexed by);

    /// @notice Ward and guardian are one, the ward is no patient in use, or the guardian no
    ///         certified person.
    /// @param ward The ward.
    /// @param guardian The guardian.
    error GuardianshipPersonsInvalid(address ward, address guardian);

    /// @notice The mandate's status does not allow this.
    /// @param status Where it stands.
    error GuardianshipStatusInvalid(MandateStatus status);

    /// @notice The basis is None, the end is not in the future or comes before the start; or these are
    ///         not the terms that were proposed.
    /// @param basis The basis given.
    /// @param endsAt The end given.
    error GuardianshipTermsInvalid(Basis basis, uint40 endsAt);

    /// @notice One institution alone appoints nobody.
    /// @param institution The institution that proposed already.
    error GuardianshipSameInstitution(address institution);

    /// @notice Propose a guardian after looking at the papers.
    /// @dev Only an Active institution, when no mandate of this pair is proposed or holds.
    /// @param ward For whom; a patient, or a chart.
    /// @param guardian Who is to act; a certified person.
    /// @param basis Why.
    /// @param endsAt First second at which the mandate no longer holds.
    /// @param evidence Salted hash of the papers.
    function appoint(
        address ward,
        address guardian,
        Basis basis,
        uint40 endsAt,
        bytes32 evidence
    ) external;

    /// @notice Confirm a proposed guardian; the mandate holds after three days.
    /// @dev Only another Active institution, which names the terms that it looked at.
    /// @param ward For whom.
    /// @param guardian Who is to act.
    /// @param basis Why.
    /// @param endsAt First second at which the mandate no longer holds.
    /// @param evidence Salted hash of the papers.
    function confirm(
        address ward,
        address guardian,
        Basis basis,
        uint40 endsAt,
        bytes32 evidence
    ) external;

    /// @notice End a mandate, or object to it before it holds. Nothing can block it.
    /// @dev Only the ward, the guardian, or the institution that proposed. Idempotent.
    /// @param ward For whom.
    /// @param guardian Whose mandate.
    function revokeGuardian(address ward, address guardian) external;

    /// @notice What is stored of a mandate.
    /// @param ward For whom.
    /// @param guardian Whose.
    /// @return mandate All fields; MandateStatus.None when unknown.
    function mandateOf(
        address ward,
        address guardian
    ) external view returns (Mandate memory mandate);

    /// @notice Whether somebody may act for a ward at the block's time, on a contract.
    /// @param ward For whom.
    /// @param guardian Who would act.
    /// @param target The contract that would be called; never this one or the recovery contract.
    /// @return allowed True when the mandate holds and is not only for reading.
    function mayAct(
        address ward,
        address guardian,
        address target
    ) external view returns (bool allowed);

    /// @notice Whether somebody may read as a ward at the block's time.
    /// @param ward For whom.
    /// @param reader Who would read.
    /// @return allowed True when the mandate holds, after a death too.
    function mayRead(address ward, address reader) external view returns (bool allowed);
}
