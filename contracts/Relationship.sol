// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IRelationship} from "../interfaces/IRelationship.sol";
import {Admissions} from "./relationship/Admissions.sol";
import {Grants} from "./relationship/Grants.sol";
import {Parties} from "./relationship/Parties.sol";

contract Relationship is IRelationship, Grants {
    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address factory_,
        address batches
    )
        ERC2771Context(forwarder)
        EIP712("Chartkey Relationship", "1")
        Parties(consortium, registrar, factory_)
        Admissions(batches)
    {}
}
