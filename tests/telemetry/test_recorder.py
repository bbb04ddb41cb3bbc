"""The recorder against a real NATS: one folder per flight, every frame once, whatever is killed and when."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from pymavlink import mavutil

from mission.plan import EMPTY, digest
from telemetry import subjects
from telemetry.bus import Bus, Stored
from telemetry.recorder import bundle
from telemetry.recorder.glance import glance
from telemetry.recorder.journal import FlightState
from telemetry.recorder.recording import Recording, begin
from telemetry.recorder.service import Recorder
from telemetry.wire import Actor, Event, FlightRecord, Onboard, OpenFlight, RawChunk, UploadReceipt
from tests.telemetry.conftest import Broker
from tests.telemetry.stream import START_US, Source, tlog

FLIGHT = f"{datetime.fromtimestamp(START_US / 1e6 + 20, UTC):%Y%m%dT%H%M%SZ}-UAV-07"


def sortie(source: Source) -> list[RawChunk]:
    """20 s on the ground, 30 s of flight north at 40 m, 20 s on the ground again."""
    ground = [source.second(armed=False) for _ in range(20)]
    air = [source.second(armed=True, north_m=5.0 * second, height_m=40.0) for second in range(30)]
    return ground + air + [source.second(armed=False, north_m=150.0) for _ in range(20)]


def of_flight(chunks: Sequence[RawChunk]) -> list[RawChunk]:
    """10 s before the first armed heartbeat to 3 s after the first disarmed one."""
    return list(chunks[10:54])


async def send(bus: Bus, chunks: Sequence[RawChunk]) -> None:
    for chunk in chunks:
        await bus.store(subjects.raw(chunk.gateway), chunk, f"{chunk.run}:{chunk.sequence}")


async def closed(bus: Bus, count: int = 1) -> list[FlightRecord]:
    """The data of the first `count` events ``flight_closed``."""
    found: list[FlightRecord] = []
    async with contextlib.aclosing(bus.follow(subjects.EVENTS_STREAM, Event, only="event.*.flight_closed")) as events:
        async for one in events:
            assert one.message is not None
            found.append(msgspec.convert(one.message.data, FlightRecord))
            if len(found) == count:
                break
    return found


@pytest.fixture
async def recorder(broker: Broker, bus: Bus) -> AsyncIterator[Recorder]:
    made = Recorder(bus, broker.home / "flights")
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    made.close()


async def test_armed_to_disarmed_becomes_a_bundle(broker: Broker, bus: Bus, recorder: Recorder) -> None:
    at = datetime.fromtimestamp(START_US / 1e6, UTC)
    receipt = UploadReceipt(
        "u1", "UAV-07", "12", digest(EMPTY), Actor("ann", "pilot"), at, at, verified=True, stages=()
    )
    await bus.put(subjects.ONBOARD_BUCKET, "UAV-07", Onboard("UAV-07", EMPTY, receipt))
    chunks = sortie(Source())
    in_flight = datetime.fromtimestamp(START_US / 1e6 + 30, UTC)
    await bus.record(Event("e1", in_flight, "UAV-07", "mode", "Mode AUTO."))
    await bus.record(Event("e2", in_flight, "UAV-08", "mode", "Mode AUTO."))
    await send(bus, chunks[:40])
    for _ in range(100):
        opened = await bus.entries(subjects.FLIGHTS_BUCKET, OpenFlight)
        if opened:
            break
        await asyncio.sleep(0.05)
    folder = broker.home / "flights" / FLIGHT
    assert opened == {"UAV-07": OpenFlight(FLIGHT, "UAV-07", opened["UAV-07"].started_at, str(folder))}
    await send(bus, chunks[40:])
    (record,) = await asyncio.wait_for(closed(bus), 20)
    written = (folder / "telemetry.tlog").read_bytes()
    assert written == tlog(of_flight(chunks))
    assert (record.flight_id, record.outcome, record.sortie, record.upload_verified) == (FLIGHT, "landed", "12", True)
    assert (record.frames_received, record.frames_recorded, record.frames_lost) == (440, 440, 0)
    assert record.duration_s == pytest.approx(30.0)
    assert record.distance_m == pytest.approx(150.0, abs=1.0)
    assert record.max_height_m == 40.0
    assert set(record.files) == {"telemetry.tlog", "plan.json", "plan.plan", "receipt.json", "events.jsonl"}
    for name, facts in record.files.items():
        assert facts.sha256 == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert msgspec.json.decode((folder / "manifest.json").read_bytes(), type=FlightRecord) == record
    kinds = [json.loads(line)["kind"] for line in (folder / "events.jsonl").read_text().splitlines()]
    assert kinds == ["mode", "flight_started"]
    assert read_by_pymavlink(folder / "telemetry.tlog") == 440
    await until_no_open_flight(bus)


async def until_no_open_flight(bus: Bus) -> None:
    for _ in range(100):
        if not await bus.entries(subjects.FLIGHTS_BUCKET, OpenFlight):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the flight is still said to be open")


def read_by_pymavlink(path: Path) -> int:
    log = mavutil.mavlink_connection(str(path), notimestamps=False, dialect="ardupilotmega")
    count = 0
    while (message := log.recv_msg()) is not None:
        assert message.get_type() != "BAD_DATA"
        count += 1
    return count


def test_closing_again_after_a_crash_gives_the_same_bundle(tmp_path: Path) -> None:
    folder = tmp_path / "flights" / FLIGHT
    folder.mkdir(parents=True)
    (folder / "telemetry.tlog").write_bytes(b"frames")
    state = FlightState(FLIGHT, "UAV-07", "gateway", START_US, START_US, START_US, "run", 1, length=6)
    first = bundle.close(folder, state, [])
    (folder / "manifest.json.new").write_bytes(b'{"cut o')
    assert bundle.close(folder, state, []) == first
    assert set(first.files) == {"telemetry.tlog", "events.jsonl"}
    assert not list(folder.glob("*.new"))
    assert first.outcome == "contact lost"


async def test_repeated_chunks_are_recorded_once_and_a_lost_one_is_counted(bus: Bus, recorder: Recorder) -> None:
    chunks = sortie(Source())
    for number, chunk in enumerate(chunks):
        if number == 30:
            continue
        await bus.store("raw.gateway", chunk, f"first {number}")
        await bus.store("raw.gateway", chunk, f"again {number}")
    (record,) = await asyncio.wait_for(closed(bus), 20)
    expected = of_flight(chunks)
    expected.remove(chunks[30])
    assert (Path(record.bundle) / "telemetry.tlog").read_bytes() == tlog(expected)
    assert (record.frames_received, record.frames_recorded, record.frames_lost) == (440, 430, 10)


async def test_a_restarted_gateway_leaves_a_hole_in_the_same_bundle(bus: Bus, recorder: Recorder) -> None:
    source = Source()
    chunks = [source.second(armed=False) for _ in range(2)] + [source.second(armed=True) for _ in range(5)]
    left_us = source.time_us
    source.restarted("run-2", after_s=4.0)
    chunks += [source.second(armed=True) for _ in range(5)] + [source.second(armed=False) for _ in range(5)]
    await send(bus, chunks)
    (record,) = await asyncio.wait_for(closed(bus), 20)
    assert (record.frames_received, record.frames_recorded) == (160, 160)
    (hole,) = record.holes
    assert hole.from_at.timestamp() == pytest.approx(left_us / 1e6, abs=1.0)
    assert hole.to_at.timestamp() == pytest.approx(left_us / 1e6 + 4.0, abs=1.0)


async def test_a_clock_set_back_in_flight_ends_no_flight_and_hides_no_landing(bus: Bus, recorder: Recorder) -> None:
    source = Source()
    chunks = [source.second(armed=False) for _ in range(3)] + [source.second(armed=True) for _ in range(5)]
    source.time_us -= 3600 * 1_000_000
    chunks += [source.second(armed=True) for _ in range(5)] + [source.second(armed=False) for _ in range(6)]
    await send(bus, chunks)
    (record,) = await asyncio.wait_for(closed(bus), 20)
    assert (Path(record.bundle) / "telemetry.tlog").read_bytes() == tlog(chunks[:17])
    assert (record.frames_lost, record.outcome) == (0, "landed")


async def test_what_no_flight_needs_is_forgotten_and_no_more(bus: Bus, recorder: Recorder) -> None:
    chunks = sortie(Source())
    await send(bus, chunks)
    await asyncio.wait_for(closed(bus), 20)
    assert (await bus.usage(subjects.RAW_STREAM)).messages == len(chunks), "the stream is younger than 20 s"


async def test_a_chunk_of_rubbish_is_named_and_the_flight_goes_on(
    bus: Bus, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source()
    chunks = [source.second(armed=True) for _ in range(3)]
    chunks += [source.chunk([b"not a tlog entry at all, whatever it is"])]
    chunks += [source.second(armed=False) for _ in range(5)]
    await send(bus, chunks)
    (record,) = await asyncio.wait_for(closed(bus), 20)
    assert record.frames_lost == 1
    assert "chunk 4 of gateway, UAV-07: chunk at byte 0: no MAVLink frame here" in caplog.text


async def test_what_comes_between_one_file_and_the_next_waits_for_the_next_commit(broker: Broker, bus: Bus) -> None:
    """Killed after a commit, the recorder cuts off what came while that one went on, and takes it again."""
    first, second = Source("UAV-07", "g7"), Source("UAV-08", "g8")
    chunks = [source.second(armed=True) for _ in range(2) for source in (first, second)]
    killed = Recorder(bus, broker.home / "flights")
    take(killed, 1, chunks[:2])
    for _ in killed.committing():
        take(killed, 3, chunks[2:])
    files = sorted((broker.home / "flights").glob("*/telemetry.tlog"))
    assert [file.read_bytes() for file in files] == [tlog(chunks[:1]), tlog(chunks[1::2])]
    again = Recorder(bus, broker.home / "flights")
    assert [file.read_bytes() for file in files] == [tlog(chunks[:1]), tlog(chunks[1:2])]
    take(again, 1, chunks)
    again.commit()
    assert [file.read_bytes() for file in files] == [tlog(chunks[::2]), tlog(chunks[1::2])]


def take(recorder: Recorder, sequence: int, chunks: Sequence[RawChunk]) -> None:
    for number, chunk in enumerate(chunks, start=sequence):
        recorder.take(Stored(subjects.raw(chunk.gateway), number, datetime.now(UTC), 0, chunk), chunk)


def start(broker: Broker) -> subprocess.Popen[bytes]:
    settings = broker.home / "airbeat.toml"
    settings.write_text("[nats]\nraw_limit_mb = 64\n")
    environment = {**os.environ, "AIRBEAT_HOME": str(broker.home), "NATS_URL": broker.listening.url}
    return subprocess.Popen([sys.executable, "-m", "telemetry.recorder", str(settings)], env=environment)


async def test_killed_at_any_moment_it_loses_nothing_and_doubles_nothing(broker: Broker, bus: Bus) -> None:
    """The recorder's process dies six times by SIGKILL, and the bus once, in the middle of three flights."""
    source = Source()
    sorties = [sortie(source) for _ in range(3)]
    chunks = [chunk for one in sorties for chunk in one]
    dice = random.Random(7)
    process = start(broker)
    sending = asyncio.create_task(send_slowly(bus, chunks, 0.05))
    for _ in range(6):
        await asyncio.sleep(dice.uniform(0.6, 2.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start(broker)
    assert broker.server.process is not None
    broker.server.process.kill()
    broker.server.process.wait()
    broker.server.start()
    await asyncio.wait_for(sending, 60)
    records = sorted(await asyncio.wait_for(closed(bus, 3), 60), key=lambda record: record.flight_id)
    process.terminate()
    assert process.wait(10) == 0
    for record, one in zip(records, sorties, strict=True):
        assert (Path(record.bundle) / "telemetry.tlog").read_bytes() == tlog(of_flight(one))
        assert (record.frames_received, record.frames_recorded, record.frames_lost) == (440, 440, 0)
        facts = record.files["telemetry.tlog"]
        assert facts.sha256 == hashlib.sha256(tlog(of_flight(one))).hexdigest()
    assert sorted(path.name for path in (broker.home / "flights").iterdir() if path.is_dir()) == [
        record.flight_id for record in records
    ]


async def send_slowly(bus: Bus, chunks: Sequence[RawChunk], pause_s: float) -> None:
    for chunk in chunks:
        await bus.store(subjects.raw(chunk.gateway), chunk, f"{chunk.run}:{chunk.sequence}")
        await asyncio.sleep(pause_s)


def test_a_link_that_lags_makes_no_way_longer(tmp_path: Path) -> None:
    """Ten seconds of 5 m each; a second link says every place again, a second late."""
    source = Source()

    def place(second: int) -> bytes:
        lat = int((51.50735 + 5.0 * second / 111_194.93) * 1e7)
        fields = {"time_boot_ms": 60_000 + 1000 * second, "lat": lat, "lon": -1_637_000, "relative_alt": 40_000}
        return source.entry("GLOBAL_POSITION_INT", **fields)

    entries = [source.heartbeat(True), place(0)]
    for second in range(1, 11):
        entries += [place(second), place(second - 1)]
    chunk = source.chunk(entries)
    (part,) = chunk.vehicles
    seen = glance(part.tlog)
    recording = Recording(tmp_path, begin("UAV-07", seen.first_us, (chunk, part, seen)))
    recording.append(chunk, part, seen)
    recording.close()
    assert recording.state.frames_recorded == 22
    assert recording.state.distance_m == pytest.approx(50.0, abs=0.1)
