"""Flights made up from a seed in a flat field, with their fence."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime

from mission.geodesy import frame_at
from mission.plan import Position
from telemetry.wire import LiveVehicle

SEEDS = 200
STEP_S = 0.25
STEPS = 140
HALF_M = 200.0
HOLE = (90.0, 40.0, 35.0)
"""Exclusion: east, north, radius."""
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FRAME = frame_at(Position(51.51, -0.16))


@dataclass
class Moment:
    east: float
    north: float
    velocity: tuple[float, float]
    height: float
    climb: float
    battery: float

    @property
    def margin(self) -> float:
        """To the nearest edge of the fence, negative outside."""
        square = HALF_M - max(abs(self.east), abs(self.north))
        if square < 0:
            square = -math.hypot(max(0.0, abs(self.east) - HALF_M), max(0.0, abs(self.north) - HALF_M))
        return min(square, math.hypot(self.east - HOLE[0], self.north - HOLE[1]) - HOLE[2])


def fly(dice: random.Random, steps: int = STEPS) -> list[Moment]:
    """Straight pieces of some seconds each."""
    east, north = dice.uniform(-150, 50), dice.uniform(-150, 150)
    height, battery = dice.uniform(20, 112), dice.uniform(22, 90)
    drain = dice.choice((0.0, 0.2, 0.8))
    flight: list[Moment] = []
    while len(flight) < steps:
        speed, heading = dice.choice((0.0, 3.0, 8.0, 14.0)), dice.uniform(0, 2 * math.pi)
        velocity, climb = (speed * math.sin(heading), speed * math.cos(heading)), dice.choice((-1.0, 0.0, 0.0, 1.5))
        for _ in range(round(dice.uniform(7, 16) / STEP_S)):
            flight.append(Moment(east, north, velocity, height, climb, battery))
            east, north = east + velocity[0] * STEP_S, north + velocity[1] * STEP_S
            height, battery = max(5.0, height + climb * STEP_S), max(1.0, battery - drain * STEP_S)
    return flight[:steps]


def live(name: str, moment: Moment) -> LiveVehicle:
    place = FRAME.position(moment.east, moment.north)
    return LiveVehicle(
        vehicle=name,
        mode="GUIDED",
        armed=True,
        landed=False,
        lat_deg=place.lat_deg,
        lon_deg=place.lon_deg,
        altitude_amsl_m=24.0 + moment.height,
        height_home_m=moment.height,
        velocity_east_m_s=moment.velocity[0],
        velocity_north_m_s=moment.velocity[1],
        climb_m_s=moment.climb,
        ground_speed_m_s=math.hypot(*moment.velocity),
        battery_pct=moment.battery,
        heartbeat_age_ms=0,
        position_age_ms=0,
    )
