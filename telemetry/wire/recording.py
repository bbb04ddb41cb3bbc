"""Raw MAVLink on its way to the disk, and the record of the flight that it becomes."""

from __future__ import annotations

from datetime import datetime

import msgspec


class RawVehicle(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Frames of one vehicle, both directions, as tlog bytes: 8-byte big-endian µs since 1970, then the frame."""

    vehicle: str
    tlog: bytes
    frames: int
    frames_before: int
    """Frames this gateway run has recorded of this vehicle before this chunk: a hole shows as a jump."""


class RawChunk(msgspec.Struct, frozen=True, array_like=True):
    """What one gateway received and sent since its last chunk. `run` is new at each start of the gateway."""

    gateway: str
    run: str
    sequence: int
    vehicles: tuple[RawVehicle, ...]


class OpenFlight(msgspec.Struct, frozen=True):
    """A flight being recorded."""

    flight_id: str
    vehicle: str
    started_at: datetime
    bundle: str


class RecordedFile(msgspec.Struct, frozen=True):
    sha256: str
    bytes: int


class RecordingHole(msgspec.Struct, frozen=True):
    """A time in which nothing was received because the gateway itself was not running."""

    from_at: datetime
    to_at: datetime


class FlightRecord(msgspec.Struct, frozen=True):
    """``manifest.json`` of a closed bundle, and `data` of the event ``flight_closed``.

    `frames_received` is what the gateway counted of this vehicle, both directions, from the first recorded frame to the
    last; `frames_recorded` are those in ``telemetry.tlog``; `frames_lost` is the difference. `outcome`: ``landed``,
    ``disarmed in the air``, ``contact lost``.
    """

    flight_id: str
    vehicle: str
    gateway: str
    bundle: str
    started_at: datetime
    """Armed; the recording begins up to 10 s before."""
    ended_at: datetime
    """Disarmed, or last heard."""
    duration_s: float
    outcome: str
    frames_received: int
    frames_recorded: int
    frames_lost: int
    holes: tuple[RecordingHole, ...]
    distance_m: float
    max_height_m: float | None
    """Above home."""
    sortie: str | None
    upload_id: str | None
    upload_verified: bool | None
    plan_sha256: str | None
    files: dict[str, RecordedFile]
