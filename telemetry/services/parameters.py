"""Parameters: fetch all, get one, set one and prove it.

https://mavlink.io/en/services/parameter.html, ArduPilot's way: a value travels as a float whatever its type, and
PARAM_SET is answered by a PARAM_VALUE with what the vehicle now holds. All of them come as one file where the vehicle
offers MAVFTP, else by PARAM_REQUEST_LIST, the missing ones then asked for by index.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from mission.stored import single
from telemetry.errors import NotVerified, Refused, VehicleSilent
from telemetry.services import ftp, parameter_file, storing
from telemetry.services.channel import Channel, OnProgress

TIMEOUT_S: Final = 1.5
RETRIES: Final = 5
BY_NAME: Final = -1
QUIET_S: Final = 0.5
"""No PARAM_VALUE for so long: the list has ended, or its rest is lost."""
AT_ONCE: Final = 20
"""Parameters asked for by index at a time; ArduPilot queues no more."""


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


async def fetch(channel: Channel, on_progress: OnProgress) -> dict[str, float]:
    """All parameters, each of them come. Raises `VehicleSilent`, `Interrupted`."""
    if await storing.offers_ftp(channel):
        try:
            return await _fetch_file(channel, on_progress)
        except (Refused, VehicleSilent, NotVerified):
            pass  # the plain protocol fetches them, or names what is wrong
    return await fetch_listed(channel, on_progress)


async def _fetch_file(channel: Channel, on_progress: OnProgress) -> dict[str, float]:
    total = 0

    def note_count(first_block: bytes) -> None:
        nonlocal total
        total = parameter_file.count(first_block)

    def in_parameters(done: int, _: int) -> None:
        on_progress(min(total, done // parameter_file.MEAN_SIZE), total)

    return parameter_file.unpack(await ftp.read(channel, parameter_file.PATH, in_parameters, note_count))


async def fetch_listed(channel: Channel, on_progress: OnProgress) -> dict[str, float]:
    """All parameters by the plain protocol, for vehicles without MAVFTP. Raises as `fetch`."""
    now = asyncio.get_running_loop().time
    got: dict[int, Any] = {}
    count, heard_at, asked_at = 0, now(), -TIMEOUT_S
    with channel.overhear() as said, channel.listen("PARAM_VALUE") as inbox:
        while not count or len(got) < count:
            value = await inbox.get(max(heard_at, asked_at) + QUIET_S - now())
            if value is None:
                if now() - heard_at > TIMEOUT_S * (1 + RETRIES):
                    what = f"{len(got)} of {count or 'unknown'} parameters came, then nothing"
                    raise VehicleSilent("fetch parameters", what, tuple(said))
                _ask_for_missing(channel, got, count)
                asked_at = now()
            elif value.param_index < value.param_count:  # others answer a get or a set
                heard_at = now()
                count = value.param_count
                got[value.param_index] = value
                on_progress(len(got), count)
    return {value.param_id: float(value.param_value) for _, value in sorted(got.items())}


def _ask_for_missing(channel: Channel, got: Mapping[int, Any], count: int) -> None:
    if not got:
        channel.send("PARAM_REQUEST_LIST")
    for index in [index for index in range(count) if index not in got][:AT_ONCE]:
        channel.send("PARAM_REQUEST_READ", param_id="", param_index=index)


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
