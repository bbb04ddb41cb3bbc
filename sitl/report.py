"""Ten times a second: what one vehicle's rare logic knows, written where the streams find it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

PRESENT: Final = 0x5371FC0F
BOOTING: Final = (0x5331FC0F, 0x52019C0F, 0x45119C0B)
ENABLED: Final = 0x52419C0F
GPS, FENCE, AHRS, LOGGING, BATTERY, PREARM = 0x20, 0x100000, 0x200000, 0x1000000, 0x2000000, 0x10000000
CONTROLLING: Final = 0x6000
"""Height and horizontal position control."""
TERRAIN_GUIDED: Final = frozenset((4, 9))
"""Modes that hold position even while disarmed, as ArduCopter's heartbeat shows."""
POSITION_MODES: Final = frozenset((3, 4, 5, 6, 7, 9, 16, 17, 21))
BOOT_STATE, STANDBY, ACTIVE, CRITICAL = 1, 3, 4, 5
SILENT: Final = (0,) * 8
"""No radio at all."""
EKF_NONE, EKF_TILTED, EKF_GPS, EKF_GLITCH = 1024, 167, 831, 32768


def write(v: Vehicle) -> None:
    s, i, boot, runner, fence = v.s, v.row, v.boot, v.runner, v.fence
    armed, ready = v.armed, boot.ready
    controlling = v.mode.number in POSITION_MODES and (armed or v.mode.number in TERRAIN_GUIDED)
    s.ready[i], s.attitude_ok[i] = ready, boot.attitude_ok
    s.mode[i] = v.mode.number
    s.base_mode[i] = 0x51 | (0x80 if armed else 0) | (0x08 if controlling or not ready else 0)
    flying = armed and not v.landed
    s.status[i] = CRITICAL if v.failsafe.any else ACTIVE if flying else STANDBY if ready else BOOT_STATE
    s.gps_fix[i], s.ekf_flags[i] = boot.gps_fix, _ekf(v)
    s.charge_state[i] = 1 + v.failsafe.battery
    s.mission_seq[i], s.mission_total[i] = runner.index, max(0, runner.total - 1)
    s.mission_state[i] = runner.report()
    if fence.count:
        s.breached[i], s.breach_count[i] = fence.breaches > 0, fence.count
        s.breach_type[i] = fence.last_type if fence.breaches else 0
        s.breach_ms[i] = int(fence.last_at * 1000)
    target = v.mode.destination
    s.has_target[i] = target is not None
    if target is not None:
        s.wp_target[i] = target
    _sensors(v, controlling)
    _radio(v)


def _radio(v: Vehicle) -> None:
    """The sticks, where they moved."""
    sticks = v.pilot.channels if v.params["SIM_RC_FAIL"] != 1 else SILENT
    if sticks != v.sticks_told:
        v.sticks_told = sticks
        v.s.sticks[v.row] = sticks


def home(v: Vehicle) -> None:
    """Where home is; written when it changes."""
    s, i = v.s, v.row
    s.located[i] = v.home is not None
    if v.home is not None:
        s.home_lat[i], s.home_lon[i], s.home_amsl[i] = v.home
    s.home_north_east[i], s.home_up[i] = v.home_point[:2], v.home_point[2]


def settings(v: Vehicle) -> None:
    """What the parameters say of the battery and the sky; written when they change."""
    v.s.satellites[v.row] = v.params.integer("SIM_GPS_NUMSATS")
    v.s.rated_mah[v.row] = v.params["BATT_CAPACITY"]


def _ekf(v: Vehicle) -> int:
    if v.now < 5.5:
        return EKF_NONE if v.now < 4.45 else 0
    if v.boot.position_ok and v.boot.gps_lost_at is None:
        return EKF_GPS | (EKF_GLITCH if v.glitch.active else 0)
    return EKF_TILTED if v.home is None or v.boot.gps_lost_at is None else EKF_TILTED | 8 | 16


def _sensors(v: Vehicle, controlling: bool) -> None:
    s, i = v.s, v.row
    if not v.boot.ready:
        s.sensors_present[i], s.sensors_enabled[i], s.sensors_health[i] = BOOTING
        return
    present = PRESENT | (GPS if v.now > 10.0 else 0)
    enabled = ENABLED | (GPS if v.now > 10.0 else 0)
    enabled |= CONTROLLING if controlling else 0
    enabled |= FENCE if v.params["FENCE_ENABLE"] > 0 else 0
    enabled |= AHRS if v.home is not None else 0
    enabled |= LOGGING if v.log.started else 0
    health = 0x47719C0F & ~AHRS | (GPS if v.boot.gps_fix >= 3 else 0) | (enabled & (CONTROLLING | AHRS | LOGGING))
    health |= PREARM if v.prearm_ok or v.armed else 0
    if v.fence.breaches:
        health &= ~FENCE
    if v.failsafe.battery:
        health &= ~BATTERY
    s.sensors_present[i], s.sensors_enabled[i], s.sensors_health[i] = present, enabled, health
