"""Which drone can be at a place first, and what it would have left: the reckoning behind an offer to a pilot.

It belongs to planning, not to telemetry: what a drone is now is a few numbers, everything else is the planner's own
route, times and power. A drone flies the shortest way round the airspace that its unit has no permission for, stays,
comes home the shortest way from there, and lands. Times count from the start of the motors, or for a drone in the air
from now: asking the pilot, approving and uploading come on top.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
import shapely

from mission.airspace import Datum, Zone
from mission.checks.airspace import PRESSURE_M
from mission.context import Context
from mission.energy import energy_wh
from mission.finding import Severity
from mission.geodesy import REACH_M, FloatArray, LocalFrame, distance_m, frame_at, require_position
from mission.leg import Leg, LegKind, Point
from mission.plan import Position
from mission.route import RouteMap, Waypoint, length_m
from mission.timing import leg_times

CLEAR_M: Final = 20.0
"""Kept from forbidden airspace on the way."""
DETOUR_M: Final = 50.0
"""A way longer than the straight one by less is not worth a word."""
_EDGE_DEG: Final = 0.05


class Errand(msgspec.Struct, frozen=True):
    """Be at `place`, `height_m` above home, for `stay_s`."""

    place: Position
    height_m: float = 60.0
    stay_s: float = 600.0


class Standby(msgspec.Struct, frozen=True):
    """A drone as it is now. On the ground `home` is where it stands. None is not known."""

    name: str
    position: Position | None
    home: Position | None
    height_home_m: float | None
    airborne: bool
    battery_pct: float | None


class Way(msgspec.Struct, frozen=True):
    """How a drone would do an errand. `against` are reasons why it cannot, in words; the rest is known as far as it is.

    `route` leads from where the drone is to the place, `back` from there home. `stay_s` is the longest it could remain
    and still land with the reserve; `reserve_pct` is what it lands with after the errand's own stay, below 0 if none.
    """

    name: str
    against: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    route: tuple[Position, ...] = ()
    back: tuple[Position, ...] = ()
    distance_m: float | None = None
    eta_s: float | None = None
    stay_s: float | None = None
    reserve_pct: float | None = None


def ways(errand: Errand, drones: Iterable[Standby], context: Context) -> list[Way]:
    """Of each drone, in the order given. Raises GeometryError for a place that is none."""
    require_position(errand.place, "place")
    return _Reckoning(errand, list(drones), context).run()


def ranked(found: Iterable[Way]) -> list[Way]:
    """Those that can first, the earliest before the others; those that cannot after them, by when they would."""
    return sorted(
        found, key=lambda way: (bool(way.against), way.eta_s if way.eta_s is not None else math.inf, way.name)
    )


class _Reckoning:
    """One errand in one frame of metres about its place."""

    def __init__(self, errand: Errand, drones: Sequence[Standby], context: Context) -> None:
        self.errand, self.drones, self.context = errand, drones, context
        self.frame: LocalFrame = frame_at(errand.place)
        self.goal = self._xy(errand.place)
        vehicle = context.vehicle
        self.range_m = min(REACH_M, vehicle.cruise_speed_m_s * 3600.0 * vehicle.battery_wh / vehicle.hover_power_w)
        """Further than a full battery carries it in hover is out of the question."""
        near = [place for one in drones for place in (one.position, one.home) if place and self._is_near(place)]
        self.zones = _forbidden(errand, [errand.place, *near], context)
        areas = [(zone.ground(self.frame), zone) for zone in self.zones]
        self.over_goal = [zone for area, zone in areas if shapely.intersects_xy(area, *self.goal)]
        self.space = RouteMap([shapely.buffer(area, CLEAR_M, join_style="mitre") for area, _ in areas])

    def run(self) -> list[Way]:
        return [self._way(drone) for drone in self.drones]

    def _way(self, drone: Standby) -> Way:
        if drone.position is None or drone.home is None:
            return Way(drone.name, ("Its position is not known.",))
        if not self._is_near(drone.position) or not self._is_near(drone.home):
            away = distance_m(drone.position, self.errand.place) / 1000.0
            return Way(drone.name, (f"{away:.0f} km away: no battery carries it there and back.",))
        start, home = self._xy(drone.position), self._xy(drone.home)
        out, back = self._lead(start, self.goal), self._lead(self.goal, home)
        against = self._place_against(home)
        if out is None or back is None:
            against.append("No way leads there round the airspace that it may not fly in.")
            return Way(drone.name, tuple(dict.fromkeys(against)))
        remarks = []
        if length_m(out) > math.dist(start, self.goal) + DETOUR_M:
            round_what = ", ".join(zone.name for zone in self.zones if self._is_between(zone, start))
            remarks.append(f"Goes {length_m(out) - math.dist(start, self.goal):.0f} m further, round {round_what}.")
        return self._reckoned(drone, out, back, against, remarks)

    def _reckoned(
        self,
        drone: Standby,
        out: tuple[Waypoint, ...],
        back: tuple[Waypoint, ...],
        against: list[str],
        remarks: list[str],
    ) -> Way:
        there, stay, home = self._legs(drone, out, back)
        vehicle = self.context.vehicle
        seconds = leg_times([*there, stay, *home], vehicle)
        used = energy_wh(vehicle, self.context.wind, _displacement([*there, stay, *home]), seconds)
        eta_s = float(seconds[: len(there)].sum())
        per_pct = vehicle.battery_wh / 100.0
        moving = float(used.sum() - used[len(there)]) / per_pct
        hover_per_s = float(used[len(there)]) / per_pct / max(self.errand.stay_s, 1e-6)
        longest = reserve = None
        keep = self.context.rules.battery_reserve_pct
        if drone.battery_pct is None:
            against.append("Its battery is not known.")
        else:
            reserve = drone.battery_pct - moving - hover_per_s * self.errand.stay_s
            longest = max(0.0, (drone.battery_pct - moving - keep) / hover_per_s)
            if reserve < keep:
                could = f"it could stay {longest / 60:.0f} min" if longest >= 60.0 else "it could not stay at all"
                text = f"After {self.errand.stay_s / 60:.0f} min there it would land with {max(reserve, 0.0):.0f} %"
                against.append(f"{text} of its battery; {keep:.0f} % must be left, so that {could}.")
        return Way(
            drone.name,
            tuple(against),
            tuple(remarks),
            self.frame.to_positions(out),
            self.frame.to_positions(back),
            length_m(out),
            eta_s,
            longest,
            reserve,
        )

    def _place_against(self, home: Waypoint) -> list[str]:
        """What the place itself forbids, whoever comes, and the vehicle's own circle about home."""
        found = [
            f"The place lies in {zone.kind} {zone.name} ({zone.lower.text} to {zone.upper.text}), without permission."
            for zone in self.over_goal
        ]
        radius, away = self.context.vehicle.fence_radius_m, math.dist(home, self.goal)
        if radius is not None and away > radius - self.context.vehicle.fence_margin_m:
            found.append(f"{away:.0f} m from its home, where its own fence allows {radius:.0f} m (FENCE_RADIUS).")
        return found

    def _legs(
        self, drone: Standby, out: tuple[Waypoint, ...], back: tuple[Waypoint, ...]
    ) -> tuple[list[Leg], Leg, list[Leg]]:
        """There, the stay, and home and down."""
        vehicle, height = self.context.vehicle, self.errand.height_m
        speed = vehicle.cruise_speed_m_s
        low = (drone.height_home_m or 0.0) if drone.airborne else 0.0
        kind = LegKind.TRAVEL if drone.airborne else LegKind.TAKEOFF
        there = [Leg(0, kind, (*out[0], low), (*out[0], height), speed)]
        there += [Leg(0, LegKind.TRAVEL, (*a, height), (*b, height), speed) for a, b in pairwise(out)]
        place: Point = (*out[-1], height)
        stay = Leg(0, LegKind.TRAVEL, place, place, speed, hold_s=self.errand.stay_s)
        home = [Leg(0, LegKind.RETURN, (*a, height), (*b, height), speed) for a, b in pairwise(back)]
        slow = min(height, vehicle.land_slow_below_m)
        home.append(Leg(0, LegKind.LAND, (*back[-1], height), (*back[-1], slow), vehicle.descent_speed_m_s))
        home.append(Leg(0, LegKind.LAND, (*back[-1], slow), (*back[-1], 0.0), vehicle.land_speed_m_s))
        return there, stay, home

    def _lead(self, start: Waypoint, end: Waypoint) -> tuple[Waypoint, ...] | None:
        return (start, end) if start == end else self.space.shortest(start, end)

    def _is_between(self, zone: Zone, start: Waypoint) -> bool:
        return bool(shapely.intersects(zone.ground(self.frame), shapely.linestrings((start, self.goal))))

    def _is_near(self, place: Position) -> bool:
        return distance_m(place, self.errand.place) < self.range_m

    def _xy(self, place: Position) -> Waypoint:
        x, y = self.frame.to_xy((place,))[0].tolist()
        return x, y


def _forbidden(errand: Errand, places: Sequence[Position], context: Context) -> list[Zone]:
    """The zones about `places` that need a permission which the unit has not; doubt of height or time counts."""
    if context.airspace is None:
        return []
    lats, lons = [place.lat_deg for place in places], [place.lon_deg for place in places]
    near = context.airspace.zones_near(
        min(lons) - _EDGE_DEG, min(lats) - _EDGE_DEG, max(lons) + _EDGE_DEG, max(lats) + _EDGE_DEG
    )
    demanding = {rule.kind for rule in context.rules.zones if rule.severity is Severity.ERROR}
    return [
        zone
        for zone in near
        if zone.kind in demanding
        and zone.zone_id not in context.permissions
        and _may_reach_down_to(zone, errand.height_m)
        and _may_be_active(zone, context)
    ]


def _may_reach_down_to(zone: Zone, height_m: float) -> bool:
    """Without the ground's height only a limit above ground can be compared; others count when they lie low."""
    lower = zone.lower.metres - (PRESSURE_M if zone.lower.datum is Datum.STD else 0.0)
    highest_ground_m = 0.0 if zone.lower.datum is Datum.AGL else 1_400.0
    return lower <= height_m + highest_ground_m


def _may_be_active(zone: Zone, context: Context) -> bool:
    at = context.at
    return not zone.active or at is None or any(stop >= at for _, stop in zone.active)


def _displacement(legs: Sequence[Leg]) -> FloatArray:
    ends = np.array([(*leg.start, *leg.end) for leg in legs], dtype=np.float64)
    return np.asarray(ends[:, 3:] - ends[:, :3], dtype=np.float64)
