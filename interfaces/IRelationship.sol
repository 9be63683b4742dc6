// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAdmissions} from "./relationship/IAdmissions.sol";
import {IGrants} from "./relationship/IGrants.sol";
import {IParties} from "./relationship/IParties.sol";

/// @title Relationship (PPR): one owner, one institution, their records and who may read them
/// @notice Holds record pointers and viewing permissions between a patient and an institution.
/// @dev An EIP-1167 clone for each pair, not upgradeable; no function accepts the consortium as
///      caller (P40).
interface IRelationship is IGrants, IAdmissions, IParties {}
