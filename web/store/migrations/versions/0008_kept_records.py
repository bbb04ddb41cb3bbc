"""The record of a flight outlives its recording."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_records",
        sa.Column("flight_id", sa.String(length=100), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["flight_id"], ["flights.flight_id"]),
        sa.PrimaryKeyConstraint("flight_id"),
    )
