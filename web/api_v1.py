"""What other programs read and write under ``/api/v1``. A field may be added here; none is renamed or taken away.

Incidents, alerts and flights are the same structs as everywhere (`telemetry.wire`, `web.api_flights`).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from telemetry.wire import Alert, Incident


class VehicleNow(msgspec.Struct, frozen=True):
    """A drone as it was told last. Ages are seconds, now; heights are metres; what is not known is null."""

    vehicle: str
    known: bool
    """Named in the unit's settings."""
    armed: bool | None
    landed: bool | None
    mode: str | None
    lat_deg: float | None
    lon_deg: float | None
    altitude_amsl_m: float | None
    height_home_m: float | None
    ground_speed_m_s: float | None
    heading_deg: float | None
    climb_m_s: float | None
    battery_pct: float | None
    heartbeat_age_s: float | None
    position_age_s: float | None


class Vehicles(msgspec.Struct, frozen=True):
    at: datetime
    vehicles: tuple[VehicleNow, ...]


class Incidents(msgspec.Struct, frozen=True):
    incidents: tuple[Incident, ...]


class Alerts(msgspec.Struct, frozen=True):
    """Those that are open or not acknowledged."""

    alerts: tuple[Alert, ...]
