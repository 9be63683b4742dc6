"""How another account takes an account's place: both sign, or guardians recover it."""

from eth_account import Account
from eth_utils import keccak

from tests.alliance import DAY, at_least, now
from tests.signing import digest

FIELDS = {"account": "address", "successor": "address", "deadline": "uint48"}
REPLACEMENT = {"Replacement": [{"name": n, "type": kind} for n, kind in FIELDS.items()]}


def replacement(account, successor, deadline=None):
    """Return what the holders of both accounts sign."""
    addresses = [getattr(who, "address", who) for who in (account, successor)]
    return (*addresses, now() + DAY if deadline is None else deadline)


def signed_by(signer, content, alliance, **changes):
    """Return a signature over a replacement, for the registrar or for where `changes` say."""
    domain = {"name": "Chartkey Registrar", "version": "1", "chainId": alliance.chain_id}
    domain |= {"verifyingContract": alliance.registrar.address} | changes
    message = dict(zip(FIELDS, content, strict=True))
    key = signer.private_key
    return bytes(Account.sign_typed_data(key, domain, REPLACEMENT, message).signature)


def merge(alliance, by, account, successor):
    """Let an institution merge two accounts whose holders sign; return the transaction."""
    content = replacement(account, successor)
    signatures = [signed_by(who, content, alliance) for who in (account, successor)]
    return alliance.registrar.merge(content, *signatures, {"from": by})


def ready_to_recover(alliance, account, successor, guardians):
    """Let two guardians open the recovery of an account, and wait until it may be completed."""
    recovery, salts = alliance.contracts["Recovery"], [digest("salt", bytes([n])) for n in (0, 1)]
    leaves = [
        keccak(bytes(1) + n.to_bytes(8, "big") + salts[n] + bytes.fromhex(pair))
        for n, pair in enumerate(who.address[2:] + account.address[2:] for who in guardians)
    ]
    root = keccak(b"\x01" + leaves[0] + leaves[1])
    recovery.nameGuardians(root, 2, 2, DAY, {"from": account})
    first, second = ((n, salts[n], [leaves[1 - n]]) for n in (0, 1))
    recovery.startRecovery(account, successor, first, {"from": guardians[0]})
    recovery.approveRecovery(account, successor, second, {"from": guardians[1]})
    at_least(DAY)
    return recovery


def recover(alliance, account, successor, guardians):
    """Let two guardians have another account take an account's place; return the transaction."""
    recovery = ready_to_recover(alliance, account, successor, guardians)
    return recovery.completeRecovery(account, {"from": guardians[0]})
