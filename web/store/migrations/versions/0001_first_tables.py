"""The first tables, and an audit that can only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _people()
    _audit()
    _sorties()
    _approvals()
    _flights()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_table(
        "login_failures",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("username"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_audit_action"), "audit", ["action"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_index(op.f("ix_audit_username"), "audit", ["username"], unique=False)
    _append_only("audit")


def _sorties() -> None:
    op.create_table(
        "sorties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("incident", sa.String(length=64), nullable=True),
        sa.Column("pilot", sa.String(length=64), nullable=False),
        sa.Column("observer", sa.String(length=64), nullable=True),
        sa.Column("vehicle", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["observer"],
            ["users.username"],
        ),
        sa.ForeignKeyConstraint(
            ["pilot"],
            ["users.username"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sorties_observer"), "sorties", ["observer"], unique=False)
    op.create_index(op.f("ix_sorties_pilot"), "sorties", ["pilot"], unique=False)
    op.create_index(op.f("ix_sorties_state"), "sorties", ["state"], unique=False)
    op.create_index(op.f("ix_sorties_vehicle"), "sorties", ["vehicle"], unique=False)
    op.create_table(
        "plan_versions",
        sa.Column("sortie_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("saved_by", sa.String(length=64), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["saved_by"],
            ["users.username"],
        ),
        sa.ForeignKeyConstraint(
            ["sortie_id"],
            ["sorties.id"],
        ),
        sa.PrimaryKeyConstraint("sortie_id", "version"),
    )


def _approvals() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sortie_id", sa.Integer(), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("voided_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["users.username"],
        ),
        sa.ForeignKeyConstraint(
            ["sortie_id"],
            ["sorties.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_decisions_sortie_id"), "decisions", ["sortie_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("sortie_id", sa.Integer(), nullable=False),
        sa.Column("vehicle", sa.String(length=64), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("started_by", sa.String(length=64), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sortie_id"],
            ["sorties.id"],
        ),
        sa.ForeignKeyConstraint(
            ["started_by"],
            ["users.username"],
        ),
        sa.PrimaryKeyConstraint("upload_id"),
    )
    op.create_index(op.f("ix_uploads_sortie_id"), "uploads", ["sortie_id"], unique=False)


def _flights() -> None:
    op.create_table(
        "flights",
        sa.Column("flight_id", sa.String(length=100), nullable=False),
        sa.Column("vehicle", sa.String(length=64), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("pilot", sa.String(length=64), nullable=True),
        sa.Column("sortie_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("incident", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("distance_m", sa.Double(), nullable=True),
        sa.Column("max_height_m", sa.Double(), nullable=True),
        sa.Column("upload_verified", sa.Boolean(), nullable=True),
        sa.Column("frames_recorded", sa.Integer(), nullable=True),
        sa.Column("frames_lost", sa.Integer(), nullable=True),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sortie_id"],
            ["sorties.id"],
        ),
        sa.PrimaryKeyConstraint("flight_id"),
    )
    op.create_index(op.f("ix_flights_incident"), "flights", ["incident"], unique=False)
    op.create_index(op.f("ix_flights_pilot"), "flights", ["pilot"], unique=False)
    op.create_index(op.f("ix_flights_sortie_id"), "flights", ["sortie_id"], unique=False)
    op.create_index(op.f("ix_flights_started_at"), "flights", ["started_at"], unique=False)
    op.create_index(op.f("ix_flights_vehicle"), "flights", ["vehicle"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flight_id", sa.String(length=100), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author"],
            ["users.username"],
        ),
        sa.ForeignKeyConstraint(
            ["flight_id"],
            ["flights.flight_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "bookmarks",
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream"),
    )
    op.create_index(op.f("ix_notes_flight_id"), "notes", ["flight_id"], unique=False)


def _append_only(table: str) -> None:
    """Makes the database refuse to change or delete rows of `table`."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
