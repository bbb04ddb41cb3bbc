"""What the bus shows of the database: incidents, guests. A change is shown at once by whoever makes it.

What a dead bus or a dying process kept from being shown is made good here, every few seconds. Several web processes
may do the same work: each only brings the bus to what the database says.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

from web import guests, incidents
from web.bus_line import BusLine
from web.errors import BusDown
from web.store.database import Database

log = logging.getLogger(__name__)

COMPARE_EVERY_S: Final = 5.0


class Board:
    """`start` it once, `stop` it at the end."""

    def __init__(self, database: Database, bus: BusLine, every_s: float = COMPARE_EVERY_S) -> None:
        self._database, self._bus, self._every_s = database, bus, every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                mended = incidents.make_good(self._database, self._bus) + guests.make_good(self._database, self._bus)
            except BusDown:
                continue  # it is tried again in a moment
            except Exception:  # a database that is away, say; the thread must outlive it
                log.exception("the bus was not compared with the database")
                continue
            if mended:
                log.info("%d incidents or guests were shown anew", mended)
