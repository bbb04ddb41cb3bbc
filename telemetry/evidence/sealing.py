"""Sealing a closed flight's folder: the chain of every file, signed, and the flight's entry in the log of flights."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telemetry.evidence import flight_log
from telemetry.evidence.flight_log import FlightLog
from telemetry.evidence.keys import EvidenceKeys, stamp
from telemetry.evidence.verifier import SEAL, SEAL_TITLE, canonical, first_link, hash_of, links_of, verify
from telemetry.writing import write


def seal_flight(folder: Path) -> None:
    """Seals ``$AIRBEAT_HOME/flights/<flight id>`` with the key in ``keys`` and the log in ``flights/flights.log``.

    A folder whose seal is good stays as it is, so that it may be asked for again after a crash.
    """
    flights = folder.parent
    seal(folder, EvidenceKeys(flights.parent / "keys"), FlightLog(flights / flight_log.NAME))


def seal(folder: Path, keys: EvidenceKeys, log: FlightLog) -> None:
    """Writes ``seal.json`` over all files of `folder` (format: `verifier`). `OSError` where the disk refuses."""
    if verify(folder, keys.first or keys.public).good:
        return
    files, links = _chains(folder)
    statement, entry = _entered(folder.name, files, keys, log)
    write(folder / SEAL, canonical({**keys.signed(statement), "links": links, "entry": entry}))


def _entered(flight_id: str, files: str, keys: EvidenceKeys, log: FlightLog) -> tuple[str, dict[str, Any]]:
    """The seal's statement and its entry in the log: the one of a sealing that a crash cut off, or a new one."""

    def statement(at: str) -> str:
        return f"{SEAL_TITLE}\nflight {flight_id}\nsealed {at}\nkey {keys.public}\n{files}"

    last = log.last(flight_id)
    if last is not None:
        entry, said = last
        begun = statement(said["at"])
        if said.get("seal") == hash_of(begun):
            return begun, entry
    now = stamp(datetime.now(UTC))
    return statement(now), log.append(flight_id, statement(now), now, keys)


def _chains(folder: Path) -> tuple[str, dict[str, list[str]]]:
    """The statement's lines of all files, and their links."""
    flight_id, lines, links = folder.name, [], {}
    for path in sorted(folder.iterdir()):
        if path.name == SEAL or not path.is_file():
            continue
        with path.open("rb") as file:
            chain = list(links_of(file, flight_id, path.name))
        links[path.name] = [link.hex() for link, _ in chain]
        head = chain[-1][0] if chain else first_link(flight_id, path.name)
        listed = hashlib.sha256(b"".join(link for link, _ in chain)).hexdigest()
        lines.append(f"file {path.name} {sum(size for _, size in chain)} {head.hex()} {listed}\n")
    return "".join(lines), links
