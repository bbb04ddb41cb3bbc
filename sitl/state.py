"""The fleet's state as arrays of N vehicles: what is flown to, where each vehicle really is, and how it feels.

Axes are north, east, up in metres from the vehicle's origin (where it was switched on). `goal*` is what a mode asks
for, `t*` the shaped target that moves towards it within the limits, and `pos`, `vel`, `acc` the vehicle itself.
Rare decisions belong to `sitl.vehicle`, which writes rows here; everything done every tick is done to all rows.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sitl.geo import Floats
from sitl.scurve import COLUMNS, PIECES, Profile

GRAVITY: Final = 9.80665


class Xy(IntEnum):
    """How the horizontal target moves."""

    NONE = 0
    """On the ground, or falling: no target."""
    LEG = 1
    """Along legs, straight or curved; height too."""
    POSITION = 2
    VELOCITY = 3
    CIRCLE = 4
    LEAN = 5
    """Lean angles asked for directly; no position is held."""


class Z(IntEnum):
    """How the vertical target moves."""

    NONE = 0
    LEG = 1
    POSITION = 2
    RATE = 3
    LAND = 4
    TAKEOFF = 5
    THROTTLE = 6
    """Throttle asked for directly; no height is held."""


class Yaw(IntEnum):
    HOLD = 0
    """Turn to `yaw_goal` and stay."""
    AHEAD = 1
    """Nose along the path."""
    RATE = 2
    PLACE = 3
    """Nose to `roi`."""
    SLEW = 4
    """Turn `yaw_goal` on by `yaw_left`, and stay."""
    CENTRE = 5
    """Nose to the middle of the circle flown."""


class State:
    """Structure of arrays; row i is vehicle i."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.time = 0.0
        """Seconds since the fleet was switched on."""
        self.boot_at = np.zeros(count)
        self.origin_lat, self.origin_lon, self.origin_amsl = np.zeros((3, count))
        """Where each was switched on."""
        self._body(count)
        self._beliefs(count)
        self._guidance(count)
        self._reports(count)
        self._limits(count)
        self._legs(count)

    def _body(self, count: int) -> None:
        """The vehicle itself, and its battery."""
        self.pos, self.vel, self.acc = np.zeros((3, count, 3))
        self.thrust = np.zeros(count)
        """Upward, as a multiple of the weight."""
        self.load = np.zeros(count)
        """Of all motors, leaning included, as a multiple of the weight."""
        self.ground = np.zeros(count)
        """Height of the ground below, above the origin."""
        self.roll, self.pitch, self.yaw = np.zeros((3, count))
        self.roll_rate, self.pitch_rate, self.yaw_rate = np.zeros((3, count))
        self.landed = np.ones(count, dtype=bool)
        """ArduPilot's land_complete."""
        self.armed = np.zeros(count, dtype=bool)
        self.motor = np.ones(count)
        """Share of thrust the motors can give (SIM_ENGINE_MUL, a failed motor)."""
        self.still_s = np.zeros(count)
        """Seconds without motion on the ground while descending."""
        self.impact = np.zeros(count)
        """Speed of the latest touch-down, m/s; taken and cleared by the vehicle."""
        self.wind, self.gust, self.wind_goal = np.zeros((3, count, 3))
        self.turbulence = np.zeros(count)
        self.amps, self.volts, self.used_mah, self.used_j = np.zeros((4, count))
        self.cell_rest_v, self.resistance, self.capacity_ah = np.full(count, 12.6), np.zeros(count), np.zeros(count)

    def _beliefs(self, count: int) -> None:
        """What it takes itself to be: the truth plus an error."""
        self.error, self.error_goal = np.zeros((2, count, 3))
        self.gps_glitch, self.gps_accepted, self.gps_noise = *np.zeros((2, count, 3)), np.zeros(count)
        """A jump of the GPS, as much of it as the filter believes, and its scatter in metres."""
        self.jumped = np.zeros(count, dtype=bool)
        """The GPS is not where the filter has it."""
        self.position_variance = np.full(count, 0.0042)
        """EKF_STATUS_REPORT's: above 1 the GPS is not believed."""

    def _guidance(self, count: int) -> None:
        """What is flown to."""
        self.xy, self.z = np.zeros((2, count), dtype=np.int8)
        self.tpos, self.tvel, self.tacc = np.zeros((3, count, 3))
        self.goal, self.goal_vel = np.zeros((2, count, 3))
        self.trim = np.zeros((count, 3))
        """Acceleration learnt to hold against drag and wind."""
        self.lean_goal = np.zeros((count, 2))
        """Asked lean as acceleration north and east, m/s²."""
        self.throttle_goal = np.zeros(count)
        self.yaw_mode = np.zeros(count, dtype=np.int8)
        self.yaw_goal, self.yaw_rate_goal = np.zeros((2, count))
        self.yaw_ahead, self.yaw_pull = np.zeros((2, count))
        """The shaped heading that the nose follows: radians ahead of it, and rad/s."""
        self.yaw_left, self.yaw_pace = np.zeros((2, count))
        """Radians still to be turned, clockwise, and how many a second."""
        self.roi = np.zeros((count, 3))
        self.idle_at, self.spool_s = np.zeros((2, count))
        """When the motors turn after arming; seconds since take-off was asked for and they did, on the ground."""
        self.radius, self.rate, self.spin, self.angle = np.zeros((4, count))
        """Circle: metres, rad/s asked for, rad/s now, rad from north."""

    def _reports(self, count: int) -> None:
        """What the rare logic knows and the streams tell; kept by `sitl.report`."""

        def whole() -> NDArray[np.int64]:
            return np.zeros(count, dtype=np.int64)

        def flag() -> NDArray[np.bool_]:
            return np.zeros(count, dtype=bool)

        self.base_mode, self.mode, self.status = whole(), whole(), whole()
        self.sensors_present, self.sensors_enabled, self.sensors_health = whole(), whole(), whole()
        self.ready, self.located, self.attitude_ok = flag(), flag(), flag()
        self.gps_fix, self.satellites, self.ekf_flags = whole(), whole(), whole()
        self.mission_seq, self.mission_total, self.mission_state = whole(), whole(), whole()
        self.breached, self.breach_count, self.breach_type, self.breach_ms = whole(), whole(), whole(), whole()
        self.charge_state, self.rated_mah = whole(), np.zeros(count)
        self.home_lat, self.home_lon = whole(), whole()
        self.home_north_east, self.home_amsl = np.zeros((count, 2)), np.zeros(count)
        self.home_up, self.baro_error = np.zeros(count), np.zeros(count)
        self.wp_target, self.has_target = np.zeros((count, 3)), flag()
        self.gps_offset = np.zeros((count, 3))
        self.sticks = np.zeros((count, 8), dtype=np.int64)
        self.shooting = flag()
        """Its camera waits for a moment or a place."""
        self.epoch = 0.0
        """Unix time at which the fleet was switched on, s."""

    def _limits(self, count: int) -> None:
        """What the parameters allow; `sitl.limits` keeps them so. Metres, seconds, radians."""
        self.speed, self.speed_up, self.speed_down = np.full(count, 10.0), np.full(count, 2.5), np.full(count, 1.5)
        self.accel, self.accel_z = np.full(count, 2.5), np.full(count, 1.0)
        self.jerk, self.jerk_z = np.full(count, 5.0), np.full(count, 5.0)
        self.wp_radius, self.corner = np.full(count, 2.0), np.full(count, 5.0)
        self.lean_max = np.full(count, 5.66)
        self.land_speed, self.land_low, self.land_high = np.full(count, 0.5), np.full(count, 10.0), np.full(count, 1.5)
        self.yaw_slew, self.yaw_accel, self.yaw_gain = np.full(count, 1.047), np.full(count, 4.7), np.full(count, 5.0)

    def _legs(self, count: int) -> None:
        """Previous, present and next leg of each vehicle; where the present one is curved, its curve."""
        self.leg_table = np.zeros((count, 3, PIECES + 1, COLUMNS))
        self.leg_ends = np.zeros((count, 3, PIECES))
        self.leg_unit = np.zeros((count, 3, 3))
        self.leg_length, self.leg_time, self.leg_duration = np.zeros((3, count, 3))
        self.leg_accel_end, self.leg_decel_start = np.zeros((2, count, 3))
        self.leg_speed, self.leg_accel_z = np.zeros((2, count, 3))
        self.leg_origin, self.leg_target = np.zeros((2, count, 3))
        self.curved = np.zeros(count, dtype=bool)
        self.curve = np.zeros((count, 4, 3))
        """Coefficients of its cubic, constant term first."""
        self.curve_at, self.curve_speed, self.curve_end_speed = np.zeros((3, count))
        """How far along from 0 to 1, and m/s."""
        self.fast = np.zeros(count, dtype=bool)
        """Round the corner into the next leg without stopping."""
        self.pace = np.ones(count)
        """Share of real time at which the target moves, less than 1 where the vehicle falls behind."""
        self.paused = np.zeros(count, dtype=bool)
        self.offset_vel, self.offset_acc = np.zeros((2, count))
        self.reached, self.told = np.zeros((2, count), dtype=bool)
        """Arrived at the leg's end, and the mode was told."""

    def put_leg(self, row: int, which: int, unit: Floats, profile: Profile, time: float = 0.0) -> None:
        """Writes one leg's profile, `time` s of it flown; `which` is 0 previous, 1 present, 2 next."""
        self.leg_table[row, which] = profile.table
        self.leg_ends[row, which] = profile.ends
        self.leg_unit[row, which] = unit
        self.leg_length[row, which] = profile.length
        self.leg_time[row, which] = time
        self.leg_duration[row, which] = profile.duration
        self.leg_accel_end[row, which] = profile.accel_end
        self.leg_decel_start[row, which] = profile.decel_start
        self.leg_speed[row, which] = profile.limits.speed
        self.leg_accel_z[row, which] = self.accel_z[row]

    @property
    def _leg_arrays(self) -> tuple[Floats, ...]:
        return (
            self.leg_table,
            self.leg_ends,
            self.leg_unit,
            self.leg_length,
            self.leg_time,
            self.leg_duration,
            self.leg_accel_end,
            self.leg_decel_start,
            self.leg_speed,
            self.leg_accel_z,
        )

    def shift_leg(self, row: int, source: int, target: int) -> None:
        """Makes leg `source` the leg `target`, its progress included."""
        for array in self._leg_arrays:
            array[row, target] = array[row, source]

    def clear_leg(self, row: int, which: int) -> None:
        for array in self._leg_arrays:
            array[row, which] = 0.0
