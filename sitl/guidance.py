"""One tick of every vehicle's target: where it should be, how fast, and with what acceleration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sitl import shaping, spline
from sitl.geo import Floats
from sitl.scurve import evaluate
from sitl.state import State, Xy, Yaw, Z

Rows = NDArray[np.intp]

MOTORS_IDLE_S = 2.2
"""From arming until the motors turn: ArduCopter's arming delay and MOT_SPOOL_TIME."""
TAKEOFF_SPOOL_S = 0.5
"""From the order, or from when the motors turn, to the first thrust: MOT_SPOOL_TIME again."""
TAKEOFF_SLEW = 0.5
"""Throttle per second while taking off (TKOFF_SLEW_TIME 2 s)."""
TAKEOFF_CLIMB = 1.1
"""Climb rate at which the height controller takes over, m/s."""
YAW_LAG_S = 0.2
"""How far the nose is behind the heading it is pulled to."""
SPIN_UP = np.radians(2.0)
"""A circle's least angular acceleration, rad/s²."""
STRAIGHT_FROM_M = 1.0
"""Nearer to a place than this, height goes its own way."""


def step(s: State, dt: float) -> None:
    """Advances the targets of all vehicles by `dt` seconds."""
    rows = np.flatnonzero((s.xy == Xy.LEG) & ~s.curved)
    if rows.size:
        _follow_legs(s, rows, dt)
    rows = np.flatnonzero((s.xy == Xy.LEG) & s.curved)
    if rows.size:
        _follow_curves(s, rows, dt)
    rows = np.flatnonzero((s.xy == Xy.POSITION) | (s.xy == Xy.VELOCITY) | (s.xy == Xy.CIRCLE))
    if rows.size:
        _horizontal(s, rows, dt)
    rows = np.flatnonzero(s.z >= Z.POSITION)
    if rows.size:
        _vertical(s, rows, dt)
    rows = np.flatnonzero((s.xy == Xy.NONE) | (s.xy == Xy.LEAN))
    if rows.size:
        s.tpos[rows, :2] = s.pos[rows, :2] + s.error[rows, :2]
        s.tvel[rows, :2] = s.vel[rows, :2]
        s.tacc[rows, :2] = s.lean_goal[rows]
    _turn(s, dt)


def _horizontal(s: State, rows: Rows, dt: float) -> None:
    """Towards a place or a velocity, or round a circle."""
    pos, vel, acc = s.tpos[rows, :2], s.tvel[rows, :2], s.tacc[rows, :2]
    kind = s.xy[rows]
    circling = kind == Xy.CIRCLE
    goal = s.goal[rows, :2].copy()
    if circling.any():
        spin, fastest = s.spin[rows], s.accel[rows] / np.maximum(s.radius[rows], 0.1)
        quicker = np.maximum(fastest, SPIN_UP) * dt
        spin = np.where(circling, spin + np.clip(s.rate[rows] - spin, -quicker, quicker), 0.0)
        s.spin[rows] = spin
        s.angle[rows] += spin * dt
        around = np.stack((np.cos(s.angle[rows]), np.sin(s.angle[rows])), axis=1) * s.radius[rows, None]
        goal += np.where(circling[:, None], around, 0.0)
    accel, jerk = s.accel[rows], s.jerk[rows]
    to_place = shaping.position_xy(goal, pos, vel, acc, s.speed[rows], accel, jerk, dt)
    to_speed = shaping.speed_xy(s.goal_vel[rows, :2], vel, acc, accel, jerk, dt)
    acc = np.where((kind == Xy.VELOCITY)[:, None], to_speed, to_place)
    s.tpos[rows, :2] = pos + vel * dt + 0.5 * acc * (dt * dt)
    s.tvel[rows, :2] = vel + acc * dt
    s.tacc[rows, :2] = acc


def _steepness(s: State, rows: Rows) -> NDArray[np.float64]:
    """Metres up or down per metre across on the straight way to a place; infinite where height goes its own way."""
    ahead = s.goal[rows] - s.tpos[rows]
    across = np.hypot(ahead[:, 0], ahead[:, 1])
    straight = (s.xy[rows] == Xy.POSITION) & (s.z[rows] == Z.POSITION) & (across > STRAIGHT_FROM_M)
    return np.where(straight, np.abs(ahead[:, 2]) / np.maximum(across, STRAIGHT_FROM_M), np.inf)


def _vertical(s: State, rows: Rows, dt: float) -> None:
    kind = s.z[rows]
    pos, vel, acc = s.tpos[rows, 2], s.tvel[rows, 2], s.tacc[rows, 2]
    accel, jerk = s.accel_z[rows], s.jerk_z[rows]
    steep = _steepness(s, rows)
    up, down = (np.minimum(limit[rows], s.speed[rows] * steep) for limit in (s.speed_up, s.speed_down))
    rate = shaping.climb_rate(s.goal[rows, 2], pos, up, down, accel, jerk, dt)
    rate = np.where(kind == Z.RATE, s.goal_vel[rows, 2], rate)
    landing = kind == Z.LAND
    if landing.any():
        height = s.pos[rows, 2] + s.error[rows, 2] - s.ground[rows]
        gap = s.land_low[rows] - height
        slow = np.copysign(shaping.approach(np.abs(gap), np.ones_like(gap), accel, dt), gap)
        fast = np.maximum(s.land_high[rows], s.land_speed[rows])
        rate = np.where(landing, np.clip(slow, -fast, -s.land_speed[rows]), rate)
    acc = shaping.speed_z(rate, vel, acc, accel, jerk, dt)
    loose = kind == Z.THROTTLE
    waiting = (kind == Z.TAKEOFF) & s.landed[rows]
    s.spool_s[rows] = np.where(waiting, s.spool_s[rows] + dt, s.spool_s[rows])
    free = loose | waiting
    s.tpos[rows, 2] = np.where(free, s.pos[rows, 2] + s.error[rows, 2], pos + vel * dt)
    s.tvel[rows, 2] = np.where(free, s.vel[rows, 2], vel + acc * dt)
    s.tacc[rows, 2] = np.where(free, 0.0, acc)
    lifted = waiting & (s.vel[rows, 2] > TAKEOFF_CLIMB)
    if lifted.any():
        s.landed[rows[lifted]] = False


def _follow_legs(s: State, rows: Rows, dt: float) -> None:
    """Along the present leg, blended at corners with the legs before and after it."""
    scale = _pace(s, rows, dt)
    step_s = s.pace[rows] * scale * dt
    times = s.leg_time[rows]
    times[:, :2] += step_s[:, None]
    turning = times[:, 2] > 0
    times[:, 2] += np.where(turning, step_s, 0.0)
    duration = s.leg_duration[rows]
    times = np.minimum(times, duration)
    fast = s.fast[rows]
    begin = fast & ~turning & (times[:, 1] >= s.leg_decel_start[rows, 1])
    begin &= duration[:, 1] - times[:, 1] <= s.leg_accel_end[rows, 2]
    if begin.any():
        begin[begin] = _corner_fits(s, rows[begin], times[begin])
        times[:, 2] = np.where(begin, step_s, times[:, 2])
    s.leg_time[rows] = times
    place, speed, accel = _legs_at(s, rows, times)
    unit = s.leg_unit[rows]
    place[:, 0] -= s.leg_length[rows, 0]
    s.tpos[rows] = s.leg_origin[rows] + np.einsum("ij,ijk->ik", place, unit)
    velocity = np.einsum("ij,ijk->ik", speed, unit)
    s.tvel[rows] = velocity * scale[:, None]
    s.tacc[rows] = np.einsum("ij,ijk->ik", accel, unit) * (scale * scale)[:, None] + _slowing(s, rows, velocity)
    left = duration[:, 1] - times[:, 1]
    ended = (left <= 1e-9) | (place[:, 1] >= s.leg_length[rows, 1])
    s.reached[rows] |= (fast & turning & (times[:, 2] >= left)) | (ended & (fast | _near(s, rows)))


def _follow_curves(s: State, rows: Rows, dt: float) -> None:
    """Along a curved leg."""
    scale = _pace(s, rows, dt)
    place, velocity = spline.advance(s, rows, s.pace[rows] * scale * dt)
    s.tpos[rows], s.tvel[rows] = place, velocity * scale[:, None]
    s.tacc[rows] = _slowing(s, rows, velocity)
    s.reached[rows] |= (s.curve_at[rows] >= 1.0) & (s.fast[rows] | _near(s, rows))


def _slowing(s: State, rows: Rows, velocity: Floats) -> Floats:
    """Acceleration along the path while a pause begins or ends."""
    along: Floats = velocity * (s.offset_acc[rows] / np.maximum(s.speed[rows], 1e-3))[:, None]
    return along


def _near(s: State, rows: Rows) -> NDArray[np.bool_]:
    off = s.pos[rows] + s.error[rows] - s.leg_target[rows]
    near: NDArray[np.bool_] = np.einsum("ij,ij->i", off, off) <= s.wp_radius[rows] ** 2
    return near


def _legs_at(s: State, rows: Rows, times: Floats) -> tuple[Floats, Floats, Floats]:
    piece = np.sum(times[:, :, None] >= s.leg_ends[rows], axis=2)
    table = s.leg_table[rows[:, None], np.arange(3)[None, :], piece]
    return evaluate(table, times)


def _pace(s: State, rows: Rows, dt: float) -> Floats:
    """Slows the target where the vehicle falls behind, and for a pause. Returns the scale of speed for the pause."""
    vel = s.tvel[rows]
    size = np.sqrt(np.einsum("ij,ij->i", vel, vel))
    unit = vel / np.maximum(size, 1e-6)[:, None]
    behind = np.einsum("ij,ij->i", s.tpos[rows] - s.pos[rows] - s.error[rows], unit)
    flown = np.einsum("ij,ij->i", s.vel[rows], unit)
    wanted = np.where(size > 1e-6, np.clip(0.05 + (flown - behind) / np.maximum(size, 1e-6), 0.0, 1.0), 1.0)
    pace = s.pace[rows]
    s.pace[rows] = pace + (wanted - pace) * np.minimum(1.0, dt * 0.4)
    speed = s.speed[rows]
    goal = np.where(s.paused[rows], 0.0, speed)
    vel_now, acc_now = s.offset_vel[rows], s.offset_acc[rows]
    if np.array_equal(goal, vel_now):
        s.offset_acc[rows] = 0.0
        steady: Floats = vel_now / np.maximum(speed, 1e-3)
        return steady
    acc_now = shaping.speed_z(goal, vel_now, acc_now, s.accel[rows], s.jerk[rows], dt)
    s.offset_acc[rows] = acc_now
    vel_now = np.clip(vel_now + acc_now * dt, 0.0, speed)
    vel_now = np.where(np.abs(goal - vel_now) < 1e-3, goal, vel_now)
    s.offset_vel[rows] = vel_now
    scale: Floats = vel_now / np.maximum(speed, 1e-3)
    return scale


def _corner_fits(s: State, rows: Rows, times: Floats) -> NDArray[np.bool_]:
    """Whether the middle of the turn lies within the waypoint's radius and the corner's acceleration."""
    left = s.leg_duration[rows, 1] - times[:, 1]
    middle = np.stack((np.zeros_like(left), times[:, 1] + 0.5 * left, 0.5 * left), axis=1)
    place, speed, accel = _legs_at(s, rows, middle)
    unit = s.leg_unit[rows]
    where = unit[:, 1] * (place[:, 1] - s.leg_length[rows, 1])[:, None] + unit[:, 2] * place[:, 2, None]
    vel = unit[:, 1] * speed[:, 1, None] + unit[:, 2] * speed[:, 2, None]
    acc = unit[:, 1] * accel[:, 1, None] + unit[:, 2] * accel[:, 2, None]
    lift = np.minimum(s.leg_accel_z[rows, 1], s.leg_accel_z[rows, 2])
    slowest = np.minimum(s.leg_speed[rows, 1], s.leg_speed[rows, 2])
    fits: NDArray[np.bool_] = (
        (np.linalg.norm(where, axis=1) < s.wp_radius[rows])
        & (np.linalg.norm(vel, axis=1) < slowest)
        & (np.linalg.norm(acc[:, :2], axis=1) < s.corner[rows])
        & (np.abs(acc[:, 2]) < lift)
    )
    return fits


def _turn(s: State, dt: float) -> None:
    """Turns the nose towards where it should look, within the yaw's slew rate and angular acceleration."""
    goal, lead = s.yaw_goal.copy(), np.zeros(s.count)
    ahead = s.yaw_mode == Yaw.AHEAD
    if ahead.any():
        north, east = s.tvel[:, 0], s.tvel[:, 1]
        speed = np.hypot(north, east)
        fast = ahead & (speed > 0.05 * s.speed)
        goal = np.where(fast, np.arctan2(east, north), goal)
        bend = (north * s.tacc[:, 1] - east * s.tacc[:, 0]) / np.maximum(speed, 1e-3) ** 2
        lead = np.where(fast, bend, 0.0)
    looking = s.yaw_mode == Yaw.PLACE
    if looking.any():
        goal = np.where(looking, np.arctan2(s.roi[:, 1] - s.pos[:, 1], s.roi[:, 0] - s.pos[:, 0]), goal)
    circling = s.yaw_mode == Yaw.CENTRE
    if circling.any():
        goal = np.where(circling, np.arctan2(s.goal[:, 1] - s.tpos[:, 1], s.goal[:, 0] - s.tpos[:, 0]), goal)
    slewing = s.yaw_mode == Yaw.SLEW
    if slewing.any():
        turn = np.where(slewing, np.clip(s.yaw_left, -s.yaw_pace * dt, s.yaw_pace * dt), 0.0)
        s.yaw_left -= turn
        goal = goal + turn
    s.yaw_goal[:] = goal
    error = (goal - s.yaw - s.yaw_ahead + np.pi) % (2 * np.pi) - np.pi
    wanted = lead + np.copysign(shaping.approach(np.abs(error), s.yaw_gain, s.yaw_accel, dt), error)
    wanted = np.where(s.yaw_mode == Yaw.RATE, s.yaw_rate_goal, np.clip(wanted, -s.yaw_slew, s.yaw_slew))
    wanted = np.where(s.landed, 0.0, wanted)
    s.yaw_pull += np.clip(wanted - s.yaw_pull, -s.yaw_accel * dt, s.yaw_accel * dt)
    s.yaw_rate = s.yaw_ahead / YAW_LAG_S
    s.yaw_ahead += (s.yaw_pull - s.yaw_rate) * dt
    s.yaw = (s.yaw + s.yaw_rate * dt) % (2 * np.pi)
