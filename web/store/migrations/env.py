"""Alembic's entry: `Database.migrate` hands over its locked connection."""

from __future__ import annotations

from alembic import context

from web.store.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
