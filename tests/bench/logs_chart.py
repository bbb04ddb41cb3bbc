"""The first chart of a flight with long logs: one whole request to a server that has just started.

    python -m tests.bench.logs_chart HOME prepare TLOG BIN | recording | attached

`prepare` closes a flight whose recording is TLOG and attaches BIN to it, as the services do. `recording` asks for the
columns that the flight's page draws first, `attached` for one field of the BIN. Prints the request's seconds as JSON,
by the clock and by the processor.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from flask import Flask

from mission import formats
from telemetry.bus_keys import BusKeys
from tests.web.conftest import FLIGHT, NOWHERE, PASSWORD, SETTINGS, Browser, record_flight, take, view
from web import charts, users
from web.api import SortieCreate
from web.api_flights import Taken
from web.app import create_app
from web.bundle import attachment_folder
from web.bus_line import BusLine
from web.store import attachments
from web.store.database import Database, sqlite_url

PLANS = Path(__file__).resolve().parents[1] / "data" / "plans"
DIGEST = "b" * 64
"""Name of the attached log; what its bytes hash to is not asked here."""


def main() -> None:
    home, what, *files = Path(sys.argv[1]), *sys.argv[2:]
    database = Database(sqlite_url(home))
    app = create_app(SETTINGS, home, database, BusLine(NOWHERE, "ws://127.0.0.1:9", BusKeys(home / "keys")))
    if what == "prepare":
        prepare(home, database, app, *map(Path, files))
    else:
        browser = Browser(app)
        browser.log_in("pilot")
        print(json.dumps(asked(browser, what)))
    database.close()


def prepare(home: Path, database: Database, app: Flask, tlog: Path, bin_: Path) -> None:
    database.migrate()
    users.seed_demo(database, PASSWORD)
    pilot = Browser(app)
    pilot.log_in("pilot")
    plan = PLANS / "hyde-park-survey.plan"
    wanted = SortieCreate("Survey", "A long flight", formats.load(plan.name, plan.read_bytes()))
    sortie = view(pilot.send("POST", "/api/sorties", wanted)).sortie
    source = home / "source"
    source.mkdir()
    (source / "survey.tlog").symlink_to(tlog)
    take(database, record_flight(home, source, sortie, datetime.now(UTC) - timedelta(days=1)))
    attached = attachment_folder(home, FLIGHT) / DIGEST
    attached.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(bin_, attached)
    log = charts.readable(attached)
    with database.write() as db:
        file = attachments.File(bin_.name, charts.KINDS[log.kind], log.size, DIGEST, Taken(None, None))
        attachments.add(db, FLIGHT, "pilot", file)


def asked(browser: Browser, what: str) -> dict[str, float]:
    path = f"/api/flights/{FLIGHT}/series"
    if what == "attached":
        path = f"/api/flights/{FLIGHT}/chart?source=1&message=ATT&field=Roll&stretches=1000"
    started, began = time.perf_counter(), time.process_time()
    answered = browser.get(path)
    took = {"wall_s": time.perf_counter() - started, "seconds": time.process_time() - began}
    if answered.status_code != 200 or len(msgspec.json.decode(answered.data)["time_s"]) < 1000:
        raise SystemExit(f"{path}: {answered.status_code} {answered.text[:200]}")
    return took


if __name__ == "__main__":
    main()
