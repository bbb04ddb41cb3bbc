"""The service ``web``: pages and API over HTTP, served by waitress.

The bus is reached in the background: the pages are there at once, and stay when it goes.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

import waitress  # type: ignore[import-untyped]

import telemetry.settings
from telemetry.bus_keys import BusKeys
from telemetry.running import keep_from_others
from telemetry.settings import Settings
from web.app import BODY_LIMIT_BYTES, create_app
from web.board import Board
from web.bus_line import BusLine
from web.heads import Heads
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


def run(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT."""
    home = telemetry.settings.home()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(home)
    bus = BusLine(
        telemetry.settings.nats_url(settings), telemetry.settings.websocket_url(settings), BusKeys(home / "keys")
    )
    indexer = Indexer(database, home)
    server = waitress.create_server(
        create_app(settings, home, database, bus),
        host=settings.web.host,
        port=settings.web.port,
        threads=THREADS,
        max_request_body_size=BODY_LIMIT_BYTES + 1024**2,
        ident=None,
        clear_untrusted_proxy_headers=True,
        **_behind(settings.web.trusted_proxy),
    )
    bus.start(indexer.after, indexer.take)
    board = Board(database, bus)
    board.start()
    published = Heads(home, database, settings.evidence.publish_to)
    published.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    log.info("serving on http://%s:%s", settings.web.host, server.effective_port)
    try:
        server.run()  # ends at SystemExit, when the requests under way are answered
    finally:
        server.close()
        board.stop()
        published.stop()
        bus.stop()
        database.close()


def _behind(proxy: str | None) -> dict[str, Any]:
    """waitress's settings for a proxy: without them the audit would name it as everyone's address."""
    if proxy is None:
        return {}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def main() -> None:
    """``python -m web SETTINGS``."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    keep_from_others()
    run(telemetry.settings.load(Path(sys.argv[1])))
