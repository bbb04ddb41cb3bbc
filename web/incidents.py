"""Incidents on the bus: the database is the truth, the bucket ``incidents`` shows the open ones to live pages."""

from __future__ import annotations

import contextlib

from telemetry import subjects
from telemetry.wire import Incident
from web.bus_line import BusLine
from web.errors import BusDown
from web.store import incidents
from web.store.database import Database


def show(bus: BusLine, incident: Incident) -> None:
    """To all who listen. Without a bus it is done later: the change itself is already kept."""
    with contextlib.suppress(BusDown):
        _show(bus, incident)


def _show(bus: BusLine, incident: Incident) -> None:
    bus.put(subjects.INCIDENTS_BUCKET, incident.incident_id, incident)
    if incident.closed_at is not None:
        bus.delete(subjects.INCIDENTS_BUCKET, incident.incident_id)


def make_good(database: Database, bus: BusLine) -> int:
    """Shows whatever the bus shows otherwise than the database has it; how many. Raises `BusDown`."""
    shown = bus.entries(subjects.INCIDENTS_BUCKET, Incident)
    with database.read() as db:
        wanted = {incident.incident_id: incident for incident in incidents.listed(db, only_open=True)}
        gone = {key: incidents.find(db, key) for key in shown.keys() - wanted.keys()}
    stale = [incident for key, incident in wanted.items() if shown.get(key) != incident]
    for incident in stale:
        _show(bus, incident)
    for key, closed in gone.items():
        if closed is None:
            bus.delete(subjects.INCIDENTS_BUCKET, key)
        else:
            _show(bus, closed)
    return len(stale) + len(gone)
