"""Parameters that shape motion, battery and faults, written into the fleet's arrays when they change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sitl.state import GRAVITY

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

PREFIXES = ("WPNAV_", "PSC_", "LAND_", "ATC_", "ANGLE_MAX", "LOIT_", "PILOT_", "SIM_", "BATT_")


def apply(v: Vehicle, name: str) -> None:
    """Takes up a changed parameter."""
    if not name.startswith(PREFIXES):
        return
    if name.startswith("SIM_"):
        _faults(v)
    else:
        waypoint(v)
        v.nav.change_speed()


def apply_all(v: Vehicle) -> None:
    waypoint(v)
    _faults(v)


def waypoint(v: Vehicle, speed: float = 0.0) -> None:
    """The limits of waypoint flying; `speed` in m/s replaces WPNAV_SPEED."""
    p, s, i = v.params, v.s, v.row
    s.speed[i] = max(0.1, speed or p["WPNAV_SPEED"] / 100.0)
    s.speed_up[i] = max(0.1, p["WPNAV_SPEED_UP"] / 100.0)
    s.speed_down[i] = max(0.1, p["WPNAV_SPEED_DN"] / 100.0)
    s.accel[i] = max(0.1, (p["WPNAV_ACCEL"] or 250.0) / 100.0)
    s.accel_z[i] = max(0.1, p["WPNAV_ACCEL_Z"] / 100.0)
    s.jerk[i], s.jerk_z[i] = max(0.5, p["PSC_JERK_XY"]), max(0.5, p["PSC_JERK_Z"])
    s.wp_radius[i] = max(0.05, p["WPNAV_RADIUS"] / 100.0)
    s.corner[i] = p["WPNAV_ACCEL_C"] / 100.0 or 2.0 * s.accel[i]
    s.lean_max[i] = GRAVITY * math.tan(math.radians(min(80.0, max(5.0, p["ANGLE_MAX"] / 100.0))))
    s.land_speed[i] = max(0.1, abs(p["LAND_SPEED"]) / 100.0)
    s.land_low[i] = max(1.0, p["LAND_ALT_LOW"] / 100.0)
    s.land_high[i] = p["LAND_SPEED_HIGH"] / 100.0 or s.speed_down[i]
    s.yaw_slew[i] = math.radians(max(5.0, p["ATC_SLEW_YAW"] / 100.0))
    s.yaw_accel[i] = math.radians(max(1000.0, p["ATC_ACCEL_Y_MAX"] or 27_000.0) / 100.0)
    tc = max(0.1, p["ATC_INPUT_TC"])
    s.yaw_gain[i] = 1.0 / tc
    v.nav.jerk = max(0.1, p["WPNAV_JERK"] or s.accel[i])
    v.nav.snap = v.nav.jerk * math.pi / (4.0 * tc)


def loiter(v: Vehicle) -> None:
    """The limits while the pilot's sticks give a velocity."""
    s, i = v.s, v.row
    s.speed[i] = max(0.2, v.params["LOIT_SPEED"] / 100.0)
    s.accel[i] = max(0.1, v.params["LOIT_ACC_MAX"] / 100.0)
    s.accel_z[i] = max(0.1, v.params["PILOT_ACCEL_Z"] / 100.0)
    s.speed_up[i] = max(0.1, v.params["PILOT_SPEED_UP"] / 100.0)


def _faults(v: Vehicle) -> None:
    """Wind, motors, battery and GPS errors from the SIM_ parameters ArduPilot uses."""
    p, s, i = v.params, v.s, v.row
    towards = math.radians(p["SIM_WIND_DIR"] + 180.0)
    tilt = math.radians(p["SIM_WIND_DIR_Z"])
    speed = p["SIM_WIND_SPD"]
    s.wind_goal[i] = (
        speed * math.cos(towards) * math.cos(tilt),
        speed * math.sin(towards) * math.cos(tilt),
        speed * math.sin(tilt),
    )
    s.turbulence[i] = p["SIM_WIND_TURB"]
    failed = bin(p.integer("SIM_ENGINE_FAIL") & 0xF).count("1")
    s.motor[i] = 1.0 - failed / 4.0 * (1.0 - max(0.0, min(1.0, p["SIM_ENGINE_MUL"])))
    s.cell_rest_v[i] = max(0.0, p["SIM_BATT_VOLTAGE"])
    s.capacity_ah[i] = max(0.0, p["SIM_BATT_CAP_AH"])
    s.resistance[i] = 0.008 if s.capacity_ah[i] > 0 else 0.0
    s.gps_noise[i] = abs(p["SIM_GPS_NOISE"])
    north, east = p["SIM_GPS_GLITCH_X"], p["SIM_GPS_GLITCH_Y"]
    metres = 111_318.84
    s.gps_glitch[i] = (
        north * metres,
        east * metres * math.cos(math.radians(v.origin.lat * 1e-7)),
        p["SIM_GPS_GLITCH_Z"],
    )
