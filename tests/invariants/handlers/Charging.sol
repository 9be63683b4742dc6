// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICharges} from "../../../interfaces/ICharges.sol";
import {Handler} from "../Handler.sol";
import {Book} from "../world/Book.sol";
import {World} from "../world/World.sol";

/// @title Charging: charges are posted, released to an insurer, claimed, voided and refunded
contract Charging is Handler {
    struct Posted {
        bytes32 id;
        address owner;
        address house;
        bytes32 commitment;
        uint256 claims;
        bool void_;
        bool refunded;
        bool released;
    }

    ICharges private immutable _charges;

    Posted[] private _posted;

    constructor(World world) Handler(world) {
        _charges = ICharges(address(world.charges()));
    }

    function post(uint256 seed) external counted {
        Book.Pair memory pair = _world.pairAt(_pick(seed, "pair", 2));
        Posted memory posted;
        (posted.owner, posted.house) = (pair.owner, pair.house);
        posted.commitment = _some(seed, "commitment");
        bytes memory call = abi.encodeCall(
            ICharges.post,
            (pair.relationship, _some(seed, "salt"), posted.commitment)
        );
        posted.id = abi.decode(_send(pair.house, address(_charges), call), (bytes32));
        _posted.push(posted);
    }

    function release(uint256 seed) external counted {
        Posted storage posted = _pickPosted(seed);
        bytes memory call = abi.encodeCall(ICharges.release, (posted.id, _world.insurer()));
        _send(posted.owner, address(_charges), call);
        posted.released = true;
    }

    function claim(uint256 seed) external counted {
        Posted storage posted = _pickPosted(seed);
        bytes memory call = abi.encodeCall(ICharges.claim, (posted.id));
        _send(_world.insurer(), address(_charges), call);
        _breach(posted.void_ || !posted.released, "R44: claimed what was void or withheld");
        posted.claims += 1;
    }

    function void(uint256 seed) external counted {
        require(_pick(seed, "seldom", 3) == 0);
        Posted storage posted = _pickPosted(seed);
        bytes memory call = abi.encodeCall(ICharges.void, (posted.id));
        _send(posted.house, address(_charges), call);
        _breach(posted.claims != 0, "R44: void after a claim");
        posted.void_ = true;
    }

    function refund(uint256 seed) external counted {
        Posted storage posted = _pickPosted(seed);
        bytes memory call = abi.encodeCall(ICharges.refund, (posted.id));
        _send(posted.house, address(_charges), call);
        _breach(posted.claims == 0, "R44: refunded before a claim");
        posted.refunded = true;
    }

    function meddle(uint256 seed) external counted {
        Posted storage posted = _pickPosted(seed);
        address target = address(_charges);
        bytes memory call = abi.encodeCall(ICharges.claim, (posted.id));
        _breach(_try(_world.stranger(), target, call), "R44: claimed by a stranger");
        _breach(_try(posted.house, target, call), "R44: claimed by the institution");
        call = abi.encodeCall(ICharges.release, (posted.id, _world.insurer()));
        _breach(_try(posted.house, target, call), "R44: released by the institution");
        call = abi.encodeCall(ICharges.release, (posted.id, _world.stranger()));
        _breach(_try(posted.owner, target, call), "R44: released to no insurer");
        call = abi.encodeCall(ICharges.void, (posted.id));
        _breach(_try(posted.owner, target, call), "R44: void by the patient");
    }

    function postedCount() external view returns (uint256 count) {
        return _posted.length;
    }

    function postedAt(uint256 index) external view returns (Posted memory posted) {
        return _posted[index];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](6);
        selectors[0] = this.post.selector;
        selectors[1] = this.release.selector;
        selectors[2] = this.claim.selector;
        selectors[3] = this.void.selector;
        selectors[4] = this.refund.selector;
        selectors[5] = this.meddle.selector;
    }

    function _pickPosted(uint256 seed) private view returns (Posted storage posted) {
        uint256 size = _posted.length < 5 ? _posted.length : 5;
        return _posted[_posted.length - 1 - _pick(seed, "posted", size)];
    }
}
