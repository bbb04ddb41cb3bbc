"""What the recorder has safely on disk: the only thing it believes after a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from telemetry.errors import RecordingError
from telemetry.writing import write

_NAME: Final = "journal.json"


class Hole(msgspec.Struct, frozen=True):
    """A time in which the gateway was not there to receive; in microseconds since 1970, receiver's clock."""

    from_us: int
    to_us: int


class FlightState(msgspec.Struct):
    """One flight being recorded, as far as it is on disk. Times are the receiver's clock, µs since 1970."""

    flight_id: str
    vehicle: str
    gateway: str
    armed_us: int
    first_us: int
    last_us: int
    run: str
    """The gateway's run that the last chunk came from."""
    run_frames: int
    """Frames of this vehicle that run had counted after the last chunk."""
    disarmed_us: int | None = None
    length: int = 0
    """Bytes of ``telemetry.tlog``."""
    frames_recorded: int = 0
    frames_received: int = 0
    holes: list[Hole] = []
    distance_m: float = 0.0
    height_m: float | None = None
    """Above home, last reported."""
    max_height_m: float | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    """Where `distance_m` has been counted to."""
    boot_ms: int = 0
    """The vehicle's own clock there."""
    has_plan: bool = False
    """Whether the plan on board at arming has been put into the folder (or there was none)."""


class Journal(msgspec.Struct):
    sequence: int = 0
    """Every chunk of RAW up to this one is on disk or belongs to no flight."""
    keep_from: int = 1
    """Chunks from this one on may still be wanted, as the moments before an arming."""
    chunks: dict[str, tuple[str, int]] = {}
    """Per gateway: its run and the number of the last chunk taken, to know a repeated one."""
    open: dict[str, FlightState] = {}
    closing: list[FlightState] = []
    closed: dict[str, int] = {}
    """Per vehicle: the sequence at which its last flight ended, while that is not before `keep_from`."""


def load(folder: Path) -> Journal:
    """The journal in `folder`, a new one where there is none. Raises `RecordingError` for a damaged one."""
    path = folder / _NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Journal)
    except FileNotFoundError:
        return Journal()
    except msgspec.DecodeError as error:
        raise RecordingError(str(path), 0, f"the journal is damaged: {error}") from error


def encoded(journal: Journal) -> bytes:
    """What it says now, to be saved when it is true."""
    return msgspec.json.encode(journal)


def save(folder: Path, said: bytes) -> None:
    """Whole or not at all, and on the disk when it returns."""
    write(folder / _NAME, said)
