"""The first block: Clique's extraData and QBFT's, read by other means than they were written."""

from __future__ import annotations

import rlp
from chartkey.operator.genesis import clique, qbft
from eth_utils import keccak

from tests.unit.operator.cast import founded, house, key


def test_cliques_extra_data_is_vanity_sealers_and_an_empty_seal() -> None:
    network = founded(4)
    extra = bytes.fromhex(clique(network)["extraData"][2:])
    assert len(extra) == 32 + 4 * 20 + 65
    middle = extra[32:-65]
    assert extra == bytes(32) + middle + bytes(65)
    told = [middle[i : i + 20].hex() for i in range(0, len(middle), 20)]
    assert told == sorted(house(n).sealer[2:].lower() for n in range(4))  # type: ignore[index]


def test_qbfts_extra_data_names_the_accounts_of_the_sealing_nodes_keys() -> None:
    vanity, validators, vote, round_, seals = rlp.decode(
        bytes.fromhex(qbft(founded(4))["extraData"][2:])
    )
    assert (vanity, vote, round_, seals) == (bytes(32), [], b"", [])
    publics = [key(n, 0).public_key.format(compressed=False)[1:] for n in range(4)]
    assert validators == sorted(keccak(public)[12:] for public in publics)


def test_qbfts_extra_data_byte_by_byte() -> None:
    public = key(0, 0).public_key.format(compressed=False)[1:]
    validator = keccak(public)[12:]
    # RLP by hand: lists of 0xc0 + length or 0xf8 and a length byte, strings of 0x80 + length.
    body = b"\xa0" + bytes(32) + b"\xd5\x94" + validator + b"\xc0" + b"\x80" + b"\xc0"
    expected = b"\xf8" + bytes([len(body)]) + body
    assert qbft(founded(1))["extraData"] == "0x" + expected.hex()


def test_there_is_no_base_fee_and_nothing_later_than_berlin() -> None:
    for made in (clique(founded(2)), qbft(founded(2))):
        assert "berlinBlock" in made["config"]
        later = ("london", "paris", "merge", "shanghai", "cancun", "terminal")
        assert not [name for name in made["config"] if name.lower().startswith(later)]
        assert "baseFeePerGas" not in made


def test_founders_are_funded_and_who_joins_later_is_not() -> None:
    network = founded(2)
    before = clique(network)
    assert clique(network.with_house(house(7))) == before
    accounts = {house(n).account[2:].lower() for n in range(2)}  # type: ignore[index]
    assert set(before["alloc"]) == accounts
    assert all(int(entry["balance"], 16) >= 10**24 for entry in before["alloc"].values())


def test_periods_and_epochs_are_under_each_engines_names() -> None:
    network = founded(2)
    assert clique(network)["config"]["clique"] == {"period": 2, "epoch": 30_000}
    told = qbft(network)["config"]["qbft"]
    assert told == {"epochlength": 30_000, "blockperiodseconds": 2, "requesttimeoutseconds": 4}
    assert bytes.fromhex(qbft(network)["mixHash"][2:]).endswith(b"byzantine fault tolerance"[:0])
    assert b"byzantine fault tolerance" in bytes.fromhex(qbft(network)["mixHash"][2:])
