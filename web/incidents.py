"""Incidents on the bus: the database is the truth, the bucket ``incidents`` shows the open ones to live pages at once.

What a dead bus or a dying process kept from being shown is made good by `IncidentBoard`; several web processes may do
the same work, because a message says its version.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import Final

from telemetry import subjects
from telemetry.wire import Incident
from web.bus_line import BusLine
from web.errors import BusDown
from web.store import incidents
from web.store.database import Database

log = logging.getLogger(__name__)

COMPARE_EVERY_S: Final = 5.0


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


class IncidentBoard:
    """Compares bus and database every few seconds. `start` it once, `stop` it at the end."""

    def __init__(self, database: Database, bus: BusLine, every_s: float = COMPARE_EVERY_S) -> None:
        self._database, self._bus, self._every_s = database, bus, every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="incidents", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                mended = make_good(self._database, self._bus)
            except BusDown:
                continue  # it is tried again in a moment
            except Exception:  # a database that is away, say; the thread must outlive it
                log.exception("incidents were not compared with the bus")
                continue
            if mended:
                log.info("%d incidents were shown anew", mended)
