"""What the autopilot reports: the contents of every streamed message, for many vehicles at once.

Each function fills the payloads of one message for the vehicles `r`. Scaling and odd constants are ArduCopter's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sitl import geo
from sitl.state import GRAVITY, State

Rows = NDArray[np.intp]
Fill = Callable[[State, Rows, Any], None]
DEGREES: Final = 180.0 / np.pi
GROUND_PRESSURE_HPA: Final = 1013.25


def _ms(s: State, r: Rows) -> Any:
    return ((s.time - s.boot_at[r]) * 1000.0).astype(np.uint32)


def _us(s: State, r: Rows) -> Any:
    return ((s.time - s.boot_at[r]) * 1e6).astype(np.uint64)


def _believed(s: State, r: Rows) -> Any:
    return s.pos[r] + s.error[r]


def heartbeat(s: State, r: Rows, out: Any) -> None:
    out["type"], out["autopilot"], out["mavlink_version"] = 2, 3, 3
    out["base_mode"], out["custom_mode"], out["system_status"] = s.base_mode[r], s.mode[r], s.status[r]


def sys_status(s: State, r: Rows, out: Any) -> None:
    out["onboard_control_sensors_present"] = s.sensors_present[r]
    out["onboard_control_sensors_enabled"] = s.sensors_enabled[r]
    out["onboard_control_sensors_health"] = s.sensors_health[r]
    on = s.ready[r]
    out["voltage_battery"] = np.where(on, np.clip(s.volts[r] * 1000.0, 0, 65535), 0)
    out["current_battery"] = np.where(on, np.clip(s.amps[r] * 100.0, 0, 32767), -1)
    out["battery_remaining"] = _remaining(s, r)


def _remaining(s: State, r: Rows) -> Any:
    share = 100.0 * (1.0 - s.used_mah[r] / np.maximum(s.rated_mah[r], 1.0))
    return np.where(s.ready[r] & (s.rated_mah[r] > 0), np.clip(share, 0, 100), -1)


def battery_status(s: State, r: Rows, out: Any) -> None:
    on = s.ready[r]
    out["temperature"] = 32767
    out["voltages"] = 65535
    out["voltages"][:, 0] = np.where(on, np.clip(s.volts[r] * 1000.0, 0, 65534), 65535)
    out["current_battery"] = np.clip(s.amps[r] * 100.0, -32768, 32767)
    out["current_consumed"] = s.used_mah[r]
    out["energy_consumed"] = s.used_j[r] / 100.0
    out["battery_remaining"] = _remaining(s, r)
    out["charge_state"] = np.where(on, s.charge_state[r], 6)


def attitude(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    out["roll"], out["pitch"], out["yaw"] = s.roll[r], s.pitch[r], _signed(s.yaw[r])
    out["rollspeed"], out["pitchspeed"], out["yawspeed"] = s.roll_rate[r], s.pitch_rate[r], s.yaw_rate[r]


def _signed(angle: Any) -> Any:
    return (angle + np.pi) % (2 * np.pi) - np.pi


def global_position_int(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    p = _believed(s, r)
    known = s.located[r]
    lat, lon = geo.place(s.origin_lat[r], s.origin_lon[r], p[:, 0], p[:, 1])
    out["lat"], out["lon"] = np.where(known, lat, 0), np.where(known, lon, 0)
    out["alt"] = np.where(known, np.round((s.origin_amsl[r] + p[:, 2]) * 100.0) * 10.0, 0)
    out["relative_alt"] = np.where(known, (p[:, 2] - s.home_up[r]) * 1000.0, 0)
    vel = np.clip(s.vel[r] * 100.0, -32767, 32767)
    out["vx"], out["vy"], out["vz"] = vel[:, 0], vel[:, 1], -vel[:, 2]
    out["hdg"] = (s.yaw[r] * DEGREES * 100.0) % 36000


def local_position_ned(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    p, v = _believed(s, r), s.vel[r]
    out["x"], out["y"], out["z"] = p[:, 0], p[:, 1], -p[:, 2]
    out["vx"], out["vy"], out["vz"] = v[:, 0], v[:, 1], -v[:, 2]


def gps_raw_int(s: State, r: Rows, out: Any) -> None:
    fix = s.gps_fix[r]
    good = fix >= 2
    p = s.pos[r] + s.gps_offset[r]
    lat, lon = geo.place(s.origin_lat[r], s.origin_lon[r], p[:, 0], p[:, 1])
    out["time_usec"] = np.where(fix > 0, _us(s, r), 0)
    out["fix_type"] = fix
    out["lat"], out["lon"] = np.where(good, lat, 0), np.where(good, lon, 0)
    amsl = np.where(good, (s.origin_amsl[r] + p[:, 2]) * 1000.0, 0)
    out["alt"] = out["alt_ellipsoid"] = amsl
    out["eph"], out["epv"] = np.where(good, 121, 65535 if not good.any() else 9999), np.where(good, 200, 65535)
    speed = np.hypot(s.vel[r, 0], s.vel[r, 1])
    out["vel"] = np.where(good, np.clip(speed * 100.0, 0, 65534), 0)
    out["cog"] = np.where(good, (np.arctan2(s.vel[r, 1], s.vel[r, 0]) * DEGREES * 100.0) % 36000, 0)
    out["satellites_visible"] = np.where(good, s.satellites[r], 0)
    out["h_acc"] = out["v_acc"] = np.where(good, 300, 0)


def vfr_hud(s: State, r: Rows, out: Any) -> None:
    speed = np.hypot(s.vel[r, 0], s.vel[r, 1])
    air = s.vel[r] - s.wind[r]
    out["airspeed"], out["groundspeed"] = np.hypot(air[:, 0], air[:, 1]), speed
    out["heading"] = (s.yaw[r] * DEGREES) % 360
    out["throttle"] = _throttle(s, r) * 100.0
    out["alt"] = np.where(s.located[r], s.origin_amsl[r] + s.pos[r, 2] + s.error[r, 2], 0)
    out["climb"] = s.vel[r, 2]


def _throttle(s: State, r: Rows) -> Any:
    return np.clip(0.36 * np.maximum(s.load[r], 0.0) ** 0.8, 0.0, 1.0)


def raw_imu(s: State, r: Rows, out: Any) -> None:
    out["time_usec"] = _us(s, r)
    _imu(s, r, out)


def scaled_imu2(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    _imu(s, r, out)


def scaled_imu3(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    out["xmag"], out["ymag"], out["zmag"] = _magnetic(s, r)


def _imu(s: State, r: Rows, out: Any) -> None:
    lift = 1000.0 * np.where(s.landed[r], 1.0, s.thrust[r])
    flat = np.hypot(s.vel[r, 0] - s.wind[r, 0], s.vel[r, 1] - s.wind[r, 1]) * 57.5 * (~s.landed[r])
    out["xacc"], out["zacc"] = np.clip(-flat, -32000, 0), np.clip(-lift, -32000, 32000)
    out["xgyro"] = np.clip(s.roll_rate[r] * 1000.0, -32000, 32000)
    out["ygyro"] = np.clip(s.pitch_rate[r] * 1000.0, -32000, 32000)
    out["zgyro"] = np.clip(s.yaw_rate[r] * 1000.0, -32000, 32000)
    out["xmag"], out["ymag"], out["zmag"] = _magnetic(s, r)
    out["temperature"] = 4000


def _magnetic(s: State, r: Rows) -> tuple[Any, Any, Any]:
    on = s.attitude_ok[r]
    return 196.0 * np.cos(s.yaw[r]) * on, -196.0 * np.sin(s.yaw[r]) * on, 448.0 * on


def scaled_pressure(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    amsl = s.origin_amsl[r] + s.pos[r, 2] + s.baro_error[r]
    out["press_abs"] = GROUND_PRESSURE_HPA * (1.0 - 2.25577e-5 * amsl) ** 5.25588
    out["temperature"] = 3484


def scaled_pressure2(s: State, r: Rows, out: Any) -> None:
    scaled_pressure(s, r, out)


def power_status(s: State, r: Rows, out: Any) -> None:
    out["Vcc"] = 5000


def meminfo(s: State, r: Rows, out: Any) -> None:
    out["freemem"], out["freemem32"] = 65535, 524288


def mission_current(s: State, r: Rows, out: Any) -> None:
    out["seq"], out["total"] = s.mission_seq[r], s.mission_total[r]
    out["mission_state"], out["mission_mode"] = s.mission_state[r], s.mode[r] == 3


def nav_controller_output(s: State, r: Rows, out: Any) -> None:
    wanted = s.tacc[r] + s.trim[r]
    cos, sin = np.cos(s.yaw[r]), np.sin(s.yaw[r])
    flying = ~s.landed[r]
    out["nav_roll"] = np.arctan2(wanted[:, 1] * cos - wanted[:, 0] * sin, GRAVITY) * DEGREES * flying
    out["nav_pitch"] = -np.arctan2(wanted[:, 0] * cos + wanted[:, 1] * sin, GRAVITY) * DEGREES * flying
    out["nav_bearing"] = _signed(np.arctan2(s.tvel[r, 1], s.tvel[r, 0])) * DEGREES
    off = s.wp_target[r] - _believed(s, r)
    there = s.has_target[r]
    out["target_bearing"] = np.where(there, np.arctan2(off[:, 1], off[:, 0]) * DEGREES, 0)
    out["wp_dist"] = np.where(there, np.clip(np.hypot(off[:, 0], off[:, 1]), 0, 65535), 0)
    out["alt_error"] = np.where(there, s.tpos[r, 2] - _believed(s, r)[:, 2], 0)


def position_target_global_int(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    p = s.wp_target[r]
    lat, lon = geo.place(s.origin_lat[r], s.origin_lon[r], p[:, 0], p[:, 1])
    out["lat_int"], out["lon_int"], out["alt"] = lat, lon, s.origin_amsl[r] + p[:, 2]
    out["type_mask"] = 65016


def servo_output_raw(s: State, r: Rows, out: Any) -> None:
    out["time_usec"] = _us(s, r)
    running = s.armed[r] & (s.thrust[r] > 0.02)
    level = np.where(running, 1150 + 800 * _motor_level(s, r), np.where(s.armed[r], 1100, 1000))
    for motor in range(1, 5):
        out[f"servo{motor}_raw"] = level


def _motor_level(s: State, r: Rows) -> Any:
    return np.clip(0.545 * np.maximum(s.load[r], 0.0) ** 0.8, 0.0, 1.0)


def rc_channels(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    out["chancount"] = np.where(s.sticks[r, 0] > 0, 8, 0)
    for channel in range(8):
        out[f"chan{channel + 1}_raw"] = s.sticks[r, channel]
    out["rssi"] = 255


def rc_channels_raw(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    for channel in range(8):
        out[f"chan{channel + 1}_raw"] = s.sticks[r, channel]
    out["rssi"] = 255


def ahrs(s: State, r: Rows, out: Any) -> None:
    out["error_rp"], out["error_yaw"] = 0.0023, 0.0024


def ahrs2(s: State, r: Rows, out: Any) -> None:
    out["roll"], out["pitch"], out["yaw"] = s.roll[r], s.pitch[r], _signed(s.yaw[r])
    known = s.located[r]
    lat, lon = geo.place(s.origin_lat[r], s.origin_lon[r], s.pos[r, 0], s.pos[r, 1])
    out["altitude"] = np.where(known, s.origin_amsl[r] + s.pos[r, 2], 0)
    out["lat"], out["lng"] = np.where(known, lat, 0), np.where(known, lon, 0)


def simstate(s: State, r: Rows, out: Any) -> None:
    out["roll"], out["pitch"], out["yaw"] = s.roll[r], s.pitch[r], _signed(s.yaw[r])
    out["zacc"] = -GRAVITY * np.where(s.landed[r], 1.0, s.thrust[r])
    out["xgyro"], out["ygyro"], out["zgyro"] = s.roll_rate[r], s.pitch_rate[r], s.yaw_rate[r]
    lat, lon = geo.place(s.origin_lat[r], s.origin_lon[r], s.pos[r, 0], s.pos[r, 1])
    out["lat"], out["lng"] = lat, lon


def system_time(s: State, r: Rows, out: Any) -> None:
    out["time_boot_ms"] = _ms(s, r)
    out["time_unix_usec"] = np.where(s.gps_fix[r] >= 3, (s.epoch + s.time) * 1e6, 0)


def wind(s: State, r: Rows, out: Any) -> None:
    w = s.wind[r]
    speed = np.hypot(w[:, 0], w[:, 1])
    out["direction"] = np.where(speed > 0.01, _signed(np.arctan2(-w[:, 1], -w[:, 0])) * DEGREES, -180.0)
    out["speed"], out["speed_z"] = speed, -w[:, 2]


def terrain_report(s: State, r: Rows, out: Any) -> None:
    p = _believed(s, r)
    known = s.located[r]
    lat, lon = geo.place(s.origin_lat[r], s.origin_lon[r], p[:, 0], p[:, 1])
    out["lat"], out["lon"] = np.where(known, lat, 0), np.where(known, lon, 0)
    out["current_height"] = np.where(known, s.origin_amsl[r] + p[:, 2], 0)
    out["pending"] = np.where(known, 504, 56)


def ekf_status_report(s: State, r: Rows, out: Any) -> None:
    out["flags"] = s.ekf_flags[r]
    moving = np.hypot(s.vel[r, 0], s.vel[r, 1])
    known = s.located[r]
    out["velocity_variance"] = np.where(known, 0.008 + 0.0015 * moving, 0)
    out["pos_horiz_variance"] = np.where(known, s.position_variance[r], 0)
    out["pos_vert_variance"] = np.where(known, 0.002, 0)
    out["compass_variance"] = np.where(s.attitude_ok[r], 0.0077, 0)


def vibration(s: State, r: Rows, out: Any) -> None:
    out["time_usec"] = _us(s, r)
    shaking = np.where(s.landed[r], 0.0028, 0.0045) * np.ones(len(r))
    out["vibration_x"], out["vibration_y"], out["vibration_z"] = shaking, shaking, shaking * 1.5


def fence_status(s: State, r: Rows, out: Any) -> None:
    out["breach_status"], out["breach_count"] = s.breached[r], s.breach_count[r]
    out["breach_type"], out["breach_time"] = s.breach_type[r], s.breach_ms[r]
    out["breach_mitigation"] = 1


def extended_sys_state(s: State, r: Rows, out: Any) -> None:
    out["landed_state"] = np.where(s.landed[r], 1, np.where(s.z[r] == 5, 3, np.where(s.z[r] == 4, 4, 2)))


def home_position(s: State, r: Rows, out: Any) -> None:
    out["latitude"], out["longitude"] = s.home_lat[r], s.home_lon[r]
    out["altitude"] = np.rint(s.home_amsl[r] * 1000.0)
    out["x"], out["y"] = s.home_north_east[r].T
    out["z"] = -s.home_up[r]
    out["q"] = np.nan
    out["time_usec"] = _us(s, r)


def gps_global_origin(s: State, r: Rows, out: Any) -> None:
    out["latitude"], out["longitude"] = s.origin_lat[r], s.origin_lon[r]
    out["altitude"] = np.rint(s.origin_amsl[r] * 1000.0)
    out["time_usec"] = _us(s, r)


FILLS: Final[dict[str, Fill]] = {
    "HEARTBEAT": heartbeat,
    "SYS_STATUS": sys_status,
    "POWER_STATUS": power_status,
    "MEMINFO": meminfo,
    "MISSION_CURRENT": mission_current,
    "GPS_RAW_INT": gps_raw_int,
    "NAV_CONTROLLER_OUTPUT": nav_controller_output,
    "FENCE_STATUS": fence_status,
    "POSITION_TARGET_GLOBAL_INT": position_target_global_int,
    "GLOBAL_POSITION_INT": global_position_int,
    "LOCAL_POSITION_NED": local_position_ned,
    "RAW_IMU": raw_imu,
    "SCALED_IMU2": scaled_imu2,
    "SCALED_IMU3": scaled_imu3,
    "SCALED_PRESSURE": scaled_pressure,
    "SCALED_PRESSURE2": scaled_pressure2,
    "SERVO_OUTPUT_RAW": servo_output_raw,
    "RC_CHANNELS": rc_channels,
    "RC_CHANNELS_RAW": rc_channels_raw,
    "ATTITUDE": attitude,
    "SIMSTATE": simstate,
    "AHRS2": ahrs2,
    "VFR_HUD": vfr_hud,
    "AHRS": ahrs,
    "SYSTEM_TIME": system_time,
    "WIND": wind,
    "TERRAIN_REPORT": terrain_report,
    "BATTERY_STATUS": battery_status,
    "EKF_STATUS_REPORT": ekf_status_report,
    "VIBRATION": vibration,
    "EXTENDED_SYS_STATE": extended_sys_state,
    "HOME_POSITION": home_position,
    "GPS_GLOBAL_ORIGIN": gps_global_origin,
}
"""Every message that can be streamed. A fence-less vehicle sends no FENCE_STATUS, see `sitl.streams`."""
