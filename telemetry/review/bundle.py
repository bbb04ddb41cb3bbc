"""A flight's folder as the recorder leaves it (`telemetry.flight_folder`), opened for review."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from mission.plan import Plan
from telemetry.errors import RecordingError
from telemetry.flight_folder import MANIFEST, PLAN, RECEIPT, TLOG
from telemetry.logs import Log, read
from telemetry.review.legs import planned_flown
from telemetry.wire import FlightRecord, UploadReceipt

_Content = TypeVar("_Content")


def open_log(flight: Path | Log) -> Log:
    """The recording of a flight's folder, of a log file, or the log itself. Raises `RecordingError`."""
    if isinstance(flight, Log):
        return flight
    return read(flight / TLOG if flight.is_dir() else flight)


def opened(flight: Path | Log, plan: Plan | None) -> tuple[Log, Plan | None]:
    """`open_log`, and `plan`, by default the one on board: of the folder, else by the recording's own word."""
    log = open_log(flight)
    if plan is None and isinstance(flight, Path) and flight.is_dir():
        plan = plan_of(flight)
    return log, plan or log.story.plan


def plan_of(folder: Path) -> Plan | None:
    """The plan that was on board at arming; None where none was uploaded. Raises `RecordingError`."""
    return _decoded(folder / PLAN, Plan)


def receipt_of(folder: Path) -> UploadReceipt | None:
    """The proof of its upload. As `plan_of`."""
    return _decoded(folder / RECEIPT, UploadReceipt)


def record_of(folder: Path) -> FlightRecord | None:
    """The manifest; None for a flight still open. Raises `RecordingError`."""
    return _decoded(folder / MANIFEST, FlightRecord)


def cross_track_p95(flight: Path | Log, plan: Plan | None = None) -> float | None:
    """95 % of the positions on the mission's legs lie nearer to the planned path than this, in metres.

    `plan` is the one on board by default. None where no mission was flown. Raises `RecordingError`.
    """
    log, plan = opened(flight, plan)
    return planned_flown(log, plan).cross_track_p95_m if plan else None


def _decoded(path: Path, kind: type[_Content]) -> _Content | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise RecordingError(str(path), 0, f"cannot be read: {error}") from error
