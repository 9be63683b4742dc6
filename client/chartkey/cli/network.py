"""The network of nodes: making one, joining it, watching over it."""

from __future__ import annotations

import typer

from chartkey.cli import operating, swarming, watching

__all__ = ["app"]

app = typer.Typer(help="The permissioned network: make it, join it, watch over it.")

for command in (*operating.COMMANDS, *swarming.COMMANDS, *watching.COMMANDS):
    app.command()(command)
