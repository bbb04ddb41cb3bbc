"""The head of the unit's logs, sent to second parties by itself, so that nobody here can take a flight away unseen.

Each entry of the setting ``publish_to`` is an https address, where the line is posted, or a file or folder, where it is
appended. It goes out when a flight was added, and hourly while the custody log grows; what was refused is tried again
every minute, and stands on the administrator's first page until it is taken.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from telemetry.evidence import flight_log, publishing
from telemetry.evidence.flight_log import FlightLog
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.publishing import Head
from telemetry.posting import post
from telemetry.writing import append, write
from web.store import custody
from web.store.database import Database

log = logging.getLogger(__name__)

LOOK_S: Final = 60.0
CUSTODY_EVERY: Final = timedelta(hours=1)
TIMEOUT_S: Final = 20.0
FILE: Final = "heads.jsonl"
"""In a folder that is to be appended to."""
STATE: Final = "published-heads.json"


class Sent(msgspec.Struct, frozen=True):
    """How far a second party is: the latest head that it took, and what is wrong since when."""

    head: Head | None = None
    problem: str | None = None
    since: datetime | None = None


def signed(home: Path, database: Database) -> tuple[Head, bytes]:
    """The head as it is now, and its line of JSON."""
    flights, flights_hash = FlightLog(home / "flights" / flight_log.NAME).head()
    with database.read() as db:
        lines, custody_hash = custody.head(db)
    head = Head(flights, flights_hash, lines, custody_hash, datetime.now(UTC))
    return head, publishing.sign(head, EvidenceKeys(home / "keys"))


def state(home: Path) -> dict[str, Sent]:
    """By entry of the setting."""
    path = home / STATE
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Sent])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        log.warning("%s is begun anew: %s", path, error)
        return {}


class Heads:
    """Looks once a minute, in a thread of its own: a second party that does not answer keeps nobody waiting."""

    def __init__(self, home: Path, database: Database, publish_to: tuple[str, ...]) -> None:
        self._home, self._database, self._publish_to = home, database, publish_to
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heads", daemon=True)

    def start(self) -> None:
        if self._publish_to:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def look(self) -> None:
        """Sends what is due."""
        head, line = signed(self._home, self._database)
        before = state(self._home)
        after = {where: _next(where, before.get(where, Sent()), head, line) for where in self._publish_to}
        if after != before:
            write(self._home / STATE, msgspec.json.encode(after))

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except Exception:  # a damaged log, a full disk, a database that is away; the thread must outlive it
                log.exception("the head of the logs cannot be published")
            if self._stopping.wait(LOOK_S):
                return


def _next(where: str, sent: Sent, head: Head, line: bytes) -> Sent:
    if not _is_due(sent, head):
        return sent
    try:
        if urlsplit(where).scheme in ("http", "https"):
            post(where, line, TIMEOUT_S, {})
        else:  # a folder that is not there may be a disk that is not mounted: it is not made
            path = Path(where)
            append(path / FILE if path.is_dir() else path, line)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error) or type(error).__name__
        log.warning("the head of the logs was not taken by %s: %s", where, problem)
        return msgspec.structs.replace(sent, problem=problem, since=sent.since or head.at)
    return Sent(head)


def _is_due(sent: Sent, head: Head) -> bool:
    if sent.head is None or sent.problem is not None or sent.head.flights_hash != head.flights_hash:
        return True
    return sent.head.custody_hash != head.custody_hash and head.at - sent.head.at >= CUSTODY_EVERY
