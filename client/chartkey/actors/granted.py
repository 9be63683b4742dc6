"""A view of the records that somebody was granted: each is read, with a receipt (R16, R27).

Nothing of it is kept: what a viewer may read today is not indexed on the viewer's device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.actors.delivery import unerased
from chartkey.actors.entries import Shelf
from chartkey.errors import ChartkeyError, NodeUnavailable
from chartkey.records.glance import glance
from chartkey.records.view import Entry, Order, View, make_view

if TYPE_CHECKING:
    from chartkey.actors.index import Progress
    from chartkey.actors.viewing import Viewing
    from chartkey.models import RecordPointer, Requested
    from chartkey.records.visit import Setting

__all__ = ["granted_view"]


def granted_view(
    viewer: Viewing,
    request: Requested | None,
    *,
    order: Order,
    setting: Setting | None,
    versions: bool,
    progress: Progress | None,
) -> View:
    """Do what :meth:`Viewing.view` says.

    Raises:
        RequestMissing, NodeUnavailable: as :meth:`Viewing.view`.
    """
    found = viewer.records(request) if request is not None else viewer.readable()
    places = {pointer.relationship for pointer in found}
    places |= {request.relationship} if request is not None else set()
    granted = {pointer.record for pointer in found}
    all_records = [p for place in sorted(places) for p in _there(viewer, place, versions)]
    wanted = [pointer for pointer in all_records if pointer.record in granted]
    entries, unopened = _opened(viewer, wanted, progress)
    return make_view(
        entries,
        order=order,
        setting=setting,
        versions=versions,
        whole=bool(places) and len(entries) == len(all_records),
        unopened=unopened,
    )


def _there(viewer: Viewing, relationship: str, versions: bool) -> list[RecordPointer]:
    """Everybody can count them: which kinds are anchored is in clear on chain (P23)."""
    there = unerased(viewer.network, viewer.history(relationship).records())
    return [pointer for pointer in there if versions or not pointer.superseded]


def _opened(
    viewer: Viewing, wanted: list[RecordPointer], progress: Progress | None
) -> tuple[list[Entry], list[RecordPointer]]:
    entries: list[Entry] = []
    unopened: list[RecordPointer] = []
    shelf = Shelf(viewer.network)
    for number, pointer in enumerate(wanted, 1):
        try:
            with viewer.read(pointer) as opened:
                entries.append(shelf.entry(pointer, glance(opened)))
        except NodeUnavailable:
            raise
        except ChartkeyError:
            unopened.append(pointer)
        if progress is not None:
            progress("records opened", number)
    return entries, unopened
