"""``chartkey`` on the command line: the library's verbs, for people and for programs."""

from chartkey.cli.application import main

__all__ = ["main"]
