"""The custody log of each flight: who collected, saw, altered, gave out, combined or erased what of it, when and why.

Its lines are statements, each with the hash of the flight's line before (format: `telemetry.evidence.custody`), so
that a flight's log proves itself in an export. `link` chains the lines of all flights in the order they were written;
the last one is the log's head, which is published with that of the log of flights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from telemetry.evidence import custody
from telemetry.evidence.custody import Line
from telemetry.evidence.verifier import NO_HASH, hash_of
from web.store.models_evidence import CustodyRow as Row

LOCK: Final = 0x43555354
"""Key of the advisory lock in PostgreSQL: one writer at a time. SQLite's writers take turns by themselves."""

KINDS: Final = {
    "flight.closed": "collection",
    "flight.attach": "collection",
    "flight.note": "alteration",
    "flight.sign_off": "alteration",
    "flight.record": "alteration",
    "flight.task": "alteration",
    "flight.retention": "alteration",
    "flight.hold": "alteration",
    "flight.release": "alteration",
    "flight.propose_disposal": "alteration",
    "flight.refuse_disposal": "alteration",
    "flight.download": "disclosure",
    "flight.export": "disclosure",
    "flight.packed": "disclosure",
    "flight.compare": "combination",
    "flight.separation": "combination",
    "flight.dispose": "erasure",
}
"""Deeds of the audit in the words of the Data Protection Act 2018, s. 62; any other deed with a flight is a look."""


def append(
    db: Session, flight_id: str, who: str | None, role: str | None, deed: str, outcome: str, detail: dict[str, Any]
) -> None:
    """The flight's next line. Part of the transaction that does the deed."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    db.flush()
    before = db.execute(
        select(Row.number, Row.statement).where(Row.flight_id == flight_id).order_by(Row.number.desc()).limit(1)
    ).first()
    number, previous = (before.number, hash_of(before.statement)) if before else (0, NO_HASH)
    said = {name: value for name, value in detail.items() if value is not None}
    line = Line(
        flight_id=flight_id,
        number=number + 1,
        previous=previous,
        at=datetime.now(UTC),
        who=who,
        role=role,
        kind=KINDS.get(deed, "consultation"),
        deed=deed,
        detail=said if outcome == "done" else {**said, "outcome": outcome},
    )
    statement = custody.statement(line)
    last = db.scalar(select(Row.link).order_by(Row.id.desc()).limit(1))
    db.add(Row(flight_id=flight_id, number=line.number, statement=statement, link=_link(last or NO_HASH, statement)))
    db.flush()


def statements(db: Session, flight_id: str) -> list[str]:
    """The flight's whole log, first line first."""
    return list(db.scalars(select(Row.statement).where(Row.flight_id == flight_id).order_by(Row.number)))


def lines(db: Session, flight_id: str) -> list[Line]:
    """As people read it. Raises `RecordingError` for a line that somebody changed past the database's guard."""
    return [custody.parse(statement) for statement in statements(db, flight_id)]


def head(db: Session) -> tuple[int, str]:
    """How many lines there are of all flights, and the last one's link."""
    last = db.execute(select(Row.id, Row.link).order_by(Row.id.desc()).limit(1)).first()
    return (0, NO_HASH) if last is None else (last.id, last.link)


def problems(db: Session, published: Collection[str] = ()) -> list[str]:
    """What is wrong with the log as a whole: changed, missing or exchanged lines, or `published` heads not in it."""
    found, link, links = [], NO_HASH, {NO_HASH}
    ends: dict[str, tuple[int, str]] = {}
    for row in db.execute(select(Row.id, Row.flight_id, Row.number, Row.statement, Row.link).order_by(Row.id)):
        number, previous = ends.get(row.flight_id, (0, NO_HASH))
        link = _link(link, row.statement)
        if link != row.link:
            found.append(f"line {row.id} was changed, or one before it is missing")
            link = row.link
        found += custody.problems(row.statement, row.flight_id, number + 1, previous)
        ends[row.flight_id] = (row.number, hash_of(row.statement))
        links.add(link)
    if not set(published) <= links:
        found.append("a published head is not in the custody log: lines at its end are missing")
    return found


def _link(previous: str, statement: str) -> str:
    return hashlib.sha256(f"{previous}\n{statement}".encode()).hexdigest()
