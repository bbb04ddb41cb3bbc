"""Made-up flights by the hundred thousand, to see how the lists and searches of a large unit behave.

Only the index is filled: they have no recordings, and say so where one is asked for. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from telemetry.rules import RULES
from web.searchable import POINT, STEP_S, Points, alert_word, cells_under, words_of
from web.store.database import Database
from web.store.models import Flight
from web.store.models_search import FlightCell, FlightFacts, FlightWord

BATCH: Final = 2000
BASES: Final = 60
DRONES: Final = 120
PILOTS: Final = 200
LONDON: Final = (51.50, -0.12)
SPREAD_DEG: Final = (0.10, 0.18)
"""Standard deviation of where the bases lie, so that most of a city is flown over."""
SPEED_M_S: Final = 9.0
YEARS: Final = 5
PURPOSES: Final = (
    "Search for a missing person",
    "Suspect on a roof",
    "Road traffic collision, overview",
    "Public order, crowd at the bridge",
    "Cannabis heat survey of warehouses",
    "Missing child near the canal",
    "Burglary in progress, rear gardens",
    "Training, night currency",
)
MESSAGES: Final = (
    "EKF3 IMU0 is using GPS",
    "Arming motors",
    "Mission: 1 Takeoff",
    "Reached command #2",
    "Battery 1 is low",
    "Bird strike suspected",
    "GPS Glitch or Compass error",
    "Radio Failsafe",
)


def seed_flights(database: Database, count: int, until: datetime | None = None, seed: int = 7) -> None:
    """Adds `count` flights that ended before `until` (now), evenly over `YEARS`."""
    random = np.random.default_rng(seed)
    end = until or datetime.now(UTC)
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        made = [
            _flight(random, number, end - timedelta(days=365.0 * YEARS * (1 - number / count))) for number in numbers
        ]
        with database.write() as db:
            _add(db, made)


def _add(db: Session, made: list[tuple[dict[str, Any], dict[str, Any], frozenset[str], tuple[int, ...]]]) -> None:
    db.execute(insert(Flight), [flight for flight, _, _, _ in made])
    db.execute(insert(FlightFacts), [facts for _, facts, _, _ in made])
    db.execute(insert(FlightWord), list(_pairs("word", ((flight, words) for flight, _, words, _ in made))))
    db.execute(insert(FlightCell), list(_pairs("cell", ((flight, cells) for flight, _, _, cells in made))))


def _pairs(name: str, of: Any) -> Iterator[dict[str, Any]]:
    for flight, values in of:
        for value in values:
            yield {"flight_id": flight["flight_id"], name: value}


def _flight(
    random: np.random.Generator, number: int, started: datetime
) -> tuple[dict[str, Any], dict[str, Any], frozenset[str], tuple[int, ...]]:
    drone, pilot = int(random.integers(DRONES)), int(random.integers(PILOTS))
    duration_s = float(random.gamma(4.0, 200.0) + 60.0)
    track = _track(random, started.timestamp(), duration_s)
    vehicle, incident = f"UAV-{drone + 1:03}", f"CAD-{number % 9973:04}/{started:%y}"
    flight_id = f"{started:%Y%m%dT%H%M%SZ}-{vehicle}-{number}"
    title = PURPOSES[int(random.integers(len(PURPOSES)))]
    alerts = [RULES[index].name for index in random.integers(len(RULES), size=int(random.poisson(0.4)))]
    landed = bool(random.random() < 0.995)
    outcome, pilot_name = "landed" if landed else "contact lost", f"pilot{pilot + 1:03}"
    messages = [MESSAGES[index] for index in random.integers(len(MESSAGES), size=4)]
    words = words_of(flight_id, title, incident, pilot_name, vehicle, outcome, *messages)
    flight = {
        "flight_id": flight_id,
        "vehicle": vehicle,
        "started_at": started,
        "ended_at": started + timedelta(seconds=duration_s),
        "duration_s": duration_s,
        "pilot": pilot_name,
        "title": title,
        "incident": incident,
        "outcome": outcome,
        "distance_m": SPEED_M_S * duration_s,
        "max_height_m": float(random.uniform(20.0, 120.0)),
        "upload_verified": True,
        "frames_recorded": int(50 * duration_s),
        "frames_lost": 0,
        "bundle": "made up: there is no recording",
    }
    facts = {
        "flight_id": flight_id,
        "track": track.tobytes(),
        "alerts": len(alerts),
        "battery_used_ah": 0.009 * duration_s,
        "battery_left_pct": float(np.clip(100.0 - 0.045 * duration_s, 5.0, 100.0)),
    }
    return flight, facts, words | {alert_word(rule) for rule in alerts}, cells_under(track)


def _track(random: np.random.Generator, begin_s: float, duration_s: float) -> Points:
    """A walk about one of the unit's bases that turns now and then, and never goes further than it could come back."""
    base = np.random.default_rng(int(random.integers(BASES))).normal(LONDON, SPREAD_DEG)
    steps = max(2, int(duration_s / STEP_S))
    heading = np.cumsum(random.normal(0.0, 0.5, steps)) + random.uniform(0.0, 2 * np.pi)
    metres = np.cumsum(np.column_stack((np.cos(heading), np.sin(heading))) * SPEED_M_S * STEP_S, axis=0)
    home = metres * np.linspace(1.0, 0.0, steps)[:, None]
    points = np.empty(steps, POINT)
    points["time_s"] = begin_s + np.arange(steps) * STEP_S
    points["lat"] = np.rint((base[0] + home[:, 0] / 111_320.0) * 1e7)
    points["lon"] = np.rint((base[1] + home[:, 1] / (111_320.0 * np.cos(np.radians(base[0])))) * 1e7)
    return points
