// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IRelationshipFactory} from "../../../interfaces/IRelationshipFactory.sol";
import {IParties} from "../../../interfaces/relationship/IParties.sol";
import {Handler} from "../Handler.sol";
import {Book} from "../world/Book.sol";
import {World} from "../world/World.sol";

/// @title Relations: relationships begin, end, and follow their owners
contract Relations is Handler {
    IRelationshipFactory private immutable _factory;

    mapping(address owner => mapping(address house => uint32 nonce)) private _next;
    /// @notice Refused or Ended, once a relationship was seen to be; such a status is the last.
    mapping(address relationship => IParties.Status status) public last;
    address[] private _precluded;
    address[] private _replaced;

    constructor(World world) Handler(world) {
        _factory = IRelationshipFactory(address(world.factory()));
        for (uint256 i; i < 2; ++i) _next[world.patientAt(i)][world.houseAt(i)] = 1;
    }

    function propose(uint256 seed) external counted {
        (address owner, address house) = _parties(seed);
        address mirror = _world.activeHouse(_pick(seed, "mirror", 4));
        address proposer = _pick(seed, "proposer", 2) == 0 ? owner : house;
        _world.proposeBy(proposer, owner, house, _next[owner][house], mirror);
        _next[owner][house] += 1;
    }

    function accept(uint256 seed) external counted {
        _answer(seed, abi.encodeCall(IParties.accept, ()));
    }

    function refuse(uint256 seed) external counted {
        _answer(seed, abi.encodeCall(IParties.refuse, ()));
    }

    function end(uint256 seed) external counted {
        // Few of those that were meant: most are to live on.
        require(_pick(seed, "end", 8) == 0);
        Book.Pair memory pair = _pairOf(seed);
        (address owner, address house, , ) = IRelationship(pair.relationship).parties();
        address by = _pick(seed, "by", 2) == 0 ? owner : house;
        _send(by, pair.relationship, abi.encodeCall(IParties.end, ()));
        _note(pair.relationship);
    }

    function preclude(uint256 seed) external counted {
        (address owner, address house) = _parties(seed);
        uint32 nonce = _next[owner][house];
        // The newest is closed, or the next one never begins.
        bool tombstone = nonce == 0 || _pick(seed, "which", 8) != 0;
        if (!tombstone) nonce -= 1;
        bytes memory call = abi.encodeCall(IRelationshipFactory.preclude, (owner, house, nonce));
        _send(_pick(seed, "by", 2) == 0 ? owner : house, address(_factory), call);
        address relationship = _factory.relationshipOf(owner, house, nonce);
        if (tombstone) {
            _next[owner][house] += 1;
            _precluded.push(relationship);
        } else if (relationship.code.length != 0) {
            _note(relationship);
        }
    }

    function changeMirror(uint256 seed) external counted {
        Book.Pair memory pair = _pairOf(seed);
        (address owner, , , ) = IRelationship(pair.relationship).parties();
        address mirror = _world.activeHouse(_pick(seed, "mirror", 4));
        _send(owner, pair.relationship, abi.encodeCall(IParties.changeMirror, (mirror)));
    }

    function succeed(uint256 seed) external counted {
        require(_replaced.length < 4);
        address owner = _patient(seed);
        address house = _world.activeHouse(seed);
        address successor = _world.makeAccount(string(abi.encode("successor", seed)));
        _world.registerPatient(successor, house);
        _world.merge(house, owner, successor);
        _replaced.push(owner);
    }

    function follow(uint256 seed) external counted {
        address relationship = _pairOf(seed).relationship;
        bytes memory call = abi.encodeCall(IRelationshipFactory.follow, (relationship));
        _send(_world.stranger(), address(_factory), call);
    }

    function meddle(uint256 seed) external counted {
        Book.Pair memory pair = _pairOf(seed);
        address relationship = pair.relationship;
        (address owner, address house, , ) = IRelationship(relationship).parties();
        address outsider = _world.stranger();
        _breach(_try(outsider, relationship, abi.encodeCall(IParties.end, ())), "R10: ended");
        bytes memory call = abi.encodeCall(IParties.close, (owner));
        _breach(_try(owner, relationship, call), "closed by no factory");
        call = abi.encodeCall(IParties.replaceOwner, (outsider));
        _breach(_try(house, relationship, call), "an owner replaced by no factory");
        call = abi.encodeCall(IParties.changeMirror, (house));
        _breach(_try(owner, relationship, call), "P01: the institution as its mirror");
        call = abi.encodeCall(
            IRelationshipFactory.preclude,
            (pair.owner, pair.house, _next[pair.owner][pair.house] + 1)
        );
        _breach(_try(pair.owner, address(_factory), call), "P22: a tombstone far ahead");
        if (_replaced.length != 0) {
            call = abi.encodeCall(IParties.changeMirror, (_world.houseAt(3)));
            address former = _replaced[_pick(seed, "former", _replaced.length)];
            _breach(_try(former, relationship, call), "T25: a replaced owner decided");
        }
    }

    function precluded() external view returns (address[] memory relationships) {
        return _precluded;
    }

    function replaced() external view returns (address[] memory accounts) {
        return _replaced;
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](9);
        selectors[0] = this.propose.selector;
        selectors[1] = this.accept.selector;
        selectors[2] = this.refuse.selector;
        selectors[3] = this.end.selector;
        selectors[4] = this.preclude.selector;
        selectors[5] = this.changeMirror.selector;
        selectors[6] = this.succeed.selector;
        selectors[7] = this.follow.selector;
        selectors[8] = this.meddle.selector;
    }

    /// @dev By whichever side it is for: the other one's attempt reverts.
    function _answer(uint256 seed, bytes memory call) private {
        // Only one that waits for it: an answer that is given twice would count as a step.
        for (uint256 i; i < _world.pairCount(); ++i) {
            uint256 index = (_pick(seed, "pair", _world.pairCount()) + i) % _world.pairCount();
            address relationship = _world.pairAt(index).relationship;
            (address owner, address house, , IParties.Status status) = IRelationship(relationship)
                .parties();
            if (status != IParties.Status.Pending) continue;
            if (!_try(owner, relationship, call)) _send(house, relationship, call);
            _note(relationship);
            return;
        }
        revert();
    }

    function _note(address relationship) private {
        IParties.Status status = IRelationship(relationship).status();
        bool over = last[relationship] != IParties.Status.None && last[relationship] != status;
        _breach(over, "R10: what was over began again");
        if (status == IParties.Status.Refused || status == IParties.Status.Ended) {
            last[relationship] = status;
        }
    }

    function _pairOf(uint256 seed) private view returns (Book.Pair memory pair) {
        return _world.pairAt(_pick(seed, "pair", _world.pairCount()));
    }

    function _parties(uint256 seed) private view returns (address owner, address house) {
        return (_patient(seed), _world.activeHouse(seed));
    }

    function _patient(uint256 seed) private view returns (address patient) {
        address first = _world.patientAt(_pick(seed, "patient", _world.patientCount()));
        return _world.registrar().currentOf(first);
    }
}
