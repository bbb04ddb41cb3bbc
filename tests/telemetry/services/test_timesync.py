"""The vehicle's clock against ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest

from telemetry.errors import VehicleSilent
from telemetry.mavlink.messages import BY_NAME
from telemetry.services import timesync
from telemetry.services.mailbox import Mailbox
from telemetry.services.timesync import Clock
from tests.telemetry.services.skipping import run

BOOTED_NS = 1_795_000_000_000_000_000
DELAYS_S = (0.05, 0.4, 0.02, 0.3, 0.1)
"""Each way, of the exchanges one after the other."""


def test_the_shortest_round_trip_gives_the_offset() -> None:
    async def attempt() -> Clock:
        loop, delays = asyncio.get_running_loop(), list(DELAYS_S)

        def transmit(name: str, fields: Mapping[str, Any]) -> None:
            delay_s = delays.pop(0)
            kind = BY_NAME["TIMESYNC"]
            vehicle_ns = fields["ts1"] + round(delay_s * 1e9) - BOOTED_NS
            answer = kind.decode(kind.pack({"tc1": vehicle_ns, "ts1": fields["ts1"]}))
            other = kind.decode(kind.pack({"tc1": 5, "ts1": 5}))
            loop.call_later(delay_s, box.deliver, other)
            loop.call_later(2 * delay_s, box.deliver, answer)

        box = Mailbox("UAV-07", 7, 1, transmit)
        return await timesync.measure(box)

    clock = run(attempt())
    assert clock.round_trip_s == pytest.approx(2 * min(DELAYS_S), abs=1e-3)
    assert clock.offset_s == pytest.approx(BOOTED_NS * 1e-9, abs=1e-3)
    assert time.time() > clock.offset_s


def test_a_vehicle_that_does_not_answer_is_named() -> None:
    async def attempt() -> None:
        await timesync.measure(Mailbox("UAV-07", 7, 1, lambda name, fields: None))

    with pytest.raises(VehicleSilent, match="timesync"):
        run(attempt())
