"""Flights found by words, by where they were, and by what their recordings say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WORD = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    flight = sa.ForeignKey("flights.flight_id")
    op.create_table(
        "flight_words",
        sa.Column("word", WORD, primary_key=True),
        sa.Column("flight_id", sa.String(length=100), flight, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_flight_words_flight_id", "flight_words", ["flight_id"])
    op.create_table(
        "flight_cells",
        sa.Column("cell", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("flight_id", sa.String(length=100), sa.ForeignKey("flights.flight_id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_flight_cells_flight_id", "flight_cells", ["flight_id"])
    op.create_table(
        "flight_facts",
        sa.Column("flight_id", sa.String(length=100), sa.ForeignKey("flights.flight_id"), primary_key=True),
        sa.Column("alerts", sa.Integer(), nullable=False),
        sa.Column("battery_used_ah", sa.Double(), nullable=True),
        sa.Column("battery_left_pct", sa.Double(), nullable=True),
        sa.Column("track", sa.LargeBinary(), nullable=False),
    )
