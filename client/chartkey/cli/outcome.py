"""How a command line ends: its exit status, and one clear line or one JSON object for an error.

0 done · 1 refused or failed, as the message says · 2 typed wrongly · 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, Final

import typer

from chartkey.cli.output import Output, tamed
from chartkey.errors import ChartkeyError

__all__ = ["conclude"]

_FAILED: Final = 1
_INTERRUPTED: Final = 130


def conclude(act: Callable[[], int | None], as_json: bool) -> int:
    """Run a command line and return its exit status; only a fault of this program stays loud."""
    try:
        status = act() or 0
        # Here, not at the interpreter's end, where nobody could report it.
        sys.stdout.flush()
    except ChartkeyError as err:
        return _report(err.as_dict(), _FAILED, as_json)
    except typer.TyperException as err:
        return _report(_error("usage", _usage(err)), err.exit_code, as_json)
    except typer.Abort:
        return _report(_error("declined", "Not confirmed; nothing was done."), _FAILED, as_json)
    except BrokenPipeError:
        # The reader of our output went away; nothing of ours is half-written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except OSError as err:
        return _report(_error("file-unusable", _fault(err)), _FAILED, as_json)
    except KeyboardInterrupt:
        status = _INTERRUPTED
    if status == _INTERRUPTED:
        message = "Interrupted. Run the same again: what was sent already is not sent twice."
        return _report(_error("interrupted", message), status, as_json)
    return status


def _report(error: dict[str, Any], status: int, as_json: bool) -> int:
    if as_json:
        Output(True).show(error, "")
    else:
        print(f"chartkey: {tamed(str(error['message']))}", file=sys.stderr)
    return status


def _error(code: str, message: str) -> dict[str, Any]:
    """Return what ``ChartkeyError.as_dict`` returns, for what is no error of the library."""
    return {"error": code, "message": message, "values": {}}


def _usage(err: typer.TyperException) -> str:
    context = getattr(err, "ctx", None)
    asked = f" See: {context.command_path} --help" if context else ""
    return err.format_message().rstrip(".") + "." + asked


def _fault(err: OSError) -> str:
    where = f"{err.filename}: " if err.filename is not None else ""
    return f"{where}{err.strerror or err}"
