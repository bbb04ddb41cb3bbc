"""Disposes of a flight that two persons decided on: its content goes from every place that keeps some."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import msgspec
from sqlalchemy.orm import Session

from telemetry.errors import RecordingError
from telemetry.evidence.disposal import Decision, dispose
from telemetry.evidence.keys import EvidenceKeys
from telemetry.settings import Settings
from web import dossier, track
from web.bundle import attachment_folder
from web.errors import Conflict
from web.record import record
from web.store import flights, keeping, records, users
from web.store.keeping import Disposal


def keep_record(db: Session, settings: Settings, flight_id: str) -> None:
    """The operator's record outlives the recording: in a transaction of its own, before anything is erased.

    Raises `RecordingError` where there is neither a recording to make it from nor one that was kept before a crash.
    """
    try:
        made = record(dossier.gather(db, settings, flight_id))
    except RecordingError:
        if records.kept(db, flight_id) is None:
            raise
        return
    records.keep(db, flight_id, msgspec.to_builtins(made))


def erase(db: Session, settings: Settings, home: Path, decided: Disposal) -> None:
    """Part of the transaction of the decision, which has looked for holds. What was begun may be done again.

    Raises `RecordingError` for a flight without a readable seal, `OSError` where the disk refuses.
    """
    if decided.decided_by is None or decided.decided_at is None:
        raise Conflict("Nobody has confirmed its disposal.")
    _, folder = flights.get(db, decided.flight_id)
    kept = keeping.retention(db, decided.flight_id, settings.retention)
    decision = Decision(
        proposed_by=decided.proposed_by,
        proposed_at=decided.proposed_at,
        confirmed_by=decided.decided_by,
        confirmed_at=decided.decided_at,
        reason=decided.reason,
        retention=kept.name,
        proposed_name=users.name_of(db, decided.proposed_by),
        confirmed_name=users.name_of(db, decided.decided_by),
    )
    dispose(folder, decision, EvidenceKeys(home / "keys"))
    with contextlib.suppress(FileNotFoundError):  # nothing was attached
        shutil.rmtree(attachment_folder(home, decided.flight_id))
    keeping.forget(db, decided.flight_id)
    track.forget()
