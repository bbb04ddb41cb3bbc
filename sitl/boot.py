"""From power-on to a position estimate: what ArduCopter says meanwhile, and when it knows where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

INFO: Final = 6
SAID: Final = (
    (1.9, "Barometer 1 calibration complete"),
    (1.9, "Barometer 2 calibration complete"),
    (2.4, "ArduPilot Ready"),
    (2.4, "AHRS: DCM active"),
    (2.7, "RC7: SaveWaypoint LOW"),
    (4.4, "EKF3 IMU0 initialised"),
    (4.4, "EKF3 IMU1 initialised"),
    (4.4, "AHRS: EKF3 active"),
    (5.8, "EKF3 IMU0 tilt alignment complete"),
    (5.8, "EKF3 IMU1 tilt alignment complete"),
    (5.9, "EKF3 IMU0 MAG0 initial yaw alignment complete"),
    (5.9, "EKF3 IMU1 MAG0 initial yaw alignment complete"),
    (9.8, "GPS 1: probing for u-blox at 230400 baud"),
    (9.8, "GPS 1: detected u-blox"),
)
"""Seconds after power-on, as recorded from ArduCopter 4.6.3 SITL, in the tenths in which they are looked at."""
ORIGIN_S, SECOND_ORIGIN_S, POSITION_S, SECOND_POSITION_S = 20.0, 20.2, 41.4, 41.6
YAW_FINAL_M: Final = 2.5
"""Height at which the filter learns the magnetic field anew."""
READY_S, GPS_S, ATTITUDE_S = 2.45, 10.0, 5.90


class Boot:
    """One vehicle's start. `position_ok` falls back when the GPS is lost for long."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self._said = 0
        self._stage = 0
        self.gps_lost_at: float | None = None
        self._yaw_final = False

    @property
    def ready(self) -> bool:
        """MAV_STATE past BOOT."""
        return self.v.now >= READY_S

    @property
    def gps_fix(self) -> int:
        """GPS_FIX_TYPE: 6 (RTK fixed) is what the simulated u-blox reports."""
        if self.v.now < GPS_S:
            return 0
        return 1 if self.v.params["SIM_GPS_DISABLE"] > 0 else 6

    @property
    def attitude_ok(self) -> bool:
        return self.v.now >= ATTITUDE_S

    @property
    def position_ok(self) -> bool:
        """Whether the filter has an absolute position good enough to fly by."""
        if self._stage < 3:
            return False
        return self.gps_lost_at is None or self.v.now - self.gps_lost_at < 10.0

    def run(self) -> bool:
        """Says what is due. False while the autopilot is not ready."""
        now = self.v.now
        if self._stage < 4:
            self._talk(now)
        else:
            self._watch_gps(now)
        return self.ready

    def _talk(self, now: float) -> None:
        while self._said < len(SAID) and now >= SAID[self._said][0]:
            self.v.text(INFO, SAID[self._said][1])
            self._said += 1
        if self._stage == 0 and now >= ORIGIN_S and self.gps_fix >= 3:
            self._set_origin()
        elif self._stage == 1 and now >= SECOND_ORIGIN_S:
            self.v.text(INFO, "EKF3 IMU1 origin set")
            self._stage = 2
        elif self._stage == 2 and now >= POSITION_S:
            self.v.text(INFO, "EKF3 IMU0 is using GPS")
            self._stage = 3
        elif self._stage == 3 and now >= SECOND_POSITION_S:
            self.v.text(INFO, "EKF3 IMU1 is using GPS")
            self._stage = 4

    def _set_origin(self) -> None:
        self._stage = 1
        self.v.send_origin()
        place = self.v.origin
        self.v.set_home(type(place)(place.lat, place.lon, place.amsl))
        self.v.text(INFO, "EKF3 IMU0 origin set")
        self.v.text(INFO, f"Field Elevation Set: {place.amsl:.0f}m")

    def _watch_gps(self, now: float) -> None:
        if not self._yaw_final and self.v.armed and self.v.nav.position[2] - self.v.home_point[2] > YAW_FINAL_M:
            self._yaw_final = True
            for core in (1, 0):
                self.v.text(INFO, f"EKF3 IMU{core} MAG0 in-flight yaw alignment complete")
        lost = self.gps_fix < 3
        if lost and self.gps_lost_at is None:
            self.gps_lost_at = now
        elif not lost and self.gps_lost_at is not None:
            self.gps_lost_at = None
            self.v.text(INFO, "EKF3 IMU0 is using GPS")
            self.v.text(INFO, "EKF3 IMU1 is using GPS")
