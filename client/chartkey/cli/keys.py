"""Making key files, looking at them, and what brings them back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartkey.cli.choice import suite_of
from chartkey.cli.session import new_passphrase, passphrase_of, secret_of, session_of

if TYPE_CHECKING:
    from chartkey.crypto.seed import Seed

__all__ = ["app"]

app = typer.Typer(help="Key files: make, derive, restore, rotate, export and import keys.")

_MnemonicFile = Annotated[
    Path | None,
    typer.Option("--mnemonic-file", help="Holds the words, mode 0600; asked for without it."),
]
_PassphraseFile = Annotated[
    Path | None,
    typer.Option("--pem-passphrase-file", help="Holds it, mode 0600; asked for without it."),
]

SuiteName = Annotated[
    str,
    typer.Option(
        "--suite",
        metavar="SUITE",
        help="hybrid (RSA together with ML-KEM-768, which a quantum computer does not break) or "
        "rsa (as earlier releases).",
    ),
]


@app.command()
def new(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where it goes; must not be there yet.")
    ],
    label: Annotated[
        str | None, typer.Option(help="What people call it; by default the file's name.")
    ] = None,
    institution: Annotated[
        bool, typer.Option("--institution", help="With a key for identity handles.")
    ] = False,
    bits: Annotated[int, typer.Option(help="RSA key size: 3072 or 4096.")] = 3072,
    suite: SuiteName = "hybrid",
) -> None:
    """Make a key file. Its passphrase is in CHARTKEY_PASSPHRASE_FILE, beside it, or asked for."""
    from chartkey.crypto.keyfile import KeyFile

    session, made_for = session_of(context), suite_of(suite)
    name = path.stem if label is None else label
    passphrase = new_passphrase(path)
    with session.out.working("making keys"):
        keys = KeyFile.create(
            path, passphrase, name, bits=bits, suite=made_for, handle_key=institution
        )
    value = {"address": keys.address, "label": name, "path": path, "suite": suite}
    session.out.show(value, f"{path}: {keys.address} ({name})")


@app.command()
def show(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="By default the one of --key.")
    ] = None,
) -> None:
    """Print whose key file it is; no passphrase is needed and no key is shown."""
    from chartkey.crypto.keyfile import KeyFile

    session = session_of(context)
    file = Path(session.keyfile) if path is None else path
    address = KeyFile.address(file)
    session.out.show({"address": address, "path": file}, address)


@app.command()
def rotate(context: typer.Context) -> None:
    """Add a new encryption key to --key and publish it; earlier ones keep opening old records."""
    session = session_of(context)
    holder = session.holder()
    with session.out.working("making a key and publishing it"):
        version = holder.rotate_key()
    session.out.show({"version": version}, f"Encryption key {version} is published.")


@app.command()
def rewrap(context: typer.Context, suite: SuiteName = "hybrid") -> None:
    """Move --key to a suite: a key of it, published, and every relationship's root wrapped to it.

    Run it again after an interruption: it goes on where it was, and does nothing twice.
    """
    session, wanted = session_of(context), suite_of(suite)
    holder, count = session.holder(), session.out.counter
    try:
        rotated = holder.rewrap(
            wanted,
            progress=count and (lambda done, total: count(f"of {total:,} roots wrapped", done)),
        )
    finally:
        session.out.done()
    value = {
        "version": rotated.version,
        "suite": rotated.suite.label,
        "relationships": rotated.relationships,
        "wrapped": rotated.wrapped,
    }
    text = f"Encryption key {rotated.version} ({rotated.suite.label}) is published"
    if rotated.relationships:
        text += f"; {rotated.wrapped:,} of {rotated.relationships:,} roots were wrapped to it now"
    session.out.show(value, f"{text}.")


@app.command()
def passphrase(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The key file.")],
    new_file: Annotated[
        Path | None,
        typer.Option("--new-file", help="Holds the new one, mode 0600; asked for without it."),
    ] = None,
) -> None:
    """Put a key file under another passphrase. Older copies of it keep the old one."""
    from chartkey.crypto.keyfile import KeyFile

    session = session_of(context)
    old = passphrase_of(path)
    chosen = secret_of(new_file, "New passphrase", twice=True)
    if not chosen:
        raise typer.BadParameter("the new passphrase is empty.")
    with session.out.working("changing the passphrase"):
        KeyFile.change_passphrase(path, old, chosen)
    session.out.show({"path": path}, f"{path} has its new passphrase.")


@app.command()
def mnemonic(
    context: typer.Context,
    words: Annotated[int, typer.Option(help="12, 15, 18, 21 or 24.")] = 24,
    language: Annotated[str, typer.Option(help="A word list, as chinese_simplified.")] = "english",
) -> None:
    """Make a mnemonic, from which accounts are derived. Write it on paper; it is not stored."""
    from chartkey.crypto.seed import new_mnemonic

    made = new_mnemonic(words, language)
    session_of(context).out.show({"mnemonic": made}, made)


@app.command()
def derive(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="The key file to make; must not be there yet.")
    ],
    mnemonic_file: _MnemonicFile = None,
    index: Annotated[
        int | None, typer.Option(help="Which account; by default the next of the list.")
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="What it is for; by default the file's name.")
    ] = None,
    bits: Annotated[int, typer.Option(help="RSA key size: 3072 or 4096.")] = 3072,
) -> None:
    """Make a key file for another account of a mnemonic, one for each relationship (P21).

    The list that joins the accounts is accounts.json beside it, sealed under the mnemonic.
    """
    from chartkey.crypto.accounts import Accounts
    from chartkey.crypto.keyfile import KeyFile
    from chartkey.errors import KeyfileExists

    session = session_of(context)
    seed, name = _seed(mnemonic_file), path.stem if label is None else label
    chosen = new_passphrase(path)
    if path.exists():
        raise KeyfileExists(path=path)
    with session.out.working("making keys"):
        # The list first: an account in no list is hard to find, one without a file does no harm.
        made = Accounts(path.parent / "accounts.json", seed).add(name, index)
        key = seed.ethereum_key(made.index)
        keys = KeyFile.create(path, chosen, name, bits=bits, private_key=key)
    value = {"address": keys.address, "index": made.index, "label": name, "path": path}
    session.out.show(value, f"{path}: {keys.address} ({name}, account {made.index})")


@app.command()
def accounts(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The list, accounts.json.")],
    mnemonic_file: _MnemonicFile = None,
) -> None:
    """List the accounts of a mnemonic that were derived."""
    from chartkey.crypto.accounts import Accounts

    known = Accounts(path, _seed(mnemonic_file)).list()
    rows = [{"index": one.index, "address": one.address, "label": one.label} for one in known]
    session_of(context).out.table(rows, "index address label", "No account was derived yet.")


@app.command()
def restore(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="The key file to make; must not be there yet.")
    ],
    copy: Annotated[
        Path, typer.Option(help="A copy of the lost key file, whatever its passphrase was.")
    ],
    mnemonic_file: _MnemonicFile = None,
) -> None:
    """Make a key file anew from its mnemonic and a copy, without the copy's passphrase (P31)."""
    from chartkey.crypto.accounts import Accounts
    from chartkey.crypto.keyfile import KeyFile
    from chartkey.errors import KeyfileInvalid

    session = session_of(context)
    seed, address = _seed(mnemonic_file), KeyFile.address(copy)
    index = Accounts(path.parent / "accounts.json", seed).find(address)
    if index is None:
        raise KeyfileInvalid(path=copy, problem="the mnemonic has no such account")
    chosen = new_passphrase(path)
    with session.out.working("opening the copy's keys"):
        keys = KeyFile.restore(path, copy.read_bytes(), seed.ethereum_key(index), chosen)
    value = {"address": keys.address, "index": index, "path": path, "versions": keys.version}
    session.out.show(value, f"{path}: {keys.address}, encryption keys up to {keys.version}")


@app.command("export")
def export_key(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PEM", help="Where it goes; must not be there yet.")
    ],
    version: Annotated[
        int | None, typer.Option(help="Which encryption key; by default the newest.")
    ] = None,
    pem_passphrase_file: _PassphraseFile = None,
) -> None:
    """Write an encryption key of --key as PKCS#8, encrypted under a passphrase of its own."""
    from chartkey.crypto.keyfile import KeyFile
    from chartkey.crypto.pkcs8 import export_pem

    session = session_of(context)
    keys = KeyFile.open(session.keyfile, passphrase_of(session.keyfile))
    key = keys.private_key(version)
    export_pem(path, key, secret_of(pem_passphrase_file, "Passphrase for it", twice=True))
    number = keys.version if version is None else version
    session.out.show({"path": path, "version": number}, f"{path}: encryption key {number}")


@app.command("import")
def import_key(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PEM", help="Encrypted PKCS#8, mode 0600.")],
    pem_passphrase_file: _PassphraseFile = None,
) -> None:
    """Add an encryption key, RSA alone or hybrid, to --key; `keys rotate` then publishes it."""
    from chartkey.crypto.keyfile import KeyFile
    from chartkey.crypto.pkcs8 import import_pem

    session = session_of(context)
    key = import_pem(path, secret_of(pem_passphrase_file, f"Passphrase of {path}"))
    keys = KeyFile.open(session.keyfile, passphrase_of(session.keyfile))
    version = keys.adopt_encryption_key(key)
    text = f"It is encryption key {version}; `chartkey keys rotate` publishes it."
    session.out.show({"version": version}, text)


@app.command()
def token(
    context: typer.Context,
    module: Annotated[Path, typer.Argument(help="The maker's PKCS#11 library.")],
    label: Annotated[str, typer.Argument(help="The token's label.")],
    pin_file: Annotated[
        Path | None, typer.Option(help="Holds the PIN, mode 0600; asked for without it.")
    ] = None,
) -> None:
    """Ask a hardware module what it supports, and try whether it opens Chartkey's wraps."""
    from chartkey.crypto.token import Token

    session = session_of(context)
    with Token.open(module, label, secret_of(pin_file, "PIN")) as opened:
        abilities = opened.abilities()
        opened.check()
    value = {
        "token": label,
        "mechanisms": sorted(abilities.mechanisms),
        "rsa_bits": [abilities.least_bits, abilities.most_bits],
    }
    session.out.show(value, f"{label} opens Chartkey's wraps with RSA keys that stay inside it.")


def _seed(mnemonic_file: Path | None) -> Seed:
    from chartkey.crypto.seed import Seed

    return Seed.from_mnemonic(secret_of(mnemonic_file, "Mnemonic"))
