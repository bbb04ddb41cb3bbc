"""A flight of the survey that a real ArduCopter flew, sealed as the recorder seals it and indexed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from telemetry.evidence import seal_flight
from telemetry.wire import FlightRecord
from tests.web.test_flights import record_flight, take
from web.api import Sortie
from web.store.database import Database


def sealed_flight(home: Path, data: Path, database: Database, sortie: Sortie) -> FlightRecord:
    record = record_flight(home, data, sortie, datetime.now(UTC) - timedelta(days=1))
    seal_flight(Path(record.bundle))
    take(database, record)
    return record


def public_key(home: Path) -> str:
    return (home / "keys" / "evidence.pub").read_text().strip()
