"""Whether the tables still say what the custody log says was done.

By its links and its published head the custody log shows that it was not changed; a note, a hold or a second signature
that somebody changed, took away, added or dated back past the program shows by disagreeing with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from telemetry.errors import RecordingError
from telemetry.evidence import custody
from telemetry.evidence.custody import Line
from telemetry.evidence.verifier import hash_of
from web.store.keeping import ERASED, disposed
from web.store.models import Flight, Note, SignOff
from web.store.models_evidence import Attachment, CustodyRow, Disposal, Export, FlightForm, LegalHold, Retention

WITHIN: Final = timedelta(minutes=5)
"""A deed's row and its line are of one transaction, which may have waited for another."""


class Deed(NamedTuple):
    """`content` is None where it is not compared."""

    by: str | None
    at: datetime | None
    content: str | None


Named = tuple[tuple[str, str], Deed]
"""By its flight and what it is, such as "note 3"."""


def problems(db: Session) -> list[str]:
    said, held = dict(_said(db)), dict(_held(db))
    found = []
    for flight_id, what in sorted(said.keys() | held.keys()):
        line, row = said.get((flight_id, what)), held.get((flight_id, what))
        if row is None:
            found.append(f"{what} of flight {flight_id} is in the custody log, but gone from the tables")
        elif line is None:
            found.append(f"{what} of flight {flight_id} by {row.by} is not in the custody log")
        elif differs := _differs(line, row):
            found.append(f"{what} of flight {flight_id} has another {differs} than the custody log says")
    closed = select(CustodyRow.flight_id).where(CustodyRow.statement.contains("\ndeed flight.closed\n"))
    hidden = db.scalars(closed.where(CustodyRow.flight_id.not_in(select(Flight.flight_id))))
    return found + [f"flight {flight_id} is not in the index: nobody finds it" for flight_id in hidden]


def _differs(line: Deed, row: Deed) -> str:
    if line.by != row.by:
        return "author"
    if line.at is None or row.at is None or abs(line.at - row.at) > WITHIN:
        return "time"
    return "content" if None not in (line.content, row.content) and line.content != row.content else ""


def _lines(db: Session) -> Iterator[Line]:
    for statement in db.scalars(select(CustodyRow.statement).order_by(CustodyRow.id)):
        try:
            yield custody.parse(statement)
        except RecordingError:  # named where the log itself is looked at
            continue


def _said(db: Session) -> Iterator[Named]:
    proposals: Counter[str] = Counter()
    for line in _lines(db):
        said, of = line.detail, line.flight_id
        match line.deed:
            case "flight.note":
                what, content = f"note {said.get('note')}", said.get("sha256")
            case "flight.attach":
                what, content = f"attachment {said.get('attachment')}", said.get("sha256")
            case "flight.sign_off":
                what, content = "the second signature", said.get("remark", "")
            case "flight.record":
                what, content = f"the form {said.get('sha256')}", None
            case "flight.retention":
                what, content = "the class", f"{said.get('class')} {said.get('review_on')} {said.get('reason')}"
            case "flight.hold":
                what, content = f"hold {said.get('hold')}", said.get("reason")
            case "flight.release":
                what, content = f"the release of hold {said.get('hold')}", said.get("reason")
            case "flight.export":
                what, content = f"export {said.get('export')}", f"{said.get('recipient')} {said.get('reason')}"
            case "flight.packed":
                what, content = f"the packing of export {said.get('export')}", said.get("sha256")
            case "flight.propose_disposal":
                proposals[of] += 1
                what, content = f"proposal {proposals[of]} to dispose", said.get("reason")
            case "flight.dispose" | "flight.refuse_disposal":
                what, content = f"the decision on proposal {proposals[of]}", line.deed
            case _:
                continue
        yield (of, what), Deed(line.who, line.at, content)


def _held(db: Session) -> Iterator[Named]:
    gone = set(db.scalars(disposed()))
    for note in db.scalars(select(Note)):
        erased = note.flight_id in gone and note.text == ERASED
        yield (note.flight_id, f"note {note.id}"), Deed(note.author, note.at, None if erased else hash_of(note.text))
    for one in db.scalars(select(Attachment)):
        yield (one.flight_id, f"attachment {one.id}"), Deed(one.by, one.at, one.sha256)
    for signed in db.scalars(select(SignOff)):
        yield (signed.flight_id, "the second signature"), Deed(signed.by, signed.at, signed.remark or "")
    for form in db.scalars(select(FlightForm)):
        yield (form.flight_id, f"the form {hash_of(str(form.form))}"), Deed(form.by, form.at, None)
    for kept in db.scalars(select(Retention)):
        yield (kept.flight_id, "the class"), Deed(kept.by, kept.at, f"{kept.name} {kept.review_on} {kept.reason}")
    for hold in db.scalars(select(LegalHold)):
        yield (hold.flight_id, f"hold {hold.id}"), Deed(hold.by, hold.at, hold.reason)
        if hold.released_by is not None:
            release = Deed(hold.released_by, hold.released_at, hold.release_reason)
            yield (hold.flight_id, f"the release of hold {hold.id}"), release
    for export in db.scalars(select(Export)):
        asked = Deed(export.by, export.at, f"{export.recipient} {export.reason}")
        yield (export.flight_id, f"export {export.number}"), asked
        if export.sha256 is not None:
            packed = Deed(export.by, export.packed_at, export.sha256)
            yield (export.flight_id, f"the packing of export {export.number}"), packed
    yield from _disposals(db)


def _disposals(db: Session) -> Iterator[Named]:
    proposals: Counter[str] = Counter()
    for one in db.scalars(select(Disposal).order_by(Disposal.id)):
        proposals[one.flight_id] += 1
        number = proposals[one.flight_id]
        yield (one.flight_id, f"proposal {number} to dispose"), Deed(one.by, one.at, one.reason)
        if one.decided_by is not None:
            deed = "flight.dispose" if one.confirmed else "flight.refuse_disposal"
            decided = Deed(one.decided_by, one.decided_at, deed)
            yield (one.flight_id, f"the decision on proposal {number}"), decided
