"""Found the consortium: sign the agreement, cast the first votes: `brownie run found`.

Founders sign the agreement, adopt a profile for every record kind and set the rules of referral;
ADMISSIONS may name institutions and regulators to vote in. Each house can run it with its own key
alone, in any order and as often as it likes: what is done is left, what waits for other houses is
listed.

It asks nothing. These environment variables say what the defaults do not; MANIFEST, FOUNDERS and
AGREEMENT are as in deploy.py:

ADMISSIONS     institutions and regulators to be voted in; see scripts/alliance/party.py
PROFILES       the list of record profiles; scripts/profiles/list.json
REFERRALS      the rules of referral; scripts/profiles/referrals.json
DESCRIPTION    the description of the network; its sealers are put to the vote, those of members

The keys are those that the two files name: chartkey key files or accounts of Brownie's keystore,
each with a passphrase file of mode 0600.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from brownie import accounts, chain, rpc, web3
from chartkey.chain.journal import MemoryJournal
from chartkey.chain.network import Network, connect
from chartkey.chain.sender import Sender

from scripts.alliance.assembly import Assembly
from scripts.alliance.keyring import open_key
from scripts.alliance.motion import (
    Motion,
    admission,
    profile,
    profiles,
    referrals,
    rules_of_referral,
    sealer,
)
from scripts.alliance.parameters import Parameters
from scripts.alliance.party import Party
from scripts.alliance.refusal import Refused, plainly
from scripts.alliance.table import outcome_lines

_FUNDS = 10**18


def main() -> None:
    """Sign, propose, vote and enact whatever the keys at hand can."""
    with plainly():
        # Brownie watches over its own and attached development chains only.
        _found(Parameters.read(chain.id, development=rpc.is_active()))


def _found(parameters: Parameters) -> None:
    if not parameters.manifest.exists():
        raise Refused(f"there is no {parameters.manifest}: `brownie run deploy` comes first.")
    network = connect(web3.provider.endpoint_uri, parameters.manifest)
    parties = parameters.founders + parameters.admissions
    assembly = Assembly(network, _senders(network, parties, parameters), print)
    if unsigned := assembly.sign(parameters.agreement):
        print(f"{unsigned} founders have yet to sign, each with its own key; then run this again.")
        return
    motions = [profile(content) for content in profiles(parameters.profiles)]
    motions.append(referrals(rules_of_referral(parameters.referrals)))
    motions += [admission(party) for party in parameters.admissions]
    print(outcome_lines(assembly.carry(motions)))
    # Those voted in just now can sign in the same run if their keys are here.
    assembly.sign(parameters.agreement)
    if sealers := list(_sealers(network, parameters)):
        print(outcome_lines(assembly.carry(sealers)))


def _sealers(network: Network, parameters: Parameters) -> Iterator[Motion]:
    for house in parameters.houses:
        if house.sealer and house.account and network.consortium.is_active(house.account):
            yield sealer(house.sealer, house.account, house.name)


def _senders(
    network: Network, parties: Sequence[Party], parameters: Parameters
) -> tuple[Sender, ...]:
    senders = []
    for party in parties:
        if party.key is None or party.details is None:
            continue
        sender = Sender(network, open_key(party.key), MemoryJournal())
        if sender.address != party.account:
            raise Refused(f"the key given for {party.account} is that of {sender.address}.")
        if parameters.development:
            _fund(sender.address)
        senders.append(sender)
    if not senders:
        raise Refused("no key is given: name a keyfile or a keystore in FOUNDERS or ADMISSIONS.")
    return tuple(senders)


def _fund(account: str) -> None:
    """Give ether to an account that has none; only development chains hand it out."""
    if web3.eth.get_balance(account) == 0:
        accounts[0].transfer(account, _FUNDS, silent=True)
