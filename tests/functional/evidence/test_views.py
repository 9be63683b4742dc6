"""`flagsOf`: what was said about a record, each flag by itself (R13, R32, R52)."""

from tests.functional.evidence.facts import FLAGS, said
from tests.signing import digest


def test_nothing_is_said_at_first(evidence, relationship, record):
    assert said(evidence, relationship, record) == set()
    assert said(evidence, relationship, digest("unknown")) == set()


def test_nothing_is_said_where_no_relationship_is(evidence, impostors, record):
    for impostor in impostors:
        assert said(evidence, impostor, record) == set()


def test_each_flag_joins_those_before(evidence, relationship, certificate, alice, clinic, relay):
    record = certificate.records[0]
    evidence.certifyErasure(*certificate.submission, {"from": relay})
    expected = {"erased"}
    steps = {
        "Disputes": lambda side: evidence.dispute(relationship, record, b"why", {"from": side}),
        "Withdrew": lambda side: evidence.withdraw(relationship, record, {"from": side}),
        "Sealed": lambda side: evidence.sealRecords(relationship, [record], {"from": side}),
    }
    for name, step in reversed(steps.items()):
        for prefix, side in (("institution", clinic), ("owner", alice)):
            step(side)
            expected.add(f"{prefix}{name}")
            assert said(evidence, relationship, record) == expected
    assert expected == set(FLAGS)


def test_the_same_id_elsewhere_is_another_record(
    alliance, evidence, relationship, record, alice, hospital, lead
):
    other = alliance.propose(hospital, alice, hospital, lead)
    evidence.withdraw(relationship, record, {"from": alice})
    assert said(evidence, other, record) == set()
