"""Takes the bus's events into the database: receipts to their sorties, closed flights into the index, and the logs that
drones kept of them to the flights.

The place in the stream is kept in the same transaction as what was made of the event, so that each counts exactly
once whenever the process ends. What changes nothing (most of what a fleet says) is not worth a write to the disk: it is
read again at the next start. An event that cannot be used is logged and passed: it must not stop the later ones.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError
from sqlalchemy.orm import Session

from telemetry import subjects
from telemetry.errors import RecordingError
from telemetry.flight_folder import TLOG
from telemetry.wire import Event, FlightRecord, LogReceipt, UploadReceipt
from web import api_flights, bundle, charts, track
from web.bundle import attachment_folder
from web.errors import Gone
from web.searchable import Facts, facts
from web.store import attachments, audit, flight_search, flights, keeping, sorties, uploads
from web.store.audit import Who
from web.store.database import Database

log = logging.getLogger(__name__)

UPLOAD: Final = "upload"
FLIGHT_CLOSED: Final = "flight_closed"
LOG: Final = "log"
MADE_UP_MOST: Final = 200
"""Flights at one start, so that it does not take minutes."""


class Indexer:
    """For `BusLine.start`: `after` is where it stands, `take` gets what follows. `home` is the folder of all data."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database, self._home = database, home

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
            use = _use_of(event, self._home)
        except msgspec.ValidationError as error:
            _cannot_be_used(sequence, event, error)
            return
        if use is None:
            return
        with self._database.write() as db:
            try:
                with db.begin_nested():
                    use(db)
            except (OperationalError, InterfaceError):
                raise
            except StatementError as error:
                _cannot_be_used(sequence, event, error)
            flights.set_bookmark(db, subjects.EVENTS_STREAM, sequence)


def _cannot_be_used(sequence: int, event: Event, error: Exception) -> None:
    log.warning("event %d (%s of %s) cannot be used: %s", sequence, event.kind, event.vehicle, error)


def _use_of(event: Event, home: Path) -> Callable[[Session], None] | None:
    """What the event changes, ready to be written: a recording is read before, not while others wait for the lock."""
    if event.kind == UPLOAD:
        return partial(_receipt, receipt=msgspec.convert(event.data, UploadReceipt))
    if event.kind == FLIGHT_CLOSED:
        record = msgspec.convert(event.data, FlightRecord)
        return partial(_flight, record=record, found=_facts(record.flight_id, Path(record.bundle)))
    if event.kind == LOG:
        receipt = msgspec.convert(event.data, LogReceipt)
        kept = _kept(receipt, home)
        return None if kept is None else partial(_log, receipt=receipt, kept=kept, by=event.actor or "")
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
        audit.append(db, audit.SYSTEM, "flight.closed", flown.flight_id, frames_lost=flown.frames_lost)
    if found is not None:
        flight_search.keep(db, flown.flight_id, found)
    if sortie is not None and sortie.plan_sha256 == record.plan_sha256:
        sorties.set_state(
            db, int(sortie.sortie_id), sorties.State.FLOWN, only_from=(sorties.State.APPROVED, sorties.State.UPLOADED)
        )


class _Kept(NamedTuple):
    """A log among the attachments of its flight."""

    path: Path
    begun: api_flights.Taken


def _kept(receipt: LogReceipt, home: Path) -> _Kept | None:
    """None: it is of no flight, or its file is not here."""
    if receipt.flight_id is None or receipt.file is None or receipt.sha256 is None:
        return None
    kept = attachment_folder(home, receipt.flight_id) / receipt.sha256
    try:
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            shutil.move(receipt.file, kept)
    except OSError as error:
        log.error("the log of %s for flight %s is not attached: %s", receipt.vehicle, receipt.flight_id, error)
        return None
    return _Kept(kept, _begun(kept))


def _log(db: Session, receipt: LogReceipt, kept: _Kept, by: str) -> None:
    flight_id, digest = receipt.flight_id or "", receipt.sha256 or ""
    try:
        keeping.lock(db, flight_id)
    except Gone:
        shutil.rmtree(kept.path.parent, ignore_errors=True)
        return
    if all(one.sha256 != digest for one in attachments.of(db, flight_id)):
        name = f"{receipt.vehicle}-log-{receipt.number}.bin"
        file = attachments.File(name, charts.KINDS["dataflash"], receipt.bytes, digest, kept.begun)
        number = attachments.add(db, flight_id, by, file).attachment_id
        who = Who(by, None, None)
        audit.append(db, who, "flight.attach", flight_id, attachment=number, sha256=digest, bytes=receipt.bytes)


def _begun(path: Path) -> api_flights.Taken:
    try:
        return charts.begun(charts.readable(path))
    except RecordingError as error:  # attached all the same: it is what the drone gave
        log.warning("%s cannot be read: %s", path, error)
        return api_flights.Taken(None, None)


def _facts(flight_id: str, folder: Path) -> Facts | None:
    """What the flight is found by. None: it cannot be read, and is found by its sortie and notes alone.

    What its page shows first is worked out here too, so that whoever opens it does not wait.
    """
    try:
        found = bundle.read(folder)
        track.read(folder / TLOG)
        return facts(found)
    except RecordingError as error:
        log.warning("flight %s is found by its sortie and notes only: %s", flight_id, error)
        return None
