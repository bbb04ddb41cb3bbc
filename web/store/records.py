"""The record of each flight: what the pilot says, what of it has to be done, and the hours of each drone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.errors import BadRequest, Conflict, NotFound
from web.store import users
from web.store.models import Flight
from web.store.models_evidence import FlightForm as FormRow
from web.store.models_evidence import FlightTask as TaskRow
from web.store.models_evidence import KeptRecord

DUE: Final = timedelta(hours=72)
"""Occurrences are reported within 72 hours; a defect is seen to as soon."""
TEXT_LIMIT: Final = 4000

Kind = Literal["defect", "occurrence"]


class Form(msgspec.Struct, frozen=True):
    """What no machine knows of a flight. None is not said yet; an empty text says that there was none."""

    line_of_sight: Literal["VLOS", "BVLOS"] | None = None
    inspection_done: bool | None = None
    defects: str | None = None
    occurrences: str | None = None
    repairs: str | None = None
    remarks: str | None = None


class Filled(msgspec.Struct, frozen=True):
    form: Form
    by: str
    at: datetime


class Task(msgspec.Struct, frozen=True):
    task_id: int
    flight_id: str
    kind: str
    text: str
    by: str
    at: datetime
    due_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    outcome: str | None

    def is_late(self, now: datetime) -> bool:
        return self.closed_at is None and now > self.due_at


class Use(msgspec.Struct, frozen=True):
    """Of a drone, as far as Airbeat recorded it."""

    hours: float
    flights: int


def form(db: Session, flight_id: str) -> Filled | None:
    """The latest one."""
    row = db.scalars(select(FormRow).where(FormRow.flight_id == flight_id).order_by(FormRow.id.desc()).limit(1)).first()
    return None if row is None else Filled(msgspec.convert(row.form, Form), row.by, row.at)


def keep(db: Session, flight_id: str, record: dict[str, Any]) -> None:
    """The record as it stands, before what it was made from is erased."""
    db.merge(KeptRecord(flight_id=flight_id, at=datetime.now(UTC), record=record))


def kept(db: Session, flight_id: str) -> dict[str, Any] | None:
    row = db.get(KeptRecord, flight_id)
    return None if row is None else row.record


def unfilled(db: Session, pilot: str, most: int) -> list[tuple[str, str, datetime]]:
    """The pilot's flights that he has said nothing of yet, latest first: id, drone, start."""
    rows = (
        select(Flight.flight_id, Flight.vehicle, Flight.started_at)
        .where(Flight.pilot == pilot, Flight.flight_id.not_in(select(FormRow.flight_id)))
        .order_by(Flight.started_at.desc())
        .limit(most)
    )
    return [(flight_id, vehicle, started_at) for flight_id, vehicle, started_at in db.execute(rows)]


def fill(db: Session, flight_id: str, by: str, said: Form) -> tuple[Task, ...]:
    """Keeps what was said; a defect or an occurrence that was not said before opens a task, which it gives."""
    for name in ("defects", "occurrences", "repairs", "remarks"):
        if len(getattr(said, name) or "") > TEXT_LIMIT:
            raise BadRequest(f"at most {TEXT_LIMIT} characters", name)
    before = form(db, flight_id)
    former = before.form if before else Form()
    db.add(FormRow(flight_id=flight_id, by=by, at=datetime.now(UTC), form=msgspec.to_builtins(said)))
    opened: list[Task] = []
    kinds: tuple[tuple[Kind, str | None, str | None], ...] = (
        ("defect", former.defects, said.defects),
        ("occurrence", former.occurrences, said.occurrences),
    )
    for kind, earlier, now in kinds:
        if now and now != earlier:
            opened.append(_open(db, flight_id, kind, now, by))
    return tuple(opened)


def _open(db: Session, flight_id: str, kind: Kind, text: str, by: str) -> Task:
    now = datetime.now(UTC)
    row = TaskRow(flight_id=flight_id, kind=kind, text=text, by=by, at=now, due_at=now + DUE)
    db.add(row)
    db.flush()
    return _task(row)


def close(db: Session, flight_id: str, task_id: int, by: str, outcome: str) -> Task:
    row = db.get(TaskRow, task_id, with_for_update=True)
    if row is None or row.flight_id != flight_id:
        raise NotFound("There is no such task.")
    if row.closed_by is not None:
        raise Conflict(f"{users.name_of(db, row.closed_by)} has closed it already.")
    if not 0 < len(outcome.strip()) <= TEXT_LIMIT:
        raise BadRequest("say what was done", "outcome")
    row.closed_by, row.closed_at, row.outcome = by, datetime.now(UTC), outcome.strip()
    return _task(row)


def tasks(db: Session, flight_id: str | None = None, *, still_open: bool = False) -> list[Task]:
    """The first due first."""
    rows = select(TaskRow).order_by(TaskRow.due_at, TaskRow.id)
    if flight_id is not None:
        rows = rows.where(TaskRow.flight_id == flight_id)
    if still_open:
        rows = rows.where(TaskRow.closed_at.is_(None))
    return [_task(row) for row in db.scalars(rows)]


def use_until(db: Session, vehicle: str, at: datetime) -> Use:
    """Hours and flights of a drone up to the one that started at `at`, that one included."""
    rows = select(func.sum(Flight.duration_s), func.count()).where(Flight.vehicle == vehicle, Flight.started_at <= at)
    seconds, count = db.execute(rows).one()
    return Use(round((seconds or 0.0) / 3600.0, 2), count)


def _task(row: TaskRow) -> Task:
    return Task(
        row.id,
        row.flight_id,
        row.kind,
        row.text,
        row.by,
        row.at,
        row.due_at,
        row.closed_by,
        row.closed_at,
        row.outcome,
    )
