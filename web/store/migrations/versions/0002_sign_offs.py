"""Supervisors sign flights off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_offs",
        sa.Column("flight_id", sa.String(length=100), nullable=False),
        sa.Column("signed_by", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["flight_id"], ["flights.flight_id"]),
        sa.ForeignKeyConstraint(["signed_by"], ["users.username"]),
        sa.PrimaryKeyConstraint("flight_id"),
    )
