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
from dataclasses import InitVar, dataclass, field
from typing import Any, Final

from msgspec.structs import astuple

from telemetry.mavlink.enums import MavAutopilot, MavLandedState, MavModeFlag, MavState, mode_name
from telemetry.mavlink.messages import BY_NAME
from telemetry.vehicle_loss import SequenceLoss
from telemetry.wire import LiveVehicle, VehicleState

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
BREACHES: Final = {1: "lowest height", 2: "greatest height", 3: "boundary"}
"""FENCE_BREACH in words."""
LINK_LATE_S: Final = 3.0
"""Without a HEARTBEAT for longer than this, at 1 Hz, the link counts as lost."""

Happening = tuple[str, str, dict[str, Any]]
"""Kind of event, a sentence without the callsign, data."""


@dataclass(slots=True, eq=False)
class Vehicle:
    """One autopilot, kept up to date in place: only the gateway's loop touches it.

    `live` is what others are shown, and its ages and loss are right in a `snapshot` only; the times here, by which its
    ages are told, are those of `time.monotonic()`.
    """

    name: str
    system_id: int
    link: InitVar[str]
    known: bool
    live: VehicleState = field(init=False)
    is_autopilot: bool = False
    """True from its first HEARTBEAT as an autopilot on: before that it is only someone who sends frames."""
    changed: bool = False
    happened: list[Happening] = field(default_factory=list)
    loss: SequenceLoss = field(default_factory=SequenceLoss)
    link_lost: bool = False
    autopilot: int | None = None
    firmware: str | None = None
    capabilities: int | None = None
    serial: str | None = None
    booted_ms: int = 0
    landed_state_known: bool = False
    heartbeat_at: float | None = None
    position_at: float | None = None
    attitude_at: float | None = None
    battery_at: float | None = None
    gps_at: float | None = None
    mission_at: float | None = None

    def __post_init__(self, link: str) -> None:
        self.live = VehicleState(self.name, link=link)

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
            self.happened.append(("link_lost", f"Nothing heard for {silent:.0f} s over {self.live.link}.", {}))

    def snapshot(self, now: float) -> LiveVehicle:
        """The state as others see it, with the ages of its parts at `now`."""
        live = self.live
        live.link_loss_pct = self.loss.percent(now)
        live.heartbeat_age_ms = _age_ms(self.heartbeat_at, now)
        live.position_age_ms = _age_ms(self.position_at, now)
        live.attitude_age_ms = _age_ms(self.attitude_at, now)
        live.battery_age_ms = _age_ms(self.battery_at, now)
        live.gps_age_ms = _age_ms(self.gps_at, now)
        live.mission_age_ms = _age_ms(self.mission_at, now)
        return LiveVehicle(*astuple(live))


def _age_ms(at: float | None, now: float) -> int | None:
    return None if at is None else int((now - at) * 1000)


def _heartbeat(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    if message.autopilot == MavAutopilot.INVALID:
        return
    vehicle.is_autopilot = True
    vehicle.autopilot = message.autopilot
    if vehicle.link_lost:
        vehicle.link_lost = False
        silent = now - (vehicle.heartbeat_at or now)
        vehicle.happened.append(("link_back", f"Heard again after {silent:.0f} s.", {"silent_s": round(silent, 1)}))
    vehicle.heartbeat_at = now
    mode = mode_name(message.custom_mode)
    if live.mode not in (mode, None):
        text = f"Mode {mode} after {live.mode}."
        vehicle.happened.append(("mode", text, {"mode": mode, "before": live.mode}))
    live.mode = mode
    armed = bool(message.base_mode & ARMED)
    if live.armed is None and armed:  # the gateway has come while it flies
        vehicle.happened.append(("armed", f"Found armed, in {mode}.", {"found": True}))
    elif live.armed is not None and armed != live.armed:
        vehicle.happened.append(("armed", "Armed.", {}) if armed else ("disarmed", "Disarmed.", {}))
    live.armed = armed
    if not vehicle.landed_state_known and (not armed or message.system_status in (MavState.STANDBY, MavState.ACTIVE)):
        live.landed = not armed or message.system_status == MavState.STANDBY


def _extended_sys_state(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    if message.landed_state:
        vehicle.landed_state_known = True
        live.landed = message.landed_state == MavLandedState.ON_GROUND


def _sys_status(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    vehicle.battery_at = now
    live.battery_v = _unless(message.voltage_battery, UNKNOWN16, 1000)
    live.battery_a = _unless(message.current_battery, -1, 100)
    live.battery_pct = _unless(message.battery_remaining, -1, 1)
    present, enabled = message.onboard_control_sensors_present, message.onboard_control_sensors_enabled
    health = message.onboard_control_sensors_health
    if present & SENSOR_PREARM:
        live.prearm_ok = bool(health & SENSOR_PREARM)
    if present & SENSOR_GEOFENCE:
        live.fence_enabled = bool(enabled & SENSOR_GEOFENCE)


def _battery_status(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    if message.id == 0:
        live.battery_used_mah = _unless(message.current_consumed, -1, 1)


def _gps_raw_int(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    vehicle.gps_at = now
    live.gps_fix = message.fix_type
    live.satellites = None if message.satellites_visible == 0xFF else message.satellites_visible
    live.hdop = _unless(message.eph, UNKNOWN16, 100)


def _attitude(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    vehicle.attitude_at = now
    live.roll_deg = math.degrees(message.roll)
    live.pitch_deg = math.degrees(message.pitch)
    _note_clock(vehicle, message.time_boot_ms)


def _global_position_int(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    _note_clock(vehicle, message.time_boot_ms)
    if message.lat == 0 and message.lon == 0:
        live.lat_deg = live.lon_deg = live.altitude_amsl_m = live.height_home_m = None
        live.velocity_north_m_s = live.velocity_east_m_s = live.climb_m_s = None
        return
    vehicle.position_at = now
    live.lat_deg, live.lon_deg = message.lat / 1e7, message.lon / 1e7
    live.altitude_amsl_m = message.alt / 1000
    live.height_home_m = message.relative_alt / 1000
    live.velocity_north_m_s, live.velocity_east_m_s = message.vx / 100, message.vy / 100
    live.climb_m_s = -message.vz / 100
    live.ground_speed_m_s = math.hypot(message.vx, message.vy) / 100
    live.heading_deg = _unless(message.hdg, UNKNOWN16, 100)


def _mission_current(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    vehicle.mission_at = now
    live.mission_item = message.seq
    if message.total:
        live.mission_items = 0 if message.total == UNKNOWN16 else message.total


def _mission_item_reached(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.happened.append(("mission_reached", f"Mission item {message.seq} reached.", {"item": message.seq}))


def _fence_status(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    breached = bool(message.breach_status)
    if breached and not live.fence_breached:
        what = BREACHES.get(message.breach_type, "geofence")
        vehicle.happened.append(("breach", f"The autopilot reports a breach of its {what}.", {"of": what}))
    elif live.fence_breached and not breached:
        vehicle.happened.append(("breach_ended", "The autopilot reports its geofence kept again.", {}))
    live.fence_breached = breached


def _ekf_status_report(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    flags = message.flags
    variance = max(message.velocity_variance, message.pos_horiz_variance, message.pos_vert_variance)
    variance = max(variance, message.compass_variance)
    live.ekf_ok = flags & EKF_NEEDED == EKF_NEEDED and not flags & EKF_BAD and variance < EKF_VARIANCE_LIMIT


def _vibration(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    live.vibration_m_s2 = max(message.vibration_x, message.vibration_y, message.vibration_z)


def _terrain_report(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    live.height_ground_m = message.current_height if message.spacing else None


def _home_position(vehicle: Vehicle, message: Any, now: float) -> None:
    live = vehicle.live
    if message.latitude or message.longitude:
        live.home_lat_deg, live.home_lon_deg = message.latitude / 1e7, message.longitude / 1e7
        live.home_amsl_m = message.altitude / 1000


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


def _gimbal_device_attitude_status(vehicle: Vehicle, message: Any, now: float) -> None:
    """The quaternion turns the camera's axes into north, east, down, or into nose, right, down where it says so."""
    live = vehicle.live
    w, x, y, z = message.q
    live.camera_pitch_deg = math.degrees(math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x)))))
    yaw = math.degrees(math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))
    from_north = bool(message.flags & GIMBAL_FROM_NORTH) and not message.flags & GIMBAL_FROM_NOSE
    if not from_north and live.heading_deg is None:
        live.camera_yaw_deg = None
    else:
        live.camera_yaw_deg = (yaw + (0.0 if from_north else live.heading_deg or 0.0)) % 360.0


HANDLERS: Final[dict[int, Callable[[Vehicle, Any, float], None]]] = {
    BY_NAME[name].id: handler
    for name, handler in {
        "HEARTBEAT": _heartbeat,
        "SYS_STATUS": _sys_status,
        "GPS_RAW_INT": _gps_raw_int,
        "ATTITUDE": _attitude,
        "GLOBAL_POSITION_INT": _global_position_int,
        "MISSION_CURRENT": _mission_current,
        "MISSION_ITEM_REACHED": _mission_item_reached,
        "TERRAIN_REPORT": _terrain_report,
        "BATTERY_STATUS": _battery_status,
        "AUTOPILOT_VERSION": _autopilot_version,
        "FENCE_STATUS": _fence_status,
        "EKF_STATUS_REPORT": _ekf_status_report,
        "VIBRATION": _vibration,
        "HOME_POSITION": _home_position,
        "EXTENDED_SYS_STATE": _extended_sys_state,
        "GIMBAL_DEVICE_ATTITUDE_STATUS": _gimbal_device_attitude_status,
    }.items()
}
"""By message id."""
