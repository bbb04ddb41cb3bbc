"""Photographs, videos and logs of a flight. Each lies beside the database, under its SHA-256; here is what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from web import api_flights
from web.errors import NotFound
from web.store.models_evidence import Attachment as Row


class File(NamedTuple):
    """What is attached; `size` in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str
    taken: api_flights.Taken


def add(db: Session, flight_id: str, by: str, file: File) -> api_flights.Attachment:
    """Never changed afterwards; the caller has stored the file."""
    row = Row(
        flight_id=flight_id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        by=by,
        at=datetime.now(UTC),
        taken_at=file.taken.at,
        taken_from=file.taken.source,
    )
    db.add(row)
    db.flush()
    return _attachment(row)


def of(db: Session, flight_id: str) -> list[api_flights.Attachment]:
    return [_attachment(row) for row in db.scalars(select(Row).where(Row.flight_id == flight_id).order_by(Row.id))]


def get(db: Session, flight_id: str, attachment_id: int) -> api_flights.Attachment:
    row = db.get(Row, attachment_id)
    if row is None or row.flight_id != flight_id:
        raise NotFound("There is no such attachment.")
    return _attachment(row)


def _attachment(row: Row) -> api_flights.Attachment:
    taken = api_flights.Taken(row.taken_at, row.taken_from)
    return api_flights.Attachment(row.id, row.name, row.media_type, row.size, row.sha256, row.by, row.at, taken)
