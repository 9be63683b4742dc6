// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Appointments} from "../../../contracts/Appointments.sol";
import {Batches} from "../../../contracts/Batches.sol";
import {BreakGlass} from "../../../contracts/BreakGlass.sol";
import {Charges} from "../../../contracts/Charges.sol";
import {Consortium} from "../../../contracts/Consortium.sol";
import {Consultations} from "../../../contracts/Consultations.sol";
import {Delegations} from "../../../contracts/Delegations.sol";
import {Evidence} from "../../../contracts/Evidence.sol";
import {Forwarder} from "../../../contracts/Forwarder.sol";
import {Guardianship} from "../../../contracts/Guardianship.sol";
import {Receipts} from "../../../contracts/Receipts.sol";
import {Recovery} from "../../../contracts/Recovery.sol";
import {Referrals} from "../../../contracts/Referrals.sol";
import {Registrar} from "../../../contracts/Registrar.sol";
import {Relationship} from "../../../contracts/Relationship.sol";
import {RelationshipFactory} from "../../../contracts/RelationshipFactory.sol";
import {Research} from "../../../contracts/Research.sol";
import {Summary} from "../../../contracts/Summary.sol";
import {Tickets} from "../../../contracts/Tickets.sol";
import {IMembership} from "../../../interfaces/consortium/IMembership.sol";

/// @title Deployment: the contracts, each naming others that are deployed later
/// @dev The order and the arguments are those of scripts/alliance/artifacts.py.
abstract contract Deployment {
    enum Part {
        Forwarder,
        Consortium,
        Summary,
        Registrar,
        Relationship,
        RelationshipFactory,
        Guardianship,
        Recovery,
        Batches,
        Evidence,
        Delegations,
        Receipts,
        Tickets,
        BreakGlass,
        Appointments,
        Referrals,
        Consultations,
        Charges,
        Research
    }

    error Misplaced(Part part, address expected, address found);

    bytes32 internal constant AGREEMENT = keccak256("agreement 1");

    Forwarder public forwarder;
    Consortium public consortium;
    Summary public summary;
    Registrar public registrar;
    Relationship public implementation;
    RelationshipFactory public factory;
    Guardianship public guardianship;
    Recovery public recovery;
    Batches public batches;
    Evidence public evidence;
    Delegations public delegations;
    Receipts public receipts;
    Tickets public tickets;
    BreakGlass public breakGlass;
    Appointments public appointments;
    Referrals public referrals;
    Consultations public consultations;
    Charges public charges;
    Research public research;

    function _deploy(address[] memory founders) internal {
        address[] memory at = new address[](uint256(type(Part).max) + 1);
        for (uint256 i; i < at.length; ++i) at[i] = _placeOf(i);
        _deployCore(at, founders);
        _deployBeside(at);
        if (at[uint256(Part.Research)] != address(research)) {
            revert Misplaced(Part.Research, at[uint256(Part.Research)], address(research));
        }
    }

    /// @dev Where the next contract but `ahead` of this one's will be.
    function _placeOf(uint256 ahead) internal view virtual returns (address);

    function _details(uint8 tier) internal pure returns (IMembership.Details memory) {
        return IMembership.Details("house", "12110000400686022T", "110101", "grade", tier);
    }

    function _deployCore(address[] memory at, address[] memory founders) private {
        IMembership.Details[] memory details = new IMembership.Details[](founders.length);
        for (uint256 i; i < founders.length; ++i) details[i] = _details(uint8(i % 3) + 1);
        (address f, address c) = (at[uint256(Part.Forwarder)], at[uint256(Part.Consortium)]);
        (address r, address p) = (at[uint256(Part.Registrar)], at[uint256(Part.Relationship)]);
        address last = at[uint256(Part.RelationshipFactory)];
        forwarder = new Forwarder(at[uint256(Part.Guardianship)]);
        consortium = new Consortium(f, founders, details, AGREEMENT);
        summary = new Summary(c, r, last);
        registrar = new Registrar(f, c, at[uint256(Part.Summary)], at[uint256(Part.Recovery)]);
        implementation = new Relationship(f, c, r, last, at[uint256(Part.Batches)]);
        factory = new RelationshipFactory(f, c, r, p);
    }

    function _deployBeside(address[] memory at) private {
        (address f, address c) = (at[uint256(Part.Forwarder)], at[uint256(Part.Consortium)]);
        (address r, address p) = (at[uint256(Part.Registrar)], at[uint256(Part.Relationship)]);
        guardianship = new Guardianship(f, c, r, p);
        recovery = new Recovery(f, c, r, p);
        batches = new Batches(f, c, r, p);
        evidence = new Evidence(f, c, r, p);
        delegations = new Delegations(f, c, r, p);
        receipts = new Receipts(f, c, r, p);
        tickets = new Tickets(f, c, r, p);
        breakGlass = new BreakGlass(f, c, r, p);
        appointments = new Appointments(f, c, r, p, at[uint256(Part.Referrals)]);
        referrals = new Referrals(f, c, r, p, at[uint256(Part.Appointments)]);
        consultations = new Consultations(f, c, r, p);
        charges = new Charges(f, c, r, p);
        research = new Research(f, c, r, p);
    }
}
