"""How long flights are kept: retention classes with review dates, legal holds, and disposal by two persons.

A hold beats every deletion: it is looked for inside the transaction that deletes, whatever was decided before it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from telemetry.settings import RetentionSettings
from web.errors import BadRequest, Conflict, Forbidden, Gone, NotFound
from web.searchable import Facts
from web.store import flight_search, users
from web.store.exports import reason
from web.store.models import Flight, Note
from web.store.models_evidence import Disposal as DisposalRow
from web.store.models_evidence import Export, LegalHold
from web.store.models_evidence import Retention as RetentionRow

DISPOSED: Final = "This flight was disposed of; its certificate is with the supervisors."
ERASED: Final = "[erased with the flight]"
NOTHING: Final = Facts(frozenset(), (), b"", 0, None, None)
"""What a flight is found by when its recording is gone: its sortie's words alone."""


class Retention(msgspec.Struct, frozen=True):
    """`by` is None where nobody has looked at the flight yet: the unit's first class holds."""

    name: str
    review_on: date
    by: str | None = None
    at: datetime | None = None
    reason: str | None = None


class Hold(msgspec.Struct, frozen=True):
    hold_id: int
    flight_id: str
    by: str
    at: datetime
    reason: str
    released_by: str | None
    released_at: datetime | None
    release_reason: str | None


class Disposal(msgspec.Struct, frozen=True):
    """`confirmed` is None while the proposal waits for a second person."""

    flight_id: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    decided_by: str | None
    decided_at: datetime | None
    confirmed: bool | None


def retention(db: Session, flight_id: str, classes: tuple[RetentionSettings, ...]) -> Retention:
    row = db.get(RetentionRow, flight_id)
    if row is not None:
        return Retention(row.name, row.review_on, row.by, row.at, row.reason)
    started = db.scalar(select(Flight.started_at).where(Flight.flight_id == flight_id))
    if started is None:
        raise NotFound(f"There is no flight {flight_id}.")
    return Retention(classes[0].name, _years_after(started.date(), classes[0].review_years))


def set_retention(db: Session, flight_id: str, chosen: RetentionSettings, by: str, why: str) -> Retention:
    """The next review is `review_years` from today: deciding is reviewing."""
    now = datetime.now(UTC)
    kept = Retention(chosen.name, _years_after(now.date(), chosen.review_years), by, now, reason(why))
    values = {"name": kept.name, "review_on": kept.review_on, "by": by, "at": now, "reason": kept.reason}
    db.merge(RetentionRow(flight_id=flight_id, **values))
    return kept


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def place_hold(db: Session, flight_id: str, by: str, why: str) -> Hold:
    row = LegalHold(flight_id=flight_id, by=by, at=datetime.now(UTC), reason=reason(why))
    db.add(row)
    db.flush()
    return _hold(row)


def release_hold(db: Session, flight_id: str, hold_id: int, by: str, why: str) -> Hold:
    row = db.get(LegalHold, hold_id, with_for_update=True)
    if row is None or row.flight_id != flight_id:
        raise NotFound("There is no such hold.")
    if row.released_by is not None:
        raise Conflict(f"{users.name_of(db, row.released_by)} has released it already.")
    row.released_by, row.released_at, row.release_reason = by, datetime.now(UTC), reason(why)
    return _hold(row)


def holds(db: Session, flight_id: str | None = None, *, standing: bool = False) -> list[Hold]:
    rows = select(LegalHold).order_by(LegalHold.id.desc())
    if flight_id is not None:
        rows = rows.where(LegalHold.flight_id == flight_id)
    if standing:
        rows = rows.where(LegalHold.released_at.is_(None))
    return [_hold(row) for row in db.scalars(rows)]


def propose(db: Session, flight_id: str, by: str, why: str) -> Disposal:
    _require_no_hold(db, flight_id)
    before = _latest(db, flight_id)
    if before is not None and before.confirmed is not False:
        raise Conflict("Its disposal was proposed already." if before.confirmed is None else "It was disposed of.")
    row = DisposalRow(
        flight_id=flight_id, by=by, at=datetime.now(UTC), reason=reason(why), decided_by=None, decided_at=None
    )
    row.confirmed = None
    db.add(row)
    db.flush()
    return _disposal(row)


def decide(db: Session, flight_id: str, by: str, *, confirmed: bool) -> Disposal:
    """By another than who proposed it. Raises `Conflict` while a legal hold stands."""
    db.get(Flight, flight_id, with_for_update=True)
    row = _latest(db, flight_id)
    if row is None or row.confirmed is not None:
        raise Conflict("Nobody has proposed to dispose of it.")
    if confirmed:
        if row.by == by:
            raise Forbidden("You proposed it; another person decides.")
        _require_no_hold(db, flight_id)
    row.decided_by, row.decided_at, row.confirmed = by, datetime.now(UTC), confirmed
    return _disposal(row)


def forget(db: Session, flight_id: str) -> None:
    """Erases from the database what it holds of the flight's content; that there was some stays."""
    for note in db.scalars(select(Note).where(Note.flight_id == flight_id)):
        note.text = ERASED
    flight_search.keep(db, flight_id, NOTHING)


def disposal(db: Session, flight_id: str) -> Disposal | None:
    """The latest one: proposed, refused or done."""
    row = _latest(db, flight_id)
    return None if row is None else _disposal(row)


def is_disposed(db: Session, flight_id: str) -> bool:
    row = _latest(db, flight_id)
    return row is not None and row.confirmed is True


def disposed() -> Select[str]:
    """The ids of all flights that are no more."""
    return select(DisposalRow.flight_id).where(DisposalRow.confirmed.is_(True))


def require_there(db: Session, flight_id: str) -> None:
    """Raises `Gone` where a certificate is all there is."""
    if is_disposed(db, flight_id):
        raise Gone(DISPOSED)


def lock(db: Session, flight_id: str) -> None:
    """`require_there`, and nobody disposes of it before this transaction ends."""
    db.get(Flight, flight_id, with_for_update=True)
    require_there(db, flight_id)


def proposals(db: Session) -> list[Disposal]:
    """Those that wait for a second person, oldest first."""
    rows = select(DisposalRow).where(DisposalRow.confirmed.is_(None)).order_by(DisposalRow.id)
    return [_disposal(row) for row in db.scalars(rows)]


def due(db: Session, today: date, classes: tuple[RetentionSettings, ...], limit: int) -> list[tuple[str, Retention]]:
    """Flights whose review is due, and that are still there; the longest due first."""
    first_day = _years_after(today, -classes[0].review_years)
    rows = (
        select(Flight.flight_id)
        .outerjoin(RetentionRow, RetentionRow.flight_id == Flight.flight_id)
        .where(
            Flight.flight_id.not_in(disposed()),
            or_(
                RetentionRow.review_on <= today,
                RetentionRow.flight_id.is_(None)
                & (Flight.started_at < datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC)),
            ),
        )
        .order_by(Flight.started_at)
        .limit(limit)
    )
    return [(flight_id, retention(db, flight_id, classes)) for flight_id in db.scalars(rows)]


def is_exhibit() -> ColumnElement[bool]:
    """Of a row of the flights: it was exported as evidence, or is on hold."""
    exported = exists().where(Export.flight_id == Flight.flight_id)
    held = exists().where(LegalHold.flight_id == Flight.flight_id, LegalHold.released_at.is_(None))
    return or_(exported, held)


def chosen_class(name: str, classes: tuple[RetentionSettings, ...]) -> RetentionSettings:
    for one in classes:
        if one.name == name:
            return one
    raise BadRequest("there is no such class in the settings", "class")


def _require_no_hold(db: Session, flight_id: str) -> None:
    standing = holds(db, flight_id, standing=True)
    if standing:
        raise Conflict(
            f"{standing[0].by} has placed a legal hold on it: {standing[0].reason} Nothing of it is deleted."
        )


def _latest(db: Session, flight_id: str) -> DisposalRow | None:
    rows = select(DisposalRow).where(DisposalRow.flight_id == flight_id).order_by(DisposalRow.id.desc()).limit(1)
    return db.scalars(rows).first()


def _hold(row: LegalHold) -> Hold:
    return Hold(row.id, row.flight_id, row.by, row.at, row.reason, row.released_by, row.released_at, row.release_reason)


def _disposal(row: DisposalRow) -> Disposal:
    return Disposal(row.flight_id, row.by, row.at, row.reason, row.decided_by, row.decided_at, row.confirmed)
