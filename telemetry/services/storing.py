"""Mission, geofence and rally items onto a vehicle and back, the quickest way it offers.

Long lists go as a file by MAVFTP where the vehicle has it, short ones and all others by the mission protocol, which
needs fewer round trips for them. Where the file does not go, the protocol is tried, silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mission.items import MissionType, WireItem, differences
from telemetry.errors import NotVerified, Refused, ServiceError, VehicleSilent
from telemetry.mavlink.enums import MavProtocolCapability
from telemetry.services import ftp, intervals, mission_file, transfer
from telemetry.services.channel import Channel, OnProgress

FILE_FROM: Final = 80
"""Items from which the file is the quicker way on a link with a round trip of 100 ms."""


async def offers_ftp(channel: Channel) -> bool:
    """Whether the vehicle offers MAVFTP; asks it if it has not said so yet."""
    if channel.capabilities is None:
        try:
            await intervals.request(channel, "AUTOPILOT_VERSION")
        except (Refused, VehicleSilent):
            return False
    return bool((channel.capabilities or 0) & MavProtocolCapability.FTP)


async def settle(channel: Channel) -> None:
    """Ends what anyone's unfinished file transfer could still change; see `ftp`."""
    try:
        if await offers_ftp(channel):
            await ftp.settle(channel)
    except ServiceError:
        return  # what comes next meets the same trouble and says what it means


async def put(
    channel: Channel, kind: MissionType, items: Sequence[WireItem], on_write: OnProgress, on_read: OnProgress
) -> tuple[WireItem, ...]:
    """Puts `items` in place of those on board and gives what the vehicle then holds. Raises as `transfer`."""
    if len(items) >= FILE_FROM and await offers_ftp(channel):
        held = await _put_file(channel, kind, items, on_write, on_read)
        if held is not None and not differences(items, held):
            return held
    await transfer.upload(channel, kind, items, on_write)
    return await read(channel, kind, len(items), on_read)


async def read(channel: Channel, kind: MissionType, expected: int, on_progress: OnProgress) -> tuple[WireItem, ...]:
    """What the vehicle holds, supposedly `expected` items. Raises as `transfer.download`."""
    if expected >= FILE_FROM and await offers_ftp(channel):
        try:
            return await _read_file(channel, kind, on_progress)
        except (Refused, VehicleSilent, NotVerified):
            pass  # the plain protocol reads it, or names what is wrong
    return await transfer.download(channel, kind, on_progress)


async def _put_file(
    channel: Channel, kind: MissionType, items: Sequence[WireItem], on_write: OnProgress, on_read: OnProgress
) -> tuple[WireItem, ...] | None:
    """What the vehicle holds after the file was written, or None where it does not take it."""
    data = mission_file.pack(kind, items, channel.target_system, channel.target_component)
    try:
        await ftp.write(channel, mission_file.PATHS[kind], data, _in_items(len(items), on_write))
        return await _read_file(channel, kind, on_read)
    except (Refused, VehicleSilent, NotVerified):
        await settle(channel)
        return None


async def _read_file(channel: Channel, kind: MissionType, on_progress: OnProgress) -> tuple[WireItem, ...]:
    count = 0

    def length(first_block: bytes) -> int | None:
        nonlocal count
        size = mission_file.length(first_block)
        count = mission_file.items_in(size or 0)
        return size

    def in_items(done: int, _: int) -> None:
        on_progress(min(count, mission_file.items_in(done)), count)  # the head may come after later blocks

    data = await ftp.read(channel, mission_file.PATHS[kind], in_items, length)
    return mission_file.unpack(kind, data)


def _in_items(count: int, on_progress: OnProgress) -> OnProgress:
    return lambda done, _: on_progress(min(count, mission_file.items_in(done)), count)
