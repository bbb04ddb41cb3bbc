"""The recorder's loop: take a chunk, and once a second make what was taken safe and say so."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from telemetry import settings as settings_file
from telemetry import subjects
from telemetry.bus import Bus, Stored, joined
from telemetry.errors import BusError, RecordingError
from telemetry.recorder import bundle, journal
from telemetry.recorder.glance import Glance, glance
from telemetry.recorder.journal import FlightState
from telemetry.recorder.recording import Recording, at, begin
from telemetry.running import Beside, run_service, told_to_end
from telemetry.settings import Settings
from telemetry.wire import Event, FlightRecord, Onboard, RawChunk, RawVehicle

log = logging.getLogger(__name__)

COMMIT_S: Final = 1.0
TAKING: Final = 19.0
"""Times as long as it took to sync a file are left for what comes meanwhile: thousands of open flights are thousands of
files, and until all are synced the stream keeps what is in them."""
PULSE_S: Final = 1.0
PULSE_WITHIN_S: Final = 4.0
"""The recorder says that often that it is at work: that the disk has just taken something."""
BEFORE_US: Final = 10_000_000
"""A recording begins this long before the arming, so that the order to arm is in it."""
AFTER_US: Final = 3_000_000
"""It goes on this long after the disarming, so that the vehicle's last words are in it."""
SILENCE_S: Final = 600.0
"""An armed vehicle not heard for this long ends its flight as lost."""
CLOSE_AGAIN_S: Final = 5.0
_FORGET_EVERY_S: Final = 5.0

Part = tuple[RawChunk, RawVehicle, Glance]


class Recorder:
    def __init__(self, bus: Bus, flights: Path) -> None:
        flights.mkdir(parents=True, exist_ok=True)
        self._bus, self._flights = bus, flights
        self._journal = journal.load(flights)
        self._open = {name: Recording(flights, state) for name, state in self._journal.open.items()}
        self._before: dict[str, deque[Part]] = {}
        self._arrivals: deque[tuple[int, int]] = deque()
        """(sequence, stream time in µs) of the chunks that may still be wanted as the time before an arming."""
        self._heard_at = dict.fromkeys(self._open, time.monotonic())
        self._taken = self._journal.sequence
        self._beside = Beside("a flight's folder could not be kept up; it is tried again at the next start")
        self._ended: list[FlightState] = []
        """Those of the journal's `closing` that it does not say so of on disk yet."""
        self._sealing = asyncio.Lock()
        """One flight is closed at a time: each seal names the one before it, and a fleet that lands spares the disk."""
        self._forgot_at = self._pulse_at = 0.0

    async def run(self) -> None:
        """Until cancelled. Raises `OSError` when the disk refuses; nothing is lost, start again."""
        await self._check_stream()
        for recording in self._open.values():
            self._beside.start(self._announce(recording))
        for state in self._journal.closing:
            self._beside.start(self._finish(state))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._take_all())
            tasks.create_task(self._commit_all())

    def close(self) -> None:
        """Makes safe what was taken, where the disk allows it: it would come again otherwise."""
        self._beside.cancel()
        with contextlib.suppress(OSError):
            self.commit()

    async def _check_stream(self) -> None:
        """A stream that ends before the journal does is another one, made after the bus lost its store."""
        usage = await self._bus.usage(subjects.RAW_STREAM)
        if usage.last_sequence < self._journal.sequence:
            log.error("the bus has lost its store: RAW ends at %d, expected %d", usage.last_sequence, self._taken)
            self._journal.sequence = self._taken = 0
            self._journal.keep_from = 1
            self._journal.closed.clear()

    async def _take_all(self) -> None:
        following = self._bus.follow(subjects.RAW_STREAM, RawChunk, self._journal.keep_from - 1)
        async with contextlib.aclosing(following) as chunks:
            async for stored in chunks:
                if stored.message is not None:
                    self.take(stored, stored.message)

    async def _commit_all(self) -> None:
        while not told_to_end():
            begun = resumed = time.monotonic()
            self._end_silent()
            for _ in self.committing():
                taken_s = time.monotonic() - resumed
                await self._pulse()
                await asyncio.sleep(TAKING * taken_s)
                resumed = time.monotonic()
            await self._pulse()
            if resumed - self._forgot_at > _FORGET_EVERY_S and self._journal.keep_from > 1:
                self._forgot_at = resumed
                await self._bus.forget(subjects.RAW_STREAM, self._journal.keep_from - 1)
            await asyncio.sleep(begun + COMMIT_S - time.monotonic())

    async def _pulse(self) -> None:
        now = time.monotonic()
        if now - self._pulse_at >= PULSE_S:
            self._pulse_at = now
            await self._bus.pulse(subjects.RECORDER, PULSE_WITHIN_S)

    def take(self, stored: Stored[RawChunk], chunk: RawChunk) -> None:
        """One chunk, in order. Those up to the journal's sequence have been recorded: they only fill `_before`."""
        fresh = stored.sequence > self._journal.sequence and stored.sequence > self._taken
        if fresh:
            self._taken = stored.sequence
            run, number = self._journal.chunks.get(chunk.gateway, ("", -1))
            if run == chunk.run and chunk.sequence <= number:
                return
            self._journal.chunks[chunk.gateway] = (chunk.run, chunk.sequence)
        self._arrivals.append((stored.sequence, int(stored.at.timestamp() * 1e6)))
        for part in chunk.vehicles:
            try:
                seen = glance(part.tlog)
            except RecordingError as error:
                log.error("chunk %d of %s, %s: %s", chunk.sequence, chunk.gateway, part.vehicle, error)
                continue
            if fresh:
                self._record((chunk, part, seen))
            elif part.vehicle not in self._open and stored.sequence > self._journal.closed.get(part.vehicle, 0):
                self._remember((chunk, part, seen))

    def _record(self, piece: Part) -> None:
        chunk, part, seen = piece
        recording = self._open.get(part.vehicle)
        if recording is not None:
            self._heard_at[part.vehicle] = time.monotonic()
            recording.append(chunk, part, seen)
            self._notice_end(recording, seen.armed)
            return
        self._remember(piece)
        for number, (armed_us, armed) in enumerate(seen.armed):
            if armed:
                self._begin(part.vehicle, armed_us, seen.armed[number:])
                return

    def _begin(self, vehicle: str, armed_us: int, since: Sequence[tuple[int, bool]]) -> None:
        """`since` are the arming and the heartbeats after it in its chunk."""
        pieces = self._before.pop(vehicle)
        recording = Recording(self._flights, begin(vehicle, armed_us, pieces[0]))
        for piece in pieces:
            recording.append(*piece, in_flight=piece is pieces[-1])
        self._open[vehicle] = recording
        self._heard_at[vehicle] = time.monotonic()
        self._notice_end(recording, since)
        self._beside.start(self._announce(recording))

    def _notice_end(self, recording: Recording, heartbeats: Sequence[tuple[int, bool]]) -> None:
        """By the order of the frames, not by their times: a clock may be set back in flight."""
        state = recording.state
        for time_us, armed in heartbeats:
            if state.disarmed_us is None and not armed:
                state.disarmed_us = time_us
            elif state.disarmed_us is not None and armed:
                self._end(recording)
                return  # the next HEARTBEAT, a second later, begins the new flight
        if state.disarmed_us is not None and abs(state.last_us - state.disarmed_us) >= AFTER_US:
            self._end(recording)

    def _end_silent(self) -> None:
        now = time.monotonic()
        for vehicle, recording in list(self._open.items()):
            limit_s = SILENCE_S if recording.state.disarmed_us is None else AFTER_US / 1e6 + COMMIT_S
            if now - self._heard_at[vehicle] > limit_s:
                self._end(recording)

    def _end(self, recording: Recording) -> None:
        state = recording.state
        recording.close()
        del self._open[state.vehicle]
        self._journal.closed[state.vehicle] = self._taken
        self._journal.closing.append(state)
        self._ended.append(state)

    def _remember(self, piece: Part) -> None:
        """Keeps the last `BEFORE_US` of a vehicle that is not flying."""
        pieces = self._before.setdefault(piece[1].vehicle, deque())
        pieces.append(piece)
        while abs(piece[2].last_us - pieces[0][2].last_us) > BEFORE_US:
            pieces.popleft()

    def commit(self) -> None:
        """What was taken is safe when it returns. Raises `OSError`."""
        for _ in self.committing():
            pass

    def committing(self) -> Iterator[None]:
        """First the files, one by one, then the journal, which says what was true at the beginning: what comes between
        one file and the next is beyond it, and is cut off and taken again if this is the last that is heard of us."""
        if not self._arrivals and not self._journal.closing and not self._open:
            return
        while self._arrivals and abs(self._arrivals[-1][1] - self._arrivals[0][1]) > 2 * BEFORE_US:
            self._arrivals.popleft()
        kept = self._journal
        kept.sequence = max(kept.sequence, self._taken)
        kept.keep_from = self._arrivals[0][0] if self._arrivals else kept.keep_from
        kept.open = {vehicle: recording.state for vehicle, recording in self._open.items()}
        kept.closed = {vehicle: ended for vehicle, ended in kept.closed.items() if ended >= kept.keep_from}
        said, ended = journal.encoded(kept), self._ended
        self._ended = []
        for recording in list(self._open.values()):
            recording.sync()
            yield
        journal.save(self._flights, said)
        for state in ended:
            self._beside.start(self._finish(state))

    async def _announce(self, recording: Recording) -> None:
        """Puts the plan on board into the folder and tells that the flight has begun; again after a restart."""
        state, opened = recording.state, recording.announcement()
        await self._bus.put(subjects.FLIGHTS_BUCKET, state.vehicle, opened)
        if not state.has_plan:
            onboard = await self._plan_on_board(state.vehicle)
            if onboard is not None:
                bundle.put_plan(recording.folder, onboard)
            state.has_plan = True
        text = f"Recording of flight {state.flight_id} has begun."
        data = {"flight_id": state.flight_id, "bundle": opened.bundle}
        await self._bus.record(
            Event(f"{state.flight_id}-started", opened.started_at, state.vehicle, "flight_started", text, data=data)
        )

    async def _plan_on_board(self, vehicle: str) -> Onboard | None:
        while True:
            try:
                return await self._bus.entry(subjects.ONBOARD_BUCKET, vehicle, Onboard)
            except BusError:
                await asyncio.sleep(COMMIT_S)

    async def _finish(self, state: FlightState) -> None:
        """Closes the folder of a flight that has ended and tells so; again after a restart."""
        folder = self._flights / state.flight_id
        first, last = at(state.first_us), at(state.last_us) + timedelta(microseconds=AFTER_US)
        async with self._sealing:  # in turn: a thousand that land at once are not a thousand readers of the bus
            found = await self._bus.past(subjects.EVENTS_STREAM, Event, first, subjects.events_of(state.vehicle))
            events = [one.message for one in found if one.message is not None and first <= one.message.at <= last]
            record = await self._closed(folder, state, events)
        await self._bus.record(closing_event(record))
        if state.vehicle not in self._open:
            await self._bus.delete(subjects.FLIGHTS_BUCKET, state.vehicle)
        self._journal.closing.remove(state)
        log.info("%s closed: %d frames, %d lost", state.flight_id, record.frames_recorded, record.frames_lost)

    async def _closed(self, folder: Path, state: FlightState, events: Sequence[Event]) -> FlightRecord:
        while True:
            try:
                return await asyncio.to_thread(bundle.close, folder, state, events)
            except OSError as error:
                log.error("%s cannot be closed yet, it is tried again: %s", state.flight_id, error)
                await asyncio.sleep(CLOSE_AGAIN_S)


def closing_event(record: FlightRecord) -> Event:
    """The event ``flight_closed``."""
    lost = "none" if record.frames_lost == 0 else f"{record.frames_lost}"
    text = (
        f"Flight {record.flight_id} recorded: {record.outcome} after {record.duration_s:.0f} s and "
        f"{record.distance_m:.0f} m; {record.frames_recorded} frames, {lost} lost."
    )
    data: dict[str, Any] = msgspec.to_builtins(record)
    return Event(f"{record.flight_id}-closed", record.ended_at, record.vehicle, "flight_closed", text, data=data)


async def run(settings: Settings) -> None:
    """Until cancelled: connects, and begins again from the journal when the disk refuses for a while."""
    async with joined(settings, "recorder") as bus:
        while True:
            recorder = Recorder(bus, settings_file.home() / "flights")
            try:
                await recorder.run()
            except* OSError as errors:
                log.error("the disk refuses, trying again: %s", errors.exceptions[0])
                await asyncio.sleep(COMMIT_S)
            finally:
                recorder.close()


def main() -> None:
    run_service(run)
