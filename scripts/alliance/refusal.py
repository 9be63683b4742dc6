"""What a script answers when it will not go on: one message, nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chartkey.cli.output import escape_unknown
from chartkey.errors import ChartkeyError

__all__ = ["Refused", "plainly"]


class Refused(Exception):
    """The message says what is wrong and what to do about it."""


@contextmanager
def plainly() -> Iterator[None]:
    """End a script with its message and status 1 in place of a traceback.

    Raises:
        SystemExit: the script was refused or interrupted, or the client raised one of its errors.
    """
    escape_unknown()
    try:
        yield
    except (Refused, ChartkeyError) as err:
        raise SystemExit(f"Stopped: {err}") from err
    except KeyboardInterrupt:
        raise SystemExit("Interrupted.") from None
