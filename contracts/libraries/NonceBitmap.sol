// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title NonceBitmap: nonces that may be used in any order, once each (P22)
/// @dev One slot holds 256 neighbouring nonces, so a client that counts up pays for a new slot
///      once in 256 uses.
library NonceBitmap {
    struct Bitmap {
        mapping(uint256 word => uint256 bits) words;
    }

    /// @dev Returns false, and changes nothing, when the nonce was used before.
    function use(Bitmap storage bitmap, uint256 nonce) internal returns (bool fresh) {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 bits = bitmap.words[nonce >> 8];
        fresh = bits & bit == 0;
        if (fresh) bitmap.words[nonce >> 8] = bits | bit;
    }

    function isUsed(Bitmap storage bitmap, uint256 nonce) internal view returns (bool) {
        return bitmap.words[nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }
}
