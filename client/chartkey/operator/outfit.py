"""Checks of what belongs to one house: its machine's clock and disks, its IPFS node, its keys."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chartkey.errors import ChartkeyError
from chartkey.operator.finding import Check, absent, guarded, ok, problem, warning

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["clock", "disk", "ipfs", "key", "software", "swarm"]

_SECONDS: Final = 5.0
_KUBO: Final = (0, 43)
"""The oldest version that is known to work."""
_LEAST_FREE: Final = 1 << 30
_LITTLE_FREE: Final = 10 << 30
_GAS: Final = 10**9
"""Some ten thousand grants: an institution with less for its gas had better be given more."""
_PYTHON: Final = (3, 11)
_LIBRARIES: Final = ("chartkey", "web3", "eth-account", "coincurve", "cryptography", "pycryptodome")


def clock() -> Check:
    """Check whether the system's clock is set by NTP, where systemd can tell."""
    name = "clock"
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return absent(name, "This system does not tell whether NTP sets its clock.")
    told = done.stdout.strip()
    if told == "yes":
        return ok(name, "set by NTP")
    if told == "no":
        return warning(name, "not set by NTP", "Set it up: sealers refuse blocks of a wrong time.")
    return absent(name, "This system does not tell whether NTP sets its clock.")


def disk(folder: Path | None) -> Check:
    """Check what is free beside a folder."""
    name = "disk"
    if folder is None:
        return absent(name, "Name the nodes' folders with --data.")
    try:
        free = shutil.disk_usage(folder).free
    except OSError as err:
        return problem(name, f"{folder}: {err.strerror}", "Name a folder that is there.")
    found = f"{folder}: {free / (1 << 30):.1f} GiB free"
    if free < _LEAST_FREE:
        return problem(name, found, "Make room: a node without room stops.")
    if free < _LITTLE_FREE:
        return warning(
            name, found, "Make room soon; growth is in `chartkey network status --data`."
        )
    return ok(name, found)


def ipfs(address: str | None) -> Check:
    """Check whether Kubo answers, and its version.

    Raises:
        StoreUnavailable: it does not answer, or not as Kubo does.
    """
    from chartkey.storage.kubo import Kubo

    name = "ipfs"
    if address is None:
        return absent(name, "Name Kubo's address with --ipfs.")
    kubo = Kubo(address, timeout=_SECONDS)
    try:
        told = kubo.version()
    finally:
        kubo.close()
    if _parts(told) < _KUBO:
        least = ".".join(map(str, _KUBO))
        return warning(name, f"Kubo {told}", f"{least} and later are known to work; update it.")
    return ok(name, f"Kubo {told}")


def swarm(address: str | None, repository: Path | None) -> Check:
    """Check whether a Kubo node is in a private swarm, and looks for no other peers.

    Raises:
        KeyfileUnsafe, KeyfileInvalid, NetworkInvalid: the swarm key is readable by others, missing,
            or none.
        StoreUnavailable: the node does not answer.
    """
    from chartkey.operator.swarm import fingerprint
    from chartkey.storage.kubo import Kubo

    name = "swarm"
    if repository is None:
        return absent(name, "Name Kubo's folder with --swarm where it is to be private.")
    found = f"private, fingerprint {fingerprint(repository / 'swarm.key')}"
    if address is None:
        return ok(name, found)
    kubo = Kubo(address, timeout=_SECONDS)
    try:
        outside = kubo.bootstrap()
    finally:
        kubo.close()
    if outside:
        advice = "Prepare it again with `chartkey network ipfs`."
        return warning(name, f"{found}, but it looks for {len(outside)} other peers", advice)
    return ok(name, found)


def key(path: Path | None, network: Network | None) -> Iterator[Check]:
    """Check a key file's mode and passphrase and, where the chain is there, its account."""
    if path is None:
        yield absent("key", "Name a key file with --key.")
        return
    from chartkey.crypto.keyfile import KeyFile
    from chartkey.crypto.passphrase import find_passphrase

    account = None
    try:
        account = KeyFile.address(path)
        yield ok("key", f"{path}, of {account}, readable by its owner alone")
        find_passphrase(path)
        yield ok("passphrase", "found; whether it opens the key file was not tried")
    except ChartkeyError as err:
        name, found = ("passphrase", str(err)) if account else ("key", str(err))
        yield warning(name, found, "") if account else problem(name, found, "")
    if account and network:
        yield guarded("account", lambda: _account(account, network))
        yield guarded("gas", lambda: _gas(account, network))


def software() -> Check:
    """Check the versions of Python and of the libraries that decide."""
    name = "software"
    found = [f"Python {platform.python_version()}"]
    for library in _LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            return problem(name, f"{library} is not installed", "Install chartkey again.")
    if _parts(platform.python_version()) < _PYTHON:
        return problem(name, found[0], "Chartkey needs Python 3.11 or later.")
    return ok(name, ", ".join(found))


def _account(account: str, network: Network) -> Check:
    from chartkey.models import Certification, MemberStanding

    name = "account"
    standing = network.consortium.member_of(account).standing
    if standing is MemberStanding.ACTIVE:
        return ok(name, "an active institution")
    if standing is not MemberStanding.NONE:
        advice = "It may not act. See the consortium's proposals."
        return problem(name, f"an institution, {standing.name.lower()}", advice)
    if network.consortium.is_regulator(account):
        return ok(name, "a regulator")
    person = network.registrar.person_of(account)
    if person.certification is Certification.NONE:
        return problem(name, "nobody here", "An institution must register it first.")
    found = f"{person.certification.name} {person.role.name}".lower()
    if person.certification is Certification.CERTIFIED:
        return ok(name, found)
    return problem(name, found, "Ask the institution that certified it.")


def _gas(account: str, network: Network) -> Check:
    from chartkey.models import MemberStanding

    name = "gas"
    if network.consortium.member_of(account).standing is MemberStanding.NONE:
        return ok(name, "others pay: a custodian relays what this account signs")
    balance, price = (
        network.quantity(network.raw(method, params))
        for method, params in (("eth_getBalance", [account, "latest"]), ("eth_gasPrice", []))
    )
    enough = balance // max(1, price)
    if enough >= _GAS:
        return ok(name, f"enough for {enough:.1e} gas at the present price")
    advice = "Have another institution send it ether; it pays for all its patients."
    return (warning if enough else problem)(name, f"enough for {enough:,} gas", advice)


def _parts(told: str) -> tuple[int, ...]:
    """Return the first two numbers of a version."""
    digits = ("".join(c for c in part if c.isdigit()) for part in told.split(".")[:2])
    return tuple(int(part or 0) for part in digits)
