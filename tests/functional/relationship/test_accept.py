"""`accept`: only the side that did not propose; idempotent."""


def test_x(relationship, alice, mallory, refusal, alliance, hospital, lead):
    proposed = alliance.propose(hospital, alice, hospital, lead)
    tx = proposed.accept({"from": alice})
    print(tx.events, type(tx.events["StatusChanged"]["by"]))
    assert tx.events["StatusChanged"] == {"by": alice, "status": 2}
    assert refusal(relationship.accept, {"from": mallory}) == ("RelationshipNotParty", mallory)
