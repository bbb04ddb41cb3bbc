"""The custody log as people read it: what was done in words, and looks in a row by one person as one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from telemetry.evidence.custody import Line

TOGETHER: Final = timedelta(minutes=10)
"""Opening a page asks for it in several parts; looks nearer than this to each other are one."""

Words = Callable[[dict[str, Any]], str]
Person = Callable[[str], str]

_WORDS: Final[dict[str, Words]] = {
    "flight.closed": lambda d: "recorded, closed and sealed",
    "flight.view": lambda d: f"looked at attachment {d['attachment']}" if "attachment" in d else "looked at the flight",
    "flight.evidence": lambda d: "looked at its evidence page",
    "flight.note": lambda d: f"noted something (note {d.get('note')})",
    "flight.fetch_log": lambda d: f"had the drone's own log {d.get('log')} fetched",
    "flight.attach": lambda d: f"attached a file (attachment {d.get('attachment')}, {d.get('bytes', 0):,} bytes)",
    "flight.sign_off": lambda d: "reviewed and signed it",
    "flight.compare": lambda d: f"compared it with flight {d.get('other')}",
    "flight.separation": lambda d: f"saw how near it came to flight {', '.join(d.get('others') or ())}",
    "flight.record": lambda d: "filled in its record",
    "flight.task": lambda d: f"{'closed' if d.get('closed') else 'opened'} task {d.get('task')}",
    "flight.download": lambda d: f"took {d.get('file')}",
    "flight.export": lambda d: f"export {d.get('export')} to {d.get('recipient')}",
    "flight.packed": lambda d: f"export {d.get('export')} packed, SHA-256 {str(d.get('sha256'))[:16]}…",
    "flight.retention": lambda d: f"class {d.get('class')}, next review {d.get('review_on')}",
    "flight.hold": lambda d: "placed a legal hold",
    "flight.release": lambda d: "released a legal hold",
    "flight.propose_disposal": lambda d: "proposed its disposal",
    "flight.refuse_disposal": lambda d: f"refused the disposal that {d.get('proposed_by')} proposed",
    "flight.dispose": lambda d: f"disposed of it, as {d.get('proposed_by')} proposed",
}


class Shown(msgspec.Struct, frozen=True):
    """`number` is the first line's, `count` how many lines are shown as this one."""

    number: int
    count: int
    at: datetime
    who: str | None
    role: str | None
    kind: str
    what: str
    reason: str | None


def shown(lines: tuple[Line, ...], person: Person) -> list[Shown]:
    """First line first. `person` is how whoever a line names is called."""
    rows: list[Shown] = []
    last: Line | None = None
    for line in lines:
        what = _what(line, person)
        same = last is not None and (last.who, last.kind) == (line.who, line.kind)
        if rows and same and line.kind == "consultation" and line.at - rows[-1].at < TOGETHER and rows[-1].what == what:
            rows[-1] = msgspec.structs.replace(rows[-1], count=rows[-1].count + 1)
        else:
            rows.append(Shown(line.number, 1, line.at, line.who, line.role, line.kind, what, line.detail.get("reason")))
        last = line
    return rows


def _what(line: Line, person: Person) -> str:
    words = _WORDS.get(line.deed)
    proposer = line.detail.get("proposed_by")
    detail = line.detail if proposer is None else {**line.detail, "proposed_by": person(proposer)}
    return words(detail) if words else line.deed.partition(".")[2].replace("_", " ")
