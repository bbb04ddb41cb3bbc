"""200 seeded fleets in the air: the alerts raised are those that the flown truth says must be raised, and no others.

The truth is worked out here once more, from the whole flight, in plain geometry of a flat field. What lies within
`SLACK_M` or one step of a limit may be judged either way.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from mission.geodesy import frame_at
from mission.plan import FenceCircle, FenceKind, FencePolygon, Geofence, Home, Plan, Position
from telemetry.rules import RULES, Drone, Fleet, Watch
from telemetry.rules.ground import Ground
from telemetry.wire import LiveVehicle

SEEDS = 200
STEP_S = 0.25
STEPS = 140
SLACK_M = 0.3
HALF_M = 200.0
HOLE = (90.0, 40.0, 35.0)
"""Exclusion: east, north, radius."""
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FRAME = frame_at(Position(51.51, -0.16))
CORNERS = ((-HALF_M, -HALF_M), (HALF_M, -HALF_M), (HALF_M, HALF_M), (-HALF_M, HALF_M))
PLAN = Plan(
    home=Home(FRAME.origin),
    geofence=Geofence(
        (FencePolygon(FenceKind.INCLUSION, tuple(FRAME.position(*corner) for corner in CORNERS)),),
        (FenceCircle(FenceKind.EXCLUSION, FRAME.position(*HOLE[:2]), HOLE[2]),),
    ),
)


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


def raised(flights: dict[str, list[Moment]]) -> dict[tuple[str, str], list[int]]:
    """By rule and drone (or pair): the steps at which the watch raised it."""
    ground, watch = Ground(), Watch(RULES)
    found: dict[tuple[str, str], list[int]] = {}
    plan = ground.of_plan(PLAN)
    drones = {name: Drone(live(name, flight[0]), 0.0, plan) for name, flight in flights.items()}
    for step in range(STEPS):
        now = step * STEP_S
        for name, drone in drones.items():
            drone.live, drone.heard_at = live(name, flights[name][step]), now
        for change in watch.step(Fleet(now, drones, ground), AT + timedelta(seconds=now)):
            if change.kind == "alert_raised":
                subject = change.alert.alert_id.split(".")[1]
                found.setdefault((change.alert.rule, subject), []).append(step)
    return found


def lasts(flight: Iterable[bool], seconds: float) -> bool:
    """Whether it is so at all moments of some stretch of `seconds`."""
    run = 0
    for wrong in flight:
        run = run + 1 if wrong else 0
        if run and (run - 1) * STEP_S >= seconds:
            return True
    return False


AFTER_S = {rule.name: rule.after_s for rule in RULES}
OF_ONE: dict[str, Callable[[Moment, float], bool]] = {
    "breach": lambda moment, slack: moment.margin < slack,
    "fence_margin": lambda moment, slack: -slack <= moment.margin < 5.0 + slack,
    "height": lambda moment, slack: moment.height > 120.0 - slack,
    "battery_low": lambda moment, slack: moment.battery < 30.0,
    "battery_critical": lambda moment, slack: moment.battery < 20.0,
}
"""Whether the rule's limit is passed; `slack` more is let through."""


def too_near(one: Moment, other: Moment, slack: float) -> bool:
    apart = math.hypot(one.east - other.east, one.north - other.north)
    return apart < 30.0 + slack and abs(one.height - other.height) < 15.0 + slack


def expected(flights: dict[str, list[Moment]], slack: float, hurry_s: float) -> set[tuple[str, str]]:
    found = {
        (rule, name)
        for rule, wrong in OF_ONE.items()
        for name, flight in flights.items()
        if lasts((wrong(moment, slack) for moment in flight), AFTER_S[rule] - hurry_s)
    }
    names = list(flights)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            pairs = zip(flights[one], flights[other], strict=True)
            if lasts((too_near(a, b, slack) for a, b in pairs), -hurry_s):
                found.add(("separation", f"{one}+{other}"))
    return found


@pytest.mark.parametrize("seeds", [range(first, first + 50) for first in range(0, SEEDS, 50)], ids=str)
def test_the_alerts_are_those_the_truth_demands(seeds: range) -> None:
    judged = {*OF_ONE, "separation"}
    predicted = 0
    for seed in seeds:
        dice = random.Random(seed)
        flights = {f"UAV-{number:02}": fly(dice) for number in range(1, dice.randrange(2, 5))}
        told = raised(flights)
        found = {key for key in told if key[0] in judged}
        missing = expected(flights, -SLACK_M, -STEP_S) - found
        false = found - expected(flights, SLACK_M, STEP_S)
        assert (seed, missing, false) == (seed, set(), set())
        predicted += sum(foretold(seed, name, flight, told) for name, flight in flights.items())
    assert predicted > 5, "scenarios in which nothing could be predicted would prove nothing"


def foretold(seed: int, name: str, flight: list[Moment], told: dict[tuple[str, str], list[int]]) -> bool:
    """Whether the first breach could be predicted; fails if it could and was not, 5 s before."""
    first = next((step for step, moment in enumerate(flight) if moment.margin < 0.0), None)
    ahead = round(6.0 / STEP_S)
    if first is None or first < ahead:
        return False
    straight = {moment.velocity for moment in flight[first - ahead : first + 1]}
    if len(straight) > 1:
        return False
    warned = [step for step in told.get(("breach_predicted", name), []) if step <= first]
    assert warned, f"seed {seed}: {name} was not warned before it breached at step {first}"
    assert (first - warned[-1]) * STEP_S >= 5.0, f"seed {seed}: {name} was warned late"
    return True
