"""Hours of pilots and drones are added up from an index alone, without reading the flights."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for of in ("pilot", "vehicle"):
        op.create_index(f"ix_flights_{of}_hours", "flights", [of, "started_at", "duration_s"])
        op.drop_index(f"ix_flights_{of}", "flights")
