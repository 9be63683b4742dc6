"""`proposeAgreement`: a new text for those who join from now on."""

from tests.alliance import AGREEMENT, DAY, now, told
from tests.signing import digest


def test_an_agreement_is_told_and_not_yet_in_force(consortium, hospital_b):
    newer, closes = digest("联盟协议 第二版"), now() + DAY
    tx = consortium.proposeAgreement(newer, closes, {"from": hospital_b})
    opened = {"id": 4, "proposer": hospital_b, "action": 9, "closesAt": closes, "round": 1}
    assert told(tx) == [("ProposalOpened", opened | {"parameters": newer})]
    assert bytes(consortium.agreement()) == AGREEMENT
