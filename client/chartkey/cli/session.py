"""One invocation: who acts, and through which node."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from chartkey.cli.output import Output
from chartkey.errors import PassphraseMissing
from chartkey.models import Role

if TYPE_CHECKING:
    from chartkey.actors import Clinician, Institution, Patient
    from chartkey.chain.network import Network

__all__ = ["Session", "session_of"]


class Session:
    """What a command works with. Nothing is connected or opened before it is used."""

    def __init__(
        self, rpc: str, manifest: str, key: str | None, affiliation: str | None, output: Output
    ) -> None:
        self.rpc, self.manifest, self.key = rpc, manifest, key
        self.affiliation, self.out = affiliation, output

    @cached_property
    def net(self) -> Network:
        """The connection; checked before anything is done with it."""
        from chartkey import connect
        from chartkey.operator.vitals import addresses

        return connect(addresses(self.rpc) or self.rpc, self.manifest)

    @property
    def keyfile(self) -> str:
        """The key file of whoever acts.

        Raises:
            BadParameter: none was named.
        """
        if not self.key:
            raise typer.BadParameter("who acts? Name a key file with --key or in CHARTKEY_KEY.")
        return self.key

    @cached_property
    def role(self) -> Role:
        """What the key file's account is certified as; ``NONE`` for an institution."""
        from chartkey.crypto.keyfile import KeyFile

        return self.net.registrar.person_of(KeyFile.address(self.keyfile)).role

    def patient(self) -> Patient:
        """Open the key file as a patient's."""
        from chartkey import Patient

        passphrase = passphrase_of(self.keyfile)
        return Patient.open(self.net, self.keyfile, passphrase=passphrase)

    def clinician(self) -> Clinician:
        """Open the key file as a clinician's, under the chosen affiliation."""
        from chartkey import Clinician

        return Clinician.open(
            self.net,
            self.keyfile,
            affiliation=self.affiliation,
            passphrase=passphrase_of(self.keyfile),
        )

    def institution(self) -> Institution:
        """Open the key file as an institution's."""
        from chartkey import Institution

        passphrase = passphrase_of(self.keyfile)
        return Institution.open(self.net, self.keyfile, passphrase=passphrase)

    def reader(self) -> Patient | Clinician:
        """Open the key file as what its account is certified for."""
        return self.clinician() if self.role is Role.CLINICIAN else self.patient()

    def holder(self) -> Patient | Clinician | Institution:
        """Open the key file as whatever its account is."""
        return self.institution() if self.role is Role.NONE else self.reader()

    def named(self, account: str | None) -> str | None:
        """Return the name that the manifest gives an account, or the account."""
        return account and (self.name_of(account) or account)

    def name_of(self, account: str) -> str | None:
        """Return the name that the manifest gives an account, if any."""
        return self._names.get(account)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {entry.address: entry.name for entry in self.net.manifest.institutions}


def session_of(context: typer.Context) -> Session:
    """Return the session that the options before the command made."""
    session: Session = context.obj
    return session


def passphrase_of(keyfile: str | Path) -> str:
    """Return a key file's passphrase; asked for only if nothing provides it and somebody is there.

    Raises:
        PassphraseMissing: there is none, and nobody to ask.
        KeyfileUnsafe: the passphrase file may be read by others.
    """
    return _found_or_asked(keyfile, f"Passphrase of {keyfile}", twice=False)


def new_passphrase(keyfile: str | Path) -> str:
    """Return the passphrase for a new key file: found as always, or asked for twice.

    Raises:
        PassphraseMissing: there is none, or an empty one, and nobody to ask.
        KeyfileUnsafe: the passphrase file may be read by others.
    """
    passphrase = _found_or_asked(keyfile, "New passphrase", twice=True)
    if not passphrase:
        raise PassphraseMissing(path=keyfile)
    return passphrase


def secret_of(path: Path | None, prompt: str, *, twice: bool = False) -> str:
    """Return a secret from a file of mode 0600 (all its text), or asked for.

    Raises:
        PassphraseMissing: there is no file, and nobody to ask.
        KeyfileUnsafe: the file may be read by others (T27).
        KeyfileInvalid: the file is missing or is no text.
    """
    from chartkey.crypto.ownfile import read
    from chartkey.errors import KeyfileInvalid

    if path is not None:
        try:
            return read(path).decode().strip()
        except UnicodeDecodeError:
            raise KeyfileInvalid(path=path, problem="it is no text in UTF-8") from None
    if not sys.stdin.isatty():
        raise PassphraseMissing(path=prompt)
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True))


def _found_or_asked(keyfile: str | Path, prompt: str, *, twice: bool) -> str:
    from chartkey.crypto.passphrase import find_passphrase

    try:
        return find_passphrase(keyfile)
    except PassphraseMissing:
        if not sys.stdin.isatty():
            raise
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True))
