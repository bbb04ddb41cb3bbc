"""A flight's folder (`telemetry.flight_folder`), from the plan at arming to the manifest and the seal that close it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from mission import formats
from mission.plan import encode as encode_plan
from telemetry.evidence import seal_flight
from telemetry.evidence.verifier import SEAL
from telemetry.flight_folder import EVENTS, MANIFEST, PLAN, QGC_PLAN, RECEIPT
from telemetry.recorder.journal import FlightState
from telemetry.recorder.recording import at
from telemetry.wire import Event, FlightRecord, Onboard, RecordedFile, RecordingHole, UploadReceipt
from telemetry.writing import write

_LANDED_M: Final = 5.0
"""A vehicle that disarms lower than this above home has landed, as far as the recording can tell."""


def put_plan(folder: Path, onboard: Onboard) -> None:
    """The plan on board, for programs and for QGroundControl, and the receipt of its upload."""
    write(folder / PLAN, encode_plan(onboard.plan))
    write(folder / QGC_PLAN, formats.save(onboard.plan, "plan"))
    write(folder / RECEIPT, _json(onboard.receipt))


def close(folder: Path, state: FlightState, events: Sequence[Event]) -> FlightRecord:
    """Writes the events and the manifest, and seals. May be done again after a crash: it gives the same bundle."""
    for draft in folder.glob("*.new"):  # of a writing that a crash cut off
        draft.unlink()
    write(folder / EVENTS, b"".join(_json(event) + b"\n" for event in events))
    receipt = _receipt(folder)
    ended_us = state.disarmed_us or state.last_us
    record = FlightRecord(
        flight_id=state.flight_id,
        vehicle=state.vehicle,
        gateway=state.gateway,
        bundle=str(folder),
        started_at=at(state.armed_us),
        ended_at=at(ended_us),
        duration_s=round((ended_us - state.armed_us) / 1e6, 3),
        outcome=_outcome(state),
        frames_received=state.frames_received,
        frames_recorded=state.frames_recorded,
        frames_lost=state.frames_received - state.frames_recorded,
        holes=tuple(RecordingHole(at(hole.from_us), at(hole.to_us)) for hole in state.holes),
        distance_m=round(state.distance_m, 1),
        max_height_m=state.max_height_m,
        sortie=receipt.sortie if receipt else None,
        upload_id=receipt.upload_id if receipt else None,
        upload_verified=receipt.verified if receipt else None,
        plan_sha256=receipt.plan_sha256 if receipt else None,
        files={path.name: _digest(path) for path in sorted(folder.iterdir()) if path.name not in (MANIFEST, SEAL)},
    )
    write(folder / MANIFEST, _json(record))
    seal_flight(folder)
    return record


def _outcome(state: FlightState) -> str:
    if state.disarmed_us is None:
        return "contact lost"
    landed = state.height_m is None or state.height_m < _LANDED_M
    return "landed" if landed else "disarmed in the air"


def _receipt(folder: Path) -> UploadReceipt | None:
    path = folder / RECEIPT
    return msgspec.json.decode(path.read_bytes(), type=UploadReceipt) if path.exists() else None


def _digest(path: Path) -> RecordedFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return RecordedFile(digest.hexdigest(), path.stat().st_size)


def _json(value: msgspec.Struct) -> bytes:
    return msgspec.json.encode(value)
