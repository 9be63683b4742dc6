// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Persons: accounts and their encryption keys
/// @notice A person applies or is registered; every key stays resolvable (R01, R04).
interface IPersons {
    /// @notice What a person is.
    enum Role {
        None,
        Patient,
        Clinician
    }

    /// @notice How far a person's registration is. A chart is an account whose key the institution
    ///         holds until its person claims it; who is Replaced acts no more.
    enum Certification {
        None,
        Applied,
        Certified,
        Chart,
        Replaced
    }

    /// @notice Where a licence, a department or an affiliation stands. Revoked is final.
    enum Standing {
        None,
        Active,
        Suspended,
        Revoked
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

    /// @notice A further encryption key was published; earlier ones stay resolvable.
    /// @param account Whose key it is.
    /// @param version Its number.
    /// @param suite Its suite.
    /// @param key The key (DER SubjectPublicKeyInfo).
    event KeyPublished(address indexed account, uint32 indexed version, uint8 suite, bytes key);

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

    /// @notice What was signed came too late; have it signed anew.
    /// @param deadline The deadline that has passed.
    error RegistrarDeadlinePassed(uint48 deadline);

    /// @notice The signature is not the person's over exactly this, or the caller or the key is not
    ///         the one that it names.
    /// @param account The person's account.
    error RegistrarSignatureInvalid(address account);

    /// @notice The handle is zero, or the institution uses it for another account.
    /// @param handle The handle.
    error RegistrarHandleTaken(bytes32 handle);

    /// @notice An encryption key has 64 to 8,192 bytes and a suite that is not zero.
    /// @param length The length given.
    /// @param suite The suite given.
    error RegistrarKeyInvalid(uint256 length, uint8 suite);

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

    /// @notice Publish a further encryption key of the caller.
    /// @dev Anyone who has published one before. Earlier keys are never overwritten.
    /// @param suite Suite of the encryption key.
    /// @param key The encryption key (DER SubjectPublicKeyInfo).
    function publishKey(uint8 suite, bytes calldata key) external;

    /// @notice What is stored about an account.
    /// @param account The account.
    /// @return person All fields; Certification.None when unknown.
    function personOf(address account) external view returns (Person memory person);

    /// @notice The hash of an encryption key, current or earlier.
    /// @param account Whose key.
    /// @param version Its number, from 1.
    /// @return hash keccak256 over suite (1 byte) and key; zero when there is none.
    function keyHashOf(address account, uint32 version) external view returns (bytes32 hash);
}
