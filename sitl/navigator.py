"""One vehicle's hands on the fleet's guidance arrays: what a flight mode uses to say where to fly."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from sitl.geo import Floats
from sitl.guidance import TAKEOFF_SPOOL_S
from sitl.scurve import Limits, Profile
from sitl.state import State, Xy, Yaw, Z

CONSTANT: Final = 3
"""Piece of a leg's profile with the greatest acceleration."""
Point = tuple[float, float, float]
"""North, east, up in metres from the vehicle's origin."""


class Navigator:
    """Row `row` of the fleet's state."""

    def __init__(self, state: State, row: int) -> None:
        self.s, self.row = state, row
        self.jerk, self.snap, self.accel_z = 1.0, 5.236, 1.0
        self._next: Profile | None = None

    # what the vehicle believes of itself
    @property
    def position(self) -> Point:
        p, e = self.s.pos[self.row], self.s.error[self.row]
        return float(p[0] + e[0]), float(p[1] + e[1]), float(p[2] + e[2])

    @property
    def velocity(self) -> Point:
        v = self.s.vel[self.row]
        return float(v[0]), float(v[1]), float(v[2])

    @property
    def target(self) -> Point:
        t = self.s.tpos[self.row]
        return float(t[0]), float(t[1]), float(t[2])

    @property
    def destination(self) -> Point:
        t = self.s.leg_target[self.row]
        return float(t[0]), float(t[1]), float(t[2])

    def stopping_point(self) -> Point:
        """Where the vehicle will be when it has braked: distance by its speed, gain and acceleration."""
        n, e, u = self.position
        vn, ve, vu = self.velocity
        speed = math.hypot(vn, ve)
        if speed > 1e-3:
            reach = _stopping_distance(speed, 1.0, float(self.s.accel[self.row]))
            n, e = n + vn / speed * reach, e + ve / speed * reach
        if abs(vu) > 1e-3:
            u += math.copysign(min(3.0, _stopping_distance(abs(vu), 1.0, float(self.s.accel_z[self.row]))), vu)
        return n, e, u

    # legs
    def start_legs(self) -> None:
        """Begins waypoint flying from where the vehicle can stop."""
        s, i = self.s, self.row
        here = self.stopping_point()
        for which in range(3):
            s.clear_leg(i, which)
        s.leg_origin[i] = s.leg_target[i] = here
        s.pace[i], s.paused[i], s.fast[i] = 1.0, False, False
        s.offset_vel[i], s.offset_acc[i] = s.speed[i], 0.0
        s.reached[i] = s.told[i] = True
        s.xy[i], s.z[i] = Xy.LEG, Z.LEG
        self._next = None

    def go(self, destination: Point) -> None:
        """Flies to `destination`, from the present one if that was reached, otherwise from where it can stop."""
        s, i = self.s, self.row
        if s.xy[i] != Xy.LEG or not s.reached[i]:
            self.start_legs()
        s.leg_origin[i] = s.leg_target[i]
        s.shift_leg(i, 1, 0)
        if s.fast[i] and self._next is not None:
            s.shift_leg(i, 2, 1)
        else:
            self._put(1, s.leg_origin[i], np.array(destination))
        s.clear_leg(i, 2)
        s.leg_target[i] = destination
        s.fast[i] = s.reached[i] = s.told[i] = False
        self._next = None

    def then(self, destination: Point) -> None:
        """The place after the present destination: the corner is rounded without stopping."""
        self._next = self._put(2, self.s.leg_target[self.row], np.array(destination))
        self.s.fast[self.row] = True

    def _put(self, which: int, start: Floats, end: Floats) -> Profile:
        s, i = self.s, self.row
        track = end - start
        length = float(np.linalg.norm(track))
        unit = track / length if length > 1e-6 else np.zeros(3)
        profile = Profile(length if length > 1e-3 else 0.0, self._limits(unit))
        s.put_leg(i, which, unit, profile)
        s.leg_accel_z[i, which] = s.accel_z[i]
        return profile

    def _limits(self, unit: Floats) -> Limits:
        s, i = self.s, self.row
        up = float(s.speed_up[i] if unit[2] >= 0 else s.speed_down[i])
        return Limits(
            _along(unit, float(s.speed[i]), up),
            _along(unit, float(s.accel[i]), float(s.accel_z[i])),
            self.jerk,
            self.snap,
        )

    def change_speed(self) -> None:
        """Takes up new speed limits: the rest of the present leg and the next leg are planned anew."""
        s, i = self.s, self.row
        s.offset_vel[i] = s.speed[i]
        if s.xy[i] != Xy.LEG or s.leg_length[i, 1] <= 0:
            return
        if s.leg_time[i, 1] <= 0:
            self._put(1, s.leg_origin[i], s.leg_target[i])
        elif s.leg_time[i, 0] < s.leg_duration[i, 0]:
            self._cut_acceleration()
        elif s.leg_time[i, 2] <= 0:
            unit = s.leg_unit[i, 1].copy()
            start = s.tpos[i].copy()
            left = max(0.0, float((s.leg_target[i] - start) @ unit))
            speed = max(0.0, float(s.tvel[i] @ unit))
            s.clear_leg(i, 0)
            s.leg_origin[i] = start
            s.put_leg(i, 1, unit, Profile(left, self._limits(unit), start=speed))
        if s.fast[i] and s.leg_time[i, 2] <= 0 and self._next is not None:
            unit = s.leg_unit[i, 2].copy()
            self._next = Profile(self._next.length, self._limits(unit))
            s.put_leg(i, 2, unit, self._next)
            s.leg_accel_z[i, 2] = s.accel_z[i]

    def _cut_acceleration(self) -> None:
        """While a corner is rounded only the rest of the acceleration can be left out: the start of the present leg is
        flown already.
        """
        s, i = self.s, self.row
        time, length, ends = float(s.leg_time[i, 1]), float(s.leg_length[i, 1]), s.leg_ends[i, 1]
        begin, end = float(ends[CONSTANT - 1]), float(ends[CONSTANT])
        limits = self._limits(s.leg_unit[i, 1])
        top = float(s.leg_speed[i, 1])
        if time > end or end <= begin or limits.speed >= top:
            return
        lowest = top - float(s.leg_table[i, 1, CONSTANT, 1]) * (end - max(time, begin))
        limits = replace(limits, speed=max(lowest, limits.speed))
        s.put_leg(i, 1, s.leg_unit[i, 1].copy(), Profile(length, limits))
        s.leg_time[i, 1] = time

    # everything else
    def hold(self, here: Point | None = None) -> None:
        """Brakes and stays, or goes straight to `here` and stays."""
        s, i = self.s, self.row
        s.goal[i] = here if here is not None else self.stopping_point()
        self._leave_legs()
        s.xy[i], s.z[i] = Xy.POSITION, Z.POSITION

    def hold_xy(self) -> None:
        s, i = self.s, self.row
        stop = self.stopping_point()
        s.goal[i, 0], s.goal[i, 1] = stop[0], stop[1]
        self._leave_legs()
        s.xy[i] = Xy.POSITION

    def move(self, north: float, east: float) -> None:
        """Flies at a horizontal velocity, m/s."""
        s, i = self.s, self.row
        self._leave_legs()
        s.goal_vel[i, 0], s.goal_vel[i, 1] = north, east
        s.xy[i] = Xy.VELOCITY

    def height(self, up: float) -> None:
        """Climbs or sinks to a height above the origin."""
        self._leave_legs()
        self.s.goal[self.row, 2] = up
        self.s.z[self.row] = Z.POSITION

    def climb(self, rate: float) -> None:
        self._leave_legs()
        self.s.goal_vel[self.row, 2] = rate
        self.s.z[self.row] = Z.RATE

    def take_off(self, up: float) -> None:
        """Straight up to `up` metres above the origin."""
        s, i = self.s, self.row
        s.goal[i, 2] = up
        s.goal_vel[i] = 0.0
        s.xy[i] = Xy.VELOCITY
        s.z[i] = Z.TAKEOFF
        s.tpos[i] = self.position
        s.tvel[i] = s.tacc[i] = 0.0
        s.spool_s[i] = min(float(s.spool_s[i]), TAKEOFF_SPOOL_S)

    def stop_take_off(self) -> None:
        """A take-off that has not left the ground yet is called off; the motors are turning for the next."""
        if self.s.z[self.row] == Z.TAKEOFF:
            spool_s = self.s.spool_s[self.row]
            self.ground()
            self.s.spool_s[self.row] = spool_s

    def land(self) -> None:
        self._leave_legs()
        self.s.z[self.row] = Z.LAND

    def ground(self) -> None:
        """Motors idle: no target at all."""
        s, i = self.s, self.row
        s.xy[i], s.z[i] = Xy.NONE, Z.NONE
        s.lean_goal[i] = 0.0
        s.spool_s[i] = 0.0
        s.yaw_mode[i] = Yaw.HOLD
        s.yaw_goal[i] = s.yaw[i]

    def _leave_legs(self) -> None:
        """Takes the target along when leaving waypoints or the ground: it starts where the vehicle is and moves."""
        s, i = self.s, self.row
        if s.xy[i] in (Xy.NONE, Xy.LEAN):
            s.tpos[i] = self.position
            s.tvel[i] = s.vel[i]
            s.tacc[i] = 0.0
        if s.xy[i] == Xy.LEG and s.z[i] == Z.LEG:
            s.z[i] = Z.POSITION
            s.goal[i, 2] = self.stopping_point()[2]
        if s.xy[i] == Xy.LEG:
            s.xy[i] = Xy.POSITION
            stop = self.stopping_point()
            s.goal[i, 0], s.goal[i, 1] = stop[0], stop[1]

    def face(self, heading_rad: float) -> None:
        self.s.yaw_mode[self.row], self.s.yaw_goal[self.row] = Yaw.HOLD, heading_rad % (2 * math.pi)

    def face_ahead(self) -> None:
        self.s.yaw_mode[self.row] = Yaw.AHEAD

    def keep_heading(self) -> None:
        self.face(float(self.s.yaw[self.row]))


def _along(unit: Floats, across: float, vertical: float) -> float:
    """The limit along `unit` that keeps both the horizontal and the vertical limit."""
    flat = math.hypot(float(unit[0]), float(unit[1]))
    steep = abs(float(unit[2]))
    limits = [across / flat if flat > 1e-6 else math.inf, vertical / steep if steep > 1e-6 else math.inf]
    lowest = min(limits)
    return lowest if math.isfinite(lowest) else across


def _stopping_distance(speed: float, gain: float, accel: float) -> float:
    linear = accel / gain
    return speed / gain if speed < linear else accel / (2 * gain * gain) + speed * speed / (2 * accel)
