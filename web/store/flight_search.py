"""Flights by words, by alerts, and by where they were when: the tables of `models_search`, written and asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Select, delete, false, insert, select
from sqlalchemy.orm import Session

from web.searchable import POINT, Area, Facts, Points, alert_word, came_near, cells_about, words_of
from web.store import users
from web.store.models import Flight, Note, SignOff, Sortie
from web.store.models_search import FlightCell, FlightFacts, FlightWord

FlightRows = Select[Flight, SignOff]

LAST_CHARACTER = chr(0x10FFFF)
"""After every word with the same beginning."""
BREACH = ("breach", "breach_reported")
"""The alerts that say so."""


def keep(db: Session, flight_id: str, facts: Facts) -> None:
    """In the place of what was kept of the flight before."""
    forget(db, flight_id)
    describe(db, flight_id)
    add_words(db, flight_id, facts.words)
    if facts.cells:
        db.execute(insert(FlightCell), [{"flight_id": flight_id, "cell": cell} for cell in facts.cells])
    db.add(
        FlightFacts(
            flight_id=flight_id,
            track=facts.track,
            alerts=facts.alerts,
            battery_used_ah=facts.battery_used_ah,
            battery_left_pct=facts.battery_left_pct,
        )
    )
    db.flush()


def describe(db: Session, flight_id: str) -> None:
    """The words of what people wrote: of the sortie, and of the notes."""
    db.flush()
    flown = select(Flight, Sortie.purpose).outerjoin(Sortie, Sortie.id == Flight.sortie_id)
    row, purpose = db.execute(flown.where(Flight.flight_id == flight_id)).one()
    notes = db.scalars(select(Note.text).where(Note.flight_id == flight_id))
    pilot = () if row.pilot is None else (row.pilot, users.name_of(db, row.pilot))
    said = (flight_id, row.title, row.incident, *pilot, row.vehicle, row.outcome, purpose)
    add_words(db, flight_id, words_of(*said, *notes))


def add_words(db: Session, flight_id: str, words: Iterable[str]) -> None:
    """Those that the flight is not found by yet."""
    known = set(db.scalars(select(FlightWord.word).where(FlightWord.flight_id == flight_id)))
    new = [{"flight_id": flight_id, "word": word} for word in sorted(set(words) - known)]
    if new:
        db.execute(insert(FlightWord), new)


def forget(db: Session, flight_id: str) -> None:
    """Nothing of the flight's content is left in the index: it is made anew, or was disposed of."""
    for table in (FlightWord, FlightCell, FlightFacts):
        db.execute(delete(table).where(table.flight_id == flight_id))


def without_facts(db: Session, most: int) -> list[tuple[str, str]]:
    """Flights that nothing is kept of yet, latest first: id and bundle folder."""
    rows = (
        select(Flight.flight_id, Flight.bundle)
        .outerjoin(FlightFacts, FlightFacts.flight_id == Flight.flight_id)
        .where(FlightFacts.flight_id.is_(None))
        .order_by(Flight.started_at.desc())
        .limit(most)
    )
    return [(flight_id, bundle) for flight_id, bundle in db.execute(rows)]


def tracks(db: Session, flight_ids: Iterable[str]) -> dict[str, Points]:
    """Of the flights whose recordings say where they were."""
    rows = select(FlightFacts.flight_id, FlightFacts.track).where(FlightFacts.flight_id.in_(list(flight_ids)))
    return {flight_id: np.frombuffer(track, POINT) for flight_id, track in db.execute(rows) if track}


def with_words(rows: FlightRows, text: str) -> FlightRows:
    """Narrowed to flights that have every word of `text`, or words that begin so; none where it has no word."""
    words = words_of(text)
    if not words:
        return rows.where(false())
    for word in sorted(words):
        begins_so = (FlightWord.word >= word, FlightWord.word < word + LAST_CHARACTER)
        rows = rows.where(Flight.flight_id.in_(select(FlightWord.flight_id).where(*begins_so)))
    return rows


def with_alert(rows: FlightRows, rules: Iterable[str]) -> FlightRows:
    """Narrowed to flights in which one of the rules raised its alert."""
    wanted = [alert_word(rule) for rule in rules]
    return rows.where(Flight.flight_id.in_(select(FlightWord.flight_id).where(FlightWord.word.in_(wanted))))


def near(db: Session, rows: FlightRows, area: Area, begins: datetime | None, ends: datetime | None) -> list[str]:
    """Of the flights in `rows` those that came near the area in that time, latest first."""
    over = select(FlightCell.flight_id).where(FlightCell.cell.in_(cells_about(area)))
    candidates = (
        rows.join(FlightFacts, FlightFacts.flight_id == Flight.flight_id)
        .where(Flight.flight_id.in_(over))
        .order_by(Flight.started_at.desc(), Flight.flight_id)
        .with_only_columns(Flight.flight_id, FlightFacts.track)
    )
    return list(_hits(db.execute(candidates).all(), area, begins, ends))


def _hits(found: Any, area: Area, begins: datetime | None, ends: datetime | None) -> Iterator[str]:
    close = came_near([row.track for row in found], area, begins, ends)
    return (row.flight_id for row, hit in zip(found, close, strict=True) if hit)
