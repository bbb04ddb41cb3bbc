"""The tables of what is done with a flight after it was flown: custody, exports, retention, disposal, records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from web.store.models import Base


class CustodyRow(Base):
    """One line of a flight's custody log. The statement is the record; the columns beside it are for finding it.

    `link` chains the lines of all flights. The database itself refuses to change or delete one.
    """

    __tablename__ = "custody"
    __table_args__ = (UniqueConstraint("flight_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[str] = mapped_column(String(200), index=True)
    number: Mapped[int]
    statement: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(64))


class Export(Base):
    """A sealed zip that was handed out, by its number. Without a hash it was asked for and never packed."""

    __tablename__ = "exports"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), index=True)
    by: Mapped[str] = mapped_column("asked_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("asked_at")
    reason: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))
    packed_at: Mapped[datetime | None]


class Retention(Base):
    """How long a flight is kept, and when somebody looks at that again."""

    __tablename__ = "retention"

    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), primary_key=True)
    name: Mapped[str] = mapped_column("class_name", String(64))
    review_on: Mapped[date] = mapped_column(index=True)
    by: Mapped[str] = mapped_column("set_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("set_at")
    reason: Mapped[str] = mapped_column(Text)


class LegalHold(Base):
    """While one is not released, nothing of its flight is deleted."""

    __tablename__ = "legal_holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), index=True)
    by: Mapped[str] = mapped_column("placed_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("placed_at")
    reason: Mapped[str] = mapped_column(Text)
    released_by: Mapped[str | None] = mapped_column(ForeignKey("users.username"))
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str | None] = mapped_column(Text)


class Disposal(Base):
    """Proposed by one, decided by another. `confirmed` is None while it waits."""

    __tablename__ = "disposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), index=True)
    by: Mapped[str] = mapped_column("proposed_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("proposed_at")
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("users.username"))
    decided_at: Mapped[datetime | None]
    confirmed: Mapped[bool | None]


class FlightForm(Base):
    """What the pilot says of a flight that no machine knows. A correction is a further row; the last one holds."""

    __tablename__ = "flight_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), index=True)
    by: Mapped[str] = mapped_column("filled_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("filled_at")
    form: Mapped[dict[str, Any]]


class KeptRecord(Base):
    """The record of a flight as it stood when its content was disposed of: the operator keeps it longer."""

    __tablename__ = "kept_records"

    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), primary_key=True)
    at: Mapped[datetime] = mapped_column("kept_at")
    record: Mapped[dict[str, Any]]


class FlightTask(Base):
    """Something to be done because of a flight: a defect to mend, an occurrence to report."""

    __tablename__ = "flight_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column("opened_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("opened_at")
    due_at: Mapped[datetime]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("users.username"))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(Text)


class Attachment(Base):
    """A photograph or video of a flight. The file is kept under its SHA-256; an erased one keeps its row."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column("attached_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("attached_at")
    taken_at: Mapped[datetime | None]
    taken_from: Mapped[str | None] = mapped_column(String(16))
