"""COMMAND_LONG and COMMAND_INT with their COMMAND_ACK: repeated until answered, and the result in words.

https://mavlink.io/en/services/command.html. A command is sent again after 1,500 ms, at most 5 times, COMMAND_LONG with
its `confirmation` counted up. MAV_RESULT_IN_PROGRESS gives the vehicle `IN_PROGRESS_S` more each time it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from telemetry.errors import Refused, VehicleSilent
from telemetry.mavlink.enums import MavResult
from telemetry.services.channel import Channel, Inbox

TIMEOUT_S: Final = 1.5
RETRIES: Final = 5
IN_PROGRESS_S: Final = 10.0
LAST_WORDS_S: Final = 0.3
"""ArduPilot says why it refused in a STATUSTEXT that may follow the COMMAND_ACK by a moment."""

RESULTS: Final = {
    0: "accepted",
    1: "refused by the drone for now",
    2: "refused by the drone: a value is not valid for it",
    3: "refused by the drone: not supported",
    4: "refused by the drone: it failed",
    5: "in progress",
    6: "cancelled by the drone",
    7: "refused by the drone: only understood as COMMAND_LONG",
    8: "refused by the drone: only understood as COMMAND_INT",
    9: "refused by the drone: coordinate frame not supported",
}
"""MAV_RESULT in words."""


async def command(channel: Channel, service: str, number: int, *params: float) -> None:
    """COMMAND_LONG `number` with up to seven `params`, missing ones 0.

    Raises `VehicleSilent`, `Refused` with the MAV_RESULT and the vehicle's words, `Interrupted`.
    """
    filled = (*params, *(0.0,) * (7 - len(params)))
    fields = {f"param{index}": float(value) for index, value in enumerate(filled, start=1)}
    await _until_acked(channel, service, "COMMAND_LONG", number, fields)


async def command_at(
    channel: Channel,
    service: str,
    number: int,
    frame: int,
    params: tuple[float, float, float, float],
    place: tuple[float, float, float],
) -> None:
    """COMMAND_INT `number` at `place`: latitude and longitude in degrees, height in metres as MAV_FRAME `frame` says.

    Raises as `command`.
    """
    lat_deg, lon_deg, height_m = place
    fields = {f"param{index}": value for index, value in enumerate(params, start=1)}
    at = {"x": round(lat_deg * 1e7), "y": round(lon_deg * 1e7), "z": height_m}
    await _until_acked(
        channel, service, "COMMAND_INT", number, {"frame": frame, "current": 0, "autocontinue": 0, **fields, **at}
    )


async def _until_acked(channel: Channel, service: str, message: str, number: int, fields: dict[str, Any]) -> None:
    async with channel.lock(f"command {number}"):
        with channel.overhear() as said, channel.listen("COMMAND_ACK") as inbox:
            for attempt in range(1 + RETRIES):
                confirmation = {"confirmation": attempt} if message == "COMMAND_LONG" else {}
                channel.send(message, command=number, **confirmation, **fields)
                result = await _result(inbox, number)
                if result is not None:
                    return await _judge(service, result, said)
    what = f"{message} {number} sent {1 + RETRIES} times, no answer in {TIMEOUT_S * (1 + RETRIES):.0f} s"
    raise VehicleSilent(service, what, tuple(said))


async def _result(inbox: Inbox, number: int) -> int | None:
    """The MAV_RESULT for command `number`, or None when none came in time."""
    now = asyncio.get_running_loop().time
    until = now() + TIMEOUT_S
    in_progress = False
    while (ack := await inbox.get(until - now())) is not None:
        if ack.command != number:
            continue
        if ack.result != MavResult.IN_PROGRESS:
            return int(ack.result)
        in_progress = True
        until = now() + IN_PROGRESS_S
    return MavResult.IN_PROGRESS if in_progress else None


async def _judge(service: str, result: int, said: Sequence[str]) -> None:
    if result == MavResult.ACCEPTED:
        return
    await asyncio.sleep(LAST_WORDS_S)
    words = RESULTS.get(result, f"refused by the drone: MAV_RESULT {result}")
    if result == MavResult.IN_PROGRESS:
        words = f"in progress, but no end came within {IN_PROGRESS_S:.0f} s"
    raise Refused(service, words, result, tuple(said))
