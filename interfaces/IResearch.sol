// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Research: who takes part in which study (R43)
/// @notice A researcher registers a study; patients opt in and out.
/// @dev Choices are numbered, so that a relay that holds one back cannot undo a later one (P22).
interface IResearch is ICallers {
    /// @notice One study.
    /// @param researcher Who registered it.
    /// @param registeredAt When, in Unix time.
    /// @param protocol Hash of its protocol.
    struct Study {
        address researcher;
        uint40 registeredAt;
        bytes32 protocol;
    }

    /// @notice A patient's choice about one study.
    /// @param participates Whether the patient takes part.
    /// @param number Number of the choice, from 1.
    struct Choice {
        bool participates;
        uint32 number;
    }

    /// @notice A study was registered.
    /// @param study Its id.
    /// @param researcher Who registered it.
    /// @param protocol Hash of its protocol.
    event StudyRegistered(
        bytes32 indexed study,
        address indexed researcher,
        bytes32 protocol
    );

    /// @notice A patient opted in or out.
    /// @param study The study.
    /// @param patient The patient.
    /// @param participates Whether the patient takes part.
    /// @param number Number of the choice.
    event ParticipationChosen(
        bytes32 indexed study,
        address indexed patient,
        bool participates,
        uint32 number
    );

    /// @notice The study is unknown, or known already.
    /// @param study The study.
    error ResearchStudyInvalid(bytes32 study);

    /// @notice The account holds no researcher's office.
    /// @param account The account.
    error ResearchResearcherInvalid(address account);

    /// @notice A later choice was made; this one counts no more.
    /// @param number The number given.
    /// @param newest The number of the newest choice.
    error ResearchChoiceStale(uint32 number, uint32 newest);

    /// @notice Register a study.
    /// @dev Only an account with a researcher's office.
    /// @param salt 32 random bytes; the study's id is keccak256(researcher ‖ salt).
    /// @param protocol Hash of its protocol.
    /// @return study Its id.
    function registerStudy(bytes32 salt, bytes32 protocol) external returns (bytes32 study);

    /// @notice Opt in or out.
    /// @dev Only a certified patient for opting in; anyone opts out, also of what is not known yet.
    /// @param study The study.
    /// @param participates Whether the caller takes part.
    /// @param number Higher than that of the newest choice.
    function choose(bytes32 study, bool participates, uint32 number) external;

    /// @notice One study.
    /// @param study Its id.
    /// @return found All fields; zero when unknown.
    function studyOf(bytes32 study) external view returns (Study memory found);

    /// @notice A patient's choice about one study.
    /// @param study The study.
    /// @param patient The patient.
    /// @return choice All fields; number 0 when there is none.
    function choiceOf(
        bytes32 study,
        address patient
    ) external view returns (Choice memory choice);
}
