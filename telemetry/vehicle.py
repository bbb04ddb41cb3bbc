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
from dataclasses import dataclass, field
from operator import attrgetter
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


@dataclass(slots=True, eq=False)
class Vehicle:
    """One autopilot. Mutable; only the gateway's loop touches it."""

    name: str
    system_id: int
    link: str
    known: bool
    component_id: int = 1
    is_autopilot: bool = False
    """True from its first HEARTBEAT as an autopilot on: before that it is only someone who sends frames."""
    changed: bool = False
    happened: list[Happening] = field(default_factory=list)
    loss: SequenceLoss = field(default_factory=SequenceLoss)
    link_lost: bool = False
    autopilot: int | None = None
    frame_type: int | None = None
    firmware: str | None = None
    capabilities: int | None = None
    serial: str | None = None
    round_trip_ms: float | None = None
    booted_ms: int = 0
    mode: str | None = None
    armed: bool | None = None
    landed: bool | None = None
    landed_state_known: bool = False
    lat_deg: float | None = None
    lon_deg: float | None = None
    altitude_amsl_m: float | None = None
    height_home_m: float | None = None
    height_ground_m: float | None = None
    velocity_north_m_s: float | None = None
    velocity_east_m_s: float | None = None
    climb_m_s: float | None = None
    ground_speed_m_s: float | None = None
    heading_deg: float | None = None
    roll_deg: float | None = None
    pitch_deg: float | None = None
    battery_v: float | None = None
    battery_a: float | None = None
    battery_pct: float | None = None
    battery_used_mah: float | None = None
    gps_fix: int | None = None
    satellites: int | None = None
    hdop: float | None = None
    ekf_ok: bool | None = None
    vibration_m_s2: float | None = None
    prearm_ok: bool | None = None
    fence_enabled: bool | None = None
    fence_breached: bool | None = None
    mission_item: int | None = None
    mission_items: int | None = None
    home_lat_deg: float | None = None
    home_lon_deg: float | None = None
    home_amsl_m: float | None = None
    heartbeat_at: float | None = None
    position_at: float | None = None
    attitude_at: float | None = None
    battery_at: float | None = None
    gps_at: float | None = None
    mission_at: float | None = None
    links: tuple[LinkQuality, ...] = ()
    clock_offset_s: float | None = None
    camera_pitch_deg: float | None = None
    camera_yaw_deg: float | None = None

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
        return _live_vehicle(
            self.name,
            *_AS_THEY_ARE(self),
            self.loss.percent(now),
            self.round_trip_ms,
            *[None if at is None else int((now - at) * 1000) for at in _TIMES(self)],
            self.links,
            self.clock_offset_s,
            self.camera_pitch_deg,
            self.camera_yaw_deg,
        )


_live_vehicle: Final[Callable[..., LiveVehicle]] = LiveVehicle
_LIVE: Final = LiveVehicle.__struct_fields__
_AS_THEY_ARE: Final = attrgetter(*_LIVE[_LIVE.index("mode") : _LIVE.index("link_loss_pct")])
"""What is called the same in `LiveVehicle`, in its order: 40,000 snapshots a second are too many for 46 names each."""
_TIMES: Final = attrgetter(*(name.replace("_age_ms", "_at") for name in _LIVE if name.endswith("_age_ms")))


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
