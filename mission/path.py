"""The path a plan makes ArduCopter fly: legs in the local frame, with heights above home and times.

The mission is walked as the autopilot walks it: take-off climbs straight up, a place of 0, 0 means "here", an
altitude of 0 means "as high as now", DO_JUMP loops, DO_CHANGE_SPEED holds until the next one, LAND flies over at
the present height and then descends, RETURN_TO_LAUNCH climbs to RTL_ALT within its cone, flies home or to the
nearer rally point, waits, descends and lands (ArduCopter 4.6, mode_auto and mode_rtl). A spline is flown as pieces of
its curve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from mission.commands import (
    DO_CHANGE_SPEED,
    DO_JUMP,
    NAV_DELAY,
    NAV_LAND,
    NAV_LAST,
    NAV_LOITER_TIME,
    NAV_LOITER_TO_ALT,
    NAV_LOITER_TURNS,
    NAV_LOITER_UNLIM,
    NAV_PAYLOAD_PLACE,
    NAV_RETURN_TO_LAUNCH,
    NAV_SPLINE_WAYPOINT,
    NAV_TAKEOFF,
    NAV_WAYPOINT,
)
from mission.context import Vehicle
from mission.geodesy import LocalFrame
from mission.leg import Leg, LegKind, Point
from mission.plan import Frame, MissionItem, Plan
from mission.returns import Returns
from mission.samples import GroundAt, unknown_ground
from mission.spline import STOP, curve, way

MAX_LEGS: Final = 20_000
"""A mission that loops on longer is cut off here, and `FlightPath.endless` says so."""

_FLOWN_THROUGH: Final = frozenset(
    (NAV_WAYPOINT, NAV_LOITER_UNLIM, NAV_LOITER_TIME, NAV_SPLINE_WAYPOINT, NAV_PAYLOAD_PLACE)
)
"""What may follow a waypoint without a stop at it (ModeAuto::set_next_wp)."""
_CIRCLE_CORNERS: Final = 24


@dataclass(frozen=True)
class FlightPath:
    """The legs in the order flown."""

    legs: tuple[Leg, ...]
    lands: bool
    """Whether the mission ends on the ground."""
    endless: bool
    """Whether it loops or loiters for ever."""


def flight_path(plan: Plan, frame: LocalFrame, vehicle: Vehicle, ground: GroundAt = unknown_ground) -> FlightPath:
    """The path from home. A plan without home starts at its first place."""
    start = plan.home.position if plan.home else next((i.position for i in plan.items if i.position), frame.origin)
    x, y = frame.to_xy((start,))[0].tolist()
    return _Walk(plan, frame, vehicle, ground, (x, y, 0.0)).run()


@dataclass
class _Walk:
    """The autopilot's state while it walks the mission."""

    plan: Plan
    frame: LocalFrame
    vehicle: Vehicle
    ground: GroundAt
    here: Point
    legs: list[Leg] = field(default_factory=list)
    jumps: dict[int, int] = field(default_factory=dict)
    speed: float = 0.0
    landed: bool = False
    endless: bool = False
    leaving: Point | None = STOP
    """The direction in which the last place was left, for a spline to begin with; None: that of the leg to it."""
    places: list[list[float] | None] = field(default_factory=list)

    def run(self) -> FlightPath:
        self.speed = self.vehicle.cruise_speed_m_s
        xy = iter(self.frame.to_xy(item.position for item in self.plan.items if item.position).tolist())
        self.places = [next(xy) if item.position else None for item in self.plan.items]
        index = steps = 0
        while 0 <= index < len(self.plan.items) and not self.endless:
            item = self.plan.items[index]
            if item.command == DO_JUMP:
                index = self._jump(index, item)
            else:
                self._fly(index, item, self.places[index])
                index += 1
            steps += 1
            self.endless = self.endless or steps > MAX_LEGS or len(self.legs) > MAX_LEGS
        return FlightPath(tuple(self.legs), self.landed, self.endless)

    def _frame_changes(self, index: int, ahead: int) -> bool:
        """Whether heights are above ground at one of two items and not at the other."""
        above = [self.plan.items[at].frame is Frame.GLOBAL_TERRAIN_ALT for at in (index, ahead)]
        return above[0] is not above[1]

    def _jump(self, index: int, item: MissionItem) -> int:
        if int(item.params[1] or 0) < 0:
            self.endless = True
        return self._jump_target(index, item, self.jumps)

    def _jump_target(self, index: int, item: MissionItem, jumps: dict[int, int]) -> int:
        """Where a DO_JUMP leads, counted in `jumps`."""
        target, times = int(item.params[0] or 0) - 1, int(item.params[1] or 0)
        if not 0 <= target < len(self.plan.items) or jumps.get(index, 0) >= times:
            return index + 1
        jumps[index] = jumps.get(index, 0) + 1
        return target

    def _fly(self, index: int, item: MissionItem, place: list[float] | None) -> None:
        command = item.command
        if command <= NAV_LAST and command not in _FLOWN_THROUGH and self.legs:
            self.legs[-1] = replace(self.legs[-1], stops=True)
        if command == NAV_TAKEOFF:
            self._go(
                index, LegKind.TAKEOFF, (*self.here[:2], max(self._height(item, self.here[:2]), self.here[2])), 0.0
            )
        elif command == NAV_SPLINE_WAYPOINT:
            self._curve(index, item, place)
        elif command in (NAV_WAYPOINT, NAV_LOITER_TIME, NAV_LOITER_UNLIM):
            hold = 0.0 if command == NAV_LOITER_UNLIM else item.params[0] or 0.0
            self._go(
                index, LegKind.TRAVEL, self._destination(item, place), hold, item.frame is Frame.GLOBAL_TERRAIN_ALT
            )
            self.endless = command == NAV_LOITER_UNLIM
        elif command == NAV_LOITER_TO_ALT:
            x, y, height = self._destination(item, place)
            self._go(index, LegKind.TRAVEL, (x, y, self.here[2]), 0.0)
            self._go(index, LegKind.TRAVEL, (x, y, height), 0.0)
        elif command == NAV_LOITER_TURNS:
            self._circle(index, item, self._destination(item, place))
        elif command in (NAV_LAND, NAV_PAYLOAD_PLACE):
            self._land(index, command, place)
        elif command == NAV_RETURN_TO_LAUNCH:
            self.legs.extend(Returns(self.plan, self.frame, self.vehicle).legs(self.here, index))
            self.here, self.landed = self.legs[-1].end, True
        elif command == NAV_DELAY and item.params[0] and item.params[0] > 0:
            self._go(index, LegKind.TRAVEL, self.here, item.params[0])
        elif command == DO_CHANGE_SPEED and item.params[0] in (0, 1) and (item.params[1] or 0) > 0:
            self.speed = item.params[1] or self.speed

    def _go(self, index: int, kind: LegKind, end: Point, hold_s: float, follows_terrain: bool = False) -> None:
        self.legs.append(Leg(index, kind, self.here, end, self.speed, hold_s, follows_terrain))
        passing = kind is LegKind.TRAVEL and not hold_s and self.plan.items[index].command == NAV_WAYPOINT
        self.leaving = None if passing else STOP
        self.here, self.landed = end, False

    def _curve(self, index: int, item: MissionItem, place: list[float] | None) -> None:
        """To a spline waypoint. Above ground the curve's heights are heights above the ground."""
        above_ground = item.frame is Frame.GLOBAL_TERRAIN_ALT
        end, hold_s = self._destination(item, place), item.params[0] or 0.0
        a, b = self._above(self.here, above_ground), self._above(end, above_ground)
        leaving, arriving = self.leaving, STOP
        if leaving is None:
            leaving = way(self._above(self.legs[-1].start, above_ground), a)
        if self.legs and self.legs[-1].follows_terrain is not above_ground:
            leaving = STOP  # between heights above home and above ground the autopilot stops
        following = None if hold_s else self._next_place(index, end)
        if following is not None:
            after, is_spline = following
            arriving = way(a if is_spline else b, self._above(after, above_ground))
        pieces = curve(a, b, leaving, arriving)
        if above_ground:
            pieces[:, 2] += np.nan_to_num(self.ground(pieces[:, :2]))
        for number, (x, y, height) in enumerate(pieces.tolist(), 1):
            piece_hold = hold_s if number == len(pieces) else 0.0
            self._go(index, LegKind.CURVE, (x, y, height), piece_hold, above_ground)
        self.leaving = arriving

    def _above(self, point: Point, ground: bool) -> Point:
        """The point with its height above the ground instead of home."""
        if not ground:
            return point
        below = float(np.nan_to_num(self.ground(np.array([point[:2]]))[0]))
        return point[0], point[1], point[2] - below

    def _next_place(self, index: int, default: Point) -> tuple[Point, bool] | None:
        """Where the next command of navigation leads, and whether it is a spline; None if the autopilot stops first."""
        jumps, ahead = dict(self.jumps), index + 1
        for _ in range(len(self.plan.items)):
            if ahead >= len(self.plan.items):
                return None
            item = self.plan.items[ahead]
            if item.command == DO_JUMP:
                ahead = self._jump_target(ahead, item, jumps)
            elif item.command > NAV_LAST:
                ahead += 1
            elif item.command not in _FLOWN_THROUGH or self._frame_changes(index, ahead):
                return None
            else:
                x, y = self.places[ahead] or default[:2]
                height = self._height(item, (x, y)) if item.altitude_m else default[2]
                return (x, y, height), item.command == NAV_SPLINE_WAYPOINT
        return None

    def _land(self, index: int, command: int, place: list[float] | None) -> None:
        x, y = place or self.here[:2]
        height = self.here[2]
        self._go(index, LegKind.TRAVEL, (x, y, height), 0.0)
        slow = min(height, self.vehicle.land_slow_below_m)
        for end, speed in ((slow, self.vehicle.descent_speed_m_s), (0.0, self.vehicle.land_speed_m_s)):
            self.legs.append(Leg(index, LegKind.LAND, self.here, (x, y, end), speed))
            self.here = (x, y, end)
        self.landed = command == NAV_LAND
        if not self.landed:
            self._go(index, LegKind.TAKEOFF, (x, y, height), 0.0)

    def _circle(self, index: int, item: MissionItem, centre: Point) -> None:
        """Out to the nearest point of the circle, then round in chords."""
        x, y, height = centre
        radius = abs(item.params[2] or 0.0) or self.vehicle.circle_radius_m
        sense = -1.0 if (item.params[2] or 0.0) < 0 else 1.0
        begin = math.atan2(self.here[1] - y, self.here[0] - x)
        turns = max(item.params[0] or 0.0, 0.0)
        chords = max(1, math.ceil(turns * _CIRCLE_CORNERS))
        for chord in range(min(chords, MAX_LEGS) + 1):
            angle = begin - sense * 2.0 * math.pi * turns * chord / chords
            end = (x + radius * math.cos(angle), y + radius * math.sin(angle), height)
            self._go(index, LegKind.CIRCLE if chord else LegKind.TRAVEL, end, 0.0)

    def _destination(self, item: MissionItem, place: list[float] | None) -> Point:
        x, y = place or self.here[:2]
        return x, y, self._height(item, (x, y)) if item.altitude_m else self.here[2]

    def _height(self, item: MissionItem, xy: tuple[float, float]) -> float:
        """The item's altitude as height above home; what cannot be known is taken as level ground, home at 0 AMSL."""
        if item.frame is Frame.GLOBAL:
            return item.altitude_m - ((self.plan.home and self.plan.home.altitude_amsl_m) or 0.0)
        if item.frame is Frame.GLOBAL_TERRAIN_ALT:
            below = float(self.ground(np.array([xy]))[0])
            return item.altitude_m + (0.0 if math.isnan(below) else below)
        return item.altitude_m
