"""Disposing of a flight: its content goes, a signed certificate stays (format: FORMAT.md).

Who may, and whether a legal hold forbids it, is for the caller; here it is only done, and so that it can be taken up
again after a crash: first the statement, then its entry in the log of flights, the certificate of both, and only then
the content goes.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from telemetry.errors import RecordingError
from telemetry.evidence import flight_log
from telemetry.evidence.flight_log import FlightLog
from telemetry.evidence.keys import EvidenceKeys, stamp
from telemetry.evidence.verifier import DISPOSAL, DISPOSAL_TITLE, SEAL, canonical, hash_of
from telemetry.writing import write

_BEGUN: Final = f"{DISPOSAL}.begun"
"""The certificate before it is entered in the log of flights."""


class Decision(msgspec.Struct, frozen=True):
    """Two persons' decision, by their accounts and names; `retention` is the flight's class."""

    proposed_by: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_at: datetime
    reason: str
    retention: str
    proposed_name: str | None = None
    confirmed_name: str | None = None


def dispose(folder: Path, decision: Decision, keys: EvidenceKeys) -> Path:
    """Leaves nothing in `folder` but the certificate, whose path it gives.

    Raises `RecordingError` for a flight without a readable seal: what cannot be named cannot be certified.
    """
    certificate = folder / DISPOSAL
    if not certificate.exists():
        write(certificate, canonical(_certificate(folder, decision, keys)))
    for path in sorted(folder.iterdir()):
        if path == certificate:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return certificate


def _certificate(folder: Path, decision: Decision, keys: EvidenceKeys) -> dict[str, Any]:
    log, begun = FlightLog(folder.parent / flight_log.NAME), folder / _BEGUN
    last = log.last(folder.name)
    if last is not None and "disposal" in last[1] and begun.exists():
        entry, said = last
        signed = json.loads(begun.read_bytes())
        if said["disposal"] == hash_of(signed["statement"]):
            return {**signed, "entry": entry}
    at = stamp(datetime.now(UTC))
    signed = _signed(folder, decision, at, keys)
    write(begun, canonical(signed))
    return {**signed, "entry": log.append_disposal(folder.name, signed["statement"], at, keys)}


def _signed(folder: Path, decision: Decision, at: str, keys: EvidenceKeys) -> dict[str, Any]:
    try:
        seal = json.loads((folder / SEAL).read_bytes())
        sealed, signature = seal["statement"], seal["signature"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(str(folder / SEAL), 0, f"the seal cannot be read: {error}") from error
    names = {"proposed_name": decision.proposed_name, "confirmed_name": decision.confirmed_name}
    told = "".join(f"{key} {json.dumps(name)}\n" for key, name in names.items() if name is not None)
    statement = (
        f"{DISPOSAL_TITLE}\nflight {folder.name}\nseal {hash_of(sealed)}\nclass {json.dumps(decision.retention)}\n"
        f"proposed {decision.proposed_by} {stamp(decision.proposed_at)}\n"
        f"confirmed {decision.confirmed_by} {stamp(decision.confirmed_at)}\n{told}"
        f"reason {json.dumps(decision.reason)}\nat {at}\nkey {keys.public}\n"
    )
    return {**keys.signed(statement), "seal": {"statement": sealed, "signature": signature}}
