"""Verifies the log of flights and that every flight in it is there (the format is in `verifier`)."""

from __future__ import annotations

import json
from pathlib import Path

from telemetry.evidence.verifier import (
    KEY_TITLE,
    LOG_TITLE,
    NO_HASH,
    SEAL,
    Problem,
    canonical,
    hash_of,
    is_signed,
    parse,
)


def verify_log(log: Path, public_key: str, head: str | None = None, flights: Path | None = None) -> list[Problem]:
    """Checks the log of flights: each line, their order, the published `head`, and that each flight is in `flights`.

    Keys are followed through the rotations in the flights' seals. `OSError` where it cannot be read.
    """
    problems: list[Problem] = []
    previous, hashes = NO_HASH, [NO_HASH]
    seals: dict[str, str] = {}
    keys = {public_key.strip().lower()}
    for number, line in enumerate(log.read_bytes().splitlines(), start=1):
        try:
            entry = json.loads(line)
            values = parse(entry["statement"], LOG_TITLE).values
            key = values["key"]
            good = canonical(entry) == line and is_signed(key, entry["statement"], entry["signature"])
            seals[values["flight"]] = values["seal"]
            in_order = (values["number"], values["previous"]) == (str(number), previous)
        except (ValueError, KeyError, TypeError, AttributeError):
            return [*problems, Problem("log", f"line {number} of the log was changed", log.name, number)]
        if flights is not None:
            keys |= _rotated(flights / values["flight"], keys)
        if not good or key not in keys:
            problems.append(
                Problem("log", f"line {number} of the log was changed or is signed by another key", log.name)
            )
        if not in_order:
            problems.append(Problem("log", f"a line is missing before line {number} of the log", log.name, number))
        previous = hash_of(entry["statement"])
        hashes.append(previous)
    if head is not None and head not in hashes:
        problems.append(Problem("log", "the published head is not in the log: lines at its end are missing", log.name))
    return problems + (_flights(flights, seals) if flights is not None else [])


def _rotated(folder: Path, keys: set[str]) -> set[str]:
    found = set(keys)
    try:
        for rotation in json.loads((folder / SEAL).read_bytes())["rotations"]:
            values = parse(rotation["statement"], KEY_TITLE).values
            if values["former"] in found and is_signed(values["former"], rotation["statement"], rotation["former"]):
                found.add(values["next"])
    except (OSError, ValueError, KeyError, TypeError):
        return keys
    return found


def _flights(flights: Path, seals: dict[str, str]) -> list[Problem]:
    problems = []
    for flight_id, digest in seals.items():
        path = flights / flight_id / SEAL
        if not path.is_file():
            problems.append(Problem("missing", f"flight {flight_id} of the log is missing, or its seal", flight_id))
            continue
        try:
            same = hash_of(json.loads(path.read_bytes())["statement"]) == digest
        except (ValueError, KeyError, TypeError, AttributeError):
            same = False
        if not same:
            problems.append(Problem("changed", f"flight {flight_id} has another seal than the log says", flight_id))
    strangers = (one.name for one in sorted(flights.iterdir()) if (one / SEAL).is_file() and one.name not in seals)
    return problems + [Problem("log", f"flight {name} is not in the log", name) for name in strangers]
