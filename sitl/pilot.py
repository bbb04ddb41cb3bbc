"""The pilot's sticks: SITL's resting radio, and what RC_CHANNELS_OVERRIDE or MANUAL_CONTROL put over it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sitl.state import GRAVITY

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

RESTING: Final = (1500, 1500, 1000, 1500, 1800, 1000, 1000, 1800)
"""What ArduPilot SITL's radio sends when nobody touches it."""
DEAD_ZONE: Final = 0.02
THROTTLE_DEAD_ZONE: Final = 0.1


class Pilot:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self._override = [0] * 18
        self._until = 0.0

    def take(self, message: Any) -> None:
        """RC_CHANNELS_OVERRIDE: 0 and 65534 release a channel, 65535 leaves it."""
        for index in range(18):
            value = getattr(message, f"chan{index + 1}_raw", 65535)
            if value in (0, 65534) and (value == 0) == (index < 8):
                self._override[index] = 0
            elif 800 <= value <= 2200:
                self._override[index] = value
        self._until = self.v.now + max(0.1, self.v.params["RC_OVERRIDE_TIME"])

    def manual(self, message: Any) -> None:
        """MANUAL_CONTROL: sticks in thousandths, throttle 0 to 1000."""
        for index, value in ((0, message.y), (1, -message.x), (3, message.r)):
            if -1000 <= value <= 1000:
                self._override[index] = 1500 + value // 2
        if 0 <= message.z <= 1000:
            self._override[2] = 1000 + message.z
        self._until = self.v.now + max(0.1, self.v.params["RC_OVERRIDE_TIME"])

    def clear(self) -> None:
        self._override = [0] * 18

    @property
    def channels(self) -> tuple[int, ...]:
        """Pulse widths of 8 channels, µs."""
        base = RESTING
        if self.v.params["SIM_RC_FAIL"] == 2:
            base = (*RESTING[:2], 950, *RESTING[3:])
        if self.v.now >= self._until:
            return base
        return tuple(own or rest for own, rest in zip(self._override, base, strict=False))

    @property
    def throttle(self) -> float:
        """0 to 1, above the dead band at the bottom."""
        return max(0.0, min(1.0, (self.channels[2] - 1010) / 990.0))

    @property
    def climb_rate(self) -> float:
        """m/s asked for by the throttle stick around its middle."""
        stick = (self.channels[2] - 1500) / 500.0
        if abs(stick) < THROTTLE_DEAD_ZONE * 2:
            return 0.0
        up = self.v.params["PILOT_SPEED_UP"] / 100.0
        down = (self.v.params["PILOT_SPEED_DN"] or self.v.params["PILOT_SPEED_UP"]) / 100.0
        share = (abs(stick) - 0.2) / 0.8
        return share * up if stick > 0 else -share * down

    def stick(self, index: int) -> float:
        """-1 to 1 of roll (0), pitch (1) or yaw (3)."""
        value = (self.channels[index] - 1500) / 500.0
        return 0.0 if abs(value) < DEAD_ZONE * 3 else max(-1.0, min(1.0, value))

    def lean(self) -> tuple[float, float]:
        """Acceleration north and east that the lean asked for gives, m/s²."""
        limit = GRAVITY * math.tan(math.radians(self.v.params["ANGLE_MAX"] / 100.0))
        right, ahead = self.stick(0) * limit, -self.stick(1) * limit
        cos, sin = math.cos(self.v.heading), math.sin(self.v.heading)
        return ahead * cos - right * sin, ahead * sin + right * cos

    def turn_rate(self) -> float:
        """rad/s asked for by the yaw stick."""
        return math.radians(self.v.params["PILOT_Y_RATE"]) * self.stick(3)
