"""One vehicle's hands on the fleet's guidance arrays: what a flight mode uses to say where to fly."""

from __future__ import annotations

import math

import numpy as np

from sitl import spline
from sitl.geo import Floats
from sitl.guidance import TAKEOFF_SPOOL_S
from sitl.scurve import Limits, Profile
from sitl.state import State, Xy, Yaw, Z

Point = tuple[float, float, float]
"""North, east, up in metres from the vehicle's origin."""


class Navigator:
    """Row `row` of the fleet's state."""

    def __init__(self, state: State, row: int) -> None:
        self.s, self.row = state, row
        self.jerk, self.snap, self.accel_z = 1.0, 5.236, 1.0
        self._this: Profile | None = None
        self._next: Profile | None = None
        self._leaving = np.zeros(3)
        """Direction of the present curve at its end."""

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
        s.pace[i], s.paused[i], s.fast[i], s.curved[i] = 1.0, False, False, False
        s.offset_vel[i], s.offset_acc[i] = s.speed[i], 0.0
        s.reached[i] = s.told[i] = True
        s.xy[i], s.z[i] = Xy.LEG, Z.LEG
        self._this = self._next = None

    def _begin(self, destination: Point) -> None:
        """The present leg is the previous one from now on."""
        s, i = self.s, self.row
        if s.xy[i] != Xy.LEG or not s.reached[i]:
            self.start_legs()
        s.leg_origin[i] = s.leg_target[i]
        s.leg_target[i] = destination
        s.reached[i] = s.told[i] = False

    def go(self, destination: Point) -> None:
        """Flies to `destination`, from the present one if that was reached, otherwise from where it can stop."""
        s, i = self.s, self.row
        self._begin(destination)
        if s.curved[i]:
            s.clear_leg(i, 0)
            speed = float(np.linalg.norm(s.tvel[i]))
            self._this = self._put(1, s.leg_origin[i], s.leg_target[i], speed)
        else:
            s.shift_leg(i, 1, 0)
            if s.fast[i] and self._next is not None:
                s.shift_leg(i, 2, 1)
                self._this = self._next
            else:
                self._this = self._put(1, s.leg_origin[i], s.leg_target[i])
        s.clear_leg(i, 2)
        s.fast[i] = s.curved[i] = False
        self._next = None

    def then(self, destination: Point) -> None:
        """The place after the present destination: the corner is rounded without stopping."""
        s, i = self.s, self.row
        end = float(s.curve_end_speed[i]) if s.curved[i] else 0.0
        self._next = self._put(2, s.leg_target[i], np.array(destination), end)
        if s.curved[i]:
            self._end_at(min(end, self._next.top))
        s.fast[i] = True

    def curve(self, destination: Point, onward: Point, *, curves_on: bool) -> None:
        """Flies to `destination` along a curve that leaves towards `onward`, the place after it; the same place for
        none. `curves_on`: the way there is curved, too.
        """
        s, i = self.s, self.row
        arriving = self._leaving if s.curved[i] else s.leg_target[i] - s.leg_origin[i]
        arriving = arriving.copy() if s.fast[i] and s.reached[i] else np.zeros(3)
        flows = s.xy[i] == Xy.LEG and s.reached[i]
        self._begin(destination)
        speed = float(np.linalg.norm(s.tvel[i])) if flows else 0.0
        shape = self._bend(s.leg_origin[i], arriving, destination, onward, curves_on=curves_on)
        for which in range(3):
            s.clear_leg(i, which)
        s.curve[i], s.curve_at[i], s.curve_speed[i] = shape, 0.0, speed
        s.curve_end_speed[i] = spline.speed_at(s, i, shape, 1.0) if self._leaving.any() else 0.0
        s.curved[i], s.fast[i] = True, bool(self._leaving.any())
        self._this = self._next = None

    def then_curve(self, destination: Point, onward: Point, *, curves_on: bool) -> None:
        """The place after the present destination lies on a curve: this leg ends as fast as that one begins."""
        s, i = self.s, self.row
        own = self._leaving.copy()
        arriving = own if s.curved[i] else s.leg_target[i] - s.leg_origin[i]
        shape = self._bend(s.leg_target[i], arriving, destination, onward, curves_on=curves_on)
        self._leaving = own
        self._end_at(spline.speed_at(s, i, shape, 0.0))
        s.fast[i] = True

    def _bend(self, start: Floats, arriving: Floats, end: Point, onward: Point, *, curves_on: bool) -> Floats:
        target = np.array(end)
        self._leaving = np.array(onward) - (start if curves_on else target)
        return spline.curve(start.copy(), target, arriving, self._leaving)

    def _end_at(self, speed: float) -> None:
        s, i = self.s, self.row
        if s.curved[i]:
            s.curve_end_speed[i] = min(float(s.curve_end_speed[i]), speed)
        elif self._this is not None:
            unit, time = s.leg_unit[i, 1].copy(), float(s.leg_time[i, 1])
            s.put_leg(i, 1, unit, self._this.ending(speed), time)

    def _put(self, which: int, start: Floats, end: Floats, speed: float = 0.0) -> Profile:
        track = end - start
        length = float(np.linalg.norm(track))
        unit = track / length if length > 1e-6 else np.zeros(3)
        profile = Profile(length, self._limits(unit), start=speed)
        self.s.put_leg(self.row, which, unit, profile)
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
        """Takes up new speed limits on what is left of the present leg, and on the next."""
        s, i = self.s, self.row
        if not s.paused[i]:
            s.offset_vel[i] = s.speed[i]
        if s.xy[i] == Xy.LEG and not s.curved[i]:
            self._this = self._at_new_speed(1, self._this)
            self._next = self._at_new_speed(2, self._next)

    def _at_new_speed(self, which: int, profile: Profile | None) -> Profile | None:
        s, i = self.s, self.row
        if profile is None or profile.length <= 0:
            return profile
        unit, time = s.leg_unit[i, which].copy(), float(s.leg_time[i, which])
        profile = profile.with_speed(self._limits(unit).speed, time)
        s.put_leg(i, which, unit, profile, time)
        return profile

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
        s.spool_s[i] = min(max(0.0, float(s.spool_s[i])), TAKEOFF_SPOOL_S, s.time - float(s.idle_at[i]))

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

    def turn(self, degrees: float, rate_deg_s: float, direction: float, *, relative: bool) -> None:
        """CONDITION_YAW: turns on from the heading asked for so far, by an angle or to a heading, 1 clockwise, -1 the
        other way, 0 the shorter; 0 °/s is as fast as allowed.
        """
        s, i = self.s, self.row
        angle = math.radians(degrees)
        if relative:
            if s.yaw_mode[i] == Yaw.HOLD:
                s.yaw_goal[i] = s.yaw[i]
            angle = angle if direction >= 0 else -angle
        else:
            angle = (angle - float(s.yaw_goal[i]) + math.pi) % (2 * math.pi) - math.pi
            if direction * angle < 0:
                angle += math.copysign(2 * math.pi, direction)
        fastest = float(s.yaw_slew[i])
        pace = min(fastest, math.radians(rate_deg_s)) if rate_deg_s > 0 else fastest
        s.yaw_mode[i], s.yaw_left[i], s.yaw_pace[i] = Yaw.SLEW, angle, pace

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
