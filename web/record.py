"""The record that the operator keeps of each flight, by AMC1 UAS.SPEC.050(1)(g): complete, or it says what is missing.

What the recording, the sortie and the settings tell is taken from them; the rest the pilot says (`records.Form`).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

import msgspec

from mission.plan import Position
from mission.sun import CIVIL_TWILIGHT_DEG, elevation_deg
from telemetry.errors import RecordingError
from telemetry.flight_folder import TLOG
from web import track
from web.dossier import Dossier
from web.store.records import Form
from web.track import Track


class Item(msgspec.Struct, frozen=True):
    """One line. `required` by the AMC; what is not is the pilot's own log or recommended. None: nobody said."""

    name: str
    value: str | None
    source: str
    required: bool = True


class Record(msgspec.Struct, frozen=True):
    items: tuple[Item, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.items if item.required and item.value is None)


def record(known: Dossier) -> Record:
    """Of a flight that was disposed of: as it stood then."""
    if known.kept_record is not None:
        return msgspec.convert(known.kept_record, Record)
    flown = _track(known)
    return Record((*_aircraft(known), *_flight(known, flown), *_said(known), *_recommended(known, flown)))


def _track(known: Dossier) -> Track | None:
    """None where there is no recording that can be read: its lines are then missing, and say so."""
    if known.bundle is None:
        return None
    try:
        flown = track.read(known.folder / TLOG)
    except RecordingError:
        return None
    return flown if len(flown.time_s) else None


def _aircraft(known: Dossier) -> tuple[Item, ...]:
    vehicle = known.vehicle
    model = f", {vehicle.model}" if vehicle and vehicle.model else ""
    return (
        Item("Aircraft", known.summary.vehicle + model, "recording"),
        Item("Serial number", vehicle.serial if vehicle else None, "settings"),
        Item("Authorisation number", known.authorisation, "settings"),
        Item(
            "Hours and flights of the aircraft",
            f"{known.use.hours:.2f} h, {known.use.flights} recorded by Airbeat, this flight included",
            "recording",
        ),
    )


def _flight(known: Dossier, flown: Track | None) -> tuple[Item, ...]:
    summary, sortie = known.summary, known.sortie
    duration = None if summary.duration_s is None else f"{summary.duration_s / 60:.1f} min"
    activity = f"{sortie.title}. {sortie.purpose}".strip() if sortie else summary.title
    assessed = None
    flown_plan = known.bundle.record.plan_sha256 if known.bundle else None
    if sortie and flown_plan and flown_plan == sortie.approved_sha256 and sortie.approved_by:
        assessed = f"Plan {flown_plan[:16]} approved by {known.person(sortie.approved_by)}"
    return (
        Item("Take-off", _place(summary.started_at, flown, 0), "recording"),
        Item("Landing", _place(summary.ended_at, flown, -1), "recording"),
        Item("Duration", duration, "recording"),
        Item("Remote pilot", None if summary.pilot is None else known.person(summary.pilot), "sortie"),
        Item("Activity", activity or None, "sortie"),
        Item("Assessments", assessed, "sortie"),
    )


def _place(at: datetime | None, flown: Track | None, row: int) -> str | None:
    if at is None or flown is None:
        return None
    place = f"{float(flown.lat_deg[row]):.5f}, {float(flown.lon_deg[row]):.5f}"
    return f"{at.astimezone(UTC):%d %b %Y %H:%M:%S} UTC at {place}"


def _said(known: Dossier) -> tuple[Item, ...]:
    form = known.filled.form if known.filled else Form()
    inspected = None if form.inspection_done is None else "done" if form.inspection_done else "NOT done"

    def none_or(text: str | None) -> str | None:
        return "none" if text == "" else text

    return (
        Item("VLOS or BVLOS", form.line_of_sight, "pilot"),
        Item("Pre-flight inspection", inspected, "pilot"),
        Item("Incidents and occurrences", none_or(form.occurrences), "pilot"),
        Item("Defects", none_or(form.defects), "pilot"),
        Item("Repairs and changes", none_or(form.repairs), "pilot"),
        Item("Remarks", none_or(form.remarks), "pilot", required=False),
    )


def _recommended(known: Dossier, flown: Track | None) -> tuple[Item, ...]:
    highest = known.summary.max_height_m
    return (
        Item("Day or night", None if flown is None else day_or_night(known, flown), "computed", required=False),
        Item("Highest", None if highest is None else f"{highest:.0f} m above home", "recording", required=False),
        Item("Battery charge", None if flown is None else _battery(flown), "recording", required=False),
    )


def day_or_night(known: Dossier, flown: Track) -> str:
    """Night is from the end of evening to the beginning of morning civil twilight (SERA, Article 2(97))."""
    ended = known.summary.ended_at or known.summary.started_at
    nights = [
        elevation_deg(Position(float(flown.lat_deg[row]), float(flown.lon_deg[row])), at) < CIVIL_TWILIGHT_DEG
        for row, at in ((0, known.summary.started_at), (-1, ended))
    ]
    return "night" if all(nights) else "day and night" if any(nights) else "day"


def _battery(flown: Track) -> str | None:
    known = [value for value in flown.battery_pct.tolist() if not math.isnan(value)]
    volts = [value for value in flown.battery_v.tolist() if not math.isnan(value)]
    if not known:
        return None
    lowest = f", at least {min(volts):.1f} V" if volts else ""
    return f"{known[0]:.0f} % at take-off, {known[-1]:.0f} % at landing{lowest}"
