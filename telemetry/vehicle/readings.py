"""MAVLink messages into the numbers of a vehicle: one function a kind of message, all of them in `read`.

Fields are MAVLink's, scaled to SI units here and nowhere else. MAVLink's "unknown" (UINT16_MAX, -1, latitude and
longitude both 0) becomes NaN. What only changes numbers ends here; what people are told of (`HAPPENS`) is left to
`Vehicle`, which is why a HEARTBEAT is taken here only as long as it says the same as the one before.

ArduCopter's meanings: prearm and fence from SYS_STATUS's sensor bits (ArduPilot GCS.cpp, `update_sensor_status_flags`).
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from telemetry.compiled import compiled
from telemetry.mavlink.enums import MavAutopilot, MavLandedState
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.messages import BY_NAME, LARGEST_PAYLOAD
from telemetry.vehicle.numbers import Buffer

LEFT, TAKEN, HAPPENS = range(3)
"""What `read` says: no numbers for us in it; read; left to `Vehicle`, since something happens by it."""

SENSOR_GEOFENCE: Final = 0x0010_0000
SENSOR_PREARM: Final = 0x1000_0000
EKF_NEEDED: Final = 0b11_0111
"""EKF_STATUS_FLAGS: attitude, velocity (both axes), absolute horizontal position, absolute height."""
EKF_BAD: Final = 0b100_1000_0000
"""EKF_STATUS_FLAGS: constant position mode, uninitialised."""
EKF_VARIANCE_LIMIT: Final = 0.8
"""FS_EKF_THRESH's default: above it ArduCopter's own failsafe acts."""
REBOOT_STEP_MS: Final = 2000
"""A fall of the vehicle's clock by more than this is a reboot, by less frames that overtook each other."""
UNKNOWN8, UNKNOWN16 = 0xFF, 0xFFFF
GIMBAL_FROM_NOSE: Final = 32
"""GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME."""
GIMBAL_FROM_NORTH: Final = 16 | 64
"""GIMBAL_DEVICE_FLAGS: YAW_LOCK (which meant so before there was a flag for it), YAW_IN_EARTH_FRAME."""
INVALID: Final = int(MavAutopilot.INVALID)
ON_GROUND: Final = int(MavLandedState.ON_GROUND)

HEARTBEAT: Final = BY_NAME["HEARTBEAT"].layout
SYS_STATUS: Final = BY_NAME["SYS_STATUS"].layout
GPS_RAW_INT: Final = BY_NAME["GPS_RAW_INT"].layout
ATTITUDE: Final = BY_NAME["ATTITUDE"].layout
GLOBAL_POSITION_INT: Final = BY_NAME["GLOBAL_POSITION_INT"].layout
MISSION_CURRENT: Final = BY_NAME["MISSION_CURRENT"].layout
TERRAIN_REPORT: Final = BY_NAME["TERRAIN_REPORT"].layout
BATTERY_STATUS: Final = BY_NAME["BATTERY_STATUS"].layout
FENCE_STATUS: Final = BY_NAME["FENCE_STATUS"].layout
EKF_STATUS_REPORT: Final = BY_NAME["EKF_STATUS_REPORT"].layout
VIBRATION: Final = BY_NAME["VIBRATION"].layout
HOME_POSITION: Final = BY_NAME["HOME_POSITION"].layout
EXTENDED_SYS_STATE: Final = BY_NAME["EXTENDED_SYS_STATE"].layout
GIMBAL_DEVICE_ATTITUDE_STATUS: Final = BY_NAME["GIMBAL_DEVICE_ATTITUDE_STATUS"].layout

HEARTBEAT_ID: Final = BY_NAME["HEARTBEAT"].id
SYS_STATUS_ID: Final = BY_NAME["SYS_STATUS"].id
GPS_RAW_INT_ID: Final = BY_NAME["GPS_RAW_INT"].id
ATTITUDE_ID: Final = BY_NAME["ATTITUDE"].id
GLOBAL_POSITION_INT_ID: Final = BY_NAME["GLOBAL_POSITION_INT"].id
MISSION_CURRENT_ID: Final = BY_NAME["MISSION_CURRENT"].id
TERRAIN_REPORT_ID: Final = BY_NAME["TERRAIN_REPORT"].id
BATTERY_STATUS_ID: Final = BY_NAME["BATTERY_STATUS"].id
FENCE_STATUS_ID: Final = BY_NAME["FENCE_STATUS"].id
EKF_STATUS_REPORT_ID: Final = BY_NAME["EKF_STATUS_REPORT"].id
VIBRATION_ID: Final = BY_NAME["VIBRATION"].id
HOME_POSITION_ID: Final = BY_NAME["HOME_POSITION"].id
EXTENDED_SYS_STATE_ID: Final = BY_NAME["EXTENDED_SYS_STATE"].id
GIMBAL_DEVICE_ATTITUDE_STATUS_ID: Final = BY_NAME["GIMBAL_DEVICE_ATTITUDE_STATUS"].id

Payload = NDArray[np.uint8]
"""`LARGEST_PAYLOAD` bytes, zeros in place of what MAVLink 2 cut off."""
Numbers = Any
"""One record of `telemetry.vehicle.numbers.NUMBERS`."""


@compiled
def _known(value: float, unknown: float, per_unit: float) -> float:
    return math.nan if value == unknown else value / per_unit


@compiled
def _heartbeat(payload: Payload, known: Numbers, now: float) -> int:
    says = payload.view(HEARTBEAT)[0]
    if says.autopilot == INVALID:
        return TAKEN
    if (
        known.link_lost
        or says.autopilot != known.autopilot
        or says.custom_mode != known.custom_mode
        or says.base_mode != known.base_mode
        or says.system_status != known.system_status
    ):
        return HAPPENS
    known.heartbeat_at = now
    return TAKEN


@compiled
def _extended_sys_state(payload: Payload, known: Numbers) -> int:
    says = payload.view(EXTENDED_SYS_STATE)[0]
    if says.landed_state:
        known.landed_state_known = 1.0
        known.landed = says.landed_state == ON_GROUND
    return TAKEN


@compiled
def _sys_status(payload: Payload, known: Numbers, now: float) -> int:
    says = payload.view(SYS_STATUS)[0]
    known.battery_at = now
    known.battery_v = _known(says.voltage_battery, UNKNOWN16, 1000.0)
    known.battery_a = _known(says.current_battery, -1, 100.0)
    known.battery_pct = _known(says.battery_remaining, -1, 1.0)
    if says.onboard_control_sensors_present & SENSOR_PREARM:
        known.prearm_ok = says.onboard_control_sensors_health & SENSOR_PREARM != 0
    if says.onboard_control_sensors_present & SENSOR_GEOFENCE:
        known.fence_enabled = says.onboard_control_sensors_enabled & SENSOR_GEOFENCE != 0
    return TAKEN


@compiled
def _battery_status(payload: Payload, known: Numbers) -> int:
    says = payload.view(BATTERY_STATUS)[0]
    if says.id == 0:
        known.battery_used_mah = _known(says.current_consumed, -1, 1.0)
    return TAKEN


@compiled
def _gps_raw_int(payload: Payload, known: Numbers, now: float) -> int:
    says = payload.view(GPS_RAW_INT)[0]
    known.gps_at = now
    known.gps_fix = says.fix_type
    known.satellites = _known(says.satellites_visible, UNKNOWN8, 1.0)
    known.hdop = _known(says.eph, UNKNOWN16, 100.0)
    return TAKEN


@compiled
def _clock(boot_ms: int, known: Numbers) -> bool:
    """Takes the vehicle's own clock, unless it fell so far that the vehicle has restarted."""
    if boot_ms < known.booted_ms - REBOOT_STEP_MS:
        return False
    known.booted_ms = max(known.booted_ms, boot_ms)
    return True


@compiled
def _attitude(payload: Payload, known: Numbers, now: float) -> int:
    says = payload.view(ATTITUDE)[0]
    if not _clock(says.time_boot_ms, known):
        return HAPPENS
    known.attitude_at = now
    known.roll_deg = math.degrees(float(says.roll))
    known.pitch_deg = math.degrees(float(says.pitch))
    return TAKEN


@compiled
def _global_position_int(payload: Payload, known: Numbers, now: float) -> int:
    says = payload.view(GLOBAL_POSITION_INT)[0]
    if not _clock(says.time_boot_ms, known):
        return HAPPENS
    if says.lat == 0 and says.lon == 0:
        known.lat_deg = known.lon_deg = known.altitude_amsl_m = known.height_home_m = math.nan
        known.velocity_north_m_s = known.velocity_east_m_s = known.climb_m_s = math.nan
        return TAKEN
    known.position_at = now
    known.lat_deg, known.lon_deg = says.lat / 1e7, says.lon / 1e7
    known.altitude_amsl_m = says.alt / 1000
    known.height_home_m = says.relative_alt / 1000
    known.velocity_north_m_s, known.velocity_east_m_s = says.vx / 100, says.vy / 100
    known.climb_m_s = -says.vz / 100
    known.ground_speed_m_s = math.hypot(float(says.vx), float(says.vy)) / 100
    known.heading_deg = _known(says.hdg, UNKNOWN16, 100.0)
    return TAKEN


@compiled
def _mission_current(payload: Payload, known: Numbers, now: float) -> int:
    says = payload.view(MISSION_CURRENT)[0]
    known.mission_at = now
    known.mission_item = says.seq
    if says.total:
        known.mission_items = 0 if says.total == UNKNOWN16 else says.total
    return TAKEN


@compiled
def _fence_status(payload: Payload, known: Numbers) -> int:
    says = payload.view(FENCE_STATUS)[0]
    return TAKEN if known.fence_breached == (says.breach_status != 0) else HAPPENS


@compiled
def _ekf_status_report(payload: Payload, known: Numbers) -> int:
    says = payload.view(EKF_STATUS_REPORT)[0]
    variance = max(says.velocity_variance, says.pos_horiz_variance, says.pos_vert_variance, says.compass_variance)
    sound = says.flags & EKF_NEEDED == EKF_NEEDED and not says.flags & EKF_BAD
    known.ekf_ok = sound and variance < EKF_VARIANCE_LIMIT
    return TAKEN


@compiled
def _vibration(payload: Payload, known: Numbers) -> int:
    says = payload.view(VIBRATION)[0]
    known.vibration_m_s2 = max(says.vibration_x, says.vibration_y, says.vibration_z)
    return TAKEN


@compiled
def _terrain_report(payload: Payload, known: Numbers) -> int:
    says = payload.view(TERRAIN_REPORT)[0]
    known.height_ground_m = says.current_height if says.spacing else math.nan
    return TAKEN


@compiled
def _home_position(payload: Payload, known: Numbers) -> int:
    says = payload.view(HOME_POSITION)[0]
    if says.latitude or says.longitude:
        known.home_lat_deg, known.home_lon_deg = says.latitude / 1e7, says.longitude / 1e7
        known.home_amsl_m = says.altitude / 1000
    return TAKEN


@compiled
def _gimbal_device_attitude_status(payload: Payload, known: Numbers) -> int:
    """The quaternion turns the camera's axes into north, east, down, or into nose, right, down where it says so."""
    says = payload.view(GIMBAL_DEVICE_ATTITUDE_STATUS)[0]
    w, x, y, z = float(says.q[0]), float(says.q[1]), float(says.q[2]), float(says.q[3])
    known.camera_pitch_deg = math.degrees(math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x)))))
    yaw = math.degrees(math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))
    from_north = says.flags & GIMBAL_FROM_NORTH != 0 and says.flags & GIMBAL_FROM_NOSE == 0
    # From the nose it is unknown where the heading is.
    known.camera_yaw_deg = (yaw + (0.0 if from_north else known.heading_deg)) % 360.0
    return TAKEN


@compiled
def read(number: int, payload: Payload, known: Numbers, now: float) -> int:
    """Reads the message with this id; `now` is `time.monotonic()`. Gives `LEFT`, `TAKEN` or `HAPPENS`."""
    if number == ATTITUDE_ID:
        return _attitude(payload, known, now)
    if number == GLOBAL_POSITION_INT_ID:
        return _global_position_int(payload, known, now)
    if number == HEARTBEAT_ID:
        return _heartbeat(payload, known, now)
    if number == SYS_STATUS_ID:
        return _sys_status(payload, known, now)
    if number == GPS_RAW_INT_ID:
        return _gps_raw_int(payload, known, now)
    if number == MISSION_CURRENT_ID:
        return _mission_current(payload, known, now)
    if number == BATTERY_STATUS_ID:
        return _battery_status(payload, known)
    if number == EKF_STATUS_REPORT_ID:
        return _ekf_status_report(payload, known)
    if number == VIBRATION_ID:
        return _vibration(payload, known)
    if number == FENCE_STATUS_ID:
        return _fence_status(payload, known)
    if number == EXTENDED_SYS_STATE_ID:
        return _extended_sys_state(payload, known)
    if number == TERRAIN_REPORT_ID:
        return _terrain_report(payload, known)
    if number == HOME_POSITION_ID:
        return _home_position(payload, known)
    if number == GIMBAL_DEVICE_ATTITUDE_STATUS_ID:
        return _gimbal_device_attitude_status(payload, known)
    return LEFT


@compiled
def read_at(
    data: Buffer, at: int, size: int, number: int, payload: Payload, numbers: NDArray[np.void], now: float
) -> int:
    """`read` of the `size` bytes at `data[at]`, which come to lie in `payload`."""
    for place in range(size):
        payload[place] = data[at + place]
    payload[size:] = 0
    found = read(number, payload, numbers[0], now)
    if found == TAKEN:
        numbers[0].changed = 1.0
    return found


PAYLOAD: Final = np.zeros(LARGEST_PAYLOAD, np.uint8)
"""For `read_at`."""


def read_frame(frame: Frame, numbers: NDArray[np.void], now: float) -> int:
    """The same of one frame."""
    payload = frame.payload
    return read_at(payload, 0, len(payload), frame.msgid, PAYLOAD, numbers, now)
