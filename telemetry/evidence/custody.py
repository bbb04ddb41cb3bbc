"""A line of a flight's custody log as a statement; `verifier` says its format and checks a whole log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from telemetry.errors import RecordingError
from telemetry.evidence import verifier
from telemetry.evidence.verifier import CUSTODY_TITLE, canonical


class Line(msgspec.Struct, frozen=True):
    """`kind` is the Data Protection Act's word for `deed`. Without `who` the system itself did it."""

    flight_id: str
    number: int
    previous: str
    at: datetime
    who: str | None
    role: str | None
    kind: str
    deed: str
    detail: dict[str, Any]


def statement(line: Line) -> str:
    person = f"{line.who} {line.role or '-'}" if line.who else "- -"
    detail = canonical(line.detail).decode()
    return (
        f"{CUSTODY_TITLE}\nflight {line.flight_id}\nnumber {line.number}\nprevious {line.previous}\n"
        f"at {line.at.astimezone(UTC).isoformat(timespec='milliseconds')}\nwho {person}\nkind {line.kind}\n"
        f"deed {line.deed}\ndetail {detail}\n"
    )


def parse(text: str) -> Line:
    """Raises `RecordingError` for what is no such statement."""
    try:
        values = verifier.parse(text, CUSTODY_TITLE).values
        who, _, role = values["who"].partition(" ")
        return Line(
            flight_id=values["flight"],
            number=int(values["number"]),
            previous=values["previous"],
            at=datetime.fromisoformat(values["at"]),
            who=None if who == "-" else who,
            role=None if role == "-" else role,
            kind=values["kind"],
            deed=values["deed"],
            detail=json.loads(values["detail"]),
        )
    except (ValueError, KeyError) as error:
        raise RecordingError("custody log", 0, f"a line cannot be read: {error}") from error


def problems(text: str, flight_id: str, number: int, previous: str) -> list[str]:
    """What is wrong with the line that should be `number` of the flight, after the line whose hash is `previous`."""
    try:
        line = parse(text)
    except RecordingError as error:
        return [f"line {number} of flight {flight_id}: {error.what}"]
    if (line.flight_id, line.number, line.previous) != (flight_id, number, previous):
        return [f"line {number} of flight {flight_id} was changed, or one before it is missing"]
    return []
