"""Battery, ground station, radio and filter failsafes, with ArduCopter's order of decisions and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sitl import arming
from sitl.modes.returning import Land

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

CRITICAL, WARNING = 2, 4
NONE, LAND, RTL, SMART_RTL, SMART_RTL_OR_LAND, TERMINATE, AUTO_LAND_START, BRAKE_OR_LAND = range(8)
"""What a failsafe does (Copter's FailsafeAction)."""
GCS_ACTIONS: Final = {1: RTL, 2: RTL, 3: SMART_RTL, 4: SMART_RTL_OR_LAND, 5: LAND, 6: AUTO_LAND_START, 7: BRAKE_OR_LAND}
RADIO_ACTIONS: Final = {
    1: RTL,
    2: RTL,
    3: LAND,
    4: SMART_RTL,
    5: SMART_RTL_OR_LAND,
    6: AUTO_LAND_START,
    7: BRAKE_OR_LAND,
}
RADIO_AUTO, GCS_AUTO, RADIO_GUIDED, CONTINUE_LANDING, GCS_PILOT = 1, 2, 4, 8, 16
"""FS_OPTIONS."""
MODE_LAND, MODE_RTL, MODE_SMART_RTL, MODE_BRAKE, MODE_AUTO, MODE_GUIDED = 9, 6, 21, 17, 3, 4


class Failsafes:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.gcs = self.radio = False
        self.battery = 0
        """0 fine, 1 low, 2 critical."""
        self._low_since = self._critical_since = vehicle.s.time
        self._radio_bad_since: float | None = None
        self._ekf_bad_since: float | None = None
        self.ekf = False

    @property
    def any(self) -> bool:
        return self.gcs or self.radio or self.battery > 0 or self.ekf

    def run(self) -> None:
        self._battery()
        self._ground_station()
        self._radio()
        self._filter()

    # battery
    def battery_problems(self) -> list[str]:
        """What the battery says against arming."""
        p, s, i = self.v.params, self.v.s, self.v.row
        volts, left = float(s.volts[i]), p["BATT_CAPACITY"] - float(s.used_mah[i])
        found = []
        if p["BATT_LOW_VOLT"] > 0 and volts < p["BATT_LOW_VOLT"]:
            found.append("Battery 1 low voltage failsafe")
        elif p["BATT_LOW_MAH"] > 0 and left < p["BATT_LOW_MAH"]:
            found.append("Battery 1 low capacity failsafe")
        elif p["BATT_CRT_VOLT"] > 0 and volts < p["BATT_CRT_VOLT"]:
            found.append("Battery 1 critical voltage failsafe")
        elif p["BATT_CRT_MAH"] > 0 and left < p["BATT_CRT_MAH"]:
            found.append("Battery 1 critical capacity failsafe")
        elif p["BATT_ARM_VOLT"] > 0 and volts < p["BATT_ARM_VOLT"]:
            found.append("Battery 1 below minimum arming voltage")
        elif p["BATT_ARM_MAH"] > 0 and left < p["BATT_ARM_MAH"]:
            found.append("Battery 1 below minimum arming capacity")
        if self.battery:
            found.append("Battery failsafe")
        return found

    def _battery(self) -> None:
        p, s, i = self.v.params, self.v.s, self.v.row
        if p["BATT_MONITOR"] <= 0 or self.battery == 2:
            return
        volts, left, now = float(s.volts[i]), p["BATT_CAPACITY"] - float(s.used_mah[i]), self.v.now
        timer = p["BATT_LOW_TIMER"]
        if not (p["BATT_LOW_VOLT"] > 0 and volts < p["BATT_LOW_VOLT"]):
            self._low_since = now
        if not (p["BATT_CRT_VOLT"] > 0 and volts < p["BATT_CRT_VOLT"]):
            self._critical_since = now
        critical = now - self._critical_since > timer or (p["BATT_CRT_MAH"] > 0 and left < p["BATT_CRT_MAH"])
        low = now - self._low_since > timer or (p["BATT_LOW_MAH"] > 0 and left < p["BATT_LOW_MAH"])
        level = 2 if critical else 1 if low else 0
        if level <= self.battery:
            return
        self.battery = level
        word = "critical" if level == 2 else "low"
        self.v.text(WARNING, f"Battery 1 is {word} {volts:.2f}V used {float(s.used_mah[i]):.0f} mAh")
        if not self.v.armed:
            return
        action = p.integer("BATT_FS_CRT_ACT" if level == 2 else "BATT_FS_LOW_ACT")
        if self._disarm_on_ground("Battery"):
            return
        if self.v.mode.landing and self._option(CONTINUE_LANDING) and action != NONE:
            self._announce("Battery", "Continuing Landing")
            action = LAND
        else:
            self._announce("Battery")
        self.act(action, "battery")

    # ground station
    def _ground_station(self) -> None:
        enabled = self.v.params.integer("FS_GCS_ENABLE")
        if not enabled or self.v.gcs_seen is None:
            return
        lost = self.v.now - self.v.gcs_seen > self.v.params["FS_GCS_TIMEOUT"]
        if lost and not self.gcs:
            self.gcs = True
            self._lost_ground_station(enabled)
        elif not lost and self.gcs:
            self.gcs = False
            self.v.text(WARNING, "GCS Failsafe Cleared")

    def _lost_ground_station(self, enabled: int) -> None:
        v = self.v
        v.pilot.clear()
        action = GCS_ACTIONS.get(enabled, RTL)
        if not v.armed:
            self._announce("GCS")
            return
        if self._disarm_on_ground("GCS"):
            return
        if v.mode.landing and self.battery and self._lands_for_battery():
            self._announce("GCS + Battery", "Continuing Landing")
            action = LAND
        elif v.mode.landing and self._option(CONTINUE_LANDING):
            self._announce("GCS", "Continuing Landing")
            action = LAND
        elif v.mode.number == MODE_AUTO and self._option(GCS_AUTO):
            self._announce("GCS", "Continuing Auto Mode")
            action = NONE
        elif self._option(GCS_PILOT) and not v.mode.autopilot:
            self._announce("GCS", "Continuing Pilot Control")
            action = NONE
        else:
            self._announce("GCS")
        self.act(action, "gcs failsafe")

    # radio
    def _radio(self) -> None:
        v, enabled = self.v, self.v.params.integer("FS_THR_ENABLE")
        low = v.params["FS_THR_VALUE"] >= v.pilot.channels[2]
        bad = enabled > 0 and (v.params["SIM_RC_FAIL"] == 1 or low)
        if not bad:
            self._radio_bad_since = None
            if self.radio:
                self.radio = False
                v.text(WARNING, "Radio Failsafe Cleared")
            return
        if self._radio_bad_since is None:
            self._radio_bad_since = v.now
        wait = 0.5 if v.params["SIM_RC_FAIL"] == 1 else 0.1
        if self.radio or v.now - self._radio_bad_since < wait or not v.armed:
            return
        self.radio = True
        self._lost_radio(enabled)

    def _lost_radio(self, enabled: int) -> None:
        v = self.v
        action = RADIO_ACTIONS.get(enabled, LAND)
        if self._disarm_on_ground("Radio"):
            return
        if v.mode.landing and self.battery and self._lands_for_battery():
            self._announce("Radio + Battery", "Continuing Landing")
            action = LAND
        elif v.mode.landing and self._option(CONTINUE_LANDING):
            self._announce("Radio", "Continuing Landing")
            action = LAND
        elif v.mode.number == MODE_AUTO and self._option(RADIO_AUTO):
            self._announce("Radio", "Continuing Auto")
            action = NONE
        elif v.mode.number == MODE_GUIDED and self._option(RADIO_GUIDED):
            self._announce("Radio", "Continuing Guided Mode")
            action = NONE
        else:
            self._announce("Radio")
        self.act(action, "radio failsafe")

    # filter
    def _filter(self) -> None:
        """EKF failsafe: the position is lost in a mode that needs it."""
        v = self.v
        lost = not v.boot.position_ok
        if not lost:
            if self.ekf:
                self.ekf = False
                v.text(CRITICAL, "EKF Failsafe Cleared")
            self._ekf_bad_since = None
            return
        if not v.armed:
            return
        if self._ekf_bad_since is None:
            self._ekf_bad_since = v.now
            v.text(CRITICAL, "EKF variance")
        if self.ekf or v.now - self._ekf_bad_since < 1.0 or v.landed:
            return
        self.ekf = True
        action = v.params.integer("FS_EKF_ACTION")
        if action in (1, 2) and (v.mode.needs_position or action == 3) and v.mode.number != MODE_LAND:
            v.set_mode(MODE_LAND if action == 1 else 2, "ekf failsafe")
        v.text(CRITICAL, f"EKF Failsafe: changed to {v.mode.name} Mode")

    # actions
    def act(self, action: int, reason: str) -> None:
        """Carries out a failsafe action with ArduCopter's fallbacks."""
        v = self.v
        if action == NONE:
            return
        if action == TERMINATE:
            arming.disarm(v)
            return
        if action == BRAKE_OR_LAND and v.set_mode(MODE_BRAKE, reason):
            return
        if action in (SMART_RTL, SMART_RTL_OR_LAND):
            if v.set_mode(MODE_SMART_RTL, reason):
                return
            what = "Trying RTL" if action == SMART_RTL else "Using Land"
            v.text(WARNING, f"SmartRTL Unavailable, {what} Mode")
        if action in (RTL, SMART_RTL, AUTO_LAND_START) and v.set_mode(MODE_RTL, reason):
            return
        v.set_mode(MODE_LAND, reason)
        if isinstance(v.mode, Land):
            v.mode.wait_first()

    def _announce(self, kind: str, done: str | None = None) -> None:
        self.v.text(WARNING, f"{kind} Failsafe - {done}" if done else f"{kind} Failsafe")

    def _option(self, bit: int) -> bool:
        return bool(self.v.params.integer("FS_OPTIONS") & bit)

    def _lands_for_battery(self) -> bool:
        name = "BATT_FS_CRT_ACT" if self.battery == 2 else "BATT_FS_LOW_ACT"
        return self.v.params[name] == LAND

    def _disarm_on_ground(self, kind: str) -> bool:
        """Where the vehicle stands on the ground it just stops its motors."""
        v = self.v
        if not v.armed or not v.landed or (v.mode.manual_throttle and v.pilot.throttle > 0):
            return False
        arming.disarm(v)
        self._announce(kind, "Disarming")
        return True
