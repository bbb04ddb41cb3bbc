"""The database: opened, migrated, and read or written in one transaction at a time.

A write takes its lock at its beginning (SQLite: BEGIN IMMEDIATE; PostgreSQL: the rows read FOR UPDATE), so what a
write has read still holds when it commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import alembic.command
import alembic.config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

MIGRATIONS: Final = Path(__file__).parent / "migrations"
CONNECTIONS: Final = 20
"""Enough for every thread of `web.serve`, and the indexer."""
MIGRATION_LOCK: Final = 0x41495242
"""Key of the advisory lock in PostgreSQL: one process migrates, the others wait for it."""


class Database:
    """`url` is SQLAlchemy's, e.g. ``sqlite:////var/lib/airbeat/airbeat.db`` or ``postgresql://…``."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.engine: Final[Engine] = create_engine(
            parsed, pool_size=CONNECTIONS, pool_pre_ping=parsed.get_backend_name() != "sqlite"
        )
        if self.engine.dialect.name == "sqlite":
            if parsed.database:  # not for others to read: password hashes are in it, and SQLite's logs follow it
                Path(parsed.database).touch(mode=0o640)
            event.listen(self.engine, "connect", _open_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writing: Final = self.engine.execution_options(writes=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commits at the end of the block; rolls everything back when it raises."""
        with Session(self._writing) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Brings the tables to this version's, whoever of several starting processes comes first."""
        config = alembic.config.Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._writing.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")

    def close(self) -> None:
        self.engine.dispose()


def sqlite_url(home: Path) -> str:
    """The embedded database of a folder of all data."""
    return f"sqlite:///{home / 'airbeat.db'}"


def row_number(text: str) -> int:
    """Of the row that an address or a message names; 0, which no row has, where it is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _open_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN would come late and deferred; with None it sends nothing and _begin_sqlite does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
