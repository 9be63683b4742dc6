// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Registrar: who is who
/// @notice Maps identity handles to accounts and to Summary contracts, keeps everybody's public
///         encryption keys, and holds the tree institution, department, clinician.
/// @dev A handle is an HMAC under a key of the registering institution alone (P20) and counts
///      only together with that institution, so nobody can squat on another's handle. Whether
///      a clinician may act is computed upwards through the tree: suspending an institution or a
///      department stops everyone below it at once, without a loop.
interface IRegistrar {
    /// @notice What a person is.
    enum Role {
        None,
        Patient,
        Clinician
    }

    /// @notice How far a person's registration is.
    enum Certification {
        None,
        Applied,
        Certified
    }

    /// @notice Where a licence, a department or an affiliation stands. Revoked is final.
    enum Standing {
        None,
        Active,
        Suspended,
        Revoked
    }

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

    /// @notice One account, of a person or of an institution.
    /// @param role What the person is; None for an institution.
    /// @param certification How far the registration is.
    /// @param licence A clinician's licence; None for others.
    /// @param certifier The institution that certified the person, or the institution itself.
    /// @param keyVersion Number of encryption keys published; the newest has this number.
    /// @param since When it was certified or applied for, in Unix time.
    struct Person {
        Role role;
        Certification certification;
        Standing licence;
        address certifier;
        uint32 keyVersion;
        uint40 since;
    }

    /// @notice A person applied; an institution has yet to certify it.
    /// @param account The person's account.
    /// @param role What the person wants to be.
    /// @param suite Suite of the encryption key.
    /// @param key The first encryption key (DER SubjectPublicKeyInfo).
    event PersonApplied(address indexed account, Role role, uint8 suite, bytes key);

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

    /// @notice A further encryption key was published; earlier ones stay resolvable.
    /// @param account Whose key it is.
    /// @param version Its number.
    /// @param suite Its suite.
    /// @param key The key (DER SubjectPublicKeyInfo).
    event KeyPublished(address indexed account, uint32 indexed version, uint8 suite, bytes key);

    /// @notice A department was opened, or its standing changed.
    /// @param institution The institution it belongs to.
    /// @param department Its opaque id.
    /// @param standing Where it stands now.
    event DepartmentChanged(
        address indexed institution,
        bytes32 indexed department,
        Standing standing
    );

    /// @notice A clinician was affiliated, or the affiliation's standing changed.
    /// @param clinician The clinician.
    /// @param institution The institution.
    /// @param affiliation The department's id, or the institution's account padded to 32 bytes.
    /// @param standing Where it stands now.
    event AffiliationChanged(
        address indexed clinician,
        address indexed institution,
        bytes32 indexed affiliation,
        Standing standing
    );

    /// @notice A clinician's licence changed.
    /// @param clinician The clinician.
    /// @param institution The certifying institution, which changed it.
    /// @param standing Where it stands now.
    event LicenceChanged(
        address indexed clinician,
        address indexed institution,
        Standing standing
    );

    /// @notice The caller is not an Active institution.
    /// @param account The caller.
    error RegistrarNotInstitution(address account);

    /// @notice The account is in use already, is an institution's, or is not what this needs.
    /// @param account The account.
    /// @param certification How far its registration is.
    error RegistrarPersonInvalid(address account, Certification certification);

    /// @notice The role must be Patient or Clinician.
    /// @param role The role given.
    error RegistrarRoleInvalid(Role role);

    /// @notice The handle is zero, or the institution uses it for another account.
    /// @param handle The handle.
    error RegistrarHandleTaken(bytes32 handle);

    /// @notice An encryption key has 64 to 8,192 bytes and a suite that is not zero.
    /// @param length The length given.
    /// @param suite The suite given.
    error RegistrarKeyInvalid(uint256 length, uint8 suite);

    /// @notice The registration came too late; have the person sign a new one.
    /// @param deadline The deadline that has passed.
    error RegistrarDeadlinePassed(uint48 deadline);

    /// @notice The signature is not the person's over exactly this registration.
    /// @param account The person's account.
    error RegistrarSignatureInvalid(address account);

    /// @notice The department id is in use, is another institution's, or looks like an account.
    /// @param department The id.
    error RegistrarDepartmentInvalid(bytes32 department);

    /// @notice The account is not a certified clinician, or not one that the caller certified.
    /// @param account The account.
    error RegistrarNotClinician(address account);

    /// @notice The standing cannot change like this; Revoked is final.
    /// @param from Where it stands.
    /// @param to What was asked.
    error RegistrarStandingInvalid(Standing from, Standing to);

    /// @notice Apply to be registered; an institution certifies it later.
    /// @dev Anyone, for an account not in use.
    /// @param role Patient or Clinician.
    /// @param suite Suite of the encryption key.
    /// @param key The encryption key (DER SubjectPublicKeyInfo), 64 to 8,192 bytes.
    function applyFor(Role role, uint8 suite, bytes calldata key) external;

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

    /// @notice Publish a further encryption key of the caller.
    /// @dev Anyone who has published one before. Earlier keys are never overwritten.
    /// @param suite Suite of the encryption key.
    /// @param key The encryption key (DER SubjectPublicKeyInfo).
    function publishKey(uint8 suite, bytes calldata key) external;

    /// @notice Open a department, or suspend, restore or revoke one.
    /// @dev Only an Active institution, for its own. Ids are 32 random bytes.
    /// @param department Its opaque id; the first 12 bytes must not all be zero.
    /// @param standing Where it is to stand.
    function setDepartment(bytes32 department, Standing standing) external;

    /// @notice Affiliate a clinician, or suspend, restore or revoke an affiliation.
    /// @dev Only an Active institution, for itself or for a department of its own.
    /// @param clinician A certified clinician.
    /// @param affiliation A department's id, or the caller's account padded to 32 bytes.
    /// @param standing Where it is to stand.
    function setAffiliation(address clinician, bytes32 affiliation, Standing standing) external;

    /// @notice Suspend, restore or revoke a clinician's licence.
    /// @dev Only the Active institution that certified the clinician.
    /// @param clinician The clinician.
    /// @param standing Where it is to stand.
    function setLicence(address clinician, Standing standing) external;

    /// @notice Whether a clinician may act under an affiliation now.
    /// @param clinician The clinician.
    /// @param affiliation The affiliation.
    /// @return active True when licence, affiliation, department and institution are all Active.
    /// @return institution The institution above that affiliation; zero when there is none.
    function isClinicianActive(
        address clinician,
        bytes32 affiliation
    ) external view returns (bool active, address institution);

    /// @notice The institution above an affiliation.
    /// @param affiliation A department's id or a padded institution account.
    /// @return institution The institution; zero for an unknown department.
    function institutionOf(bytes32 affiliation) external view returns (address institution);

    /// @notice Where a department stands.
    /// @param department Its id.
    /// @return institution The institution it belongs to.
    /// @return standing Where it stands.
    function departmentOf(
        bytes32 department
    ) external view returns (address institution, Standing standing);

    /// @notice Where an affiliation stands by itself, not looking up the tree.
    /// @param clinician The clinician.
    /// @param affiliation The affiliation.
    /// @return standing Where it stands.
    function affiliationOf(
        address clinician,
        bytes32 affiliation
    ) external view returns (Standing standing);

    /// @notice What is stored about an account.
    /// @param account The account.
    /// @return person All fields; Certification.None when unknown.
    function personOf(address account) external view returns (Person memory person);

    /// @notice The account behind a handle.
    /// @param institution The institution whose handle it is.
    /// @param handle The handle.
    /// @return account The account; zero when unknown.
    function accountOf(
        address institution,
        bytes32 handle
    ) external view returns (address account);

    /// @notice The Summary contract of an account.
    /// @param account The account.
    /// @return summary Its address; zero unless the account is certified or enrolled.
    function summaryOf(address account) external view returns (address summary);

    /// @notice The Summary contract behind a handle.
    /// @param institution The institution whose handle it is.
    /// @param handle The handle.
    /// @return summary Its address; zero when unknown.
    function summaryOfHandle(
        address institution,
        bytes32 handle
    ) external view returns (address summary);

    /// @notice The hash of an encryption key, current or earlier.
    /// @param account Whose key.
    /// @param version Its number, from 1.
    /// @return hash keccak256 over suite (1 byte) and key; zero when there is none.
    function keyHashOf(address account, uint32 version) external view returns (bytes32 hash);

    /// @notice The contract whose clones are the Summaries.
    /// @return implementation Its address.
    function summaryImplementation() external view returns (address implementation);
}
