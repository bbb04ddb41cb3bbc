"""The service ``web``: pages and API over HTTP, served by waitress.

The bus is reached in the background: the pages are there at once, and stay when it goes.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import waitress  # type: ignore[import-untyped]

from telemetry.bus_keys import BusKeys
from telemetry.settings import Settings
from web.app import BODY_LIMIT_BYTES, create_app
from web.bus_line import BusLine
from web.indexer import Indexer
from web.store.database import Database, sqlite_url

log = logging.getLogger(__name__)

THREADS: Final = 16
"""An order waits for its vehicle's answer in one of them."""


def open_database(home: Path) -> Database:
    """The one `DATABASE_URL` names, else SQLite in `home`; migrated."""
    database = Database(os.environ.get("DATABASE_URL") or sqlite_url(home))
    database.migrate()
    return database


def run(
    settings: Settings,
    home: Path,
    nats_url: str,
    websocket_url: str,
    on_listening: Callable[[int], None] = lambda port: None,
) -> None:
    """Serves until SIGTERM or SIGINT. `websocket_url` is where browsers find NATS; `on_listening` hears the port."""
    home.mkdir(parents=True, exist_ok=True)
    database = open_database(home)
    bus = BusLine(nats_url, websocket_url, BusKeys(home / "keys"))
    indexer = Indexer(database)
    app = create_app(settings, home, database, bus)
    server = waitress.create_server(
        app,
        host=settings.web.host,
        port=settings.web.port,
        threads=THREADS,
        max_request_body_size=BODY_LIMIT_BYTES + 1024**2,
        ident=None,
    )
    bus.start(indexer.after, indexer.take)
    _end_on_signal(server.close)
    on_listening(server.effective_port)
    log.info("serving on http://%s:%d", settings.web.host, server.effective_port)
    try:
        server.run()
    finally:
        bus.stop()
        database.close()


def _end_on_signal(close: Callable[[], None]) -> None:
    """waitress ends its loop on SystemExit; only a main thread may be told by signals."""
    if threading.current_thread() is not threading.main_thread():
        return

    def end(_number: int, _frame: object) -> None:
        close()
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
