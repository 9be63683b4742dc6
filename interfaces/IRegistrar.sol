// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAffiliations} from "./registrar/IAffiliations.sol";
import {IIdentities} from "./registrar/IIdentities.sol";

/// @title Registrar: who is who
/// @notice Maps identity handles to accounts and to Summary contracts; keeps everybody's public
///         encryption keys and the tree of affiliations.
/// @dev A handle is an HMAC under a key of the registering institution alone (P20) and counts
///      only together with that institution, so nobody can squat on another's handle.
interface IRegistrar is IAffiliations, IIdentities {
    /// @notice What a person signs to be registered by an institution (EIP-712).
    /// @param institution The institution that may use it.
    /// @param account The person's account.
    /// @param role What the person is to be.
    /// @param suite Suite of the encryption key.
    /// @param keyHash keccak256 of the encryption key.
    /// @param deadline Last second at which it may be used, in Unix time.
    struct Registration {
        address institution;
        address account;
        Role role;
        uint8 suite;
        bytes32 keyHash;
        uint48 deadline;
    }

    /// @notice An institution registered a person with that person's signature.
    /// @param account The person's account.
    /// @param institution Who registered it.
    /// @param handle The identity's handle at that institution.
    /// @param role What the person is.
    /// @param summary The person's Summary contract.
    /// @param suite Suite of the encryption key.
    /// @param key The first encryption key (DER SubjectPublicKeyInfo).
    event PersonRegistered(
        address indexed account,
        address indexed institution,
        bytes32 indexed handle,
        Role role,
        address summary,
        uint8 suite,
        bytes key
    );

    /// @notice A chart was opened for somebody who cannot sign yet.
    /// @param account The chart's account, whose key the institution holds.
    /// @param institution The institution.
    /// @param by Who opened it: the institution, or a clinician of it.
    /// @param handle The identity's handle at that institution.
    /// @param summary The chart's Summary contract.
    /// @param suite Suite of the encryption key.
    /// @param key The first encryption key (DER SubjectPublicKeyInfo).
    event ChartOpened(
        address indexed account,
        address indexed institution,
        address indexed by,
        bytes32 handle,
        address summary,
        uint8 suite,
        bytes key
    );

    /// @notice An institution certified a person who had applied.
    /// @param account The person's account.
    /// @param institution Who certified it.
    /// @param handle The identity's handle at that institution.
    /// @param summary The person's Summary contract.
    event PersonCertified(
        address indexed account,
        address indexed institution,
        bytes32 indexed handle,
        address summary
    );

    /// @notice An institution published its first key and got its Summary.
    /// @param institution The institution.
    /// @param summary Its Summary contract.
    /// @param suite Suite of the encryption key.
    /// @param key Its first encryption key (DER SubjectPublicKeyInfo).
    event InstitutionEnrolled(
        address indexed institution,
        address summary,
        uint8 suite,
        bytes key
    );

    /// @notice Register a person who signed for it; it is certified at once and gets a Summary.
    /// @dev Only an Active institution.
    /// @param registration What the person signed.
    /// @param key The encryption key whose hash was signed.
    /// @param handle The identity's handle at the caller.
    /// @param signature The person's EIP-712 signature.
    /// @return summary The person's Summary contract.
    function register(
        Registration calldata registration,
        bytes calldata key,
        bytes32 handle,
        bytes calldata signature
    ) external returns (address summary);

    /// @notice Open a chart for a patient who has no key yet, a walk-in without a phone.
    /// @dev Only an Active institution, or a clinician acting under an affiliation of it. The
    ///      patient claims it later, see `merge`.
    /// @param affiliation The clinician's affiliation, or the institution's account padded.
    /// @param registration Signed with the chart's key, which the institution holds; a Patient.
    /// @param key The encryption key whose hash was signed.
    /// @param handle The identity's handle at the institution.
    /// @param signature EIP-712 signature with the chart's key.
    /// @return summary The chart's Summary contract.
    function openChart(
        bytes32 affiliation,
        Registration calldata registration,
        bytes calldata key,
        bytes32 handle,
        bytes calldata signature
    ) external returns (address summary);

    /// @notice Certify a person who applied; the person gets a Summary.
    /// @dev Only an Active institution.
    /// @param account The person's account.
    /// @param handle The identity's handle at the caller.
    /// @return summary The person's Summary contract.
    function certify(address account, bytes32 handle) external returns (address summary);

    /// @notice Publish the caller institution's first key and get its Summary.
    /// @dev Only an Active institution, once.
    /// @param suite Suite of the encryption key.
    /// @param key The encryption key (DER SubjectPublicKeyInfo).
    /// @return summary The institution's Summary contract.
    function enrol(uint8 suite, bytes calldata key) external returns (address summary);

    /// @notice The account behind a handle.
    /// @param institution The institution whose handle it is.
    /// @param handle The handle.
    /// @return account The account, or the one that took its place; zero when unknown.
    function accountOf(
        address institution,
        bytes32 handle
    ) external view returns (address account);

    /// @notice The Summary contract of an account.
    /// @param account The account.
    /// @return summary Its address; zero unless the account is certified, enrolled or a chart.
    function summaryOf(address account) external view returns (address summary);

    /// @notice The Summary contract behind a handle.
    /// @param institution The institution whose handle it is.
    /// @param handle The handle.
    /// @return summary Its address; zero when unknown.
    function summaryOfHandle(
        address institution,
        bytes32 handle
    ) external view returns (address summary);

    /// @notice The contract whose clones are the Summaries.
    /// @return implementation Its address.
    function summaryImplementation() external view returns (address implementation);
}
