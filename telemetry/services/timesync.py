"""TIMESYNC: the vehicle's clock against ours, and the round trip.

https://mavlink.io/en/services/timesync.html. We send our time; the vehicle sends it back beside its own, which
ArduPilot counts from its boot. The offset is taken half way through the shortest of several round trips, and is wrong
by at most half of that.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

import msgspec

from telemetry.errors import VehicleSilent
from telemetry.services.channel import Channel

SAMPLES: Final = 5
TIMEOUT_S: Final = 1.5
TRIES: Final = 3 * SAMPLES


class Clock(msgspec.Struct, frozen=True):
    """UTC = the vehicle's clock + `offset_s`, in seconds since 1970."""

    offset_s: float
    round_trip_s: float


async def measure(channel: Channel) -> Clock:
    """The best of `SAMPLES` exchanges. Raises `VehicleSilent`, `Interrupted`."""
    clocks: list[Clock] = []
    with channel.listen("TIMESYNC") as inbox:
        for _ in range(TRIES):
            now = asyncio.get_running_loop().time
            started, ours_ns = now(), time.time_ns()
            channel.send("TIMESYNC", tc1=0, ts1=ours_ns)
            while (answer := await inbox.get(started + TIMEOUT_S - now())) is not None:
                if answer.tc1 != 0 and answer.ts1 == ours_ns:
                    round_trip_s = now() - started
                    clocks.append(Clock((ours_ns - answer.tc1) * 1e-9 + round_trip_s / 2, round_trip_s))
                    break
            if len(clocks) == SAMPLES:
                break
    if not clocks:
        raise VehicleSilent("timesync", f"TIMESYNC sent {TRIES} times, no answer")
    return min(clocks, key=lambda clock: clock.round_trip_s)
