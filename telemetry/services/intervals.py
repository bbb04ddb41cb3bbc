"""Message intervals asked for by need: each message as often as state, rules and pages use it, and no stream besides.

MAV_CMD_SET_MESSAGE_INTERVAL is acknowledged message by message. A vehicle forgets the intervals when it reboots: the
gateway asks again after each reboot and each time a link comes up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from telemetry.errors import Refused, VehicleSilent
from telemetry.mavlink.enums import MavCmd
from telemetry.mavlink.messages import BY_NAME
from telemetry.services.channel import Channel
from telemetry.services.commands import RETRIES, TIMEOUT_S, command

NEEDS_HZ: Final = {
    "GLOBAL_POSITION_INT": 10.0,
    "ATTITUDE": 10.0,
    "SYS_STATUS": 2.0,
    "GPS_RAW_INT": 2.0,
    "MISSION_CURRENT": 2.0,
    "VFR_HUD": 2.0,
    "BATTERY_STATUS": 1.0,
    "EKF_STATUS_REPORT": 1.0,
    "VIBRATION": 1.0,
    "EXTENDED_SYS_STATE": 1.0,
    "FENCE_STATUS": 1.0,
    "SERVO_OUTPUT_RAW": 1.0,
    "SYSTEM_TIME": 1.0,
    "TERRAIN_REPORT": 1.0,
    "WIND": 1.0,
    "ADSB_VEHICLE": 5.0,
    "GIMBAL_DEVICE_ATTITUDE_STATUS": 2.0,
    "HOME_POSITION": 0.2,
}
"""Hz per message. Positions and attitude make the live tick; the others change slowly; a weak motor shows in the mean
of ten seconds. Of other aircraft it is one each time, in turn."""
TERRAIN_HZ: Final = {"TERRAIN_REQUEST": 2.0}
"""Where terrain is served: ArduPilot asks for it only as a stream, and only while it lacks some."""


async def ask_for(channel: Channel, needs_hz: Mapping[str, float]) -> tuple[str, ...]:
    """Asks for every message of `needs_hz`; gives the names of those the vehicle refuses.

    Raises `VehicleSilent` and `Interrupted`; what was asked for until then stays asked for.
    """
    refused = []
    for name, hz in needs_hz.items():
        try:
            await command(channel, f"interval of {name}", MavCmd.SET_MESSAGE_INTERVAL, BY_NAME[name].id, 1e6 / hz)
        except Refused:
            refused.append(name)
    return tuple(refused)


async def request(channel: Channel, name: str) -> Any:
    """One message now, e.g. ``AUTOPILOT_VERSION``. Raises `Refused`, `VehicleSilent`, `Interrupted`."""
    with channel.listen(name) as inbox:
        for _ in range(1 + RETRIES):
            await command(channel, f"request {name}", MavCmd.REQUEST_MESSAGE, BY_NAME[name].id)
            message = await inbox.get(TIMEOUT_S)
            if message is not None:
                return message
    raise VehicleSilent(f"request {name}", f"accepted {1 + RETRIES} times, but it never came")
