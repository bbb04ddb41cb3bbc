"""Readings of the vehicle's health out of any log, under one name each.

A reading is a clock and columns over it; None where the recording does not hold it. Sensors of which there are many
are those of the first instance, or of the worst where it says so.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from telemetry.logs.log import Log
from telemetry.logs.table import Column, Floats, Table
from telemetry.logs.telling_tlog import vehicle_of
from telemetry.review.own_order import said_in_order
from telemetry.review.track import held

_UNKNOWN_U16: Final = 65535
_MOTORS: Final = range(33, 41)
"""SERVOn_FUNCTION of motors 1 to 8."""
_MOTORS_OF_FRAME: Final = {6: (), 7: (33, 34, 35, 36), 8: (37, 38), 9: (37, 38), 11: (), 13: ()}
"""FRAME_CLASS of which some of these, or all, are servos: helicopters, tricopter, single and coaxial copter."""
_SENSORS: Final = {1: "gyroscope", 2: "accelerometer", 4: "compass", 8: "barometer", 1 << 24: "log on board"}
"""MAV_SYS_STATUS_SENSOR. What other readings tell better (GPS, radio, battery, fence, estimator) is left out."""
_HEALTH: Final = (
    ("IMU", "GH", "gyroscope"),
    ("IMU", "AH", "accelerometer"),
    ("MAG", "Health", "compass"),
    ("BARO", "Health", "barometer"),
)
_GIMBAL_FROM_NOSE: Final = 32
_GIMBAL_FROM_NORTH: Final = 16 | 64
"""GIMBAL_DEVICE_FLAGS: YAW_IN_VEHICLE_FRAME; YAW_LOCK (which meant so before there was a flag), YAW_IN_EARTH_FRAME."""


class Reading(NamedTuple):
    """`source` names the message; columns have the length of `time_s`."""

    time_s: Floats
    columns: dict[str, Floats]
    source: str


def _first(log: Log, name: str) -> Table | None:
    table = said_in_order(log, name) if log.kind == "tlog" else log.get(name)
    table = table.of(0) if table is not None and log.kind != "tlog" else table
    return table if table is not None and len(table) else None


def _reading(log: Log, tlog: tuple[str, dict[str, str]], flash: tuple[str, dict[str, str]]) -> Reading | None:
    name, fields = tlog if log.kind == "tlog" else flash
    table = _first(log, name)
    if table is None or not set(fields.values()) <= set(table.fields):
        return None
    return Reading(table.time_s, {ours: table.si(theirs) for ours, theirs in fields.items()}, name)


def vibration(log: Log) -> Reading | None:
    """m/s² (standard deviation of the accelerometer about its mean, as AP_InertialSensor has it) and clip counts."""
    axes = {"x": "vibration_x", "y": "vibration_y", "z": "vibration_z", "clips": "clipping_0"}
    flash = {"x": "VibeX", "y": "VibeY", "z": "VibeZ", "clips": "Clip"}
    return _reading(log, ("VIBRATION", axes), ("VIBE", flash))


def estimator(log: Log) -> Reading | None:
    """The EKF's innovation test ratios: 1 is where it throws a measurement away."""
    tlog = {"velocity": "velocity_variance", "position": "pos_horiz_variance", "height": "pos_vert_variance"}
    flash = {"velocity": "SV", "position": "SP", "height": "SH", "compass": "SM"}
    return _reading(log, ("EKF_STATUS_REPORT", {**tlog, "compass": "compass_variance"}), ("XKF4", flash))


def satellites(log: Log) -> Reading | None:
    """Fix (GPS_FIX_TYPE), satellites, HDOP, and the receiver's own position and height above the sea."""
    fields = {"fix": "fix_type", "satellites": "satellites_visible", "hdop": "eph", "lat_deg": "lat", "lon_deg": "lon"}
    flash = {"fix": "Status", "satellites": "NSats", "hdop": "HDop", "lat_deg": "Lat", "lon_deg": "Lng"}
    fields, flash = {**fields, "altitude_m": "alt"}, {**flash, "altitude_m": "Alt"}
    found = _reading(log, ("GPS_RAW_INT", fields), ("GPS", flash))
    if found is not None and log.kind == "tlog":
        found.columns["hdop"] = np.where(found.columns["hdop"] == _UNKNOWN_U16, np.nan, found.columns["hdop"] / 100.0)
        found.columns["satellites"] = np.where(found.columns["satellites"] == 255, np.nan, found.columns["satellites"])
    return found


def failed(log: Log) -> list[tuple[str, Reading]]:
    """Each sensor by name, numbered where there are several, and where `failed` is 1 it had failed.

    SYS_STATUS tells of a kind of sensor, and a .bin of each by its own flag.
    """
    if log.kind == "tlog":
        status = _first(log, "SYS_STATUS")
        if status is None:
            return []
        enabled, health = (status[f"onboard_control_sensors_{name}"].astype(np.int64) for name in ("enabled", "health"))
        bad = enabled & ~health
        return [
            (name, Reading(status.time_s, {"failed": np.where(bad & bit, 1.0, 0.0)}, status.name))
            for bit, name in _SENSORS.items()
        ]
    found = []
    for message, field, name in _HEALTH:
        table = log.get(message)
        if table is None or field not in table or table.instance is None:
            continue
        for number in np.unique(table[table.instance]).tolist():
            one = table.of(number)
            flags = {"failed": np.where(one[field] == 0, 1.0, 0.0)}
            found.append((f"{name} {number + 1}", Reading(one.time_s, flags, message)))
    return found


def motors(log: Log) -> Reading | None:
    """What each motor was told, in µs of PWM, under the number of its output."""
    name, pattern = ("SERVO_OUTPUT_RAW", "servo{}_raw") if log.kind == "tlog" else ("RCOU", "C{}")
    table = _first(log, name)
    if table is None:
        return None
    turning = _MOTORS_OF_FRAME.get(int(log.story.parameter("FRAME_CLASS") or 0), _MOTORS)
    functions = {number: log.story.parameter(f"SERVO{number}_FUNCTION") for number in range(1, 15)}
    known = any(function in _MOTORS for function in functions.values())
    outputs = [n for n, function in functions.items() if function in turning] if known else [1, 2, 3, 4]
    columns = {str(n): table[pattern.format(n)].astype(np.float64) for n in outputs if pattern.format(n) in table}
    return Reading(table.time_s, columns, name) if columns else None


def magnetic_field(log: Log) -> Reading | None:
    """The field in milligauss, from the first compass."""
    fields = {"x": "xmag", "y": "ymag", "z": "zmag"}
    table = _first(log, "RAW_IMU" if log.kind == "tlog" else "MAG")
    names = fields if log.kind == "tlog" else {"x": "MagX", "y": "MagY", "z": "MagZ"}
    if table is None or not set(names.values()) <= set(table.fields):
        return None
    return Reading(table.time_s, {axis: table[name].astype(np.float64) for axis, name in names.items()}, table.name)


def attitude(log: Log) -> Reading | None:
    """Roll, pitch and yaw in degrees."""
    fields = {"roll": "roll", "pitch": "pitch", "yaw": "yaw"}
    found = _reading(log, ("ATTITUDE", fields), ("ATT", {"roll": "Roll", "pitch": "Pitch", "yaw": "Yaw"}))
    if found is None or log.kind != "tlog":
        return found
    return Reading(found.time_s, {axis: np.degrees(angle) for axis, angle in found.columns.items()}, found.source)


def mount(log: Log) -> Reading | None:
    """Where the camera looked: pitch (-90 is straight down) and yaw from true north, degrees, by its mount's own word.

    MNT of a .bin, else GIMBAL_DEVICE_ATTITUDE_STATUS, else MOUNT_STATUS (centidegrees from the nose).
    """
    if log.kind != "tlog":
        table = _first(log, "MNT")
        if table is None or not {"Pitch", "YawE"} <= set(table.fields):
            return None
        return Reading(table.time_s, {"pitch": table.si("Pitch"), "yaw": table.si("YawE")}, table.name)
    heading, vehicle = attitude(log), vehicle_of(log)
    for name, looking in (("GIMBAL_DEVICE_ATTITUDE_STATUS", _gimbal), ("MOUNT_STATUS", _mount_status)):
        table = log.get(name)
        # A gimbal with a component of its own may tell it as well as the autopilot.
        table = table.where(table["src_system"] == vehicle) if table is not None else None
        if table is not None and len(table) and heading is not None:
            pitch, yaw, from_nose = looking(table)
            nose = held(table.time_s, heading.time_s, heading.columns["yaw"])
            return Reading(table.time_s, {"pitch": pitch, "yaw": yaw + np.where(from_nose, nose, 0.0)}, name)
    return None


def _gimbal(table: Table) -> tuple[Floats, Floats, Column]:
    """Of a quaternion w, x, y, z: pitch = asin 2(wy - zx), yaw = atan2(2(wz + xy), 1 - 2(y² + z²))."""
    w, x, y, z = table["q"].astype(np.float64).T
    pitch = np.degrees(np.arcsin(np.clip(2.0 * (w * y - z * x), -1.0, 1.0)))
    yaw = np.degrees(np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z)))
    flags = table["flags"]
    return pitch, yaw, (flags & _GIMBAL_FROM_NORTH == 0) | (flags & _GIMBAL_FROM_NOSE != 0)


def _mount_status(table: Table) -> tuple[Floats, Floats, Column]:
    pitch, yaw = (table[field].astype(np.float64) / 100.0 for field in ("pointing_a", "pointing_c"))
    return pitch, yaw, np.ones(len(table), dtype=np.bool_)
