"""The index of recorded flights, and the notes people write about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from web import api_flights
from web.errors import BadRequest, Conflict, NotFound
from web.searchable import Area, words_of
from web.store import flight_search, keeping, users
from web.store.models import Bookmark, Note, SignOff
from web.store.models import Flight as Row

PAGE: Final = 50
NOTE_LIMIT: Final = 4000
COMPANIONS: Final = 20
BESIDE: Final = 20
"""So many recordings of other flights are read to see how near they came."""
LONGEST: Final = timedelta(days=1)
"""No flight lasts longer."""


class Search(msgspec.Struct, frozen=True):
    """What to look for; None does not narrow. `of`: flown by this pilot; `since`: started after.

    `begins`, `ends`: under way in that time, and near `area` in it. `alert`: the name of a rule, or ``breach`` for all
    that tell of one. `signed`: signed off by a supervisor, or still open. `exhibits`: only those
    (`keeping.is_exhibit`).
    """

    of: str | None = None
    since: datetime | None = None
    pilot: str | None = None
    vehicle: str | None = None
    incident: str | None = None
    text: str | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    area: Area | None = None
    alert: str | None = None
    highest_m: float | None = None
    """Flown at least this high above home."""
    signed: bool | None = None
    exhibits: bool = False
    page: int = 1


def index(db: Session, flight: api_flights.FlightSummary, bundle: Path) -> bool:
    """Adds the flight (True), or brings what is known of it up to date; its sign-off is not touched."""
    values = msgspec.structs.asdict(flight)
    del values["sign_off"], values["exhibit"]
    values["sortie_id"] = None if flight.sortie_id is None else int(flight.sortie_id)
    row = db.get(Row, flight.flight_id, with_for_update=True)
    if row is None:
        db.add(Row(bundle=str(bundle), **values))
        flight_search.describe(db, flight.flight_id)
        return True
    row.bundle = str(bundle)
    for name, value in values.items():
        setattr(row, name, value)
    flight_search.describe(db, flight.flight_id)
    return False


def get(db: Session, flight_id: str) -> tuple[api_flights.FlightSummary, Path]:
    """The flight and its bundle folder."""
    row = _row(db, flight_id)
    exhibit = db.scalar(select(keeping.is_exhibit()).where(Row.flight_id == flight_id)) or False
    return msgspec.structs.replace(_summary(row, db.get(SignOff, flight_id)), exhibit=exhibit), Path(row.bundle)


def search(db: Session, wanted: Search) -> api_flights.FlightList:
    """One page, latest first."""
    everything = select(Row, SignOff).outerjoin(SignOff, Row.flight_id == SignOff.flight_id)
    rows = _narrowed(everything, wanted)
    first = PAGE * (wanted.page - 1)
    if wanted.area is None:
        total = db.scalar(rows.with_only_columns(func.count())) or 0
        shown = rows.limit(PAGE).offset(first)
    else:
        close = flight_search.near(db, rows, wanted.area, wanted.begins, wanted.ends)
        total = len(close)
        shown = everything.where(Row.flight_id.in_(close[first : first + PAGE]))
    newest = shown.order_by(Row.started_at.desc(), Row.flight_id)
    return api_flights.FlightList(
        tuple(_summary(row, signed) for row, signed in db.execute(newest)),
        total,
        wanted.page,
        max(1, ceil(total / PAGE)),
    )


def companions(db: Session, of: api_flights.FlightSummary, widest: Search) -> tuple[api_flights.FlightSummary, ...]:
    """Within `widest`: flights that were under way at the same time, or for the same incident or sortie."""
    same = [_at_the_time(of)]
    if of.incident:
        same.append(Row.incident == of.incident)
    if of.sortie_id:
        same.append(Row.sortie_id == int(of.sortie_id))
    rows = _narrowed(select(Row, SignOff).outerjoin(SignOff, Row.flight_id == SignOff.flight_id), widest)
    latest = rows.where(Row.flight_id != of.flight_id, or_(*same)).order_by(Row.started_at.desc()).limit(COMPANIONS)
    return tuple(_summary(row, signed) for row, signed in db.execute(latest))


def beside(db: Session, of: api_flights.FlightSummary) -> list[tuple[str, str, Path]]:
    """Id, vehicle and folder of the other flights that were in the air at the same time, the latest first."""
    rows = db.execute(
        select(Row.flight_id, Row.vehicle, Row.bundle)
        .where(Row.flight_id != of.flight_id, _at_the_time(of))
        .order_by(Row.started_at.desc())
        .limit(BESIDE)
    )
    return [(other, vehicle, Path(bundle)) for other, vehicle, bundle in rows]


def _at_the_time(of: api_flights.FlightSummary) -> ColumnElement[bool]:
    ended_at = of.ended_at or of.started_at
    begun = Row.started_at.between(of.started_at - LONGEST, ended_at)
    return begun & (func.coalesce(Row.ended_at, Row.started_at) >= of.started_at)


def _narrowed(rows: flight_search.FlightRows, wanted: Search) -> flight_search.FlightRows:
    for column, value in ((Row.pilot, wanted.of), (Row.vehicle, wanted.vehicle)):
        if value:
            rows = rows.where(column == value)
    if wanted.pilot:
        rows = rows.where(or_(Row.pilot == wanted.pilot, Row.pilot.in_(users.called(wanted.pilot))))
    if wanted.incident:
        rows = rows.where(Row.incident.icontains(wanted.incident, autoescape=True))
    if wanted.since:
        rows = rows.where(Row.started_at >= wanted.since)
    if wanted.begins:
        rows = rows.where(func.coalesce(Row.ended_at, Row.started_at) >= wanted.begins)
    if wanted.ends:
        rows = rows.where(Row.started_at <= wanted.ends)
    if wanted.highest_m is not None:
        rows = rows.where(Row.max_height_m >= wanted.highest_m)
    if wanted.exhibits:
        rows = rows.where(keeping.is_exhibit())
    if wanted.signed is not None:
        # The column of the join: of that alone PostgreSQL knows that whoever lacks it has no sign-off.
        rows = rows.where(SignOff.flight_id.is_not(None) if wanted.signed else SignOff.flight_id.is_(None))
    if wanted.alert:
        rows = flight_search.with_alert(rows, flight_search.BREACH if wanted.alert == "breach" else (wanted.alert,))
    if wanted.text:
        rows = flight_search.with_words(rows, wanted.text)
    return rows


def notes(db: Session, flight_id: str) -> list[api_flights.FlightNote]:
    rows = db.scalars(select(Note).where(Note.flight_id == flight_id).order_by(Note.id))
    return [_note(row) for row in rows]


def add_note(db: Session, flight_id: str, author: str, wanted: api_flights.NoteCreate) -> api_flights.FlightNote:
    """A note is never changed afterwards."""
    text = wanted.text.strip()
    if not 0 < len(text) <= NOTE_LIMIT:
        raise BadRequest(f"a note has 1 to {NOTE_LIMIT} characters", "text")
    if wanted.moment is not None and wanted.moment.tzinfo is None:
        raise BadRequest("a moment has a time zone", "moment")
    found = _row(db, flight_id).flight_id
    row = Note(flight_id=found, author=author, at=datetime.now(UTC), text=text, moment=wanted.moment)
    db.add(row)
    db.flush()
    flight_search.add_words(db, found, words_of(text))
    return _note(row)


def _note(row: Note) -> api_flights.FlightNote:
    return api_flights.FlightNote(row.id, row.author, row.at, row.text, row.moment)


def sign_off(db: Session, flight_id: str, supervisor: str, remark: str | None) -> api_flights.SignOff:
    """Once and for good; the caller has checked that `supervisor` may. Raises `Conflict` when it is signed already."""
    remark = (remark or "").strip() or None
    if remark is not None and len(remark) > NOTE_LIMIT:
        raise BadRequest(f"a remark has at most {NOTE_LIMIT} characters", "remark")
    _row(db, flight_id, lock=True)
    before = db.get(SignOff, flight_id)
    if before is not None:
        raise Conflict(f"{users.name_of(db, before.by)} has signed it off already.")
    signed = SignOff(flight_id=flight_id, by=supervisor, at=datetime.now(UTC), remark=remark)
    db.add(signed)
    return api_flights.SignOff(signed.by, signed.at, signed.remark)


def bookmark(db: Session, stream: str) -> int:
    """Sequence of the last message of `stream` whose effects this database holds; 0 before the first."""
    row = db.get(Bookmark, stream)
    return 0 if row is None else row.sequence


def set_bookmark(db: Session, stream: str, sequence: int) -> None:
    db.merge(Bookmark(stream=stream, sequence=sequence))


def _row(db: Session, flight_id: str, *, lock: bool = False) -> Row:
    row = db.get(Row, flight_id, with_for_update=lock)
    if row is None:
        raise NotFound(f"There is no flight {flight_id}.")
    return row


def _summary(row: Row, signed: SignOff | None) -> api_flights.FlightSummary:
    return api_flights.FlightSummary(
        flight_id=row.flight_id,
        vehicle=row.vehicle,
        started_at=row.started_at,
        ended_at=row.ended_at,
        duration_s=row.duration_s,
        pilot=row.pilot,
        sortie_id=None if row.sortie_id is None else str(row.sortie_id),
        title=row.title,
        incident=row.incident,
        outcome=row.outcome,
        distance_m=row.distance_m,
        max_height_m=row.max_height_m,
        upload_verified=row.upload_verified,
        frames_recorded=row.frames_recorded,
        frames_lost=row.frames_lost,
        sign_off=None if signed is None else api_flights.SignOff(signed.by, signed.at, signed.remark),
    )
