"""Do several plans keep apart in space and time?

Every plan is flown as its legs and times say, from its take-off on, each as much as `uncertainty_s` early or late
against the other. Two drones are in conflict where they come nearer than `horizontal_m` while less than `vertical_m`
apart in height.

On a pair of legs both move straight and evenly. With s and r the times since each leg began, the square of their
horizontal distance is a convex quadratic in (s, r), to be minimised over a convex polygon of up to eight sides: both
legs last only so long, the clocks differ by no more than the uncertainty, the heights by no more than `vertical_m`.
The minimum lies at the stationary point or on a side, where it has a closed form; all pairs of legs that come near
in place and time are solved together.

A failsafe may send a drone home at any moment (`return_crossings`): over the straight ways home from all points of a
leg, between the height it has there and the one it returns at, from the leg's begin until it would be home.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from mission.context import DEFAULT, Vehicle
from mission.geodesy import FloatArray, LocalFrame, frame_of
from mission.leg import Leg, LegKind
from mission.path import flight_path
from mission.plan import Plan, Position
from mission.returns import Returns
from mission.timing import leg_times

HORIZONTAL_M: Final = 50.0
VERTICAL_M: Final = 15.0
UNCERTAINTY_S: Final = 15.0

SLACK: Final = 1e-6

IndexArray = NDArray[np.intp]
GeometryArray = NDArray[np.object_]
Side = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True)
class Flight:
    """A plan that takes off at a time. `home_amsl_m` of the plan puts its heights on one datum with the others'."""

    name: str
    plan: Plan
    at: datetime
    vehicle: Vehicle = DEFAULT.vehicle


@dataclass(frozen=True)
class Conflict:
    """The nearest that two flights come where they come too near; `at` is the first one's time there."""

    first: str
    second: str
    first_item: int
    second_item: int
    at: datetime
    horizontal_m: float
    vertical_m: float
    position: Position


@dataclass(frozen=True)
class ReturnCrossing:
    """A return of `returning` from its leg to `returning_item` may meet `other` on the way to `other_item`.

    `at` is the first moment at which both may be there; `position` is on the other's leg.
    """

    returning: str
    other: str
    returning_item: int
    other_item: int
    at: datetime
    position: Position


@dataclass(frozen=True)
class _Motion:
    """All legs of all flights as vectors: place at `begin`, velocity, how long; seconds from the first take-off."""

    flight: IndexArray
    item: IndexArray
    begin: FloatArray
    lasts: FloatArray
    start: FloatArray
    velocity: FloatArray
    paths: tuple[tuple[Leg, ...], ...]
    """The legs of each flight; they come first among its own in the vectors, then what is waited at their ends."""

    def at(self, leg: IndexArray, seconds: FloatArray) -> FloatArray:
        """Places `seconds` into legs."""
        return self.start[leg] + self.velocity[leg] * seconds[:, None]


def conflicts(
    flights: Sequence[Flight],
    horizontal_m: float = HORIZONTAL_M,
    vertical_m: float = VERTICAL_M,
    uncertainty_s: float = UNCERTAINTY_S,
) -> tuple[Conflict, ...]:
    """For each pair of flights in conflict, where they come nearest. Where a home's altitude is not known, all are
    taken as equal.
    """
    if len(flights) < 2:
        return ()
    frame, motion = _prepared(tuple(flights))
    a, b = _candidates(motion, horizontal_m, uncertainty_s)
    if not len(a):
        return ()
    into_a, into_b, distance = _nearest(motion, a, b, uncertainty_s, vertical_m)
    near = np.flatnonzero(distance < horizontal_m**2)
    worst: dict[tuple[int, int], int] = {}
    for index in near[np.argsort(distance[near], kind="stable")].tolist():
        worst.setdefault((int(motion.flight[a[index]]), int(motion.flight[b[index]])), index)
    chosen = np.array([index for _, index in sorted(worst.items())], dtype=np.intp)
    here, there = motion.at(a[chosen], into_a[chosen]), motion.at(b[chosen], into_b[chosen])
    apart = here - there
    first = min(flight.at for flight in flights)
    return tuple(
        Conflict(
            first=flights[motion.flight[a[index]]].name,
            second=flights[motion.flight[b[index]]].name,
            first_item=int(motion.item[a[index]]),
            second_item=int(motion.item[b[index]]),
            at=first + timedelta(seconds=float(motion.begin[a[index]] + into_a[index])),
            horizontal_m=float(np.hypot(apart[row, 0], apart[row, 1])),
            vertical_m=float(abs(apart[row, 2])),
            position=frame.position(float(here[row, 0]), float(here[row, 1])),
        )
        for row, index in enumerate(chosen.tolist())
    )


@lru_cache(maxsize=2)
def _prepared(flights: tuple[Flight, ...]) -> tuple[LocalFrame, _Motion]:
    """Kept, because whoever asks for the conflicts asks for the crossings next."""
    frame = frame_of(flights[0].plan)
    return frame, _motion(flights, frame)


def _motion(flights: Sequence[Flight], frame: LocalFrame) -> _Motion:
    epoch = min(flight.at for flight in flights).timestamp()
    columns: list[tuple[FloatArray, ...]] = []
    paths: list[tuple[Leg, ...]] = []
    homes = _homes_m(flights)
    for number, flight in enumerate(flights):
        legs = flight_path(flight.plan, frame, flight.vehicle).legs
        paths.append(legs)
        holds = np.array([leg.hold_s for leg in legs], dtype=np.float64)
        moving = leg_times(legs, flight.vehicle) - holds
        ends = np.array([(leg.start, leg.end) for leg in legs], dtype=np.float64).reshape(-1, 2, 3)
        ends[:, :, 2] += homes[number]
        begin = flight.at.timestamp() - epoch + np.cumsum(moving + holds) - moving - holds
        velocity = (ends[:, 1] - ends[:, 0]) / np.maximum(moving, 1e-6)[:, None]
        own, item = np.full(len(legs), float(number)), np.array([leg.item for leg in legs], dtype=np.float64)
        columns.append((own, item, begin, moving, ends[:, 0], velocity))
        held = holds > 0
        still = np.zeros((int(held.sum()), 3))
        columns.append((own[held], item[held], (begin + moving)[held], holds[held], ends[held, 1], still))
    flight_of, item, begin, lasts, start, velocity = (np.concatenate(column) for column in zip(*columns, strict=True))
    return _Motion(flight_of.astype(np.intp), item.astype(np.intp), begin, lasts, start, velocity, tuple(paths))


def _homes_m(flights: Sequence[Flight]) -> list[float]:
    """What puts the heights of all flights on one datum."""
    known = [flight.plan.home.altitude_amsl_m for flight in flights if flight.plan.home is not None]
    amsl = [altitude for altitude in known if altitude is not None]
    return amsl if len(amsl) == len(flights) else [0.0] * len(flights)


def return_crossings(
    flights: Sequence[Flight],
    horizontal_m: float = HORIZONTAL_M,
    vertical_m: float = VERTICAL_M,
    uncertainty_s: float = UNCERTAINTY_S,
) -> tuple[ReturnCrossing, ...]:
    """For each flight that may return and each other, the first leg of the other that a return may come too near to."""
    if len(flights) < 2:
        return ()
    frame, motion = _prepared(tuple(flights))
    ways = _returns(flights, motion, frame)
    ends = motion.at(np.arange(len(motion.begin)), motion.lasts)
    lines = np.asarray(shapely.linestrings(np.stack((motion.start[:, :2], ends[:, :2]), axis=1)))
    west_south, east_north = np.split(shapely.bounds(ways.areas), 2, axis=1)
    reach = shapely.box(*(west_south - horizontal_m).T, *(east_north + horizontal_m).T)
    way, leg = shapely.STRtree(lines).query(reach)
    low, high = np.minimum(motion.start, ends)[:, 2], np.maximum(motion.start, ends)[:, 2]
    meets = (
        (ways.flight[way] != motion.flight[leg])
        & (ways.low[way] < high[leg] + vertical_m)
        & (low[leg] < ways.high[way] + vertical_m)
        & (ways.begin[way] <= (motion.begin + motion.lasts)[leg] + uncertainty_s)
        & (motion.begin[leg] <= ways.end[way] + uncertainty_s)
    )
    way, leg = way[meets], leg[meets]
    near = shapely.dwithin(ways.areas[way], lines[leg], horizontal_m)
    way, leg = way[near], leg[near]
    moment = np.maximum(ways.begin[way], motion.begin[leg])
    soonest = np.argsort(moment, kind="stable")
    pairs = ways.flight[way] * len(flights) + motion.flight[leg]
    chosen = soonest[np.unique(pairs[soonest], return_index=True)[1]]
    way, leg, moment = way[chosen], leg[chosen], moment[chosen]
    shortest = shapely.shortest_line(lines[leg], ways.areas[way])
    spots = frame.to_positions(shapely.get_coordinates(shortest)[::2])
    begun = min(flight.at for flight in flights)
    return tuple(
        ReturnCrossing(
            returning=flights[ways.flight[way[row]]].name,
            other=flights[motion.flight[leg[row]]].name,
            returning_item=int(ways.item[way[row]]),
            other_item=int(motion.item[leg[row]]),
            at=begun + timedelta(seconds=float(moment[row])),
            position=spot,
        )
        for row, spot in enumerate(spots)
    )


@dataclass(frozen=True)
class _Ways:
    """All ways home as vectors: the ground they may lead over, their heights, and when somebody may be on them."""

    flight: IndexArray
    item: IndexArray
    areas: GeometryArray
    low: FloatArray
    high: FloatArray
    begin: FloatArray
    end: FloatArray


def _returns(flights: Sequence[Flight], motion: _Motion, frame: LocalFrame) -> _Ways:
    columns: list[tuple[FloatArray, ...]] = []
    areas: list[GeometryArray] = []
    homes = _homes_m(flights)
    for number, flight in enumerate(flights):
        returns = Returns(flight.plan, frame, flight.vehicle)
        path = motion.paths[number]
        flying = [index for index, leg in enumerate(path) if leg.kind not in (LegKind.RETURN, LegKind.LAND)]
        legs = [path[index] for index in flying]
        swept, of = returns.swept(legs)
        own = np.flatnonzero(motion.flight == number)[flying][of]
        heights = np.array([(leg.start[2], leg.end[2]) for leg in legs]).reshape(-1, 2)[of]
        top = np.maximum(heights.max(axis=1), returns.height_at_most)
        reach = 2.0 * shapely.minimum_bounding_radius(swept)
        climb = (top - heights.min(axis=1)) / flight.vehicle.climb_speed_m_s
        held = np.array([leg.hold_s for leg in legs])[of]
        gone = motion.begin[own] + motion.lasts[own] + held + climb + reach / flight.vehicle.cruise_speed_m_s
        home = homes[number]
        item = motion.item[own].astype(np.float64)
        low, high = home + heights.min(axis=1), home + top
        columns.append((np.full(len(of), float(number)), item, low, high, motion.begin[own], gone))
        areas.append(swept)
    flight_of, item, low, high, begin, end = (np.concatenate(column) for column in zip(*columns, strict=True))
    return _Ways(flight_of.astype(np.intp), item.astype(np.intp), np.concatenate(areas), low, high, begin, end)


def _candidates(motion: _Motion, horizontal_m: float, uncertainty_s: float) -> tuple[IndexArray, IndexArray]:
    """Pairs of legs of different flights near one another in place and time."""
    ends = motion.at(np.arange(len(motion.begin)), motion.lasts)
    low, high = np.minimum(motion.start, ends)[:, :2], np.maximum(motion.start, ends)[:, :2]
    half = horizontal_m / 2.0
    boxes = shapely.box(low[:, 0] - half, low[:, 1] - half, high[:, 0] + half, high[:, 1] + half)
    a, b = shapely.STRtree(boxes).query(boxes)
    finish = motion.begin + motion.lasts + uncertainty_s
    together = (motion.flight[a] < motion.flight[b]) & (motion.begin[a] <= finish[b]) & (motion.begin[b] <= finish[a])
    return a[together], b[together]


def _nearest(
    motion: _Motion, a: IndexArray, b: IndexArray, uncertainty_s: float, vertical_m: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For each pair: how far into either leg they come nearest, and the square of the horizontal distance then.

    Infinite where they are never within `vertical_m` at times that may be the same.
    """
    away = motion.start[a] - motion.start[b]
    u, v = motion.velocity[a], -motion.velocity[b]
    zero, one = np.zeros(len(a)), np.ones(len(a))
    ahead = motion.begin[a] - motion.begin[b]
    # Every side of the polygon as (p, q, limit): p s + q r <= limit.
    sides = (
        (-one, zero, zero),
        (one, zero, motion.lasts[a]),
        (zero, -one, zero),
        (zero, one, motion.lasts[b]),
        (one, -one, uncertainty_s - ahead),
        (-one, one, uncertainty_s + ahead),
        (u[:, 2], v[:, 2], vertical_m - away[:, 2]),
        (-u[:, 2], -v[:, 2], vertical_m + away[:, 2]),
    )
    level, gradient_s, gradient_r = away[:, :2], u[:, :2], v[:, :2]
    tried = [_stationary(level, gradient_s, gradient_r)]
    tried.extend(_on_side(side, sides, level, gradient_s, gradient_r) for side in sides)
    best_s, best_r, least = zero, zero, np.full(len(a), np.inf)
    for s, r in tried:
        fits = np.all([p * s + q * r <= limit + SLACK for p, q, limit in sides], axis=0)
        apart = level + gradient_s * s[:, None] + gradient_r * r[:, None]
        distance = np.where(fits, (apart**2).sum(axis=1), np.inf)
        better = distance < least
        best_s, best_r, least = np.where(better, s, best_s), np.where(better, r, best_r), np.minimum(least, distance)
    return best_s, best_r, least


def _stationary(level: FloatArray, u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where the gradient of |level + u s + v r|² vanishes; NaN, which fits nowhere, for parallel motion."""
    uu, vv, uv = (u * u).sum(axis=1), (v * v).sum(axis=1), (u * v).sum(axis=1)
    determinant = uu * vv - uv * uv
    determinant = np.where(determinant > 1e-12 * np.maximum(uu * vv, 1e-12), determinant, np.nan)
    au, av = (level * u).sum(axis=1), (level * v).sum(axis=1)
    return (uv * av - vv * au) / determinant, (uv * au - uu * av) / determinant


def _on_side(
    side: Side, sides: Sequence[Side], level: FloatArray, u: FloatArray, v: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The nearest point of one side, cut off where the other sides cut it; NaN where there is no such side."""
    p, q, limit = side
    square = p * p + q * q
    square = np.where(square > 1e-12, square, np.nan)
    s0, r0 = p * limit / square, q * limit / square
    low, high = np.full(len(p), -np.inf), np.full(len(p), np.inf)
    for p_, q_, limit_ in sides:
        slope, room = p_ * -q + q_ * p, limit_ - p_ * s0 - q_ * r0
        with np.errstate(divide="ignore", invalid="ignore"):
            cut = room / slope
        high = np.where(slope > 1e-12, np.minimum(high, cut), high)
        low = np.where(slope < -1e-12, np.maximum(low, cut), low)
    along = v * p[:, None] - u * q[:, None]
    begin = level + u * s0[:, None] + v * r0[:, None]
    square_along = (along * along).sum(axis=1)
    best = -(begin * along).sum(axis=1) / np.where(square_along > 0.0, square_along, 1.0)
    t = np.where(low <= high + SLACK, np.clip(best, low, np.maximum(low, high)), np.nan)
    return s0 - q * t, r0 + p * t
