// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IConsortium} from "../interfaces/IConsortium.sol";
import {IRelationship} from "../interfaces/IRelationship.sol";
import {ISummary} from "../interfaces/ISummary.sol";
import {IParties} from "../interfaces/relationship/IParties.sol";

contract Summary is ISummary {
    /// @inheritdoc ISummary
    address public immutable registrar;

    /// @inheritdoc ISummary
    address public immutable factory;

    IConsortium private immutable _consortium;

    // Beside the owner, so that the counter's slot is never zero and every entry costs the same.
    address private _owner;
    uint64 private _count;
    mapping(uint256 index => address relationship) private _relationships;

    constructor(address consortium, address registrar_, address factory_) {
        _consortium = IConsortium(consortium);
        registrar = registrar_;
        factory = factory_;
    }

    /// @inheritdoc ISummary
    function open(address owner_) external {
        if (msg.sender != registrar || _owner != address(0)) {
            revert SummaryNotRegistrar(msg.sender);
        }
        _owner = owner_;
        emit SummaryOpened(owner_);
    }

    /// @inheritdoc ISummary
    function list(address relationship) external {
        // The first factory is known without asking; a later version was adopted by vote (P40).
        if (msg.sender != factory && !_consortium.isFactory(msg.sender)) {
            revert SummaryNotFactory(msg.sender);
        }
        uint64 index = _count;
        _count = index + 1;
        _relationships[index] = relationship;
        emit RelationshipListed(_owner, relationship, index);
    }

    /// @inheritdoc ISummary
    function owner() external view returns (address account) {
        return _owner;
    }

    /// @inheritdoc ISummary
    function count() external view returns (uint256 total) {
        return _count;
    }

    /// @inheritdoc ISummary
    function entries(
        uint256 offset,
        uint256 limit
    )
        external
        view
        returns (address[] memory relationships, IParties.Status[] memory statuses)
    {
        uint256 rest = offset < _count ? _count - offset : 0;
        uint256 size = limit < rest ? limit : rest;
        relationships = new address[](size);
        statuses = new IParties.Status[](size);
        for (uint256 i; i < size; ++i) {
            relationships[i] = _relationships[offset + i];
            statuses[i] = IRelationship(relationships[i]).status();
        }
    }
}
