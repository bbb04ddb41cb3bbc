"""A flight as one sealed zip that a court's expert can open and verify without Airbeat."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Final

from telemetry.evidence import verifier

README: Final = """\
A flight recorded by Airbeat, and the means to verify it.

flight/         the recording as it was sealed. telemetry.tlog is the original MAVLink log (8 bytes big-endian time in
                microseconds since 1970 UTC, then the frame), plan.json and plan.plan the plan on board, receipt.json
                the proof of its upload, events.jsonl what happened, manifest.json the summary, seal.json the seal.
audit.jsonl     who saw, exported or annotated the flight until this export, one JSON object a line; not of the seal.
SHA256SUMS      SHA-256 of every file here (check with `sha256sum -c SHA256SUMS`).
verifier.py     the verifier. It needs Python 3.11 and nothing else, and no network:

                    python3 verifier.py THIS.zip PUBLIC_KEY

PUBLIC_KEY must come from the force by another way than this file; the seal's own key proves nothing by itself.
The seal's format, from verifier.py:

"""


def export(folder: Path, target: Path, audit: bytes | None = None) -> None:
    """Writes the zip. `audit` is the extract that concerns this flight. `OSError` where the disk refuses."""
    files = [(f"flight/{path.name}", path) for path in sorted(folder.iterdir()) if path.is_file()]
    source = Path(verifier.__file__).read_bytes()
    texts = {"README.txt": (README + str(verifier.__doc__)).encode(), "verifier.py": source}
    if audit is not None:
        texts["audit.jsonl"] = audit
    draft = target.with_name(f"{target.name}.new")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        sums = []
        for name, path in files:
            archive.write(path, name)
            with path.open("rb") as file:
                sums.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n")
        for name, content in texts.items():
            archive.writestr(name, content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        archive.writestr("SHA256SUMS", "".join(sums))
    draft.replace(target)
