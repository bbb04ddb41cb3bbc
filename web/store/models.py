"""The tables. SQLite and PostgreSQL hold the same ones; migrations/ builds them, this module maps them.

Usernames are keys: they never change, and a user is disabled, never deleted, so that records keep their names.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """A UTC instant. SQLite keeps no time zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant, dict[str, Any]: JSON, list[str]: JSON}


class User(Base):
    __tablename__ = "users"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(32))
    password_hash: Mapped[str] = mapped_column(String(300))
    active: Mapped[bool]
    session_epoch: Mapped[int]
    """Counts up to end every session of this user: at a new password, a new role, on disabling."""
    created_at: Mapped[datetime]


class LoginFailure(Base):
    """Wrong passwords since the last right one, by the name that was typed, whether or not it exists."""

    __tablename__ = "login_failures"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class EndedSession(Base):
    """Session cookies cannot be taken back; this names the ones that were logged out."""

    __tablename__ = "ended_sessions"

    session_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ended_at: Mapped[datetime]


class Sortie(Base):
    __tablename__ = "sorties"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(Text)
    incident: Mapped[str | None] = mapped_column(String(64))
    pilot: Mapped[str] = mapped_column(ForeignKey("users.username"), index=True)
    observer: Mapped[str | None] = mapped_column(ForeignKey("users.username"), index=True)
    vehicle: Mapped[str | None] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[int]
    plan: Mapped[str] = mapped_column(Text)
    plan_sha256: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class PlanVersion(Base):
    """Every saved version of a sortie, for good."""

    __tablename__ = "plan_versions"

    sortie_id: Mapped[int] = mapped_column(ForeignKey("sorties.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(Text)
    plan_sha256: Mapped[str] = mapped_column(String(64))
    saved_by: Mapped[str] = mapped_column(ForeignKey("users.username"))
    saved_at: Mapped[datetime]


class Decision(Base):
    """A supervisor's word on exactly one plan. `voided_at` is set when the sortie changed after it."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    sortie_id: Mapped[int] = mapped_column(ForeignKey("sorties.id"), index=True)
    plan_sha256: Mapped[str] = mapped_column(String(64))
    approved: Mapped[bool]
    by: Mapped[str] = mapped_column("decided_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("decided_at")
    reason: Mapped[str | None] = mapped_column(Text)
    voided_at: Mapped[datetime | None]


class Upload(Base):
    __tablename__ = "uploads"

    upload_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sortie_id: Mapped[int] = mapped_column(ForeignKey("sorties.id"), index=True)
    vehicle: Mapped[str] = mapped_column(String(64))
    plan_sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column("started_by", ForeignKey("users.username"))
    started_at: Mapped[datetime]
    override_reason: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None]
    verified: Mapped[bool | None]
    receipt: Mapped[str | None] = mapped_column(Text)


class Flight(Base):
    """The index of recorded flights. The bundle folder is the record; this is for finding it."""

    __tablename__ = "flights"
    __table_args__ = (
        # Hours are added up from these alone (`web.store.figures`).
        Index("ix_flights_pilot_hours", "pilot", "started_at", "duration_s"),
        Index("ix_flights_vehicle_hours", "vehicle", "started_at", "duration_s"),
    )

    flight_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    vehicle: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    duration_s: Mapped[float | None]
    pilot: Mapped[str | None] = mapped_column(String(64))
    sortie_id: Mapped[int | None] = mapped_column(ForeignKey("sorties.id"), index=True)
    title: Mapped[str | None] = mapped_column(String(200))
    incident: Mapped[str | None] = mapped_column(String(64), index=True)
    outcome: Mapped[str | None] = mapped_column(String(64))
    distance_m: Mapped[float | None]
    max_height_m: Mapped[float | None]
    upload_verified: Mapped[bool | None]
    frames_recorded: Mapped[int | None]
    frames_lost: Mapped[int | None]
    bundle: Mapped[str] = mapped_column(Text)


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), index=True)
    author: Mapped[str] = mapped_column(ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("written_at")
    text: Mapped[str] = mapped_column(Text)
    moment: Mapped[datetime | None]
    """Of the flight, where the note is about one."""


class SignOff(Base):
    """A supervisor's review of a flight; a table of its own, because the index can be rewritten."""

    __tablename__ = "sign_offs"

    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), primary_key=True)
    by: Mapped[str] = mapped_column("signed_by", ForeignKey("users.username"))
    at: Mapped[datetime] = mapped_column("signed_at")
    remark: Mapped[str | None] = mapped_column(Text)


class Incident(Base):
    """`number` is the force's own, and links sorties and flights to it. The bus shows the open ones."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    place: Mapped[str] = mapped_column(String(200))
    lat_deg: Mapped[float]
    lon_deg: Mapped[float]
    grade: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by: Mapped[str | None] = mapped_column(String(100))


class Grant:
    """What one holds who is no user: a secret, kept as its SHA-256 only, until it expires or is revoked."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str] = mapped_column(ForeignKey("users.username"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(64))


class ApiToken(Grant, Base):
    """Of another program, for the scopes named (`web.auth.scopes`)."""

    __tablename__ = "api_tokens"

    scopes: Mapped[list[str]]
    used_at: Mapped[datetime | None]


class GuestLink(Grant, Base):
    """To watch the vehicles named, and nothing else."""

    __tablename__ = "guest_links"

    vehicles: Mapped[list[str]]


class Bookmark(Base):
    """How far a stream of the bus has been taken into this database."""

    __tablename__ = "bookmarks"

    stream: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Base):
    """Who did what, on what, from where, with what outcome. The database itself refuses to change or delete one."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    username: Mapped[str | None] = mapped_column(String(64), index=True)
    role: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str | None] = mapped_column(String(200), index=True)
    outcome: Mapped[str] = mapped_column(String(32))
    address: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]
