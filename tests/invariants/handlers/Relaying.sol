// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IForwarder} from "../../../interfaces/IForwarder.sol";
import {IResearch} from "../../../interfaces/IResearch.sol";
import {IGrants} from "../../../interfaces/relationship/IGrants.sol";
import {Handler} from "../Handler.sol";
import {Signing} from "../Signing.sol";
import {Book} from "../world/Book.sol";
import {World} from "../world/World.sol";

/// @title Relaying: relays hold, reorder and replay what patients signed
contract Relaying is Handler {
    struct Held {
        IForwarder.ForwardRequest request;
        bytes signature;
        uint256 executions;
        bool cancelled;
    }

    struct Wish {
        address patient;
        uint32 number;
        bool participates;
    }

    IForwarder private immutable _forwarder;

    Held[] private _held;
    mapping(uint256 held => Wish wish) private _wishes;
    mapping(address patient => Wish wish) private _newest;

    constructor(World world) Handler(world) {
        _forwarder = IForwarder(address(world.forwarder()));
    }

    /// @dev Neighbouring nonces: they share a word of the bitmap.
    function signChoice(uint256 seed) external counted {
        address patient = _world.patientAt(_pick(seed, "patient", 2));
        uint32 number = uint32(_held.length + 1);
        bool participates = false;
        bytes memory data = abi.encodeCall(IResearch.choose, ("study", participates, number));
        _wishes[_held.length] = Wish(patient, number, participates);
        _hold(patient, address(_world.research()), data, seed);
    }

    function signRevocation(uint256 seed) external counted {
        Book.Pair memory pair = _world.pairAt(_pick(seed, "pair", 2));
        bytes16 id = bytes16(_some(seed, "id"));
        bytes memory data = abi.encodeCall(IGrants.revokeAccess, (id));
        _hold(pair.owner, pair.relationship, data, seed);
    }

    /// @dev Any of those that were signed, whether it was delivered before or not.
    function deliver(uint256 seed) external counted {
        uint256 index = _pick(seed, "held", _held.length);
        Held storage held = _held[index];
        bytes memory call = abi.encodeCall(IForwarder.execute, (held.request, held.signature));
        address relay = _pick(seed, "relay", 2) == 0 ? _world.stranger() : _world.houseAt(seed);
        _send(relay, address(_forwarder), call);
        _breach(held.cancelled, "P22: executed a nonce that was given up");
        held.executions += 1;
        Wish memory wish = _wishes[index];
        if (wish.patient == address(0)) return;
        _breach(wish.number <= _newest[wish.patient].number, "R43: an older choice won");
        _newest[wish.patient] = wish;
    }

    function cancel(uint256 seed) external counted {
        Held storage held = _held[_pick(seed, "held", _held.length)];
        require(held.executions == 0 && _pick(seed, "seldom", 3) == 0);
        bytes memory call = abi.encodeCall(IForwarder.cancel, (held.request.nonce));
        _send(held.request.from, address(_forwarder), call);
        held.cancelled = true;
    }

    function meddle(uint256 seed) external counted {
        Held memory held = _held[_pick(seed, "held", _held.length)];
        bytes memory call = abi.encodeCall(IForwarder.execute, (held.request, held.signature));
        if (held.executions != 0) {
            _breach(_try(_world.stranger(), address(_forwarder), call), "T34: replayed");
        }
        held.request.nonce = uint256(_some(seed, "other"));
        _forge(held, "T34: under another nonce");
        held.request.from = _world.patientAt(held.request.from == _world.patientAt(0) ? 1 : 0);
        _forge(held, "T34: in another's name");
        call = abi.encodeCall(IForwarder.cancel, (held.request.nonce));
        _send(_world.stranger(), address(_forwarder), call);
        bool used = _forwarder.isNonceUsed(held.request.from, held.request.nonce);
        _breach(used, "P22: a stranger gave up another's nonce");
    }

    function heldCount() external view returns (uint256 count) {
        return _held.length;
    }

    function heldAt(uint256 index) external view returns (Held memory held) {
        return _held[index];
    }

    function newestOf(address patient) external view returns (Wish memory wish) {
        return _newest[patient];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](5);
        selectors[0] = this.signChoice.selector;
        selectors[1] = this.signRevocation.selector;
        selectors[2] = this.deliver.selector;
        selectors[3] = this.cancel.selector;
        selectors[4] = this.meddle.selector;
    }

    function _forge(Held memory held, string memory what) private {
        bytes memory call = abi.encodeCall(IForwarder.execute, (held.request, held.signature));
        _breach(_try(_world.stranger(), address(_forwarder), call), what);
    }

    function _hold(address from, address to, bytes memory data, uint256 seed) private {
        Held storage held = _held.push();
        held.request = IForwarder.ForwardRequest(
            from,
            to,
            _held.length,
            uint48(_later(seed, 1 hours, 20 days)),
            data
        );
        bytes32 hash = Signing.request(held.request);
        held.signature = _world.sign(from, "Forwarder", address(_forwarder), hash);
    }
}
