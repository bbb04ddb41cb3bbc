"""Totals and trends over the flights: by month, by pilot, by drone.

A flight's id begins with the day it started (UTC), which is what months are counted by on every database.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from web.store.models import Flight
from web.store.models_search import FlightFacts

CURRENCY: Final = timedelta(days=90)
"""Pilot currency is asked for over the last three months (CAA PDRA01)."""
CURRENT_HOURS: Final = 2.0
MONTHS: Final = 24
HEALTH: Final = timedelta(days=90)
"""A battery's use is compared between this last time and the same time before it."""


class Month(msgspec.Struct, frozen=True):
    """`month`: ``2026-11``. `incidents`: different incident numbers flown for."""

    month: str
    flights: int
    hours: float
    incidents: int
    alerts: int


class PilotFigures(msgspec.Struct, frozen=True):
    """`recent_hours` of the last three months; `current`: at least two."""

    pilot: str
    flights: int
    hours: float
    recent_hours: float
    current: bool
    last_flight: datetime


class DroneFigures(msgspec.Struct, frozen=True):
    """`cycles`: times it was armed. Mean battery use in ampere-hours per hour of flight, now and in the time before:
    a rise at the same work is a tired battery or motor. None where it did not fly or did not say."""

    vehicle: str
    cycles: int
    hours: float
    used_ah_per_h: float | None
    used_before_ah_per_h: float | None
    last_flight: datetime


class Figures(msgspec.Struct, frozen=True):
    months: tuple[Month, ...]
    pilots: tuple[PilotFigures, ...]
    drones: tuple[DroneFigures, ...]


def figures(db: Session, now: datetime) -> Figures:
    return Figures(_months(db, now), _pilots(db, now), _drones(db, now))


def _hours() -> ColumnElement[Any]:
    return func.coalesce(func.sum(Flight.duration_s), 0.0) / 3600.0


def _months(db: Session, now: datetime) -> tuple[Month, ...]:
    month = func.substr(Flight.flight_id, 1, 6).label("month")
    since = (now - timedelta(days=31 * MONTHS)).astimezone(UTC)
    rows = (
        select(
            month,
            func.count(),
            _hours(),
            func.count(Flight.incident.distinct()),
            func.coalesce(func.sum(FlightFacts.alerts), 0),
        )
        .outerjoin(FlightFacts, FlightFacts.flight_id == Flight.flight_id)
        .where(Flight.started_at >= since)
        .group_by(month)
        .order_by(month.desc())
        .limit(MONTHS)
    )
    return tuple(
        Month(f"{name[:4]}-{name[4:]}", flights, round(hours, 1), incidents, int(alerts))
        for name, flights, hours, incidents, alerts in db.execute(rows)
    )


def _pilots(db: Session, now: datetime) -> tuple[PilotFigures, ...]:
    recent = func.coalesce(func.sum(case((Flight.started_at >= now - CURRENCY, Flight.duration_s))), 0.0) / 3600.0
    rows = (
        select(Flight.pilot, func.count(), _hours(), recent, func.max(Flight.started_at, type_=Flight.started_at.type))
        .where(Flight.pilot.is_not(None))
        .group_by(Flight.pilot)
        .order_by(Flight.pilot)
    )
    return tuple(
        PilotFigures(pilot, flights, round(hours, 1), round(lately, 2), lately >= CURRENT_HOURS, last)
        for pilot, flights, hours, lately, last in db.execute(rows)
    )


def _drones(db: Session, now: datetime) -> tuple[DroneFigures, ...]:
    used, before = _use(db, now - HEALTH, now), _use(db, now - 2 * HEALTH, now - HEALTH)
    last = func.max(Flight.started_at, type_=Flight.started_at.type)
    rows = select(Flight.vehicle, func.count(), _hours(), last).group_by(Flight.vehicle).order_by(Flight.vehicle)
    return tuple(
        DroneFigures(vehicle, cycles, round(hours, 1), used.get(vehicle), before.get(vehicle), last_flight)
        for vehicle, cycles, hours, last_flight in db.execute(rows)
    )


def _use(db: Session, begins: datetime, ends: datetime) -> dict[str, float]:
    """Ampere-hours per hour of flight by drone, of those that flew then and said."""
    rows = (
        select(Flight.vehicle, func.sum(FlightFacts.battery_used_ah) / func.nullif(_hours(), 0.0))
        .join(FlightFacts, FlightFacts.flight_id == Flight.flight_id)
        .where(Flight.started_at >= begins, Flight.started_at < ends, FlightFacts.battery_used_ah.is_not(None))
        .group_by(Flight.vehicle)
    )
    return {vehicle: used for vehicle, used in db.execute(rows) if used is not None}
