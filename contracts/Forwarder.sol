// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IForwarder} from "../interfaces/IForwarder.sol";
import {IGuardianship} from "../interfaces/IGuardianship.sol";
import {NonceBitmap} from "./libraries/NonceBitmap.sol";

contract Forwarder is IForwarder, EIP712 {
    using NonceBitmap for NonceBitmap.Bitmap;

    bytes32 private constant REQUEST_TYPEHASH =
        keccak256(
            "ForwardRequest(address from,address to,uint256 nonce,uint48 deadline,bytes data)"
        );

    IGuardianship private immutable _guardianship;

    mapping(address signer => NonceBitmap.Bitmap) private _nonces;

    constructor(address guardianship) EIP712("Chartkey Forwarder", "1") {
        _guardianship = IGuardianship(guardianship);
    }

    /// @inheritdoc IForwarder
    function execute(
        ForwardRequest calldata request,
        bytes calldata signature
    ) external returns (bytes memory result) {
        return _execute(request, request.from, signature);
    }

    /// @inheritdoc IForwarder
    function executeFor(
        ForwardRequest calldata request,
        address guardian,
        bytes calldata signature
    ) external returns (bytes memory result) {
        if (!_guardianship.mayAct(request.from, guardian, request.to)) {
            revert ForwarderGuardianInvalid(request.from, guardian);
        }
        return _execute(request, guardian, signature);
    }

    /// @inheritdoc IForwarder
    function cancel(uint256 nonce) external {
        if (_nonces[msg.sender].use(nonce)) emit NonceCancelled(msg.sender, nonce);
    }

    /// @inheritdoc IForwarder
    function isNonceUsed(address from, uint256 nonce) external view returns (bool used) {
        return _nonces[from].isUsed(nonce);
    }

    function _execute(
        ForwardRequest calldata request,
        address signer,
        bytes calldata signature
    ) private returns (bytes memory result) {
        _check(request, signer, signature);
        if (!_nonces[signer].use(request.nonce)) {
            revert ForwarderNonceUsed(signer, request.nonce);
        }
        emit CallForwarded(request.from, request.to, msg.sender, signer, request.nonce);
        // ERC-2771: the target reads the sender from the last 20 bytes.
        return Address.functionCall(request.to, abi.encodePacked(request.data, request.from));
    }

    function _check(
        ForwardRequest calldata request,
        address signer,
        bytes calldata signature
    ) private view {
        if (block.timestamp > request.deadline) revert ForwarderDeadlinePassed(request.deadline);
        if (request.to == address(this) || request.to.code.length == 0) {
            revert ForwarderTargetInvalid(request.to);
        }
        bytes32 digest = _hashTypedDataV4(
            keccak256(
                abi.encode(
                    REQUEST_TYPEHASH,
                    request.from,
                    request.to,
                    request.nonce,
                    request.deadline,
                    keccak256(request.data)
                )
            )
        );
        if (!SignatureChecker.isValidSignatureNow(signer, digest, signature)) {
            revert ForwarderSignatureInvalid(signer);
        }
    }
}
