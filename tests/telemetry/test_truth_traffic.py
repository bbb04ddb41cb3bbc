"""200 seeded fleets among other aircraft: the warnings are those that the flown truth demands, and come in time.

The truth is where everybody really was, eight times a second, and where each would have come from there had it gone on
as it flew just then: tried out in steps of time, in a flat field and in true heights. What is told of an aircraft is
less: a report a second, some lost, late by less than their age says, heights by the pressure of the day or above the
ellipsoid or none. So `LAG_S` after somebody has turned a warning may be due or not, as it may within the slacks; and
where the told height leaves open that an aircraft is near, a warning is right.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest

from mission.geodesy import FloatArray
from telemetry.rules import RULES, Drone, Fleet, Watch
from telemetry.rules.fleet import Heard
from telemetry.rules.ground import Ground
from telemetry.wire import Aircraft, AltitudeDatum
from tests.telemetry.flown import AT, FRAME, SEEDS, fly, live

STEP_S = 0.25
STEPS = 360
LAG_S = 4.0
"""The longest until the last report but one lost is there, and the rule's own waiting."""
SLACK_M, SLACK_UP_M, SLACK_S = 25.0, 2.0, 1.5
"""ADSB_VEHICLE says its age in whole seconds."""
TRIED_S = 0.5
FIELD_AMSL_M, GEOID_M = 24.0, 46.0
GROUND = "ground"
"""The datum of a height that is told above the ground."""
DOUBT_M = {AltitudeDatum.PRESSURE: 250.0, AltitudeDatum.ELLIPSOID: 60.0, GROUND: 30.0, None: math.inf}
"""How far a height may be from what is told of it; without a datum nothing is told."""
AHEAD_S = 5.0


class Volume(NamedTuple):
    """ASTM F3442: of a small drone and a manned aircraft."""

    across_m: float
    up_m: float
    within_s: float
    over: float = 1.0

    def more(self, by: float) -> Volume:
        """Larger by that many slacks."""
        return Volume(
            self.across_m + by * SLACK_M, self.up_m + by * SLACK_UP_M, self.within_s + by * SLACK_S, self.over
        )


VOLUMES = {"collision": Volume(152.4, 30.5, 30.0), "traffic": Volume(609.6, 76.2, 60.0)}
STAYS_OPEN = 1.3
"""A warning goes on until they are this many times as far apart."""


@dataclass
class Track:
    """Where it truly was at each step: metres east, north and above the field, and how it moved then."""

    place: FloatArray
    velocity: FloatArray

    def turned(self) -> Any:
        """At each step, whether it changed its way within the last `LAG_S`."""
        changed = np.any(np.diff(self.velocity, axis=0, prepend=self.velocity[:1]) != 0.0, axis=1)
        lag = round(LAG_S / STEP_S)
        return np.convolve(changed, np.ones(lag + 1))[: len(changed)] > 0


def track_of_drone(dice: random.Random) -> tuple[list[Any], Track]:
    flight = fly(dice, STEPS)
    place = np.array([(moment.east, moment.north, moment.height) for moment in flight])
    velocity = np.array([(*moment.velocity, moment.climb) for moment in flight])
    return flight, Track(place, velocity)


def track_of_aircraft(dice: random.Random, met: Track) -> Track:
    """Straight pieces of some half a minute, one of which passes a drone somewhere near."""
    speeds = dice.choice(((0.0, 10.0), (5.0, 20.0), (30.0, 75.0)))
    pieces: list[tuple[float, float, float]] = []
    while len(pieces) < STEPS:
        speed, heading = dice.uniform(*speeds), dice.uniform(0.0, 2.0 * math.pi)
        piece = (speed * math.sin(heading), speed * math.cos(heading), dice.choice((-6.0, -2.0, 0.0, 0.0, 0.0, 3.0)))
        pieces += [piece] * round(dice.uniform(20.0, 60.0) / STEP_S)
    velocity = np.array(pieces[:STEPS])
    at, near_m = dice.randrange(STEPS // 4, STEPS), dice.choice((100.0, 600.0))
    beside = (dice.gauss(0.0, near_m), dice.gauss(0.0, near_m), dice.choice((20.0, 100.0)) * dice.uniform(-2.0, 2.0))
    way = np.cumsum(velocity, axis=0) * STEP_S
    place = way - way[at] + met.place[at] + np.array(beside)
    if place[:, 2].min() < 10.0:  # it flies level rather than into the ground
        velocity[:, 2], place[:, 2] = 0.0, max(10.0, float(place[at, 2]))
    return Track(place, velocity)


class Transponder:
    """What an aircraft tells of itself: `datum` is of its height, `error_m` how far that is from the truth."""

    def __init__(self, name: str, dice: random.Random, track: Track) -> None:
        self.name, self.track, self._dice = name, track, dice
        self.datum = dice.choice((*DOUBT_M, AltitudeDatum.PRESSURE))
        errors = {
            AltitudeDatum.PRESSURE: dice.uniform(-240.0, 240.0),
            AltitudeDatum.ELLIPSOID: GEOID_M,
            GROUND: dice.uniform(-25.0, 25.0),
        }
        self.error_m = errors.get(self.datum or "", 0.0)
        self._late_s = dice.uniform(0.0, 0.9)
        self._lost_before = False

    def report(self, step: int) -> Aircraft | None:
        """None if this one was lost; never two, one after the other."""
        if not self._lost_before and self._dice.random() < 0.15:
            self._lost_before = True
            return None
        self._lost_before = False
        (east, north, up), (fast_east, fast_north, climb) = self.track.place[step], self.track.velocity[step]
        where = FRAME.position(east - fast_east * self._late_s, north - fast_north * self._late_s)
        said_m = float(up - climb * self._late_s + self.error_m)
        altitude = self.datum if isinstance(self.datum, AltitudeDatum) else None
        return Aircraft(
            aircraft=self.name,
            source="adsb",
            heard_by="UAV-01",
            lat_deg=where.lat_deg,
            lon_deg=where.lon_deg,
            age_ms=0,
            altitude_m=round(FIELD_AMSL_M + said_m, 1) if altitude else None,
            altitude_datum=altitude,
            height_ground_m=round(said_m, 1) if self.datum == GROUND else None,
            ground_speed_m_s=round(math.hypot(fast_east, fast_north), 2),
            track_deg=round(math.degrees(math.atan2(fast_east, fast_north)) % 360.0, 2),
            climb_m_s=round(float(climb), 2),
        )


def opened(flights: dict[str, list[Any]], others: list[Transponder]) -> dict[tuple[str, str], list[bool]]:
    """By rule and pair, at each step: whether the watch has it open."""
    watch, ground = Watch([rule for rule in RULES if rule.name in VOLUMES]), Ground()
    drones = {name: Drone(live(name, flight[0]), 0.0) for name, flight in flights.items()}
    traffic: dict[str, Heard] = {}
    found: dict[tuple[str, str], list[bool]] = {}
    for step in range(STEPS):
        now = step * STEP_S
        for name, drone in drones.items():
            drone.live, drone.heard_at = live(name, flights[name][step]), now
        for number, other in enumerate(others):
            told = other.report(step) if (step + number) % round(1.0 / STEP_S) == 0 else None
            if told is not None:
                traffic[other.name] = Heard(told, now)
        watch.step(Fleet(now, drones, ground, traffic=traffic), AT + timedelta(seconds=now))
        for alert in watch.alerts:
            subject = alert.alert_id.split(".")[1]
            found.setdefault((alert.rule, subject), [False] * STEPS)[step] = alert.ended_at is None
    return found


def comes_within(drone: Track, other: Track, volume: Volume, doubt_m: float, error_m: float) -> Any:
    """At each step, whether they come within `volume` if both go on as they fly then."""
    ahead = np.arange(0.0, volume.within_s + TRIED_S, TRIED_S)
    apart, closing = other.place - drone.place, other.velocity - drone.velocity
    tried = apart[:, None, :] + closing[:, None, :] * ahead[None, :, None]
    across = np.hypot(tried[:, :, 0], tried[:, :, 1]) < volume.across_m * volume.over
    up = np.abs(tried[:, :, 2] + error_m) - doubt_m < volume.up_m * volume.over
    return np.any(across & up, axis=1)


def lately(flags: Any, seconds: float) -> Any:
    """Whether it was so at any step of the last `seconds`."""
    return np.convolve(flags, np.ones(round(seconds / STEP_S) + 1))[: len(flags)] > 0


class Judged(NamedTuple):
    """Of one rule and pair: steps at which a warning is missing, how many were raised, at which steps false ones; steps
    at which one is open long after its time; seconds that it came before the volume was truly entered."""

    missing: list[int]
    raised: int
    false: list[int]
    stale: list[int]
    ahead_s: float | None


def judge(rule: str, drone: Track, other: Transponder, is_open: list[bool]) -> Judged:
    volume, track, shown = VOLUMES[rule], other.track, np.array(is_open)
    turned = drone.turned() | track.turned()
    due = comes_within(drone, track, volume.more(-1.0), 0.0, 0.0)
    must = due & ~lately(~due, LAG_S) & ~turned
    truly = comes_within(drone, track, volume.more(1.0), 0.0, 0.0)
    may = truly | comes_within(drone, track, volume.more(1.0), DOUBT_M[other.datum], other.error_m)
    wide = comes_within(drone, track, volume._replace(over=STAYS_OPEN).more(1.0), DOUBT_M[other.datum], other.error_m)
    begun = np.flatnonzero(np.diff(shown.astype(int), prepend=0) == 1)
    stale = shown & ~lately(wide | may, 2 * LAG_S)
    return Judged(
        missing=np.flatnonzero(must & ~shown)[round(LAG_S / STEP_S) :].tolist(),
        raised=len(begun),
        false=[step for step in begun.tolist() if not lately(may, LAG_S)[step]],
        stale=np.flatnonzero(stale).tolist(),
        ahead_s=foretold_s(drone, track, volume, shown),
    )


def foretold_s(drone: Track, other: Track, volume: Volume, shown: Any) -> float | None:
    """How long it was open before the volume was truly entered; None without an entry after straight flight."""
    apart = other.place - drone.place
    inside = (np.hypot(apart[:, 0], apart[:, 1]) < volume.across_m) & (np.abs(apart[:, 2]) < volume.up_m)
    ahead = round((AHEAD_S + LAG_S) / STEP_S)
    if not inside.any() or (entered := int(np.argmax(inside))) <= ahead:
        return None
    for track in (drone, other):
        if len(np.unique(track.velocity[entered - ahead : entered + 1], axis=0)) > 1:
            return None
    before = np.flatnonzero(~shown[:entered])
    return (entered - 1 - int(before[-1])) * STEP_S if len(before) else entered * STEP_S


def judgements(seed: int) -> Iterator[tuple[str, str, Judged]]:
    dice = random.Random(seed)
    flown = {f"UAV-{number:02}": track_of_drone(dice) for number in range(1, dice.randrange(2, 4))}
    tracks = [track_of_aircraft(dice, dice.choice(list(flown.values()))[1]) for _ in range(dice.randrange(1, 4))]
    others = [Transponder(f"icao-{number:06x}", dice, track) for number, track in enumerate(tracks)]
    found = opened({name: flight for name, (flight, _) in flown.items()}, others)
    for name, (_, drone) in flown.items():
        for other in others:
            for rule in VOLUMES:
                pair = f"{name}+{other.name}"
                yield rule, pair, judge(rule, drone, other, found.get((rule, pair), [False] * STEPS))


@pytest.mark.parametrize("seeds", [range(first, first + 50) for first in range(0, SEEDS, 50)], ids=str)
def test_warnings_of_other_aircraft_are_those_the_truth_demands(seeds: range) -> None:
    raised, false, foretold = 0, [], 0
    for seed in seeds:
        for rule, pair, judged in judgements(seed):
            assert (seed, rule, pair, judged.missing, judged.stale) == (seed, rule, pair, [], [])
            if judged.ahead_s is not None:
                assert judged.ahead_s >= AHEAD_S, f"seed {seed}: {rule} of {pair}: {judged.ahead_s} s ahead"
                foretold += 1
            raised += judged.raised
            false += [(seed, rule, pair, step) for step in judged.false]
    assert len(false) < 0.01 * raised, false
    assert min(raised, foretold) > 5, "scenarios in which nothing comes near would prove nothing"
