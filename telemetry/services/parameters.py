"""Parameters: get, set and prove it.

https://mavlink.io/en/services/parameter.html, ArduPilot's way: a value travels as a float whatever its type, and
PARAM_SET is answered by a PARAM_VALUE with what the vehicle now holds.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Any, Final

from telemetry.errors import NotVerified, VehicleSilent
from telemetry.services.channel import Channel

TIMEOUT_S: Final = 1.5
RETRIES: Final = 5
BY_NAME: Final = -1


async def get(channel: Channel, name: str) -> float:
    """The parameter's value. Raises `VehicleSilent` (also for a name the vehicle does not know), `Interrupted`."""
    message = await _ask(channel, name, "PARAM_REQUEST_READ", {"param_index": BY_NAME})
    return float(message.param_value)


async def put(channel: Channel, name: str, value: float) -> None:
    """Sets the parameter, unless it has the value, and reads it back.

    Raises `VehicleSilent`, `NotVerified`, `Interrupted`.
    """
    known = await _ask(channel, name, "PARAM_REQUEST_READ", {"param_index": BY_NAME})
    sent = single(value)
    if known.param_value == sent:
        return
    fields = {"param_value": sent, "param_type": known.param_type}
    # A PARAM_VALUE with the former value may still be under way, so the answer is only a sign of life.
    await _ask(channel, name, "PARAM_SET", fields, lambda held: bool(held == sent))
    held = await get(channel, name)
    if held != sent:
        raise NotVerified(f"set {name}", f"{sent:g} was sent, the vehicle holds {held:g}")


def single(value: float) -> float:
    """`value` as it travels: rounded to IEEE single precision."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


async def _ask(
    channel: Channel, name: str, message: str, fields: dict[str, Any], wanted: Callable[[float], bool] = lambda _: True
) -> Any:
    """The PARAM_VALUE of `name` that answers with a `wanted` value; after all retries any other one, if one came."""
    now = asyncio.get_running_loop().time
    other: Any = None
    with channel.overhear() as said, channel.listen("PARAM_VALUE") as inbox:
        for _ in range(1 + RETRIES):
            channel.send(message, param_id=name, **fields)
            until = now() + TIMEOUT_S
            while (value := await inbox.get(until - now())) is not None:
                if value.param_id == name:
                    if wanted(value.param_value):
                        return value
                    other = value
    if other is None:
        raise VehicleSilent(name, f"{message} sent {1 + RETRIES} times, no PARAM_VALUE", tuple(said))
    return other
