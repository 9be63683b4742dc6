// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Forwarder: lets people without ether act through any relay (ERC-2771, P22)
/// @notice A person signs a ForwardRequest; any account submits it and pays for it.
/// @dev Nonces are unordered: withholding one message blocks no other. A call that reverts
///      reverts the whole relay, so a nonce is used up only by a call that went through and a
///      relay gains nothing by starving it of gas. No contract of the system has multicall,
///      which would let a forwarded call fake its sender.
interface IForwarder {
    /// @notice One call that `from` wants made.
    /// @param from The signer, seen by the target as the caller.
    /// @param to The contract to call; it must trust this forwarder.
    /// @param nonce Any number `from` has not used before; 256 neighbours share a storage slot.
    /// @param deadline Last second at which it may be relayed, in Unix time.
    /// @param data The call, selector first.
    struct ForwardRequest {
        address from;
        address to;
        uint256 nonce;
        uint48 deadline;
        bytes data;
    }

    /// @notice A signed call was made.
    /// @param from The person whom the target saw as the caller.
    /// @param to The contract that was called.
    /// @param relay Who paid.
    /// @param signer Who signed: the person, or a guardian acting for a ward (R07).
    /// @param nonce The signer's nonce now used.
    event CallForwarded(
        address indexed from,
        address indexed to,
        address indexed relay,
        address signer,
        uint256 nonce
    );

    /// @notice A nonce was given up without a call.
    /// @param from The person who gave it up.
    /// @param nonce The nonce now used.
    event NonceCancelled(address indexed from, uint256 nonce);

    /// @notice The request came too late; sign a new one.
    /// @param deadline The deadline that has passed, in Unix time.
    error ForwarderDeadlinePassed(uint48 deadline);

    /// @notice The nonce was used before; the request was relayed already or was cancelled.
    /// @param from The signer.
    /// @param nonce The nonce.
    error ForwarderNonceUsed(address from, uint256 nonce);

    /// @notice The signature is not `from`'s over exactly this request.
    /// @param from The claimed signer.
    error ForwarderSignatureInvalid(address from);

    /// @notice The target is this forwarder or holds no code; check the manifest.
    /// @param to The target.
    error ForwarderTargetInvalid(address to);

    /// @notice The guardian's mandate for this ward does not hold, or does not reach this contract.
    /// @param ward The ward.
    /// @param guardian The guardian.
    error ForwarderGuardianInvalid(address ward, address guardian);

    /// @notice Make the call that `request.from` signed.
    /// @dev Anyone may call. The target's custom error is passed on as it is.
    /// @param request What was signed.
    /// @param signature EIP-712 signature of 65 bytes, or an ERC-1271 contract's.
    /// @return result What the target returned.
    function execute(
        ForwardRequest calldata request,
        bytes calldata signature
    ) external returns (bytes memory result);

    /// @notice Make a call for a ward that a guardian signed; the target sees the ward, the event
    ///         tells of the guardian (R07).
    /// @dev Anyone may call. The nonce is the guardian's.
    /// @param request What was signed; `from` is the ward.
    /// @param guardian Who signed it.
    /// @param signature The guardian's EIP-712 signature.
    /// @return result What the target returned.
    function executeFor(
        ForwardRequest calldata request,
        address guardian,
        bytes calldata signature
    ) external returns (bytes memory result);

    /// @notice Give up one of the caller's own nonces, so that a message in flight is void.
    /// @dev Idempotent: a used nonce stays used.
    /// @param nonce The nonce.
    function cancel(uint256 nonce) external;

    /// @notice Whether a nonce can no longer be used.
    /// @param from The signer.
    /// @param nonce The nonce.
    /// @return used True when it was used or cancelled.
    function isNonceUsed(address from, uint256 nonce) external view returns (bool used);
}
