// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IResearch} from "../interfaces/IResearch.sol";
import {IRules} from "../interfaces/consortium/IRules.sol";
import {Callers} from "./shared/Callers.sol";

contract Research is IResearch, Callers {
    mapping(bytes32 study => Study) private _studies;
    mapping(bytes32 study => mapping(address patient => Choice)) private _choices;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {}

    /// @inheritdoc IResearch
    function registerStudy(bytes32 salt, bytes32 protocol) external returns (bytes32 study) {
        address researcher = _msgSender();
        if (_consortium.officeOf(researcher) != IRules.Office.Researcher) {
            revert ResearchResearcherInvalid(researcher);
        }
        study = keccak256(abi.encodePacked(researcher, salt));
        if (_studies[study].researcher != address(0)) revert ResearchStudyInvalid(study);
        _studies[study] = Study(researcher, uint40(block.timestamp), protocol);
        emit StudyRegistered(study, researcher, protocol);
    }

    /// @inheritdoc IResearch
    function choose(bytes32 study, bool participates, uint32 number) external {
        address patient = _msgSender();
        if (participates) {
            if (!_isPatient(patient)) revert CallerNotPatient(patient);
            if (_studies[study].researcher == address(0)) revert ResearchStudyInvalid(study);
        }
        uint32 newest = _choices[study][patient].number;
        if (number <= newest) revert ResearchChoiceStale(number, newest);
        _choices[study][patient] = Choice(participates, number);
        emit ParticipationChosen(study, patient, participates, number);
    }

    /// @inheritdoc IResearch
    function studyOf(bytes32 study) external view returns (Study memory found) {
        return _studies[study];
    }

    /// @inheritdoc IResearch
    function choiceOf(
        bytes32 study,
        address patient
    ) external view returns (Choice memory choice) {
        return _choices[study][patient];
    }
}
