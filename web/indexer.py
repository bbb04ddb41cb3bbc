"""Takes the bus's events into the database: receipts to their sorties, closed flights into the index.

The place in the stream is kept in the same transaction as what was made of the event, so that each counts exactly
once whenever the process ends. An event that cannot be used is logged and passed: it must not stop the later ones.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError
from sqlalchemy.orm import Session

from telemetry import subjects
from telemetry.errors import RecordingError
from telemetry.wire import Event, FlightRecord, UploadReceipt
from web import api_flights, bundle
from web.searchable import Facts, facts
from web.store import audit, flight_search, flights, sorties, uploads
from web.store.audit import Who
from web.store.database import Database

log = logging.getLogger(__name__)

UPLOAD: Final = "upload"
FLIGHT_CLOSED: Final = "flight_closed"
MADE_UP_MOST: Final = 200
"""Flights at one start, so that it does not take minutes."""


class Indexer:
    """Given to `BusLine.start`: `after` is where it stands, `take` gets what follows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self) -> int:
        """First makes up for flights that an earlier version indexed without what their recordings say."""
        with self._database.read() as db:
            missing = flight_search.without_facts(db, MADE_UP_MOST)
        for flight_id, folder in missing:
            found = _facts(flight_id, Path(folder))
            if found is not None:
                with self._database.write() as db:
                    flight_search.keep(db, flight_id, found)
        with self._database.read() as db:
            return flights.bookmark(db, subjects.EVENTS_STREAM)

    def take(self, sequence: int, event: Event) -> None:
        """Raises only what may be over at the next try, such as a database that is away."""
        try:
            use = _use_of(event)
        except msgspec.ValidationError as error:
            use = None
            _cannot_be_used(sequence, event, error)
        with self._database.write() as db:
            try:
                if use is not None:
                    with db.begin_nested():
                        use(db)
            except (OperationalError, InterfaceError):
                raise
            except StatementError as error:
                _cannot_be_used(sequence, event, error)
            flights.set_bookmark(db, subjects.EVENTS_STREAM, sequence)


def _cannot_be_used(sequence: int, event: Event, error: Exception) -> None:
    log.warning("event %d (%s of %s) cannot be used: %s", sequence, event.kind, event.vehicle, error)


def _use_of(event: Event) -> Callable[[Session], None] | None:
    """What the event changes, ready to be written: a recording is read before, not while others wait for the lock."""
    if event.kind == UPLOAD:
        return partial(_receipt, receipt=msgspec.convert(event.data, UploadReceipt))
    if event.kind == FLIGHT_CLOSED:
        record = msgspec.convert(event.data, FlightRecord)
        return partial(_flight, record=record, found=_facts(record.flight_id, Path(record.bundle)))
    return None


def _receipt(db: Session, receipt: UploadReceipt) -> None:
    if not uploads.finished(db, receipt):
        log.info("upload %s to %s is known, or of no sortie here", receipt.upload_id, receipt.vehicle)
        return
    audit.append(
        db,
        Who(receipt.actor.user, receipt.actor.role, None),
        "upload",
        receipt.vehicle,
        "verified" if receipt.verified else "failed",
        sortie=receipt.sortie,
        upload=receipt.upload_id,
        plan_sha256=receipt.plan_sha256,
        problem=receipt.problem,
    )


def _flight(db: Session, record: FlightRecord, found: Facts | None) -> None:
    sortie = sorties.find(db, record.sortie)
    flown = api_flights.FlightSummary(
        flight_id=record.flight_id,
        vehicle=record.vehicle,
        started_at=record.started_at,
        ended_at=record.ended_at,
        duration_s=record.duration_s,
        pilot=sortie.pilot if sortie else None,
        sortie_id=sortie.sortie_id if sortie else None,
        title=sortie.title if sortie else None,
        incident=sortie.incident if sortie else None,
        outcome=record.outcome,
        distance_m=record.distance_m,
        max_height_m=record.max_height_m,
        upload_verified=record.upload_verified,
        frames_recorded=record.frames_recorded,
        frames_lost=record.frames_lost,
    )
    if flights.index(db, flown, Path(record.bundle)):
        audit.append(db, Who(None, None, None), "flight.closed", flown.flight_id, frames_lost=flown.frames_lost)
    if found is not None:
        flight_search.keep(db, flown.flight_id, found)
    if sortie is not None and sortie.plan_sha256 == record.plan_sha256:
        sorties.set_state(
            db, int(sortie.sortie_id), sorties.State.FLOWN, only_from=(sorties.State.APPROVED, sorties.State.UPLOADED)
        )


def _facts(flight_id: str, folder: Path) -> Facts | None:
    """What the flight is found by. None: it cannot be read, and is found by its sortie and notes alone."""
    try:
        return facts(bundle.read(folder))
    except RecordingError as error:
        log.warning("flight %s is found by its sortie and notes only: %s", flight_id, error)
        return None
