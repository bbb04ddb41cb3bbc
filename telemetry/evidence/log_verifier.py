"""Verifies the log of flights and that every flight in it is there, or lawfully gone (the format is in FORMAT.md)."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from telemetry.evidence.ed25519 import NotReadable
from telemetry.evidence.keys import is_signed
from telemetry.evidence.verifier import (
    DISPOSAL,
    LOG_TITLE,
    NO_HASH,
    SEAL,
    Problem,
    canonical,
    hash_of,
    parse,
    reachable,
)


def verify_log(
    log: Path,
    public_key: str,
    heads: Collection[str] = (),
    flights: Path | None = None,
    followers: Collection[str] = (),
) -> list[Problem]:
    """Checks the log of flights: each line, their order, the published `heads`, and that each flight is in `flights`.

    A flight that was disposed of has its certificate there. Keys are followed through the rotations in the flights'
    seals and certificates; `followers` are keys that are known to follow. `OSError` where it cannot be read.
    """
    problems: list[Problem] = []
    previous, hashes = NO_HASH, [NO_HASH]
    seals: dict[str, str] = {}
    disposals: dict[str, str] = {}
    first = public_key.strip().lower()
    keys = {first, *followers}
    for number, line in enumerate(log.read_bytes().splitlines(), start=1):
        try:
            entry = json.loads(line)
            values = parse(entry["statement"], LOG_TITLE).values
            key = values["key"]
            shaped = set(entry) == {"statement", "signature"} and canonical(entry) == line
            good = shaped and is_signed(key, entry["statement"], entry["signature"])
            what, known = ("disposal", disposals) if "disposal" in values else ("seal", seals)
            again = values["flight"] in known
            known[values["flight"]] = values[what]
            in_order = (values["number"], values["previous"]) == (str(number), previous)
        except (ValueError, KeyError, TypeError, AttributeError):
            return [*problems, Problem("log", f"line {number} of the log was changed", log.name, number)]
        if flights is not None and key not in keys:
            keys |= _rotated(flights / values["flight"], first)
        if not good or key not in keys:
            problems.append(
                Problem("log", f"line {number} of the log was changed or is signed by another key", log.name)
            )
        if again:
            text = (
                f"line {number} of the log is a second {what} of flight {values['flight']}: why is the first no more?"
            )
            problems.append(Problem("log", text, log.name, number))
        if not in_order:
            problems.append(Problem("log", f"a line is missing before line {number} of the log", log.name, number))
        previous = hash_of(entry["statement"])
        hashes.append(previous)
    if not set(heads) <= set(hashes):
        problems.append(Problem("log", "a published head is not in the log: lines at its end are missing", log.name))
    return problems + (_flights(flights, seals, disposals) if flights is not None else [])


def _rotated(folder: Path, first: str) -> set[str]:
    for name in (SEAL, DISPOSAL):
        try:
            return reachable(first, json.loads((folder / name).read_bytes())["rotations"])
        except (OSError, NotReadable, ValueError, KeyError, TypeError):
            continue  # said where the flight itself is looked at
    return set()


def _flights(flights: Path, seals: dict[str, str], disposals: dict[str, str]) -> list[Problem]:
    problems = []
    for flight_id, digest in seals.items():
        name, wanted = (DISPOSAL, disposals[flight_id]) if flight_id in disposals else (SEAL, digest)
        path = flights / flight_id / name
        if not path.is_file():
            what = "its certificate of disposal" if name == DISPOSAL else "its seal"
            problems.append(Problem("missing", f"flight {flight_id} of the log is missing, or {what}", flight_id))
            continue
        try:
            same = hash_of(json.loads(path.read_bytes())["statement"]) == wanted
        except (ValueError, KeyError, TypeError, AttributeError):
            same = False
        if not same:
            problems.append(Problem("changed", f"flight {flight_id} has another {name} than the log says", flight_id))
    strangers = (one.name for one in sorted(flights.iterdir()) if (one / SEAL).is_file() and one.name not in seals)
    return problems + [Problem("log", f"flight {name} is not in the log", name) for name in strangers]
