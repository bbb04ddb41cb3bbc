"""Custody, exports, retention, holds, disposal, the record of each flight, attachments; notes of a moment."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("notes", sa.Column("moment", INSTANT, nullable=True))
    _custody()
    _of_flight(
        "exports",
        sa.Column("number", sa.Integer(), nullable=False, primary_key=True),
        *_person("asked"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("packed_at", INSTANT, nullable=True),
        sqlite_autoincrement=True,
    )
    _keeping()
    _of_flight("flight_forms", _id(), *_person("filled"), sa.Column("form", sa.JSON(), nullable=False))
    _of_flight(
        "flight_tasks",
        _id(),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_person("opened"),
        sa.Column("due_at", INSTANT, nullable=False),
        *_person("closed", nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
    )
    _of_flight(
        "attachments",
        _id(),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        *_person("attached"),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("taken_from", sa.String(length=16), nullable=True),
    )


def _custody() -> None:
    op.create_table(
        "custody",
        _id(),
        sa.Column("flight_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.UniqueConstraint("flight_id", "number"),
    )
    op.create_index(op.f("ix_custody_flight_id"), "custody", ["flight_id"], unique=False)
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER custody_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON custody "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER custody_no_{verb.lower()} BEFORE {verb} ON custody "
            "BEGIN SELECT RAISE(ABORT, 'custody is append-only'); END"
        )


def _keeping() -> None:
    op.create_table(
        "retention",
        sa.Column("flight_id", sa.String(length=100), nullable=False, primary_key=True),
        sa.Column("class_name", sa.String(length=64), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        *_person("set"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["flight_id"], ["flights.flight_id"]),
    )
    op.create_index(op.f("ix_retention_review_on"), "retention", ["review_on"], unique=False)
    _of_flight(
        "legal_holds",
        _id(),
        *_person("placed"),
        sa.Column("reason", sa.Text(), nullable=False),
        *_person("released", nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
    )
    _of_flight(
        "disposals",
        _id(),
        *_person("proposed"),
        sa.Column("reason", sa.Text(), nullable=False),
        *_person("decided", nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer(), nullable=False, primary_key=True)


def _person(deed: str, *, nullable: bool = False) -> tuple[sa.Column[Any], ...]:
    """Who did it, and when."""
    return (
        sa.Column(f"{deed}_by", sa.String(length=64), sa.ForeignKey("users.username"), nullable=nullable),
        sa.Column(f"{deed}_at", INSTANT, nullable=nullable),
    )


def _of_flight(table: str, first: sa.Column[Any], *columns: sa.Column[Any], sqlite_autoincrement: bool = False) -> None:
    op.create_table(
        table,
        first,
        sa.Column("flight_id", sa.String(length=100), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["flight_id"], ["flights.flight_id"]),
        sqlite_autoincrement=sqlite_autoincrement,
    )
    op.create_index(op.f(f"ix_{table}_flight_id"), table, ["flight_id"], unique=False)
