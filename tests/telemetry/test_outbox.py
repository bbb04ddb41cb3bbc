"""What waits for the bus: kept in order up to its bound, counted beyond it, the latest of what merely changes."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from telemetry.gateway.outbox import RawOutbox, Register
from telemetry.gateway.systems import Recorded
from telemetry.wire import RawChunk, RawVehicle, VehicleInfo
from tests.waiting import until


def recorded(size: int, frames: int, before: int) -> Recorded:
    return Recorded(msgspec.msgpack.encode(RawVehicle("UAV-07", bytes(size), frames, before)), 1, frames)


async def test_frames_beyond_the_memory_are_counted_and_leave_a_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemetry.gateway.outbox.MEMORY_BYTES", 1000)
    outbox = RawOutbox("gateway")
    kept: list[RawChunk] = []

    class Shelf:
        async def store(self, subject: str, chunk: msgspec.Raw, message_id: str) -> int:
            kept.append(msgspec.msgpack.decode(chunk, type=RawChunk))
            return len(kept)

    outbox.add(recorded(400, 4, 0))
    outbox.add(recorded(400, 4, 4))
    outbox.add(recorded(400, 4, 8))
    outbox.add(recorded(100, 1, 12))
    await outbox.flush(Shelf())  # type: ignore[arg-type]
    assert outbox.lost == 4
    assert [(part.frames, part.frames_before) for part in kept[0].vehicles] == [(4, 0), (4, 4), (1, 12)]
    outbox.add(recorded(900, 9, 13))
    assert outbox.lost == 4, "what is stored makes room"


async def test_of_what_changes_while_the_bus_is_slow_only_the_latest_is_put() -> None:
    put: list[tuple[str, str | None]] = []
    may_go_on, asked = asyncio.Event(), asyncio.Event()

    class SlowShelf:
        async def put(self, bucket: str, key: str, info: VehicleInfo) -> None:
            asked.set()
            await may_go_on.wait()
            put.append((key, info.firmware))

    register = Register()
    info = VehicleInfo("UAV-07", "gateway", "radio", 7, True)
    register.note(info)
    running = asyncio.create_task(register.run(SlowShelf()))  # type: ignore[arg-type]
    await asked.wait()
    for firmware in ("4.5.0", "4.6.2", "4.6.3"):
        register.note(msgspec.structs.replace(info, firmware=firmware))
    register.note(msgspec.structs.replace(info, firmware="4.6.3"))
    may_go_on.set()
    await until(lambda: len(put) == 2)
    running.cancel()
    assert put == [("UAV-07", None), ("UAV-07", "4.6.3")]
