"""All that is known of one recorded flight, gathered for its evidence page, its record, its report and its exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from telemetry.evidence.custody import Line
from telemetry.evidence.verifier import DISPOSAL
from telemetry.settings import Settings, VehicleSettings
from web import api, api_flights, bundle
from web.bundle import Bundle
from web.store import attachments, custody, exports, flights, keeping, records, sorties, users
from web.store.exports import Export
from web.store.keeping import Disposal, Hold, Retention
from web.store.records import Filled, Task, Use


class Dossier(msgspec.Struct, frozen=True):
    """`bundle` is None for a flight whose content is erased, `vehicle` where the settings do not know it."""

    summary: api_flights.FlightSummary
    folder: Path
    bundle: Bundle | None
    sortie: api.Sortie | None
    vehicle: VehicleSettings | None
    authorisation: str | None
    filled: Filled | None
    use: Use
    tasks: tuple[Task, ...]
    notes: tuple[api_flights.FlightNote, ...]
    attachments: tuple[api_flights.Attachment, ...]
    custody: tuple[Line, ...]
    exports: tuple[Export, ...]
    retention: Retention
    holds: tuple[Hold, ...]
    disposal: Disposal | None
    kept_record: dict[str, Any] | None
    """The record as it stood when the content was erased."""
    names: dict[str, str]
    """Of people, by their accounts."""

    def person(self, username: str) -> str:
        """By name, and by the account that logs and seals speak of: on paper nobody can look it up."""
        name = self.names.get(username)
        return username if name is None else f"{name} ({username})"

    @property
    def is_disposed(self) -> bool:
        return self.disposal is not None and self.disposal.confirmed is True


def gather(db: Session, settings: Settings, flight_id: str) -> Dossier:
    """Raises `NotFound`, or `RecordingError` naming the file of the bundle that cannot be read."""
    summary, folder = flights.get(db, flight_id)
    disposal = keeping.disposal(db, flight_id)
    # The certificate is there before the decision is written down: an erasure that was interrupted can be ended.
    gone = (disposal is not None and disposal.confirmed is True) or (folder / DISPOSAL).is_file()
    return Dossier(
        summary=summary,
        folder=folder,
        bundle=None if gone else bundle.read(folder),
        sortie=sorties.find(db, summary.sortie_id),
        vehicle=settings.vehicle(summary.vehicle),
        authorisation=settings.authorisation,
        filled=records.form(db, flight_id),
        use=records.use_until(db, summary.vehicle, summary.started_at),
        tasks=tuple(records.tasks(db, flight_id)),
        notes=tuple(flights.notes(db, flight_id)),
        attachments=tuple(attachments.of(db, flight_id)),
        custody=tuple(custody.lines(db, flight_id)),
        exports=tuple(exports.of(db, flight_id)),
        retention=keeping.retention(db, flight_id, settings.retention),
        holds=tuple(keeping.holds(db, flight_id)),
        disposal=disposal,
        kept_record=records.kept(db, flight_id) if gone else None,
        names=users.names(db),
    )
