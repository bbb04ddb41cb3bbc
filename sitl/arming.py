"""Arming and disarming: ArduCopter's checks with its words, its refusals, and the landing that disarms by itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sitl.guidance import MOTORS_IDLE_S
from sitl.state import Z

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

CRITICAL, WARNING, INFO = 2, 4, 6
BUSY: Final = (int(Z.TAKEOFF), int(Z.LEG))
DESCENDING: Final = (int(Z.LAND), int(Z.THROTTLE))
REPEAT_S, NEWS_AFTER_S = 30.0, 4.0
LANDED_S: Final = 1.0
"""How long the vehicle must be still on the ground before it has landed."""
SPOOL_DOWN_S: Final = 1.05
"""From landed to idle motors, then it disarms itself."""


def problems(v: Vehicle) -> list[str]:
    """What keeps the vehicle from arming, in the order ArduCopter finds it."""
    found = []
    checks = v.params.integer("ARMING_CHECK")
    if checks:
        if not v.boot.attitude_ok:
            found.append("Gyros not calibrated" if v.now < 2.0 else "AHRS: not using configured AHRS type")
        if checks & (1 | 2) and v.params["SIM_BARO_DISABLE"] > 0:
            found.append("Baro: not healthy")
        if checks & (1 | 4) and v.params["SIM_MAG1_FAIL"] > 0 and v.params["SIM_MAG2_FAIL"] > 0:
            found.append("Compass not healthy")
        if checks & (1 | 8):
            found.extend(_gps_problems(v))
        if checks & (1 | 256):
            found.extend(v.failsafe.battery_problems())
        if checks & (1 | 64) and v.failsafe.radio:
            found.append("RC not found" if v.params["SIM_RC_FAIL"] == 1 else "Throttle below failsafe")
        if checks & (1 | 32) and not 1000 <= v.params["ANGLE_MAX"] <= 8000:
            found.append("Check ANGLE_MAX")
        if v.mode.number == 3 and checks & (1 | 16384) and v.mission_count <= 1:
            found.append("Mode requires mission")
    found.extend(_mandatory(v))
    return found


def _gps_problems(v: Vehicle) -> list[str]:
    if v.params["GPS1_TYPE"] == 0 or not _position_wanted(v):
        return []
    if v.boot.gps_fix < 3 and v.now > 10.0:
        return ["GPS 1: Bad fix"]
    if v.home is None and v.boot.position_ok:
        return ["AHRS: waiting for home"]
    return []


def _position_wanted(v: Vehicle) -> bool:
    return v.mode.needs_position or v.fence.sides_enabled


def _mandatory(v: Vehicle) -> list[str]:
    if v.params["ARMING_CHECK"] == 0 and not v.mode.needs_position:
        return []
    if not v.boot.position_ok:
        if v.mode.needs_position:
            return ["Need Position Estimate"]
        if v.fence.sides_enabled:
            return ["Fence enabled, need position estimate"]
        return []
    if _position_wanted(v) and v.glitch.active:
        return ["GPS glitching"]
    if _position_wanted(v) and 0 < v.params["FS_EKF_THRESH"] <= v.s.position_variance[v.row]:
        return ["EKF position variance"]
    if v.services is not None and v.services.compass.running:
        return ["Compass calibration running"]
    if v.failsafe.gcs:
        return ["GCS failsafe on"]
    if v.params["ARMING_CHECK"] == 0:
        return []
    fence = v.fence.problem()
    return [fence] if fence else []


def arm(v: Vehicle, *, force: bool = False) -> bool:
    """Arms if nothing speaks against it; otherwise says what does."""
    if v.armed:
        return True
    if not force:
        found = problems(v)
        _note(v, found)
        if v.mode.no_arming:
            found.append(f"{v.mode.name} mode not armable")
        elif v.mode.manual_throttle and v.pilot.throttle > 0.0:
            found.append("Throttle too high")
        if found:
            for problem in found:
                v.text(CRITICAL, f"Arm: {problem}")
            return False
    v.s.armed[v.row] = True
    v.s.idle_at[v.row] = v.s.time + MOTORS_IDLE_S
    v.armed_at = v.landed_since = v.idle_since = v.now
    v.armed_heading = v.heading
    v.ever_flew = False
    v.text(INFO, "Arming motors")
    if not v.home_locked and v.boot.position_ok:
        north, east, up = v.nav.position
        place = v.globe((north, east, up - 0.01))
        v.send_origin()
        v.set_home(place)
    v.nav.ground()
    v.breadcrumbs.start()
    v.log.start()
    v.mode.enter(ignore_checks=True)
    return True


def disarm(v: Vehicle, *, quiet: bool = False) -> None:
    """Stops the motors, wherever the vehicle is."""
    if not v.armed:
        return
    v.s.armed[v.row] = False
    v.auto_armed = False
    v.nav.ground()
    if not quiet:
        v.text(INFO, "Disarming motors")
    if v.landed:
        v.params.set("STAT_FLTTIME", v.params["STAT_FLTTIME"] + round(v.flight_s))
    v.flight_s = 0.0
    v.mode.disarmed()
    v.log.stop()


def watch(v: Vehicle) -> None:
    """Says every 30 s what keeps a disarmed vehicle from arming; disarms one that idles on the ground."""
    if v.armed:
        _watch_idle(v)
    if v.now < v.boot_check_at:
        return
    v.boot_check_at = v.now + 1.0
    waited = v.now - v.prearm_said
    say = waited > REPEAT_S or (v.prearm_news and waited > NEWS_AFTER_S)
    if say:
        v.prearm_said, v.prearm_news = v.now, False
    found = [] if v.armed else problems(v)
    _note(v, found)
    if say:
        for problem in found:
            v.text(CRITICAL, f"PreArm: {problem}")


def _note(v: Vehicle, found: list[str]) -> None:
    """A vehicle that could arm and no longer can says so at the next check."""
    v.prearm_news = v.prearm_news or (v.prearm_ok and bool(found))
    v.prearm_ok = not found


def _watch_idle(v: Vehicle) -> None:
    """DISARM_DELAY: armed, landed, throttle down, and nothing asked for."""
    delay = v.params["DISARM_DELAY"]
    idle = v.landed and v.pilot.throttle <= 0.0 and v.s.z[v.row] not in BUSY
    if not idle or delay <= 0:
        v.idle_since = v.now
    elif v.now - v.idle_since >= delay and not v.mode.waits_on_ground:
        disarm(v)


def watch_landing(v: Vehicle) -> None:
    """Notices take-off and touch-down; a landing mode disarms when the motors have stopped."""
    s, i = v.s, v.row
    if s.impact[i] > 0.0:
        v.text(INFO, f"SIM Hit ground at {s.impact[i]:f} m/s")
        s.impact[i] = 0.0
    if not v.landed:
        v.flight_s += 0.1
        v.ever_flew = True
        if s.still_s[i] < LANDED_S:
            return
        tilt = max(abs(float(s.roll[i])), abs(float(s.pitch[i])))
        asked_down = s.z[i] in DESCENDING or s.goal_vel[i, 2] < 0 or s.tpos[i, 2] < s.pos[i, 2] - 0.5
        if asked_down and tilt < math.radians(15):
            s.landed[i] = True
            v.landed_since = v.now
            v.nav.ground()
            v.log.event("land complete")
        return
    if v.ever_flew and v.mode.disarms_on_landing and v.now - v.landed_since >= SPOOL_DOWN_S:
        v.mode.touched_down()
        disarm(v)
