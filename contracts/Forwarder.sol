// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IForwarder} from "../interfaces/IForwarder.sol";
import {NonceBitmap} from "./libraries/NonceBitmap.sol";

contract Forwarder is IForwarder, EIP712 {
    using NonceBitmap for NonceBitmap.Bitmap;

    bytes32 private constant REQUEST_TYPEHASH =
        keccak256(
            "ForwardRequest(address from,address to,uint256 nonce,uint48 deadline,bytes data)"
        );

    mapping(address from => NonceBitmap.Bitmap) private _nonces;

    constructor() EIP712("Chartkey Forwarder", "1") {}

    /// @inheritdoc IForwarder
    function execute(
        ForwardRequest calldata request,
        bytes calldata signature
    ) external returns (bytes memory result) {
        _check(request, signature);
        if (!_nonces[request.from].use(request.nonce)) {
            revert ForwarderNonceUsed(request.from, request.nonce);
        }
        emit CallForwarded(request.from, request.to, msg.sender, request.nonce);
        // ERC-2771: the target reads the sender from the last 20 bytes.
        result = Address.functionCall(request.to, abi.encodePacked(request.data, request.from));
    }

    /// @inheritdoc IForwarder
    function cancel(uint256 nonce) external {
        if (_nonces[msg.sender].use(nonce)) emit NonceCancelled(msg.sender, nonce);
    }

    /// @inheritdoc IForwarder
    function isNonceUsed(address from, uint256 nonce) external view returns (bool used) {
        return _nonces[from].isUsed(nonce);
    }

    function _check(ForwardRequest calldata request, bytes calldata signature) private view {
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
        if (!SignatureChecker.isValidSignatureNow(request.from, digest, signature)) {
            revert ForwarderSignatureInvalid(request.from);
        }
    }
}
