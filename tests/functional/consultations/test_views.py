"""What `Consultations` tells of what is unknown."""

from tests.alliance import NOBODY
from tests.signing import digest


def test_an_unknown_consultation_is_empty(consultations, convened):
    assert consultations.consultationOf(digest("unknown")) == (NOBODY, 0, 0, 0, 0)


def test_nobody_is_invited_to_an_unknown_consultation(consultations, convened, hospital):
    assert consultations.answerOf(digest("unknown"), hospital) == 0
