"""What is known of one vehicle: messages in, `wire.LiveVehicle` out.

What messages say in numbers is read by `telemetry.vehicle.readings`; what happens by them, and is worth telling people,
is collected here in `Vehicle.happened` until the gateway takes it. Ages are taken from a monotonic clock.

ArduCopter's meanings: landed from HEARTBEAT where EXTENDED_SYS_STATE is not sent (Copter is landed while disarmed, and
in MAV_STATE_STANDBY).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from telemetry.mavlink.enums import MavAutopilot, MavModeFlag, MavState, mode_name
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.messages import BY_NAME, decode
from telemetry.vehicle import readings
from telemetry.vehicle.loss import SequenceLoss
from telemetry.vehicle.numbers import LARGEST, NUMBERS, numbers_of, shown, words
from telemetry.wire import LinkQuality, LiveVehicle

AUTOPILOTS: Final = {int(kind): kind.name for kind in MavAutopilot}
ARMED: Final = int(MavModeFlag.SAFETY_ARMED)
BREACHES: Final = {1: "lowest height", 2: "greatest height", 3: "boundary"}
"""FENCE_BREACH in words."""
LINK_LATE_S: Final = 3.0
"""Without a HEARTBEAT for longer than this, at 1 Hz, the link counts as lost."""
_PLACE: Final = {name: place for place, name in enumerate(NUMBERS.names or ())}
_HEARTBEAT_AT: Final = _PLACE["heartbeat_at"]
_LINK_LOST: Final = _PLACE["link_lost"]

Happening = tuple[str, str, dict[str, Any]]
"""Kind of event, a sentence without the callsign, data."""


class Vehicle:
    """One autopilot, kept up to date in place: only the gateway's loop touches it."""

    def __init__(
        self, name: str, system_id: int, link: str, known: bool, numbers: NDArray[np.void] | None = None
    ) -> None:
        self.name, self.system_id, self.known = name, system_id, known
        self.mode: str | None = None
        self.link = link
        """The link that commands go out on."""
        self.links: tuple[LinkQuality, ...] = ()
        self.numbers = numbers_of(1) if numbers is None else numbers
        """One record: all that is known in numbers, NaN where it is not."""
        self._values = cast("memoryview[float]", self.numbers.view(np.float64).data)
        self.happened: list[Happening] = []
        self.loss = SequenceLoss()
        self.firmware: str | None = None
        self.capabilities: int | None = None
        self.serial: str | None = None
        self.reword()

    def __getitem__(self, name: str) -> float | None:
        """One of the `NUMBERS` by its name."""
        value: float = self._values[_PLACE[name]]
        return None if value != value else value

    def __setitem__(self, name: str, value: float | None) -> None:
        self._values[_PLACE[name]] = math.nan if value is None else value

    @property
    def armed(self) -> bool | None:
        armed = self["armed"]
        return None if armed is None else bool(armed)

    @property
    def is_autopilot(self) -> bool:
        """True from its first HEARTBEAT as an autopilot on: before that it is only someone who sends frames."""
        return self["autopilot"] is not None

    @property
    def autopilot(self) -> str | None:
        """MAV_AUTOPILOT's name, or its number where it has none here."""
        number = self["autopilot"]
        return None if number is None else AUTOPILOTS.get(int(number), str(int(number)))

    @property
    def heartbeat_at(self) -> float | None:
        return self["heartbeat_at"]

    @property
    def booted_ms(self) -> int:
        """The newest of its own clock."""
        return int(self["booted_ms"] or 0)

    def hear(self, frame: Frame, now: float) -> None:
        """Takes one message of the autopilot; `now` is `time.monotonic()`."""
        found = readings.read_frame(frame, self.numbers, now)
        if found == readings.HAPPENS:
            HAPPENINGS[frame.msgid](self, decode(frame), now)
            readings.read_frame(frame, self.numbers, now)
        elif frame.msgid in TOLD:
            TOLD[frame.msgid](self, decode(frame))

    def check_link(self, now: float) -> None:
        """Notices silence; `_heartbeat` notices its end."""
        silent = now - self._values[_HEARTBEAT_AT]
        if silent > LINK_LATE_S and not self._values[_LINK_LOST]:
            self["link_lost"] = 1.0
            self.happened.append(("link_lost", f"Nothing heard for {silent:.0f} s over {self.link}.", {}))

    def reword(self) -> None:
        """Where `mode`, `link` or `links` has changed: `words` is how the state as others see it begins, all that is
        not in the `numbers`."""
        self.words = words(self.name, self.mode, self.link, self.links)

    def snapshot(self, now: float) -> LiveVehicle:
        """The state as others see it, with the ages of its parts at `now`."""
        behind = np.empty(LARGEST, np.uint8)
        end = shown(self.numbers, now, behind, 0)
        return msgspec.msgpack.decode(self.words + behind[:end].tobytes(), type=LiveVehicle)


def _heartbeat(vehicle: Vehicle, message: Any, now: float) -> None:
    if vehicle["link_lost"]:
        vehicle["link_lost"] = 0.0
        silent = now - (vehicle.heartbeat_at or now)
        vehicle.happened.append(("link_back", f"Heard again after {silent:.0f} s.", {"silent_s": round(silent, 1)}))
    mode = mode_name(message.custom_mode)
    if vehicle.mode not in (mode, None):
        text = f"Mode {mode} after {vehicle.mode}."
        vehicle.happened.append(("mode", text, {"mode": mode, "before": vehicle.mode}))
    vehicle.mode = mode
    vehicle.reword()
    armed, was_armed = bool(message.base_mode & ARMED), vehicle.armed
    if was_armed is None and armed:  # the gateway has come while it flies
        vehicle.happened.append(("armed", f"Found armed, in {mode}.", {"found": True}))
    elif was_armed is not None and armed != was_armed:
        vehicle.happened.append(("armed", "Armed.", {}) if armed else ("disarmed", "Disarmed.", {}))
    vehicle["armed"] = armed
    says_landed = not armed or message.system_status in (MavState.STANDBY, MavState.ACTIVE)
    if says_landed and not vehicle["landed_state_known"]:
        vehicle["landed"] = not armed or message.system_status == MavState.STANDBY
    for name in ("autopilot", "base_mode", "custom_mode", "system_status"):
        vehicle[name] = getattr(message, name)


def _fence_status(vehicle: Vehicle, message: Any, now: float) -> None:
    breached = bool(message.breach_status)
    if breached:
        what = BREACHES.get(message.breach_type, "geofence")
        vehicle.happened.append(("breach", f"The autopilot reports a breach of its {what}.", {"of": what}))
    elif vehicle["fence_breached"]:
        vehicle.happened.append(("breach_ended", "The autopilot reports its geofence kept again.", {}))
    vehicle["fence_breached"] = breached


def _restarted(vehicle: Vehicle, message: Any, now: float) -> None:
    vehicle.happened.append(("reboot", "The autopilot has restarted.", {"time_boot_ms": message.time_boot_ms}))
    vehicle["booted_ms"] = message.time_boot_ms


def _mission_item_reached(vehicle: Vehicle, message: Any) -> None:
    vehicle.happened.append(("mission_reached", f"Mission item {message.seq} reached.", {"item": message.seq}))


def _autopilot_version(vehicle: Vehicle, message: Any) -> None:
    version = message.flight_sw_version
    vehicle.firmware = f"{version >> 24 & 0xFF}.{version >> 16 & 0xFF}.{version >> 8 & 0xFF}"
    vehicle.capabilities = message.capabilities
    if vehicle.serial is None:
        vehicle.serial = bytes(message.uid2).rstrip(b"\0").hex() or None


HAPPENINGS: Final[dict[int, Callable[[Vehicle, Any, float], None]]] = {
    readings.HEARTBEAT_ID: _heartbeat,
    readings.FENCE_STATUS_ID: _fence_status,
    readings.ATTITUDE_ID: _restarted,
    readings.GLOBAL_POSITION_INT_ID: _restarted,
}
"""By message id: what is done before the numbers of a message can be read by which something happens."""
TOLD: Final[dict[int, Callable[[Vehicle, Any], None]]] = {
    BY_NAME["MISSION_ITEM_REACHED"].id: _mission_item_reached,
    BY_NAME["AUTOPILOT_VERSION"].id: _autopilot_version,
}
"""By message id: messages that hold no numbers for the state."""
