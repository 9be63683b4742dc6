// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IResearch} from "../../../interfaces/IResearch.sol";
import {Handler} from "../Handler.sol";
import {World} from "../world/World.sol";

/// @title Studying: studies are registered, and patients opt in and out
contract Studying is Handler {
    IResearch private immutable _research;

    bytes32[] private _studies;
    mapping(bytes32 study => bytes32 protocol) public protocolOf;
    mapping(bytes32 study => mapping(address patient => IResearch.Choice choice)) private _newest;

    constructor(World world) Handler(world) {
        _research = IResearch(address(world.research()));
    }

    function register(uint256 seed) external counted {
        bytes32 protocol = _some(seed, "protocol");
        bytes memory call = abi.encodeCall(
            IResearch.registerStudy,
            (_some(seed, "salt"), protocol)
        );
        bytes memory result = _send(_world.researcher(), address(_research), call);
        bytes32 study = abi.decode(result, (bytes32));
        _studies.push(study);
        protocolOf[study] = protocol;
    }

    /// @dev Numbers come in any order, as relays deliver them.
    function choose(uint256 seed) external counted {
        address patient = _world.patientAt(_pick(seed, "patient", 2));
        bytes32 study = _studies[_pick(seed, "study", _studies.length)];
        IResearch.Choice memory choice = IResearch.Choice(
            _pick(seed, "participates", 2) == 0,
            uint32(_pick(seed, "number", 64))
        );
        bytes memory call = abi.encodeCall(
            IResearch.choose,
            (study, choice.participates, choice.number)
        );
        _send(patient, address(_research), call);
        _breach(choice.number <= _newest[study][patient].number, "R43: an older choice won");
        _newest[study][patient] = choice;
    }

    function meddle(uint256 seed) external counted {
        bytes32 study = _studies[_pick(seed, "study", _studies.length)];
        address target = address(_research);
        bytes32 salt = _some(seed, "own");
        bytes memory call = abi.encodeCall(IResearch.registerStudy, (salt, bytes32(0)));
        _breach(_try(_world.stranger(), target, call), "R43: a study of no researcher");
        call = abi.encodeCall(IResearch.choose, (study, true, type(uint32).max));
        _breach(_try(_world.stranger(), target, call), "R43: no patient, and yet a participant");
    }

    function studies() external view returns (bytes32[] memory ids) {
        return _studies;
    }

    function newestOf(
        bytes32 study,
        address patient
    ) external view returns (IResearch.Choice memory choice) {
        return _newest[study][patient];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](3);
        selectors[0] = this.register.selector;
        selectors[1] = this.choose.selector;
        selectors[2] = this.meddle.selector;
    }
}
