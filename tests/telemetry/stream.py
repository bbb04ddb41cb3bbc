"""Raw chunks as a gateway makes them, without one: for the tests of what comes after it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from telemetry.mavlink.messages import encode
from telemetry.wire import RawChunk, RawVehicle

SECOND_US = 1_000_000
START_US = (int(time.time()) - 600) * SECOND_US
"""Ten minutes ago."""


class Source:
    """One vehicle's frames, and the chunks of the gateway that hears it."""

    def __init__(self, vehicle: str = "UAV-07", gateway: str = "gateway", run: str = "run-1") -> None:
        self.vehicle, self.gateway, self.run = vehicle, gateway, run
        self.time_us = START_US
        self.counted = 0
        self.sequence = 0
        self._frame = 0

    def entry(self, name: str, **fields: Any) -> bytes:
        """One tlog entry, 20 ms after the last."""
        self.time_us += 20_000
        self._frame += 1
        frame = encode(name, fields, seq=self._frame, sysid=7, compid=1)
        return self.time_us.to_bytes(8, "big") + frame

    def heartbeat(self, armed: bool) -> bytes:
        return self.entry("HEARTBEAT", autopilot=3, type=2, base_mode=128 if armed else 0, system_status=4)

    def position(self, north_m: float, height_m: float) -> bytes:
        return self.entry(
            "GLOBAL_POSITION_INT",
            lat=int((51.50735 + north_m / 111_194.93) * 1e7),
            lon=-1_637_000,
            relative_alt=int(height_m * 1000),
        )

    def chunk(self, entries: Sequence[bytes]) -> RawChunk:
        part = RawVehicle(self.vehicle, b"".join(entries), len(entries), self.counted)
        self.counted += len(entries)
        self.sequence += 1
        return RawChunk(self.gateway, self.run, self.sequence, (part,))

    def second(self, armed: bool, north_m: float = 0.0, height_m: float = 0.0) -> RawChunk:
        """One second: a heartbeat and nine positions, in the air five metres further north by the next."""
        entries = [self.heartbeat(armed)]
        entries += [self.position(north_m + (5 / 9 * step if height_m else 0.0), height_m) for step in range(9)]
        self.time_us += SECOND_US - 10 * 20_000
        return self.chunk(entries)

    def restarted(self, run: str, after_s: float) -> None:
        self.run, self.counted, self.sequence = run, 0, 0
        self.time_us += int(after_s * SECOND_US)


def tlog(chunks: Sequence[RawChunk]) -> bytes:
    return b"".join(part.tlog for chunk in chunks for part in chunk.vehicles)
