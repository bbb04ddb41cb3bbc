"""Typesets the report. All words on it come as data to `report.typ`, so that no text of a flight can become markup."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
import typst

from telemetry.errors import RecordingError
from telemetry.evidence.verifier import SEAL
from telemetry.flight_folder import TLOG
from telemetry.settings import Settings
from telemetry.wire import TransferReceipt
from web import custody_words, examining, track
from web.against_plan import against_plan
from web.bundle import Bundle
from web.dossier import Dossier
from web.errors import Gone
from web.record import record
from web.report import chart_svg, map_svg
from web.store.keeping import DISPOSED
from web.track import Track

CHARTS: Final = (
    ("Height above home, m", "height_home_m", "#0b4fb3"),
    ("Speed over ground, m/s", "ground_speed_m_s", "#0a7d32"),
    ("Battery, %", "battery_pct", "#8a5a00"),
    ("Link: frames lost, %", "link_loss_pct", "#a3128f"),
)


def pdf(known: Dossier, settings: Settings, at: datetime) -> bytes:
    """A recording that cannot be read is said instead of drawn. Raises `Gone` for a flight whose content is erased."""
    if known.bundle is None:
        raise Gone(DISPOSED)
    with tempfile.TemporaryDirectory(prefix="airbeat-report-") as name:
        folder = Path(name)
        data = {
            "unit": settings.unit,
            "printed": _utc(at),
            "cover": _cover(known, known.bundle),
            "figures": _figures(known, known.bundle),
            "map": False,
            "charts": [],
            "findings": None,
            "receipts": _receipts(known, known.bundle),
            "hashes": [[name, f"{one.bytes:,}", one.sha256] for name, one in sorted(known.bundle.record.files.items())],
            "sealed": (known.folder / SEAL).is_file(),
            "record": [[item.name, item.value, item.source, item.required] for item in record(known).items],
            "notes": [[_utc(one.moment), one.text, known.person(one.author), _utc(one.at)] for one in known.notes],
            "attachments": [[one.name, f"{one.bytes:,}", one.sha256, _utc(one.taken.at)] for one in known.attachments],
            "custody": _custody(known),
        }
        try:
            _draw(known, settings, data, folder)
        except RecordingError as error:
            data["problem"] = str(error)
        folder.joinpath("data.json").write_bytes(msgspec.json.encode(data))
        main = folder / "main.typ"
        main.write_bytes(files("web.report").joinpath("report.typ").read_bytes())
        return typst.compile(main, format="pdf")


def _draw(known: Dossier, settings: Settings, data: dict[str, Any], folder: Path) -> None:
    assert known.bundle is not None
    flown = track.read(known.folder / TLOG)
    if len(flown.time_s) > 1:
        folder.joinpath("map.svg").write_text(map_svg.draw(flown, known.bundle.plan, settings.map.layers))
        data["map"] = True
        data["charts"] = _charts(flown, folder)
    data["findings"] = [
        [one.severity, _utc(datetime.fromtimestamp(one.from_s, UTC)), one.text, one.meaning, one.evidence]
        for one in examining.observations(known.folder / TLOG, known.bundle.plan, known.attachments)
    ]


def _charts(flown: Track, folder: Path) -> list[list[str]]:
    drawn = []
    for title, column, colour in CHARTS:
        svg = chart_svg.draw(flown.time_s, getattr(flown, column), colour)
        if svg is not None:
            folder.joinpath(f"{column}.svg").write_text(svg)
            drawn.append([title, f"{column}.svg"])
    return drawn


def _cover(known: Dossier, held: Bundle) -> list[list[str]]:
    summary = known.summary
    master = held.record.files.get(TLOG)
    return [
        ["Flight", summary.flight_id],
        ["Drone", summary.vehicle],
        ["Flown", f"{_utc(summary.started_at)} to {_utc(summary.ended_at)}"],
        ["Remote pilot", known.person(summary.pilot) if summary.pilot else "not known"],
        ["Sortie", summary.title or "flown without a sortie"],
        ["Incident", summary.incident or "none given"],
        ["Reviewed", _reviewed(known)],
        ["Master", f"{TLOG}, SHA-256 {master.sha256}" if master else "no recording"],
    ]


def _reviewed(known: Dossier) -> str:
    signed = known.summary.sign_off
    if signed is None:
        return "not signed off yet"
    return f"{known.person(signed.by)}, {_utc(signed.at)}. {signed.remark or ''}"


def _figures(known: Dossier, held: Bundle) -> list[list[str]]:
    summary, compared = known.summary, against_plan(held)
    figures = [
        ["Outcome", summary.outcome or "not known"],
        ["Duration", "–" if summary.duration_s is None else f"{summary.duration_s / 60:.1f} min"],
        ["Distance", _metres(summary.distance_m)],
        ["Highest above home", _metres(summary.max_height_m)],
        ["Frames recorded", "–" if summary.frames_recorded is None else f"{summary.frames_recorded:,}"],
        ["Frames lost", "–" if summary.frames_lost is None else f"{summary.frames_lost:,}"],
        ["Times not recorded", str(len(held.record.holes))],
    ]
    if compared is not None:
        figures += [
            ["Off the planned track, p95", _metres(compared.cross_track_p95_m)],
            ["Planned places reached", f"{len(compared.items_reached)} of {compared.items_total}"],
        ]
    return figures


def _receipts(known: Dossier, held: Bundle) -> dict[str, Any] | None:
    receipt = held.receipt
    if receipt is None:
        return None
    stages = [[s.stage, _items(s), s.sent_sha256, s.read_sha256 or (s.problem or "–")] for s in receipt.stages]
    words = "read back equal" if receipt.verified else f"NOT verified: {receipt.problem or 'read back differs'}"
    by, at = known.person(receipt.actor.user), _utc(receipt.finished_at)
    said = f"Plan {receipt.plan_sha256}, uploaded by {by}, {at}: {words}."
    return {"said": said, "stages": stages}


def _items(stage: TransferReceipt) -> str:
    """The plan's items, and home beside them, which MAVLink counts as one."""
    return f"{stage.items - 1} + home" if stage.stage == "mission" and stage.items else str(stage.items)


def _custody(known: Dossier) -> list[list[str]]:
    return [
        [
            str(line.number) if line.count == 1 else f"{line.number}–{line.number + line.count - 1}",
            _utc(line.at),
            f"{known.person(line.who)}, {line.role}" if line.who else "Airbeat",
            line.what + (f". {line.reason}" if line.reason else ""),
            line.kind,
        ]
        for line in custody_words.shown(known.custody, known.person)
    ]


def _metres(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f} m"


def _utc(at: datetime | None) -> str:
    return "–" if at is None else f"{at.astimezone(UTC):%d %b %Y %H:%M:%S} UTC"
