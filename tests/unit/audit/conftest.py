from __future__ import annotations

import pytest

from tests.unit.audit.beside import beside
from tests.unit.audit.story import Story, alliance, everything, shared


@pytest.fixture
def alliance_story() -> Story:
    return alliance()


@pytest.fixture
def shared_story() -> Story:
    return shared()


@pytest.fixture
def full_story() -> Story:
    story = everything()
    beside(story)
    return story
