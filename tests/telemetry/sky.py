"""Made-up moments of a fleet over one plan, for its rules to judge."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from mission.plan import FenceKind, FencePolygon, Geofence, Home, MissionItem, Plan, Position
from mission.position import Frame
from telemetry.rules import RULES, Change, Drone, Fleet, Watch
from telemetry.rules.fleet import Heard, Notice
from telemetry.rules.ground import Ground
from telemetry.wire import LiveVehicle

HOME = Position(51.50735, -0.16370)
NORTH_M = 1 / 111_260.0
"""Degrees of latitude per metre here."""
EAST_M = NORTH_M / math.cos(math.radians(HOME.lat_deg))
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def place(east_m: float, north_m: float) -> Position:
    return Position(HOME.lat_deg + north_m * NORTH_M, HOME.lon_deg + east_m * EAST_M)


def square(half_m: float, kind: FenceKind, centre_east_m: float = 0.0) -> FencePolygon:
    corners = ((-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m))
    return FencePolygon(kind, tuple(place(centre_east_m + east, north) for east, north in corners))


PLAN = Plan(
    home=Home(HOME),
    items=(
        MissionItem(22, Frame.GLOBAL_RELATIVE_ALT, HOME, 30.0),
        MissionItem(16, Frame.GLOBAL_RELATIVE_ALT, place(0, 180), 30.0),
        MissionItem(20, Frame.MISSION),
    ),
    geofence=Geofence((square(200, FenceKind.INCLUSION), square(20, FenceKind.EXCLUSION, centre_east_m=100))),
)


class Sky:
    """A fleet, a watch over it, and a clock that the test turns."""

    def __init__(self) -> None:
        self.ground = Ground()
        self.plan = self.ground.of_plan(PLAN)
        self.watch = Watch(RULES)
        self.now = 1000.0
        self.drones: dict[str, Drone] = {}
        self.changes: list[Change] = []
        self.traffic: dict[str, Heard] = {}
        self.notices: dict[tuple[str, str], Notice] = {}

    def set(self, name: str, east_m: float = 0.0, north_m: float = 0.0, **fields: Any) -> None:
        """The drone's state as of now; what is not given is as in calm flight."""
        where = place(east_m, north_m)
        calm: dict[str, Any] = {
            "mode": "GUIDED",
            "armed": True,
            "landed": False,
            "lat_deg": where.lat_deg,
            "lon_deg": where.lon_deg,
            "altitude_amsl_m": 64.0,
            "height_home_m": 40.0,
            "velocity_north_m_s": 0.0,
            "velocity_east_m_s": 0.0,
            "ground_speed_m_s": 0.0,
            "battery_pct": 80.0,
            "battery_v": 12.4,
            "gps_fix": 3,
            "satellites": 12,
            "ekf_ok": True,
            "vibration_m_s2": 8.0,
            "fence_enabled": True,
            "fence_breached": False,
            "home_lat_deg": HOME.lat_deg,
            "home_lon_deg": HOME.lon_deg,
            "link": "radio",
            "heartbeat_age_ms": 100,
            "position_age_ms": 50,
        }
        drone = self.drones.setdefault(name, Drone(LiveVehicle(name), self.now, self.plan))
        drone.live, drone.heard_at = LiveVehicle(vehicle=name, **{**calm, **fields}), self.now

    def tick(self, seconds: float = 0.1) -> list[Change]:
        """Lets time pass in tenths, with the drones as they are; what changed."""
        found: list[Change] = []
        for _ in range(max(1, round(seconds / 0.1))):
            self.now += 0.1
            at = AT + timedelta(seconds=self.now - 1000.0)
            found += self.watch.step(Fleet(self.now, self.drones, self.ground, None, self.traffic, self.notices), at)
        self.changes += found
        return found

    def stay(self, seconds: float) -> list[Change]:
        """`tick` while every drone goes on being heard."""
        found: list[Change] = []
        for _ in range(round(seconds / 0.1)):
            for drone in self.drones.values():
                drone.heard_at = self.now + 0.1
            found += self.tick()
        return found

    @property
    def open(self) -> dict[str, str]:
        return {alert.rule: alert.text for alert in self.watch.alerts if alert.ended_at is None}
