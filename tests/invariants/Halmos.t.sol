// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;
import {IAppointments} from "../../interfaces/IAppointments.sol";
import {IBatches} from "../../interfaces/IBatches.sol";
import {IBreakGlass} from "../../interfaces/IBreakGlass.sol";
import {ICharges} from "../../interfaces/ICharges.sol";
import {IConsortium} from "../../interfaces/IConsortium.sol";
import {IDelegations} from "../../interfaces/IDelegations.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {IForwarder} from "../../interfaces/IForwarder.sol";
import {IReceipts} from "../../interfaces/IReceipts.sol";
import {IRegistrar} from "../../interfaces/IRegistrar.sol";
import {IResearch} from "../../interfaces/IResearch.sol";
import {ISummary} from "../../interfaces/ISummary.sol";
import {ITickets} from "../../interfaces/ITickets.sol";
import {IBallot} from "../../interfaces/consortium/IBallot.sol";
import {IRules} from "../../interfaces/consortium/IRules.sol";
import {IAffiliations} from "../../interfaces/registrar/IAffiliations.sol";
import {IIdentities} from "../../interfaces/registrar/IIdentities.sol";
import {IPersons} from "../../interfaces/registrar/IPersons.sol";
import {IGrants} from "../../interfaces/relationship/IGrants.sol";
import {IParties} from "../../interfaces/relationship/IParties.sol";
import {IRecords} from "../../interfaces/relationship/IRecords.sol";
import {Roles} from "./symbolic/Roles.sol";
/// @dev Run by halmos: each `check_` holds for every caller and every argument, or it is shown one.
contract HalmosProperties is Roles {
    /// @notice R12: only the Registrar opens a Summary, and none is opened twice.
    function check_onlyTheRegistrarOpensASummary(address caller, address owner) public {
        bytes memory call = abi.encodeCall(ISummary.open, (owner));
        _refuses(caller, registrar.summaryOf(PATIENT), call);
        _onlyBy(address(registrar), caller, address(summary), call);
    }

    /// @notice R12, P40: only the factory lists a relationship, while no other was adopted.
    function check_onlyTheFactoryLists(address caller, address relationship) public {
        bytes memory call = abi.encodeCall(ISummary.list, (relationship));
        _onlyBy(address(factory), caller, registrar.summaryOf(PATIENT), call);
    }

    /// @notice R10: only the factory opens a relationship, and none that is open.
    function check_onlyTheFactoryOpensARelationship(address caller, address owner) public {
        bytes memory call = abi.encodeCall(
            IParties.open,
            (owner, HOUSE, owner, MIRROR, "root", 1, 1, "wrap", "wrap")
        );
        _refuses(caller, address(_relationship), call);
        _onlyBy(address(factory), caller, address(implementation), call);
    }

    /// @notice R10, P22: only the factory closes a relationship in a party's name.
    function check_onlyTheFactoryCloses(address caller, address by) public {
        bytes memory call = abi.encodeCall(IParties.close, (by));
        _onlyBy(address(factory), caller, address(_relationship), call);
    }

    /// @notice T25: only the factory, which asks the Registrar, replaces an owner.
    function check_onlyTheFactoryReplacesAnOwner(address caller, address successor) public {
        bytes memory call = abi.encodeCall(IParties.replaceOwner, (successor));
        _onlyBy(address(factory), caller, address(_relationship), call);
    }

    /// @notice R10: only owner and institution end a relationship.
    function check_onlyPartiesEnd(address caller) public {
        bytes memory call = abi.encodeCall(IParties.end, ());
        _onlyByOneOf(PATIENT, HOUSE, caller, address(_relationship), call);
    }

    /// @notice P01: only the owner changes the mirror, whatever it is to become.
    function check_onlyTheOwnerChangesTheMirror(address caller, address mirror) public {
        bytes memory call = abi.encodeCall(IParties.changeMirror, (mirror));
        _onlyBy(PATIENT, caller, address(_relationship), call);
    }

    /// @notice R21: only the owner grants, whatever the terms.
    function check_onlyTheOwnerGrants(
        address caller,
        bytes16 id,
        address viewer,
        uint40 expiresAt
    ) public {
        IGrants.Grant memory terms = _grantTo(id, viewer, expiresAt);
        bytes memory call = abi.encodeCall(IGrants.grantAccess, (terms));
        _onlyBy(PATIENT, caller, address(_relationship), call);
    }

    /// @notice R21, P22: only the owner revokes, a grant that is there or one to come.
    function check_onlyTheOwnerRevokes(address caller, bytes16 id) public {
        bytes memory call = abi.encodeCall(IGrants.revokeAccess, (id));
        _onlyBy(PATIENT, caller, address(_relationship), call);
    }

    /// @notice R20: only the owner refuses a request, one that is there or one to come.
    function check_onlyTheOwnerRefusesARequest(address caller, bytes32 request) public {
        bytes memory call = abi.encodeCall(IGrants.refuseRequest, (request));
        _onlyBy(PATIENT, caller, address(_relationship), call);
    }

    /// @notice R11: only the institution points at its own database.
    function check_onlyTheInstitutionAnchorsAQuery(address caller, bytes32 recordId) public {
        bytes memory call = abi.encodeCall(IRecords.anchorQuery, (_query(recordId)));
        _onlyBy(HOUSE, caller, address(_relationship), call);
    }

    /// @notice R13: only the owner confirms what was attested.
    function check_onlyTheOwnerConfirms(address caller, bytes32 recordId) public {
        bytes memory call = abi.encodeCall(IRecords.confirmRecord, (recordId));
        _onlyBy(PATIENT, caller, address(_relationship), call);
    }

    /// @notice T25: only Recovery replaces an account without its signature.
    function check_onlyRecoveryReplaces(
        address caller,
        address account,
        address successor
    ) public {
        bytes memory call = abi.encodeCall(IIdentities.replace, (account, successor));
        _onlyBy(address(recovery), caller, address(registrar), call);
    }

    /// @notice R01: only an institution certifies, whoever applied.
    function check_onlyInstitutionsCertify(address caller, address account, bytes32 handle) public {
        bytes memory call = abi.encodeCall(IRegistrar.certify, (account, handle));
        _onlyByMembers(caller, address(registrar), call);
    }

    /// @notice P20: only an institution binds a handle.
    function check_onlyInstitutionsBindHandles(
        address caller,
        bytes32 handle,
        address account
    ) public {
        bytes memory call = abi.encodeCall(IIdentities.bindHandle, (handle, account));
        _onlyByMembers(caller, address(registrar), call);
    }

    /// @notice R02: only the certifying institution changes a licence.
    function check_onlyTheCertifierChangesALicence(address caller, address clinician) public {
        bytes memory call = abi.encodeCall(
            IAffiliations.setLicence,
            (clinician, IPersons.Standing.Suspended)
        );
        _onlyBy(HOUSE, caller, address(registrar), call);
    }

    /// @notice T15: only a member proposes: a standing, a stop, a regulator.
    function check_onlyMembersPropose(address caller, address account, uint40 closesAt) public {
        address target = address(consortium);
        bytes memory call = abi.encodeCall(
            IConsortium.proposeStanding,
            (account, IBallot.Action.SuspendInstitution, closesAt)
        );
        _onlyByMembers(caller, target, call);
        call = abi.encodeCall(IRules.proposeStop, (1 days, closesAt));
        _onlyByMembers(caller, target, call);
        call = abi.encodeCall(IConsortium.proposeRegulator, (account, "name", closesAt));
        _onlyByMembers(caller, target, call);
    }

    /// @notice T16: only a member votes, on whatever proposal.
    function check_onlyMembersVote(address caller, uint256 id, bool approve) public {
        bytes memory call = abi.encodeCall(IBallot.vote, (id, approve));
        _onlyByMembers(caller, address(consortium), call);
    }

    /// @notice R30: only Referrals takes or gives back a place for a referral.
    function check_onlyReferralsTakesPlaces(address caller, bytes32 referral) public {
        bytes memory call = abi.encodeCall(IAppointments.take, (_slot, HOUSE, referral));
        _onlyBy(address(referrals), caller, address(appointments), call);
        call = abi.encodeCall(IAppointments.giveBack, (_slot, referral));
        _onlyBy(address(referrals), caller, address(appointments), call);
    }

    /// @notice T26: only members other than the clinician's own approve an emergency.
    function check_onlyOtherMembersApproveAnEmergency(address caller) public {
        (address[] memory holders, bytes32[] memory checks) = _holders();
        bytes memory call = abi.encodeCall(
            IBreakGlass.approveEmergency,
            (_emergency, holders, checks, "share")
        );
        _refuses(HOUSE, address(breakGlass), call);
        _onlyByMembers(caller, address(breakGlass), call);
    }

    /// @notice T21: only the service that a ticket names locks it.
    function check_onlyTheServiceLocksATicket(address caller) public {
        bytes memory call = abi.encodeCall(ITickets.lockTicket, (PATIENT, TICKET));
        _onlyBy(HOUSE, caller, address(tickets), call);
    }

    /// @notice R44: only the insurer that it was released to claims a charge.
    function check_onlyTheInsurerClaims(address caller) public {
        bytes memory call = abi.encodeCall(ICharges.claim, (_charge));
        _onlyBy(insurer, caller, address(charges), call);
    }

    /// @notice P10: only who has a seat anchors receipts, of any size.
    function check_onlySeatsAnchorReceipts(address caller, uint64 size, bytes32 root) public {
        bytes memory call = abi.encodeCall(IReceipts.anchorReceipts, (size, root));
        _onlyByMembers(caller, address(receipts), call);
    }

    /// @notice P80: only an institution anchors a batch.
    function check_onlyInstitutionsAnchorBatches(address caller, uint32 size, bytes32 root) public {
        bytes memory call = abi.encodeCall(IBatches.anchorBatch, (size, root, bytes32(0)));
        _onlyByMembers(caller, address(batches), call);
    }

    /// @notice R32: only owner and institution dispute a record, or seal it.
    function check_onlyPartiesDispute(address caller, bytes32 recordId) public {
        address target = address(_relationship);
        bytes memory call = abi.encodeCall(IEvidence.dispute, (target, recordId, "reason"));
        _onlyByOneOf(PATIENT, HOUSE, caller, address(evidence), call);
        bytes32[] memory list = new bytes32[](1);
        list[0] = recordId;
        call = abi.encodeCall(IEvidence.sealRecords, (target, list));
        _onlyByOneOf(PATIENT, HOUSE, caller, address(evidence), call);
    }

    /// @notice R28: only the owner and the delegator revoke a delegation.
    function check_onlyOwnerOrDelegatorRevokes(address caller) public {
        bytes memory call = abi.encodeCall(IDelegations.revokeDelegation, (_delegation));
        _onlyByOneOf(PATIENT, OTHER, caller, address(delegations), call);
    }

    /// @notice R43: only a researcher registers a study.
    function check_onlyResearchersRegisterStudies(address caller, bytes32 protocol) public {
        bytes memory call = abi.encodeCall(IResearch.registerStudy, (SALT, protocol));
        _onlyBy(researcher, caller, address(research), call);
    }

    /// @notice R07: nobody acts or reads for anybody without a mandate.
    function check_nobodyActsWithoutAMandate(
        address ward,
        address guardian,
        address target
    ) public view {
        assert(!guardianship.mayAct(ward, guardian, target));
        assert(!guardianship.mayRead(ward, guardian));
    }

    /// @notice P22: giving up a nonce uses up that nonce of that account, and no other.
    function check_aNonceIsItsSignersAlone(
        address signer,
        address other,
        uint256 nonce,
        uint256 next
    ) public {
        bool before = forwarder.isNonceUsed(other, next);
        _send(signer, address(forwarder), abi.encodeCall(IForwarder.cancel, (nonce)));
        assert(forwarder.isNonceUsed(signer, nonce));
        bool same = signer == other && nonce == next;
        assert(same || forwarder.isNonceUsed(other, next) == before);
    }

    /// @dev For forge: what the properties refuse to others is possible for whoever may.
    function test_whoMaySucceeds() public {
        address target = address(_relationship);
        _send(address(registrar), address(summary), abi.encodeCall(ISummary.open, (PATIENT)));
        address listed = registrar.summaryOf(PATIENT);
        _send(address(factory), listed, abi.encodeCall(ISummary.list, (target)));
        _send(PATIENT, target, abi.encodeCall(IParties.changeMirror, (FOURTH)));
        _send(HOUSE, target, abi.encodeCall(IRecords.anchorQuery, (_query("another"))));
        IGrants.Grant memory terms = _grantTo("id", MIRROR, START + 1 days);
        _send(PATIENT, target, abi.encodeCall(IGrants.grantAccess, (terms)));
        _send(PATIENT, target, abi.encodeCall(IGrants.revokeAccess, (GRANT)));
        _send(PATIENT, target, abi.encodeCall(IGrants.refuseRequest, (_request)));
        _send(PATIENT, target, abi.encodeCall(IRecords.confirmRecord, (RECORD)));
        _send(insurer, address(charges), abi.encodeCall(ICharges.claim, (_charge)));
        _send(HOUSE, address(tickets), abi.encodeCall(ITickets.lockTicket, (PATIENT, TICKET)));
        _send(OTHER, address(receipts), abi.encodeCall(IReceipts.anchorReceipts, (1, "root")));
        _send(OTHER, address(batches), abi.encodeCall(IBatches.anchorBatch, (1, "root", 0)));
        bytes memory call = abi.encodeCall(IDelegations.revokeDelegation, (_delegation));
        _send(OTHER, address(delegations), call);
        call = abi.encodeCall(IResearch.registerStudy, (SALT, "protocol"));
        _send(researcher, address(research), call);
        call = abi.encodeCall(IEvidence.dispute, (target, RECORD, "reason"));
        _send(PATIENT, address(evidence), call);
        call = abi.encodeCall(IAppointments.take, (_slot, HOUSE, "referral"));
        _send(address(referrals), address(appointments), call);
        call = abi.encodeCall(IAppointments.giveBack, (_slot, "referral"));
        _send(address(referrals), address(appointments), call);
        (address[] memory holders, bytes32[] memory checks) = _holders();
        call = abi.encodeCall(
            IBreakGlass.approveEmergency,
            (_emergency, holders, checks, "share")
        );
        _send(MIRROR, address(breakGlass), call);
        call = abi.encodeCall(
            IAffiliations.setLicence,
            (CLINICIAN, IPersons.Standing.Suspended)
        );
        _send(HOUSE, address(registrar), call);
        call = abi.encodeCall(IRules.proposeStop, (1 days, START + 1 days));
        uint256 id = abi.decode(_send(OTHER, address(consortium), call), (uint256));
        _send(OTHER, address(consortium), abi.encodeCall(IBallot.vote, (id, true)));
        call = abi.encodeCall(IIdentities.bindHandle, ("handle", PATIENT));
        _send(OTHER, address(registrar), call);
        _send(HOUSE, target, abi.encodeCall(IParties.end, ()));
    }
}
