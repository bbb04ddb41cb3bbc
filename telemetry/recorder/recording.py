"""One open flight: its file and what has been learnt of it so far."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mission.geodesy import flat_distance_m
from telemetry import subjects
from telemetry.flight_folder import TLOG
from telemetry.recorder.glance import Glance, Place
from telemetry.recorder.journal import FlightState, Hole
from telemetry.wire import OpenFlight, RawChunk, RawVehicle
from telemetry.writing import sync_folder

LATE_MS: Final = 30_000
"""A place further back than this in the vehicle's own time is from after a reboot."""
_STEP_M: Final = 0.5
"""Shorter moves are GPS noise while standing."""


class Recording:
    """Appends chunks to the flight's tlog. `state` is what the journal keeps; `sync` makes it true on disk."""

    def __init__(self, flights: Path, state: FlightState) -> None:
        """Opens the folder. What lies in the file beyond `state.length` was never journalled and comes again."""
        self.state = state
        self.folder = flights / state.flight_id
        created = not self.folder.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        if created:
            sync_folder(flights)
        path = self.folder / TLOG
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
        self._file = os.fdopen(descriptor, "r+b", buffering=1 << 16)
        self._file.truncate(state.length)
        self._file.seek(state.length)
        self._dirty = created
        if created:
            sync_folder(self.folder)

    def append(self, chunk: RawChunk, part: RawVehicle, seen: Glance, in_flight: bool = True) -> None:
        """`in_flight` is False for what was before the arming: it is recorded, but no part of the way flown."""
        state = self.state
        self._file.write(part.tlog)
        self._dirty = True
        state.length += len(part.tlog)
        state.frames_recorded += part.frames
        if chunk.run == state.run:
            state.frames_received += part.frames_before + part.frames - state.run_frames
        else:  # the gateway was restarted: what it received before this chunk is all its new run has counted
            state.holes.append(Hole(state.last_us, seen.first_us))
            state.frames_received += part.frames_before + part.frames
            state.run = chunk.run
        state.run_frames = part.frames_before + part.frames
        state.last_us = seen.last_us
        if in_flight and state.disarmed_us is None:
            for place in seen.places:
                self._measure(place)

    def sync(self) -> None:
        """Everything appended so far is on the disk when it returns. Of a closed one it is already."""
        if self._dirty:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._dirty = False

    def close(self) -> None:
        self.sync()
        self._file.close()

    def announcement(self) -> OpenFlight:
        state = self.state
        return OpenFlight(state.flight_id, state.vehicle, at(state.armed_us), str(self.folder))

    def _measure(self, place: Place) -> None:
        state = self.state
        if 0 < state.boot_ms - place.boot_ms < LATE_MS:
            return  # another link brought a later one before
        state.boot_ms = place.boot_ms
        state.height_m = place.height_home_m
        if state.max_height_m is None or place.height_home_m > state.max_height_m:
            state.max_height_m = place.height_home_m
        if state.lat_deg is None or state.lon_deg is None:
            state.lat_deg, state.lon_deg = place.lat_deg, place.lon_deg
            return
        moved = flat_distance_m(place.lat_deg, place.lon_deg, state.lat_deg, state.lon_deg)
        if moved >= _STEP_M:
            state.distance_m += moved
            state.lat_deg, state.lon_deg = place.lat_deg, place.lon_deg


def begin(vehicle: str, armed_us: int, first: tuple[RawChunk, RawVehicle, Glance]) -> FlightState:
    """The state of a flight before its `first` chunk has been appended."""
    chunk, part, seen = first
    stamp = at(armed_us).strftime("%Y%m%dT%H%M%SZ")
    return FlightState(
        flight_id=f"{stamp}-{subjects.token(vehicle)}",
        vehicle=vehicle,
        gateway=chunk.gateway,
        armed_us=armed_us,
        first_us=seen.first_us,
        last_us=seen.first_us,
        run=chunk.run,
        run_frames=part.frames_before,
    )


def at(time_us: int) -> datetime:
    """UTC."""
    return datetime.fromtimestamp(time_us / 1e6, UTC)
