"""The audit: rows are only ever added. An action and its row share one transaction, so neither is without the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from web.api_flights import FlightSummary
from web.store import custody, users
from web.store.database import Database
from web.store.models import AuditRow

PAGE: Final = 100
FLIGHT: Final = "flight."
"""Deeds with a recorded flight: they are in its custody log too."""
BEFORE_FLIGHT: Final = timedelta(hours=1)
"""In which a drone is loaded and armed."""


class Who(msgspec.Struct, frozen=True):
    """Who acts, and from where. Without a username: someone who is not logged in, or the system itself."""

    username: str | None
    role: str | None
    address: str | None


SYSTEM: Final = Who(None, None, None)


class Entry(msgspec.Struct, frozen=True):
    """One row of the audit as people read it."""

    entry_id: int
    at: datetime
    username: str | None
    role: str | None
    action: str
    subject: str | None
    outcome: str
    address: str | None
    detail: dict[str, Any]


class Search(msgspec.Struct, frozen=True):
    """What to look for; None does not narrow. `username` is one account, `who` an account or words of a name; `until`
    is excluded."""

    username: str | None = None
    who: str | None = None
    action: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1


def append(
    db: Session, who: Who, action: str, subject: str | None = None, outcome: str = "done", **detail: Any
) -> None:
    """`action` as ``thing.deed``, e.g. ``sortie.approve``; `subject` is the id of the thing."""
    if action.startswith(FLIGHT) and subject is not None:
        custody.append(db, subject, who.username, who.role, action, outcome, detail)
    db.add(
        AuditRow(
            at=datetime.now(UTC),
            username=who.username,
            role=who.role,
            address=who.address,
            action=action,
            subject=None if subject is None else subject[:200],
            outcome=outcome,
            detail=detail,
        )
    )


def search(db: Session, wanted: Search) -> tuple[list[Entry], int]:
    """One page of rows, newest first, and how many there are in all."""
    rows = select(AuditRow)
    if wanted.username:
        rows = rows.where(AuditRow.username == wanted.username)
    if wanted.who:
        rows = rows.where(or_(AuditRow.username == wanted.who, AuditRow.username.in_(users.called(wanted.who))))
    if wanted.action:
        rows = rows.where(AuditRow.action.startswith(wanted.action, autoescape=True))
    if wanted.since:
        rows = rows.where(AuditRow.at >= wanted.since)
    if wanted.until:
        rows = rows.where(AuditRow.at < wanted.until)
    if wanted.text:
        rows = rows.where(
            or_(
                AuditRow.subject.icontains(wanted.text, autoescape=True),
                AuditRow.username.icontains(wanted.text, autoescape=True),
                AuditRow.action.icontains(wanted.text, autoescape=True),
            )
        )
    total = db.scalar(select(func.count()).select_from(rows.subquery())) or 0
    found = db.scalars(rows.order_by(AuditRow.id.desc()).limit(PAGE).offset(PAGE * (wanted.page - 1)))
    return [_entry(row) for row in found], total


def once(
    database: Database, who: Who, action: str, subject: str | None = None, *, within: timedelta, **detail: Any
) -> None:
    """`append`, unless `who` did it `within` that time already: what a page asks for in many parts is one deed."""
    rows = select(AuditRow.id).where(
        AuditRow.subject == subject,
        AuditRow.action == action,
        AuditRow.username == who.username,
        AuditRow.at >= datetime.now(UTC) - within,
    )
    with database.read() as db:
        known = db.scalar(rows.limit(1)) is not None
    if not known:
        with database.write() as db:
            append(db, who, action, subject, **detail)


def answered(database: Database, who: Who, action: str, subject: str, outcome: str, answer: str) -> None:
    """What came of an order, after the row that it was sent: done, denied, or unanswered."""
    with database.write() as db:
        append(db, who, action, subject, outcome, answer=answer)


def of_flight(db: Session, flight: FlightSummary) -> list[Entry]:
    """What concerns a flight, first row first: deeds with it, its sortie's, and orders to its drone while it flew."""
    during = and_(AuditRow.subject == flight.vehicle, AuditRow.at >= flight.started_at - BEFORE_FLIGHT)
    if flight.ended_at is not None:
        during = and_(during, AuditRow.at <= flight.ended_at)
    concerns = [and_(AuditRow.subject == flight.flight_id, AuditRow.action.startswith(FLIGHT)), during]
    if flight.sortie_id is not None:
        concerns.append(and_(AuditRow.subject == flight.sortie_id, AuditRow.action.startswith("sortie.")))
    return [_entry(row) for row in db.scalars(select(AuditRow).where(or_(*concerns)).order_by(AuditRow.id))]


def _entry(row: AuditRow) -> Entry:
    return Entry(
        row.id, row.at, row.username, row.role, row.action, row.subject, row.outcome, row.address, dict(row.detail)
    )
