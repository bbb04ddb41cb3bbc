"""Compass calibration as a ground station asks for it. Nobody turns a simulated drone, so it never gets on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

NOTICE: Final = 5
ALL: Final = 7
"""The three compasses that ArduPilot SITL has, as bits."""
RUNNING: Final = 2
"""MAG_CAL_RUNNING_STEP_ONE."""
TOLD_S: Final = 1.0


class CompassCalibration:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.running = 0
        """Compasses being calibrated, as bits."""
        self._told_at = 0.0

    def start(self, compasses: float) -> bool:
        """0 for all; refused while armed."""
        if self.v.armed:
            self.v.text(NOTICE, "Disarm to allow compass calibration")
            return False
        if not 0 <= compasses <= ALL:
            return False
        self.running = int(compasses) or ALL
        return True

    def accept(self) -> bool:
        """Only what is finished can be accepted."""
        return not self.running

    def cancel(self) -> bool:
        self.running = 0
        return True

    def run(self) -> None:
        """Tells each compass's progress once a second."""
        if not self.running or self.v.now - self._told_at < TOLD_S:
            return
        self._told_at = self.v.now
        for compass in range(3):
            if self.running & 1 << compass:
                self.v.send(
                    "MAG_CAL_PROGRESS",
                    compass_id=compass,
                    cal_mask=self.running,
                    cal_status=RUNNING,
                    attempt=1,
                    completion_mask=(0,) * 10,
                )
