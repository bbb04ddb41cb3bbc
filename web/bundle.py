"""What a flight's bundle folder holds, read for its page. The files are never written here."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from mission.plan import Plan
from telemetry.errors import RecordingError
from telemetry.wire import Event, FlightRecord, UploadReceipt

T = TypeVar("T")

TLOG = "telemetry.tlog"
MANIFEST = "manifest.json"


class Bundle(msgspec.Struct, frozen=True):
    """`plan` and `receipt` are None where the vehicle flew without an upload of ours."""

    folder: Path
    record: FlightRecord
    plan: Plan | None
    receipt: UploadReceipt | None
    events: tuple[Event, ...]


def read(folder: Path) -> Bundle:
    """Raises `RecordingError` naming the file that is missing or cannot be read."""
    record = _read(folder / MANIFEST, FlightRecord)
    if record is None:
        raise RecordingError(str(folder / MANIFEST), 0, "the flight's folder is not here")
    return Bundle(
        folder=folder,
        record=record,
        plan=_read(folder / "plan.json", Plan),
        receipt=_read(folder / "receipt.json", UploadReceipt),
        events=_events(folder / "events.jsonl"),
    )


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise RecordingError(str(path), 0, str(error)) from error


def _events(path: Path) -> tuple[Event, ...]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    try:
        return tuple(msgspec.json.decode(line, type=Event) for line in lines if line)
    except msgspec.DecodeError as error:
        raise RecordingError(str(path), 0, str(error)) from error
