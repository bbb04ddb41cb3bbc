"""What a flight's bundle folder holds, read for its page. The files are never written here.

What is attached to a flight later, and what is derived of its logs, stands in a folder beside it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from mission.plan import Plan
from telemetry.errors import RecordingError
from telemetry.flight_folder import EVENTS, MANIFEST
from telemetry.review.bundle import plan_of, receipt_of, record_of
from telemetry.wire import Event, FlightRecord, UploadReceipt


class Bundle(msgspec.Struct, frozen=True):
    """`plan` and `receipt` are None where the vehicle flew without an upload of ours."""

    folder: Path
    record: FlightRecord
    plan: Plan | None
    receipt: UploadReceipt | None
    events: tuple[Event, ...]


def attachment_folder(home: Path, flight_id: str) -> Path:
    return home / "attachments" / flight_id


def folder_beside(recording: Path) -> Path:
    """The attachment folder of the flight that this is the recording of."""
    home, flight_id = recording.parents[2], recording.parent.name
    return attachment_folder(home, flight_id)


def read(folder: Path) -> Bundle:
    """Raises `RecordingError` naming the file that is missing or cannot be read."""
    record = record_of(folder)
    if record is None:
        raise RecordingError(str(folder / MANIFEST), 0, "the flight's folder is not here")
    return Bundle(
        folder=folder,
        record=record,
        plan=plan_of(folder),
        receipt=receipt_of(folder),
        events=_events(folder / EVENTS),
    )


def _events(path: Path) -> tuple[Event, ...]:
    try:
        return tuple(msgspec.json.decode(line, type=Event) for line in path.read_bytes().splitlines() if line)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        raise RecordingError(str(path), 0, str(error)) from error
