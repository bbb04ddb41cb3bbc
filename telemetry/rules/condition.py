"""Rules about a drone's own state: its link, battery, sensors, mode."""

from __future__ import annotations

import math
from typing import Final

from mission.geodesy import flat_distance_m
from telemetry.rules.fleet import Drone, Fleet
from telemetry.rules.verdict import GOOD, SYSTEM, Verdicts, on_ground
from telemetry.words import mode_words

LINK_LATE_S, LINK_LOST_S, LINK_GOOD_S = 2.5, 5.0, 1.6
"""HEARTBEAT comes once a second."""
LOW_PCT, CRITICAL_PCT, REGAINED_PCT = 30.0, 20.0, 5.0
HOME_SPEED_M_S, HOME_SINK_M_S = 8.0, 1.0
"""What the way home is reckoned with where the drone is slower: half a brisk copter's, into the wind."""
HOME_RESERVE: Final = 1.3
HOME_RESERVE_S: Final = 60.0
VIBRATION_M_S2, VIBRATION_GOOD_M_S2 = 30.0, 25.0
"""ArduPilot's documentation: above 30 m/s² trouble begins."""
SATELLITES, SATELLITES_GOOD = 6, 8
FIX_3D: Final = 3
ORDER_S: Final = 15.0
"""A mode that changes within this time after an order is meant."""
FRAMES_LOST, SIGNATURE_REFUSED = "frames_lost", "signature_refused"
"""Kinds of events of the gateway."""
GOES_ON_S: Final = 20.0
"""The gateway tells of what goes on every few seconds; this long after the last word it is over."""
UNKNOWN: Final = "an unknown mode"
DISK_SHARE, DISK_GOOD_SHARE = 0.05, 0.08
BEHIND_SHARE, BEHIND_GOOD_SHARE = 0.25, 0.15


def link_lost(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for drone in fleet.flying:
        age_s = drone.age_s(drone.live.heartbeat_age_ms, fleet.now)
        if age_s is not None and age_s > LINK_LOST_S:
            name, live = drone.live.vehicle, drone.live
            mode = "" if live.mode is None else f", its mode {mode_words(live.mode)}"
            found[name] = f"{name}: nothing heard for {age_s:.0f} s. Last seen {_where(drone)}{mode}."
        elif age_s is not None and age_s < LINK_GOOD_S:
            found[drone.live.vehicle] = GOOD
    return found


def link_late(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for drone in fleet.flying:
        age_s = drone.age_s(drone.live.heartbeat_age_ms, fleet.now)
        if age_s is not None and LINK_LATE_S < age_s <= LINK_LOST_S:
            found[drone.live.vehicle] = f"{drone.live.vehicle}: its heartbeat is {age_s:.1f} s old."
        elif age_s is not None and age_s < LINK_GOOD_S:
            found[drone.live.vehicle] = GOOD
    return found


def battery_low(fleet: Fleet) -> Verdicts:
    return _battery_under(fleet, LOW_PCT)


def battery_critical(fleet: Fleet) -> Verdicts:
    return _battery_under(fleet, CRITICAL_PCT)


def _battery_under(fleet: Fleet, limit_pct: float) -> Verdicts:
    found = on_ground(fleet)
    for drone in fleet.flying:
        live = drone.live
        if live.battery_pct is None:
            continue
        if live.battery_pct < limit_pct:
            volts = "" if live.battery_v is None else f" ({live.battery_v:.1f} V)"
            found[live.vehicle] = (
                f"{live.vehicle}: battery at {live.battery_pct:.0f} %{volts}, under {limit_pct:.0f} %."
            )
        elif live.battery_pct >= limit_pct + REGAINED_PCT:
            found[live.vehicle] = GOOD
    return found


def way_home(fleet: Fleet) -> Verdicts:
    """The time that the battery still gives at the present current, against the time home and down."""
    found = on_ground(fleet)
    for drone in fleet.flying:
        left_s, needed_s = battery_left_s(drone), home_s(drone)
        if left_s is None or needed_s is None:
            continue
        wanted_s = HOME_RESERVE * needed_s + HOME_RESERVE_S
        if left_s < wanted_s:
            found[drone.live.vehicle] = (
                f"{drone.live.vehicle}: the battery lasts {left_s / 60:.1f} min more, the way home takes "
                f"{needed_s / 60:.1f} min; turn back now."
            )
        elif left_s > wanted_s + HOME_RESERVE_S:
            found[drone.live.vehicle] = GOOD
    return found


def battery_left_s(drone: Drone) -> float | None:
    """Capacity is reckoned from what was used for the share that is gone; None while that is too little to tell."""
    live = drone.live
    if live.battery_pct is None or live.battery_used_mah is None or live.battery_a is None or live.battery_a < 1.0:
        return None
    gone = 1.0 - live.battery_pct / 100.0
    if gone < 0.05 or live.battery_used_mah <= 0.0:
        return None
    left_mah = live.battery_used_mah / gone * (live.battery_pct / 100.0)
    return left_mah * 3.6 / live.battery_a


def home_s(drone: Drone) -> float | None:
    """Straight home at `HOME_SPEED_M_S` and down at `HOME_SINK_M_S`."""
    live = drone.live
    if live.lat_deg is None or live.lon_deg is None or live.home_lat_deg is None or live.home_lon_deg is None:
        return None
    away_m = flat_distance_m(live.lat_deg, live.lon_deg, live.home_lat_deg, live.home_lon_deg)
    return away_m / HOME_SPEED_M_S + max(0.0, live.height_home_m or 0.0) / HOME_SINK_M_S


def ekf(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for drone in fleet.flying:
        if drone.live.ekf_ok:
            found[drone.live.vehicle] = GOOD
        elif drone.live.ekf_ok is False:
            text = f"{drone.live.vehicle}: its position estimate (EKF) is bad; it may not know where it is."
            found[drone.live.vehicle] = text
    return found


def gps(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for drone in fleet.flying:
        live = drone.live
        if live.gps_fix is None:
            continue
        few = live.satellites is not None and live.satellites < SATELLITES
        if live.gps_fix < FIX_3D or few:
            seen = "an unknown number of" if live.satellites is None else str(live.satellites)
            fix = "no 3D fix" if live.gps_fix < FIX_3D else "a 3D fix"
            found[live.vehicle] = f"{live.vehicle}: GPS has {fix} with {seen} satellites."
        elif live.satellites is None or live.satellites >= SATELLITES_GOOD:
            found[live.vehicle] = GOOD
    return found


def vibration(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for drone in fleet.flying:
        level = drone.live.vibration_m_s2
        if level is not None and level > VIBRATION_M_S2:
            text = f"{drone.live.vehicle}: vibration of {level:.0f} m/s², over {VIBRATION_M_S2:.0f} m/s²."
            found[drone.live.vehicle] = text
        elif level is not None and level < VIBRATION_GOOD_M_S2:
            found[drone.live.vehicle] = GOOD
    return found


def breach_reported(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for drone in fleet.flying:
        if drone.live.fence_breached:
            text = f"{drone.live.vehicle}: the autopilot itself reports a breach of its geofence, {_where(drone)}."
            found[drone.live.vehicle] = text
        elif drone.live.fence_breached is False:
            found[drone.live.vehicle] = GOOD
    return found


def fence_disabled(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for drone in fleet.flying:
        if drone.plan is None or not drone.plan.has_fence:
            continue
        if drone.live.fence_enabled:
            found[drone.live.vehicle] = GOOD
        elif drone.live.fence_enabled is False:
            text = f"{drone.live.vehicle}: its plan has a geofence, but the autopilot has it switched off."
            found[drone.live.vehicle] = text
    return found


def unexpected_mode(fleet: Fleet) -> Verdicts:
    """A mode that nobody here ordered: a failsafe, or somebody with another transmitter. Ends with the next order."""
    found = on_ground(fleet)
    for drone in fleet.flying:
        changed_at, live = drone.mode_changed_at, drone.live
        if changed_at == drone.ordered_at == -math.inf:
            continue  # a monitor that has just begun: another may have seen it change
        if drone.ordered_at >= changed_at - ORDER_S:
            found[live.vehicle] = GOOD
        else:
            before, now = (UNKNOWN if mode is None else mode_words(mode) for mode in (drone.mode_before, live.mode))
            found[live.vehicle] = f"{live.vehicle}: changed from {before} to {now} without an order from here."
    return found


def unknown_drone(fleet: Fleet) -> Verdicts:
    return {
        name: GOOD
        if drone.known
        else f"{name}: a drone that the settings do not name is heard on {drone.live.link}, {_where(drone)}."
        for name, drone in fleet.drones.items()
    }


def frames_lost(fleet: Fleet) -> Verdicts:
    """A gateway could neither hand frames over nor keep them: the recording has a hole."""
    return _noticed(fleet, FRAMES_LOST)


def signature_refused(fleet: Fleet) -> Verdicts:
    """Somebody sends in a drone's name without its key, or the drone has the wrong one."""
    return _noticed(fleet, SIGNATURE_REFUSED)


def _noticed(fleet: Fleet, kind: str) -> Verdicts:
    return {
        vehicle: notice.text if fleet.now - notice.heard_at < GOES_ON_S else GOOD
        for (told, vehicle), notice in fleet.notices.items()
        if told == kind
    }


def disk(fleet: Fleet) -> Verdicts:
    """Told while there is still room: on a full disk nothing can be kept, not even an alert."""
    if fleet.disk is None:
        return {}
    machine, share = f"{SYSTEM}+{fleet.disk.host}", fleet.disk.free_bytes / fleet.disk.total_bytes
    if share < DISK_SHARE:
        left = f"{100 * share:.1f} % ({fleet.disk.free_bytes / 1e9:.1f} GB)"
        text = f"The disk of {fleet.disk.host} has {left} of its room left; when it is full, no flight is recorded."
        return {machine: text}
    return {machine: GOOD} if share > DISK_GOOD_SHARE else {}


def recorder_behind(fleet: Fleet) -> Verdicts:
    """Nothing is lost yet, but when the room is full the gateway can only keep frames in its own memory."""
    if fleet.raw_share is None:
        return {}
    if fleet.raw_share > BEHIND_SHARE:
        return {SYSTEM: f"The recorder is behind: {100 * fleet.raw_share:.0f} % of the room for raw MAVLink is taken."}
    return {SYSTEM: GOOD} if fleet.raw_share < BEHIND_GOOD_SHARE else {}


def _where(drone: Drone) -> str:
    live = drone.live
    if live.lat_deg is None or live.lon_deg is None:
        return "at an unknown place"
    height = "" if live.height_home_m is None else f", {live.height_home_m:.0f} m above home"
    return f"at {live.lat_deg:.5f}, {live.lon_deg:.5f}{height}"
