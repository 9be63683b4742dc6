"""An act: one call, right in everything but the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.functional.roles.scene import Scene, Stage
from tests.signing import digest

PEOPLE, OFFERED, ANSWERED, MET, BEGUN = range(5)
OWN, ANY, OTHERS = "own", "any", "others"
MADE = digest("made now")


@dataclass(frozen=True)
class Caller:
    """Who acts: in a guardian's case the ward, for whom the forwarder calls."""

    role: str
    account: Any
    home: Scene
    ward: bytes | None = None
    guardian: Any = None


@dataclass(frozen=True)
class Act:
    """One row.

    `call` returns a contract's method and its arguments. `whose` says whether the objects are
    somebody's own, anybody's, or only others'. `also` are refusals that name the object instead
    of the caller: whose it is decides. `direct`: a guardian does it with its own account.
    """

    name: str
    stage: int
    call: Callable[[Stage, Scene, Caller], tuple[Any, ...]]
    whose: str = OWN
    also: tuple[str, ...] = ()
    direct: bool = False


def ward_of(scene: Scene, who: Caller) -> bytes:
    """Return the affiliation named: their own of those who have one."""
    return who.ward or scene.ward


def contract(name: str) -> Callable[[Stage], Any]:
    return lambda stage: stage.alliance.contracts[name]
