"""Guest links on the bus: the bucket ``guests`` holds those that hold, for `telemetry.guests` to show."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from telemetry import subjects
from telemetry.wire import GuestView
from web.bus_line import BusLine
from web.errors import BusDown
from web.store import grants
from web.store.database import Database
from web.store.grants import Guest


def show(bus: BusLine, guest: Guest) -> None:
    """A new link, or the end of one. Without a bus nothing is shown to anybody anyway."""
    with contextlib.suppress(BusDown):
        if guest.holds(datetime.now(UTC)):
            bus.put(subjects.GUESTS_BUCKET, guest.guest_id, _view(guest))
        else:
            bus.delete(subjects.GUESTS_BUCKET, guest.guest_id)


def make_good(database: Database, bus: BusLine) -> int:
    """Brings the bus to what the database says; how many entries were wrong. Raises `BusDown`."""
    shown = bus.entries(subjects.GUESTS_BUCKET, GuestView)
    with database.read() as db:
        wanted = {guest.guest_id: _view(guest) for guest in grants.guests(db, at=datetime.now(UTC))}
    missing = [view for key, view in wanted.items() if shown.get(key) != view]
    ended = shown.keys() - wanted.keys()
    for view in missing:
        bus.put(subjects.GUESTS_BUCKET, view.guest_id, view)
    for guest_id in ended:
        bus.delete(subjects.GUESTS_BUCKET, guest_id)
    return len(missing) + len(ended)


def _view(guest: Guest) -> GuestView:
    return GuestView(guest.guest_id, guest.vehicles, guest.expires_at)
