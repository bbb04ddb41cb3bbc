"""Incidents: opened, changed, closed, opened again. Never deleted; the audit keeps each change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mission.geodesy import require_position
from mission.position import Position
from telemetry.wire import Grade, Incident
from web.api_incidents import IncidentCreate, IncidentSave
from web.errors import BadRequest, Conflict, NotFound
from web.store.database import row_number
from web.store.models import Incident as Row

NUMBER_LIMIT: Final = 64
PLACE_LIMIT: Final = 200
NOTE_LIMIT: Final = 4000
LISTED: Final = 200
"""A list holds at most so many, the latest."""


def create(db: Session, by: str, made: IncidentCreate) -> Incident:
    """Raises `Conflict` when there is one of that number, open or closed; `BadRequest` naming the field."""
    now = datetime.now(UTC)
    row = Row(version=1, opened_at=now, opened_by=by, changed_at=now, closed_at=None, closed_by=None)
    _fill(db, row, made)
    db.add(row)
    db.flush()
    return _incident(row)


def save(db: Session, incident_id: str, by: str, saved: IncidentSave) -> Incident:
    """A new version. Raises `Conflict` if `saved.version` is no longer the newest; saving no change is no version."""
    row = _row(db, incident_id, lock=True)
    if row.version != saved.version:
        raise Conflict("Somebody has changed it since. Load the newest and make your change again.", "version")
    before = _incident(row)
    _fill(db, row, saved)
    if saved.is_open:
        row.closed_at = row.closed_by = None
    elif row.closed_at is None:
        row.closed_at, row.closed_by = datetime.now(UTC), by
    if _incident(row) != before:
        row.version += 1
        row.changed_at = datetime.now(UTC)
    db.flush()
    return _incident(row)


def get(db: Session, incident_id: str) -> Incident:
    return _incident(_row(db, incident_id))


def find(db: Session, incident_id: str) -> Incident | None:
    """None where the bus speaks of one that is not in this database."""
    try:
        return get(db, incident_id)
    except NotFound:
        return None


def listed(db: Session, *, only_open: bool, of_numbers: Iterable[str] | None = None) -> list[Incident]:
    """The latest first; of the given numbers only, where they are given."""
    rows = select(Row).order_by(Row.opened_at.desc(), Row.id.desc())
    rows = rows.where(Row.closed_at.is_(None)) if only_open else rows.limit(LISTED)
    if of_numbers is not None:
        rows = rows.where(Row.number.in_(list(of_numbers)))
    return [_incident(row) for row in db.scalars(rows)]


def _fill(db: Session, row: Row, given: IncidentCreate | IncidentSave) -> None:
    number = given.number.strip()
    if not 0 < len(number) <= NUMBER_LIMIT:
        raise BadRequest(f"give a number of 1 to {NUMBER_LIMIT} characters", "number")
    for field, value, limit in (("place", given.place, PLACE_LIMIT), ("note", given.note, NOTE_LIMIT)):
        if len(value) > limit:
            raise BadRequest(f"at most {limit} characters", field)
    require_position(Position(given.lat_deg, given.lon_deg), "lat_deg")
    with db.no_autoflush:
        taken = db.scalars(select(Row.id).where(func.lower(Row.number) == number.lower(), Row.id != (row.id or 0)))
        if taken.first() is not None:
            raise Conflict(f"There is already an incident {number}.", "number")
    row.number, row.place, row.note = number, given.place.strip(), given.note.strip()
    row.lat_deg, row.lon_deg, row.grade = given.lat_deg, given.lon_deg, given.grade.value


def _row(db: Session, incident_id: str, *, lock: bool = False) -> Row:
    row = db.get(Row, row_number(incident_id), with_for_update=lock, populate_existing=lock)
    if row is None:
        raise NotFound(f"There is no incident {incident_id}.")
    return row


def _incident(row: Row) -> Incident:
    return Incident(
        incident_id="" if row.id is None else str(row.id),
        number=row.number,
        place=row.place,
        lat_deg=row.lat_deg,
        lon_deg=row.lon_deg,
        grade=Grade(row.grade),
        note=row.note,
        version=row.version,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        changed_at=row.changed_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
    )
