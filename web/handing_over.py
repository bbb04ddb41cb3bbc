"""Packs a flight for a court: the sealed folder, working copies, and all that was said and done with it since."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from telemetry.evidence.exporting import Handover, export
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.verifier import SEAL
from telemetry.flight_folder import TLOG
from telemetry.review.export import gpx, kml
from web import track
from web.bundle import attachment_folder
from web.dossier import Dossier
from web.errors import Conflict
from web.record import record
from web.store.audit import Entry


class Contents(NamedTuple):
    """`log`: the flight's custody log; `audit`: all that was done with it; `report`: its printed one, a PDF."""

    known: Dossier
    log: list[str]
    audit: list[Entry]
    report: bytes


def require_sealed(known: Dossier) -> None:
    if not (known.folder / SEAL).is_file():
        raise Conflict("The flight is not sealed yet: the recorder has not closed it.")


def pack(contents: Contents, handover: Handover, home: Path) -> tuple[IO[bytes], str]:
    """The zip, open for reading and nowhere on the disk by name, and its SHA-256. `home` is the folder of all data.

    Raises `RecordingError` for a recording that cannot be read.
    """
    known = contents.known
    require_sealed(known)
    attached = {
        f"attachments/{one.attachment_id}-{one.name}": attachment_folder(home, known.summary.flight_id) / one.sha256
        for one in known.attachments
    }
    made = record(known)
    texts = {
        "record.json": _json({"record": made, "missing": made.missing, "form": known.filled}),
        "notes.json": _json({"notes": known.notes, "sign_off": known.summary.sign_off, "tasks": known.tasks}),
        "attachments.json": _json(known.attachments),
        "audit.jsonl": b"".join(msgspec.json.encode(entry) + b"\n" for entry in contents.audit),
        "working/report.pdf": contents.report,
        **_working_copies(known),
    }
    packed = tempfile.TemporaryFile(dir=home)  # noqa: SIM115 - closed with the answer, and gone with the process
    digest = export(known.folder, packed, handover, contents.log, texts, attached, EvidenceKeys(home / "keys"))
    packed.seek(0)
    return packed, digest


def _working_copies(known: Dossier) -> dict[str, bytes]:
    flown, name = track.read(known.folder / TLOG), known.summary.flight_id
    plan = known.bundle.plan if known.bundle else None
    return {
        "working/track.kml": kml(flown, name, True, plan).encode(),
        "working/track.gpx": gpx(flown, name, True).encode(),
        "working/track.csv": track.csv_table(flown),
    }


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)
