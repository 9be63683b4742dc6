// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRelationship} from "../../interfaces/IRelationship.sol";
import {IGrants} from "../../interfaces/relationship/IGrants.sol";

/// @title GrantDigest: what is stored of a grant's terms
/// @dev 26 bytes fill the slot beside status and expiry, so that a grant costs one.
library GrantDigest {
    /// @dev Whether a grant was made with exactly these terms, and holds.
    function isLive(
        IGrants.Grant calldata grant,
        address relationship
    ) internal view returns (bool) {
        IGrants.GrantState memory state = IRelationship(relationship).grantOf(grant.id);
        return
            state.digest == digestOf(grant) &&
            state.expiresAt == grant.expiresAt &&
            IRelationship(relationship).isGrantLive(grant.id);
    }

    function digestOf(IGrants.Grant calldata grant) internal pure returns (bytes26) {
        return
            bytes26(
                keccak256(
                    abi.encode(
                        grant.viewer,
                        grant.affiliation,
                        grant.scope,
                        grant.kind,
                        grant.recordId,
                        grant.purpose,
                        grant.consent,
                        grant.request,
                        grant.keyVersion,
                        keccak256(grant.wrap)
                    )
                )
            );
    }
}
