// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAppointments} from "../../../interfaces/IAppointments.sol";
import {IBreakGlass} from "../../../interfaces/IBreakGlass.sol";
import {ICharges} from "../../../interfaces/ICharges.sol";
import {IDelegations} from "../../../interfaces/IDelegations.sol";
import {IRegistrar} from "../../../interfaces/IRegistrar.sol";
import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IRelationshipFactory} from "../../../interfaces/IRelationshipFactory.sol";
import {ITickets} from "../../../interfaces/ITickets.sol";
import {IAffiliations} from "../../../interfaces/registrar/IAffiliations.sol";
import {IPersons} from "../../../interfaces/registrar/IPersons.sol";
import {IGrants} from "../../../interfaces/relationship/IGrants.sol";
import {IParties} from "../../../interfaces/relationship/IParties.sol";
import {IRecords} from "../../../interfaces/relationship/IRecords.sol";
import {VM} from "../Vm.sol";
import {Founding} from "../world/Founding.sol";

contract Probe {}

/// @title Scene: one patient, one clinician and one of everything, without a single signature
/// @dev People apply and are certified, and the record is a query: signing is not symbolic.
abstract contract Scene is Founding {
    uint40 internal constant START = 1_800_000_000;
    // Where halmos puts whatever is created, one after the other.
    uint160 private constant SYMBOLIC = 0xaaaa0000;
    address internal constant HOUSE = address(0x1001);
    address internal constant MIRROR = address(0x1002);
    address internal constant OTHER = address(0x1003);
    address internal constant FOURTH = address(0x1004);
    address internal constant PATIENT = address(0x2001);
    address internal constant CLINICIAN = address(0x2002);
    address internal constant TICKET = address(0x3001);
    bytes32 internal constant RECORD = bytes32(uint256(1));
    bytes16 internal constant GRANT = bytes16(uint128(1));
    bytes32 internal constant SALT = bytes32(uint256(2));

    IRelationship internal _relationship;
    bytes32 internal _request;
    bytes32 internal _emergency;
    bytes32 internal _slot;
    bytes32 internal _charge;
    bytes32 internal _delegation;
    address private _first;

    function setUp() public {
        VM.warp(START);
        insurer = address(0x4001);
        researcher = address(0x4002);
        regulator = address(0x4003);
        for (uint160 i; i < 4; ++i) _founders.push(address(uint160(HOUSE) + i));
        _first = address(new Probe());
        _found();
        _certify(PATIENT, IPersons.Role.Patient);
        _certify(CLINICIAN, IPersons.Role.Clinician);
        _affiliate();
        _relate();
        _grantAndDelegate();
        _furnish();
        _breakGlass();
    }

    function _grantTo(
        bytes16 id,
        address viewer,
        uint40 expiresAt
    ) internal pure returns (IGrants.Grant memory terms) {
        terms.id = id;
        terms.viewer = viewer;
        terms.affiliation = padded(viewer);
        terms.scope = IGrants.Scope.Everything;
        terms.purpose = "TREAT";
        terms.expiresAt = expiresAt;
        terms.keyVersion = 1;
        terms.wrap = "wrap";
    }

    function _query(bytes32 recordId) internal pure returns (IRecords.Query memory query) {
        query.recordId = recordId;
        query.kind = LABORATORY;
        query.profile = profileId(LABORATORY);
        query.name = "query";
        query.root = "root";
        query.epoch = 1;
        query.host = "host";
    }

    function _holders()
        internal
        pure
        returns (address[] memory holders, bytes32[] memory checks)
    {
        holders = new address[](3);
        (holders[0], holders[1], holders[2]) = (MIRROR, OTHER, FOURTH);
        checks = new bytes32[](3);
    }

    function _placeOf(uint256 ahead) internal view override returns (address) {
        if (uint160(_first) >> 16 == SYMBOLIC >> 16) {
            return address(uint160(_first) + 1 + uint160(ahead));
        }
        return VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + ahead);
    }

    function _certify(address account, IPersons.Role role) private {
        bytes memory key = encryptionKey(uint160(account));
        address target = address(registrar);
        _send(account, target, abi.encodeCall(IPersons.applyFor, (role, SUITE, key)));
        bytes32 handle = bytes32(uint256(uint160(account)));
        _send(HOUSE, target, abi.encodeCall(IRegistrar.certify, (account, handle)));
    }

    function _affiliate() private {
        bytes memory call = abi.encodeCall(
            IAffiliations.setAffiliation,
            (CLINICIAN, padded(HOUSE), IPersons.Standing.Active)
        );
        _send(HOUSE, address(registrar), call);
    }

    function _relate() private {
        IRelationshipFactory.Opening memory opening = IRelationshipFactory.Opening(
            PATIENT,
            HOUSE,
            0,
            MIRROR,
            "root",
            1,
            1,
            "owner's wrap",
            "institution's wrap"
        );
        bytes memory call = abi.encodeCall(IRelationshipFactory.propose, (opening));
        bytes memory result = _send(HOUSE, address(factory), call);
        _relationship = IRelationship(abi.decode(result, (address)));
        address target = address(_relationship);
        _send(PATIENT, target, abi.encodeCall(IParties.accept, ()));
        _send(HOUSE, target, abi.encodeCall(IRecords.anchorQuery, (_query(RECORD))));
        IGrants.Request memory request;
        request.salt = SALT;
        request.affiliation = padded(HOUSE);
        request.scope = IGrants.Scope.Everything;
        result = _send(CLINICIAN, target, abi.encodeCall(IGrants.requestAccess, (request)));
        _request = abi.decode(result, (bytes32));
    }

    function _grantAndDelegate() private {
        IGrants.Grant memory terms = _grantTo(GRANT, OTHER, START + 30 days);
        address target = address(_relationship);
        _send(PATIENT, target, abi.encodeCall(IGrants.grantAccess, (terms)));
        IDelegations.Delegation memory delegation;
        delegation.salt = SALT;
        delegation.delegate = CLINICIAN;
        delegation.affiliation = padded(HOUSE);
        delegation.scope = IGrants.Scope.Everything;
        delegation.expiresAt = START + 1 days;
        delegation.keyVersion = 1;
        delegation.wrap = "wrap";
        bytes memory call = abi.encodeCall(IDelegations.delegate, (target, terms, delegation));
        _delegation = abi.decode(_send(OTHER, address(delegations), call), (bytes32));
    }

    function _furnish() private {
        bytes memory call = abi.encodeCall(
            ITickets.issueTicket,
            (TICKET, HOUSE, START + 1 days, bytes32("content"))
        );
        _send(PATIENT, address(tickets), call);
        call = abi.encodeCall(ICharges.post, (address(_relationship), SALT, bytes32("charge")));
        _charge = abi.decode(_send(HOUSE, address(charges), call), (bytes32));
        call = abi.encodeCall(ICharges.release, (_charge, insurer));
        _send(PATIENT, address(charges), call);
        uint40[] memory startsAt = new uint40[](1);
        startsAt[0] = START + 1 days;
        call = abi.encodeCall(IAppointments.openSlots, (padded(HOUSE), startsAt, 2));
        _send(HOUSE, address(appointments), call);
        _slot = keccak256(abi.encode(HOUSE, padded(HOUSE), startsAt[0]));
        // So that there is a place to be given back.
        call = abi.encodeCall(
            IAppointments.book,
            (_slot, address(_relationship), IAppointments.VisitPurpose.Visit)
        );
        _send(PATIENT, address(appointments), call);
    }

    function _breakGlass() private {
        (address[] memory holders, bytes32[] memory checks) = _holders();
        bytes[] memory shares = new bytes[](holders.length);
        for (uint256 i; i < shares.length; ++i) shares[i] = "share";
        bytes memory call = abi.encodeCall(
            IBreakGlass.arrange,
            (2, SUITE, encryptionKey(1), holders, checks, shares)
        );
        _send(PATIENT, address(breakGlass), call);
        call = abi.encodeCall(
            IBreakGlass.requestEmergency,
            (PATIENT, padded(HOUSE), 1 hours, SALT, "reason")
        );
        _emergency = abi.decode(_send(CLINICIAN, address(breakGlass), call), (bytes32));
    }
}
