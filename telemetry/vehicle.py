"""What is known of one vehicle: messages in, `wire.LiveVehicle` out.

Each kind of message has one handler in `HANDLERS`; its fields are MAVLink's, scaled to SI units here and nowhere
else. MAVLink's "unknown" (UINT16_MAX, -1, latitude and longitude both 0) becomes None. Ages are taken from a
monotonic clock. What is worth telling people is collected in `Vehicle.happened` until the gateway takes it.

ArduCopter's meanings: prearm and fence from SYS_STATUS's sensor bits (ArduPilot GCS.cpp, `update_sensor_status_flags`),
landed from HEARTBEAT where EXTENDED_SYS_STATE is not sent (Copter is landed while disarmed, and in MAV_STATE_STANDBY).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from telemetry.mavlink.enums import MavAutopilot, MavLandedState, MavModeFlag, MavState, mode_name
from telemetry.vehicle_loss import SequenceLoss
from telemetry.wire import LinkQuality, LiveVehicle

ARMED: Final = int(MavModeFlag.SAFETY_ARMED)
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
UNKNOWN16: Final = 0xFFFF
GIMBAL_FROM_NOSE: Final = 32
"""GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME."""
GIMBAL_FROM_NORTH: Final = 16 | 64
"""GIMBAL_DEVICE_FLAGS: YAW_LOCK (which meant so before there was a flag for it), YAW_IN_EARTH_FRAME."""
LINK_LATE_S: Final = 3.0
"""Without a HEARTBEAT for longer than this, at 1 Hz, the link counts as lost."""

Happening = tuple[str, str, dict[str, Any]]
"""Kind of event, a sentence without the callsign, data."""


class Vehicle:
    """One autopilot. Mutable; only the gateway's loop touches it."""

    def __init__(self, name: str, system_id: int, link: str, known: bool) -> None:
        self.name, self.system_id, self.link, self.known = name, system_id, link, known
        self.component_id = 1
        self.is_autopilot = False
        """True from its first HEARTBEAT as an autopilot on: before that it is only someone who sends frames."""
        self.changed = False
        self.happened: list[Happening] = []
        self.loss = SequenceLoss()
        self.link_lost = False
        self.autopilot: int | None = None
        self.frame_type: int | None = None
        self.firmware: str | None = None
        self.capabilities: int | None = None
        self.serial: str | None = None
        self.round_trip_ms: float | None = None
        self.booted_ms = 0
        self.mode: str | None = None
        self.armed: bool | None = None
        self.landed: bool | None = None
        self.landed_state_known = False
        self.lat_deg: float | None = None
        self.lon_deg: float | None = None
        self.altitude_amsl_m: float | None = None
        self.height_home_m: float | None = None
        self.height_ground_m: float | None = None
        self.velocity_north_m_s: float | None = None
        self.velocity_east_m_s: float | None = None
        self.climb_m_s: float | None = None
        self.ground_speed_m_s: float | None = None
        self.heading_deg: float | None = None
        self.roll_deg: float | None = None
        self.pitch_deg: float | None = None
        self.battery_v: float | None = None
        self.battery_a: float | None = None
        self.battery_pct: float | None = None
        self.battery_used_mah: float | None = None
        self.gps_fix: int | None = None
        self.satellites: int | None = None
        self.hdop: float | None = None
        self.ekf_ok: bool | None = None
        self.vibration_m_s2: float | None = None
        self.prearm_ok: bool | None = None
        self.fence_enabled: bool | None = None
        self.fence_breached: bool | None = None
        self.mission_item: int | None = None
        self.mission_items: int | None = None
        self.home_lat_deg: float | None = None
        self.home_lon_deg: float | None = None
        self.home_amsl_m: float | None = None
        self.heartbeat_at: float | None = None
        self.position_at: float | None = None
        self.attitude_at: float | None = None
        self.battery_at: float | None = None
        self.gps_at: float | None = None
        self.mission_at: float | None = None
        self.links: tuple[LinkQuality, ...] = ()
        self.clock_offset_s: float | None = None
        self.camera_pitch_deg: float | None = None
        self.camera_yaw_deg: float | None = None

    def update(self, message_id: int, message: Any, now: float) -> None:
        """Takes one decoded message of the autopilot; `now` is `time.monotonic()`."""
        handler = HANDLERS.get(message_id)
        if handler is not None:
            handler(self, message, now)
            self.changed = True

    def check_link(self, now: float) -> None:
        """Notices silence; `heartbeat` notices its end."""
        if self.heartbeat_at is not None and not self.link_lost and now - self.heartbeat_at > LINK_LATE_S:
            self.link_lost = True
            self.changed = True
            silent = now - self.heartbeat_at
            self.happened.append(("link_lost", f"Nothing heard for {silent:.0f} s over {self.link}.", {}))

    def snapshot(self, now: float) -> LiveVehicle:
        """The state as others see it, with the ages of its parts at `now`."""
        return LiveVehicle(
            vehicle=self.name,
            mode=self.mode,
            armed=self.armed,
            landed=self.landed,
            lat_deg=self.lat_deg,
            lon_deg=self.lon_deg,
            altitude_amsl_m=self.altitude_amsl_m,
            height_home_m=self.height_home_m,
            height_ground_m=self.height_ground_m,
            velocity_north_m_s=self.velocity_north_m_s,
            velocity_east_m_s=self.velocity_east_m_s,
            climb_m_s=self.climb_m_s,
            ground_speed_m_s=self.ground_speed_m_s,
            heading_deg=self.heading_deg,
            roll_deg=self.roll_deg,
            pitch_deg=self.pitch_deg,
            battery_v=self.battery_v,
            battery_a=self.battery_a,
            battery_pct=self.battery_pct,
            battery_used_mah=self.battery_used_mah,
            gps_fix=self.gps_fix,
            satellites=self.satellites,
            hdop=self.hdop,
            ekf_ok=self.ekf_ok,
            vibration_m_s2=self.vibration_m_s2,
            prearm_ok=self.prearm_ok,
            fence_enabled=self.fence_enabled,
            fence_breached=self.fence_breached,
            mission_item=self.mission_item,
            mission_items=self.mission_items,
            home_lat_deg=self.home_lat_deg,
            home_lon_deg=self.home_lon_deg,
            home_amsl_m=self.home_amsl_m,
            link=self.link,
            link_loss_pct=self.loss.percent(now),
            round_trip_ms=self.round_trip_ms,
            heartbeat_age_ms=_age_ms(self.heartbeat_at, now),
            position_age_ms=_age_ms(self.position_at, now),
            attitude_age_ms=_age_ms(self.attitude_at, now),
            battery_age_ms=_age_ms(self.battery_at, now),
            gps_age_ms=_age_ms(self.gps_at, now),
            mission_age_ms=_age_ms(self.mission_at, now),
            links=self.links,
            clock_offset_s=self.clock_offset_s,
            camera_pitch_deg=self.camera_pitch_deg,
            camera_yaw_deg=self.camera_yaw_deg,
        )


def _heartbeat(vehicle: Vehicle, message: Any, now: float) -> None:
    if message.autopilot == MavAutopilot.INVALID:
        return
    vehicle.is_autopilot = True
    vehicle.autopilot, vehicle.frame_type = message.autopilot, message.type
    if vehicle.link_lost:
        vehicle.link_lost = False
        silent = now - (vehicle.heartbeat_at or now)
        vehicle.happened.append(("link_back", f"Heard again after {silent:.0f} s.", {"silent_s": round(silent, 1)}))
    vehicle.heartbeat_at = now
    mode = mode_name(message.custom_mode)
    if vehicle.mode not in (mode, None):
        text = f"Mode {mode} after {vehicle.mode}."
        vehicle.happened.append(("mode", text, {"mode": mode, "before": vehicle.mode}))
    vehicle.mode = mode
    armed = bool(message.base_mode & ARMED)
    if vehicle.armed is None and armed:  # the gateway has come while it flies
        vehicle.happened.append(("armed", f"Found armed, in {mode}.", {"found": True}))
    elif vehicle.armed is not None and armed != vehicle.armed:
        vehicle.happened.append(("armed", "Armed.", {}) if armed else ("disarmed", "Disarmed.", {}))
    vehicle.armed = armed
    if not vehicle.landed_state_known and (not armed or message.system_status in (MavState.STANDBY, MavState.ACTIVE)):
        vehicle.landed = not armed or message.system_status == MavState.STANDBY


def _extended_sys_state(vehicle: Vehicle, message: Any, now: float) -> None:
    if message.landed_state:
        vehicle.landed_state_known = True
        vehicle.landed = message.landed_state == MavLandedState.ON_GROUND


def _sys_status(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.battery_at = now
    vehicle.battery_v = _unless(message.voltage_battery, UNKNOWN16, 1000)
    vehicle.battery_a = _unless(message.current_battery, -1, 100)
    vehicle.battery_pct = _unless(message.battery_remaining, -1, 1)
    present, enabled = message.onboard_control_sensors_present, message.onboard_control_sensors_enabled
    health = message.onboard_control_sensors_health
    if present & SENSOR_PREARM:
        vehicle.prearm_ok = bool(health & SENSOR_PREARM)
    if present & SENSOR_GEOFENCE:
        vehicle.fence_enabled = bool(enabled & SENSOR_GEOFENCE)


def _battery_status(vehicle: Vehicle, message: Any, now: float) -> None:
    if message.id == 0:
        vehicle.battery_used_mah = _unless(message.current_consumed, -1, 1)


def _gps_raw_int(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.gps_at = now
    vehicle.gps_fix = message.fix_type
    vehicle.satellites = None if message.satellites_visible == 0xFF else message.satellites_visible
    vehicle.hdop = _unless(message.eph, UNKNOWN16, 100)


def _attitude(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.attitude_at = now
    vehicle.roll_deg = math.degrees(message.roll)
    vehicle.pitch_deg = math.degrees(message.pitch)
    _note_clock(vehicle, message.time_boot_ms)


def _global_position_int(vehicle: Vehicle, message: Any, now: float) -> None:
    _note_clock(vehicle, message.time_boot_ms)
    if message.lat == 0 and message.lon == 0:
        vehicle.lat_deg = vehicle.lon_deg = vehicle.altitude_amsl_m = vehicle.height_home_m = None
        vehicle.velocity_north_m_s = vehicle.velocity_east_m_s = vehicle.climb_m_s = None
        return
    vehicle.position_at = now
    vehicle.lat_deg, vehicle.lon_deg = message.lat / 1e7, message.lon / 1e7
    vehicle.altitude_amsl_m = message.alt / 1000
    vehicle.height_home_m = message.relative_alt / 1000
    vehicle.velocity_north_m_s, vehicle.velocity_east_m_s = message.vx / 100, message.vy / 100
    vehicle.climb_m_s = -message.vz / 100
    vehicle.ground_speed_m_s = math.hypot(message.vx, message.vy) / 100
    vehicle.heading_deg = _unless(message.hdg, UNKNOWN16, 100)


def _mission_current(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.mission_at = now
    vehicle.mission_item = message.seq
    if message.total:
        vehicle.mission_items = 0 if message.total == UNKNOWN16 else message.total


def _mission_item_reached(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.happened.append(("mission_reached", f"Mission item {message.seq} reached.", {"item": message.seq}))


def _fence_status(vehicle: Vehicle, message: Any, now: float) -> None:
    breached = bool(message.breach_status)
    if breached and not vehicle.fence_breached:
        what = BREACHES.get(message.breach_type, "geofence")
        vehicle.happened.append(("breach", f"The autopilot reports a breach of its {what}.", {"of": what}))
    elif vehicle.fence_breached and not breached:
        vehicle.happened.append(("breach_ended", "The autopilot reports its geofence kept again.", {}))
    vehicle.fence_breached = breached


def _ekf_status_report(vehicle: Vehicle, message: Any, now: float) -> None:
    flags = message.flags
    variance = max(message.velocity_variance, message.pos_horiz_variance, message.pos_vert_variance)
    variance = max(variance, message.compass_variance)
    vehicle.ekf_ok = flags & EKF_NEEDED == EKF_NEEDED and not flags & EKF_BAD and variance < EKF_VARIANCE_LIMIT


def _vibration(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.vibration_m_s2 = max(message.vibration_x, message.vibration_y, message.vibration_z)


def _terrain_report(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.height_ground_m = message.current_height if message.spacing else None


def _home_position(vehicle: Vehicle, message: Any, now: float) -> None:
    if message.latitude or message.longitude:
        vehicle.home_lat_deg, vehicle.home_lon_deg = message.latitude / 1e7, message.longitude / 1e7
        vehicle.home_amsl_m = message.altitude / 1000


def _autopilot_version(vehicle: Vehicle, message: Any, now: float) -> None:
    version = message.flight_sw_version
    vehicle.firmware = f"{version >> 24 & 0xFF}.{version >> 16 & 0xFF}.{version >> 8 & 0xFF}"
    vehicle.capabilities = message.capabilities
    if vehicle.serial is None:
        vehicle.serial = bytes(message.uid2).rstrip(b"\0").hex() or None


def _note_clock(vehicle: Vehicle, boot_ms: int) -> None:
    if boot_ms < vehicle.booted_ms - REBOOT_STEP_MS:
        vehicle.happened.append(("reboot", "The autopilot has restarted.", {"time_boot_ms": boot_ms}))
        vehicle.booted_ms = boot_ms
    elif boot_ms > vehicle.booted_ms:
        vehicle.booted_ms = boot_ms


def _unless(value: int, unknown: int, per_unit: int) -> float | None:
    return None if value == unknown else value / per_unit


def _age_ms(at: float | None, now: float) -> int | None:
    return None if at is None else int((now - at) * 1000)


BREACHES: Final = {1: "lowest height", 2: "greatest height", 3: "boundary"}
"""FENCE_BREACH in words."""


def _gimbal_device_attitude_status(vehicle: Vehicle, message: Any, now: float) -> None:
    """The quaternion turns the camera's axes into north, east, down, or into nose, right, down where it says so."""
    w, x, y, z = message.q
    vehicle.camera_pitch_deg = math.degrees(math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x)))))
    yaw = math.degrees(math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))
    from_north = bool(message.flags & GIMBAL_FROM_NORTH) and not message.flags & GIMBAL_FROM_NOSE
    if not from_north and vehicle.heading_deg is None:
        vehicle.camera_yaw_deg = None
    else:
        vehicle.camera_yaw_deg = (yaw + (0.0 if from_north else vehicle.heading_deg or 0.0)) % 360.0


HANDLERS: Final[dict[int, Callable[[Vehicle, Any, float], None]]] = {
    0: _heartbeat,
    1: _sys_status,
    24: _gps_raw_int,
    30: _attitude,
    33: _global_position_int,
    42: _mission_current,
    46: _mission_item_reached,
    136: _terrain_report,
    147: _battery_status,
    148: _autopilot_version,
    162: _fence_status,
    193: _ekf_status_report,
    241: _vibration,
    242: _home_position,
    245: _extended_sys_state,
    285: _gimbal_device_attitude_status,
}
"""By message id."""
