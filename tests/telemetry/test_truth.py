"""200 seeded fleets in the air: the alerts raised are those that the flown truth says must be raised, and no others.

The truth is worked out here once more, from the whole flight, in plain geometry of a flat field. What lies within
`SLACK_M` or one step of a limit may be judged either way.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from mission.plan import FenceCircle, FenceKind, FencePolygon, Geofence, Home, Plan
from telemetry.rules import RULES, Drone, Fleet, Watch
from telemetry.rules.ground import Ground
from tests.telemetry.flown import AT, FRAME, HALF_M, HOLE, SEEDS, STEP_S, STEPS, Moment, fly, live

SLACK_M = 0.3
CORNERS = ((-HALF_M, -HALF_M), (HALF_M, -HALF_M), (HALF_M, HALF_M), (-HALF_M, HALF_M))
PLAN = Plan(
    home=Home(FRAME.origin),
    geofence=Geofence(
        (FencePolygon(FenceKind.INCLUSION, tuple(FRAME.position(*corner) for corner in CORNERS)),),
        (FenceCircle(FenceKind.EXCLUSION, FRAME.position(*HOLE[:2]), HOLE[2]),),
    ),
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
