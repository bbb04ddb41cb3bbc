"""A flight as one sealed zip that a court's expert can open and verify without Airbeat."""

from __future__ import annotations

import hashlib
import inspect
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec

from telemetry.errors import RecordingError
from telemetry.evidence import ed25519, files, verifier
from telemetry.evidence.files import FLIGHT
from telemetry.evidence.keys import EvidenceKeys, stamp
from telemetry.evidence.verifier import CUSTODY, EXPORT, EXPORT_TITLE, NO_HASH, SEAL, canonical, hash_of
from telemetry.flight_folder import TLOG

SUMS: Final = "SHA256SUMS"
README: Final = """\
A flight recorded by Airbeat, and the means to verify it.

Master          flight/ is an exact copy of the sealed folder that {unit} keeps as flights/{flight_id}.
                Its recording is telemetry.tlog, {tlog_bytes} bytes, SHA-256
                {tlog_sha256}
Working copies  working/ holds what other programs open. Work with these, never with flight/.
All else        is listed, with every format, in FORMAT.md.

This is export {number}, given out by {by} at {at}.

To verify it, with no network and no other program than Python 3.9 or later:

    python3 verifier.py THIS.zip PUBLIC_KEY      (or, unpacked:  python3 verifier.py . PUBLIC_KEY)

PUBLIC_KEY must come from the force by another way than this file: the one in public-key.txt proves nothing by itself.
"""


class Handover(msgspec.Struct, frozen=True):
    """Who gives a flight out, to whom, why; `number` counts the unit's exports. `by` is the account of `name`."""

    unit: str
    number: int
    by: str
    role: str
    recipient: str
    reason: str
    at: datetime
    name: str | None = None


def export(
    folder: Path,
    target: IO[bytes],
    handover: Handover,
    custody: list[str],
    texts: Mapping[str, bytes],
    attached: Mapping[str, Path],
    keys: EvidenceKeys,
) -> str:
    """Writes the zip to an empty file and gives its SHA-256. `OSError` where the disk refuses.

    Raises `RecordingError` for an attachment that is not, or no more, what its name says.

    Recordings and attachments lie in it as they are, not compressed: a damaged zip then loses no more than was hit.

    `custody` is the flight's log, `texts` and `attached` are further files by name; those attached lie on the disk
    under their SHA-256.
    """
    parts = {
        **texts,
        CUSTODY: b"".join(json.dumps(statement).encode() + b"\n" for statement in custody),
        "verifier.py": standalone_verifier().encode(),
        "FORMAT.md": Path(__file__).with_name("FORMAT.md").read_bytes(),
        "public-key.txt": f"{keys.public}\n".encode(),
        "README.txt": _readme(folder, handover).encode(),
    }
    with zipfile.ZipFile(target, "w") as archive:
        sums = {f"{FLIGHT}{path.name}": _add(archive, f"{FLIGHT}{path.name}", path) for path in _files(folder)}
        listed = {name: _attached(archive, name, path) for name, path in attached.items()}
        listed |= {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
        parts[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in sorted((sums | listed).items())).encode()
        listed[SUMS] = hashlib.sha256(parts[SUMS]).hexdigest()
        head = hash_of(custody[-1]) if custody else NO_HASH
        statement = _statement(folder, handover, sums.get(FLIGHT + SEAL, NO_HASH), head, listed, keys.public)
        for name, content in {**parts, EXPORT: canonical(keys.signed(statement))}.items():
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    target.seek(0)
    return hashlib.file_digest(target, "sha256").hexdigest()  # type: ignore[arg-type]


def standalone_verifier() -> str:
    """The verifier as one file: what it imports of Airbeat stands in the import's place."""
    source = inspect.getsource(verifier)
    for part, title in ((ed25519, "Ed25519"), (files, "Files")):
        (wanted,) = [line for line in source.splitlines() if line.startswith(f"from {part.__name__} ")]
        source = source.replace(wanted, f"# -- {title}\n{inspect.getsource(part).rstrip()}\n")
    return source


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_file()]


def _attached(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """No seal is over it, so it is held against its name before it is signed for."""
    if not path.is_file():
        raise RecordingError(name, 0, "the attachment's file is gone")
    digest = _add(archive, name, path)
    if digest != path.name:
        raise RecordingError(name, 0, "the attachment was changed since it was attached")
    return digest


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Hashes the very bytes that it writes."""
    digest = hashlib.sha256()
    with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as target:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _statement(folder: Path, handover: Handover, seal: str, head: str, listed: Mapping[str, str], key: str) -> str:
    lines = "".join(f"part {name} {digest}\n" for name, digest in sorted(listed.items()))
    name = "" if handover.name is None else f"name {json.dumps(handover.name)}\n"
    return (
        f"{EXPORT_TITLE}\nflight {folder.name}\nnumber {handover.number}\nat {stamp(handover.at)}\n"
        f"by {handover.by} {handover.role}\n{name}recipient {json.dumps(handover.recipient)}\n"
        f"reason {json.dumps(handover.reason)}\nseal {seal}\ncustody {head}\nkey {key}\n{lines}"
    )


def _readme(folder: Path, handover: Handover) -> str:
    recording = folder / TLOG
    with recording.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return README.format(
        unit=handover.unit,
        flight_id=folder.name,
        tlog_bytes=f"{recording.stat().st_size:,}",
        tlog_sha256=digest,
        number=handover.number,
        by=f"{handover.name or handover.by} ({handover.role.replace('_', ' ')})",
        at=stamp(handover.at),
    )
