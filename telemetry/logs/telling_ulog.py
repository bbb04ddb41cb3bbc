"""What a ULog tells: its parameters, the messages logged, `vehicle_status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from telemetry.logs.changes import armings, changes
from telemetry.logs.story import Arming, Mode, Parameter, Story, Text
from telemetry.logs.ulog import UlogLog

if TYPE_CHECKING:
    from telemetry.logs.log import Log

_ARMED: Final = 2
"""vehicle_status.arming_state ARMING_STATE_ARMED."""
_NAVIGATION: Final = {
    0: "MANUAL",
    1: "ALTCTL",
    2: "POSCTL",
    3: "AUTO_MISSION",
    4: "AUTO_LOITER",
    5: "AUTO_RTL",
    10: "ACRO",
    12: "DESCEND",
    13: "TERMINATION",
    14: "OFFBOARD",
    15: "STAB",
    17: "AUTO_TAKEOFF",
    18: "AUTO_LAND",
    19: "AUTO_FOLLOW_TARGET",
    20: "AUTO_PRECLAND",
    21: "ORBIT",
}
"""vehicle_status.nav_state (PX4 msg/VehicleStatus.msg)."""


def tell_ulog(log: Log) -> Story:
    if not isinstance(log, UlogLog):
        return Story()
    header, base_s = log.header, log.base_s
    status = log.get("vehicle_status")
    modes: list[Mode] = []
    armed: tuple[Arming, ...] = ()
    if status is not None and {"nav_state", "arming_state"} <= set(status.fields):
        states = status["nav_state"]
        modes = [
            Mode(float(status.time_s[row]), _NAVIGATION.get(int(states[row]), f"MODE {states[row]}"))
            for row in changes(states).tolist()
        ]
        armed = armings(status.time_s, status["arming_state"] == _ARMED)
    return Story(
        parameters=_parameters(header, base_s),
        modes=tuple(modes),
        armings=armed,
        texts=tuple(
            Text(base_s + line.timestamp * 1e-6, line.log_level - ord("0"), line.message)
            for line in header.logged_messages
        ),
    )


def _parameters(header: Any, base_s: float) -> tuple[Parameter, ...]:
    """Without those whose type was damaged: pyulog leaves their bytes as they are."""
    first = [(header.start_timestamp, name, value) for name, value in header.initial_parameters.items()]
    return tuple(
        Parameter(base_s + at * 1e-6, name, float(value))
        for at, name, value in (*first, *header.changed_parameters)
        if isinstance(value, int | float)
    )
