"""What tests of custody and actors do again and again on the scene of conftest.py."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chartkey.actors import Clinician, Patient
from chartkey.chain.forward import SignedForward, sign_forward
from chartkey.chain.journal import MemoryJournal
from chartkey.chain.sender import Sender
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.crypto.passphrase import find_passphrase
from chartkey.custody.directory import Directory
from chartkey.custody.release import NO_GRANT
from chartkey.custody.statements import Inquiry, ReadingReceipt, Signed, inquire
from chartkey.models import Kind

from scripts.alliance.cast import HOUSES

DAY = 86_400


def anchored(scene: Any, source: Path, **named: Any) -> Any:
    return scene.patient.confirm(scene.wang.draft(scene.patient.address, source, **named))


def granted(scene: Any, **named: Any) -> Any:
    request = scene.li.request(scene.patient.address, **named)
    return scene.patient.approve(request)


def shared(scene: Any, source: Path) -> tuple[Any, Any]:
    """A record of the clinic's, and a grant of its kind to Dr Li."""
    return anchored(scene, source), granted(scene, kind=Kind.PATIENT_SUMMARY)


def custodian(scene: Any, label: str) -> Any:
    return scene.directory.custodian(scene.address(label))


def receipt(scene: Any, pointer: Any, grant: Any, reader: Any, **changed: Any) -> Any:
    """A receipt as a client of one's own making would sign it, for the clinic's custodian."""
    fields = {
        "relationship": pointer.relationship,
        "reader": reader.address,
        "affiliation": reader.affiliation,
        "grant": NO_GRANT if grant is None else grant.terms.id,
        "records": (pointer.record,),
        "custodian": scene.address("clinic"),
        "signed_at": int(time.time()),
        **changed,
    }
    signed: Signed[Any] = ReadingReceipt(**fields).sign(reader.keys, scene.network.chain_id)
    return signed


def inquiry(
    scene: Any, keys: Any, house: str, action: str, subject: bytes = bytes(32)
) -> Signed[Inquiry]:
    return inquire(scene.network, keys, scene.relationship, scene.address(house), action, subject)


def forward(scene: Any, call: Any, keys: Any = None, **options: Any) -> SignedForward:
    return sign_forward(scene.network, keys or scene.patient.keys, call, **options)


def relayed(scene: Any, call: Any, keys: Any = None) -> None:
    """Put a person's call on chain by other means than the actors'."""
    sender = Sender(scene.network, scene.alliance.keys["hospital"], MemoryJournal())
    sender.relay(forward(scene, call, keys))


class Stand:
    """A custodian that does as the real one does, but for what a test puts in its place."""

    def __init__(self, real: Any, **instead: Callable[..., Any]) -> None:
        self._real, self._instead = real, instead
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return self._instead.get(name) or getattr(self._real, name)


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object) -> Any:
        raise error

    return fail


def directory(scene: Any, **stands: dict[str, Callable[..., Any]] | Exception) -> Directory:
    """The scene's custodians; an exception stands for one whose every method raises it."""
    found = Directory(scene.network)
    for house in HOUSES:
        real, instead = custodian(scene, house.label), stands.get(house.label, {})
        if isinstance(instead, Exception):
            names = [name for name in dir(type(real)) if not name.startswith("_")]
            raising = set(names) - {"institution", "store"}
            instead = dict.fromkeys(raising, failing(instead))
        found.enrol(Stand(real, **instead))  # type: ignore[arg-type]
    return found


def patient(scene: Any, directory: Directory, keys: Keys | None = None) -> Patient:
    return Patient(scene.network, keys or scene.patient.keys, directory)


def ward(scene: Any, directory: Directory, keys: Keys | None = None) -> Clinician:
    return Clinician(
        scene.network,
        keys or scene.li.keys,
        directory,
        affiliation=scene.li.affiliation,
        institution=scene.li.institution,
    )


def keys_of(scene: Any, label: str, folder: Path) -> Keys:
    """A key file of the cast's, copied: what a test changes in it stays with the test."""
    original = scene.alliance.keys[label].path
    path = folder / original.name
    shutil.copy2(original, path)
    return KeyFile.open(path, find_passphrase(original))
