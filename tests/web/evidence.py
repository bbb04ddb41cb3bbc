"""Flights sealed as the recorder seals them: the survey a real ArduCopter flew, indexed, and one of plain bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from telemetry.evidence import seal_flight
from telemetry.wire import FlightRecord
from tests.web.conftest import record_flight, take
from web.api import Sortie
from web.store.database import Database


def sealed_flight(home: Path, data: Path, database: Database, sortie: Sortie) -> FlightRecord:
    record = record_flight(home, data, sortie, datetime.now(UTC) - timedelta(days=1))
    seal_flight(Path(record.bundle))
    take(database, record)
    return record


def public_key(home: Path) -> str:
    return (home / "keys" / "evidence.pub").read_text().strip()


def sealed_bytes(home: Path, day: int) -> Path:
    """A flight of that day of November, of frames that nobody reads."""
    folder = home / "flights" / f"202611{day:02d}T071530Z-UAV-07"
    folder.mkdir(parents=True)
    (folder / "telemetry.tlog").write_bytes(b"frames" * 1000)
    seal_flight(folder)
    return folder
