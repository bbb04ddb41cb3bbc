"""What the vehicle carries: a camera that is triggered by order or by distance flown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

AUTO = 3


class Camera:
    """Works where CAM1_TYPE said so at power-on; every picture is reported as CAMERA_FEEDBACK."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.present = vehicle.params["CAM1_TYPE"] > 0
        self.pictures = 0
        self._interval_s = self._taken_at = 0.0
        self._left = 0
        """Pictures still to be taken at an interval; -1 until told to stop."""
        self._pending = False
        self._metres = 0.0
        self._last: tuple[float, float] | None = None
        self._watch()

    def _watch(self) -> None:
        """While it waits for a moment or a place it is asked in every tick."""
        waits = self._metres > 0 or self._left != 0 or self._pending
        self.v.s.shooting[self.v.row] = self.present and waits

    def every(self, metres: float) -> None:
        """A picture each so many metres; 0 stops."""
        if self.present and math.isfinite(metres):
            self._metres, self._last = metres, None
            self._watch()

    def images(self, camera: float, seconds: float, count: float) -> bool:
        """IMAGE_START_CAPTURE: one picture, `count` of them at an interval, or for 0 until told to stop. 0 is all
        cameras.
        """
        if not self.present or camera not in (0.0, 1.0):
            return False
        if count == 1 or (count == 0 and seconds == 0):
            return self.shoot()
        if not seconds > 0 or not math.isfinite(count):
            return False
        self._interval_s, self._left = seconds, int(count) or -1
        self._watch()
        return True

    def stop(self) -> None:
        self._left = 0
        self._watch()

    def shoot(self) -> bool:
        """Takes one, or, sooner than CAM1_INTRVAL_MIN after the last, when that has passed."""
        if not self.present:
            return False
        self._pending = self.v.now - self._taken_at < self.v.params.get("CAM1_INTRVAL_MIN", 0.0)
        self._watch()
        if self._pending:
            return False
        self._taken_at = self.v.now
        self._last = self.v.nav.position[:2]
        self.pictures += 1
        v = self.v
        place = v.globe(v.nav.position)
        v.send(
            "CAMERA_FEEDBACK",
            time_usec=int((v.s.epoch + v.s.time) * 1e6),
            target_system=0,
            cam_idx=0,
            img_idx=self.pictures & 0xFFFF,
            lat=place.lat,
            lng=place.lon,
            alt_msl=place.amsl,
            alt_rel=v.height,
            roll=math.degrees(float(v.s.roll[v.row])),
            pitch=math.degrees(float(v.s.pitch[v.row])),
            yaw=math.degrees(v.heading),
            foc_len=0.0,
            flags=0,
            completed_captures=0,
        )
        return True

    def run(self) -> None:
        """In every tick while it waits for something."""
        if self._pending:
            self.shoot()
        if self._left:
            if self.v.now - self._taken_at > self._interval_s and self.shoot():
                self._left -= self._left > 0
                self._watch()
        elif self._metres <= 0 or not self.v.boot.position_ok:
            self._last = None
        elif not (self.v.params["CAM_AUTO_ONLY"] and self.v.mode.number != AUTO):
            self._by_distance()

    def _by_distance(self) -> None:
        here = self.v.nav.position[:2]
        most = self.v.params["CAM_MAX_ROLL"]
        if most > 0 and abs(math.degrees(float(self.v.s.roll[self.v.row]))) > most:
            return
        if self._last is None:
            self._last = here
        elif math.dist(here, self._last) >= self._metres:
            self.shoot()
