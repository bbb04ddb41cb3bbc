"""Sealed exports, numbered over the whole unit: asked for with a reason, then packed once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.errors import BadRequest, Conflict, NotFound
from web.store.models_evidence import Export as Row

REASON_LIMIT: Final = 1000


class Export(msgspec.Struct, frozen=True):
    """Without `sha256` it has not been packed yet."""

    number: int
    flight_id: str
    by: str
    at: datetime
    reason: str
    recipient: str
    sha256: str | None


def reason(text: str, field: str = "reason") -> str:
    """What somebody gave as his reason. Raises `BadRequest` without one."""
    text = text.strip()
    if not 0 < len(text) <= REASON_LIMIT:
        raise BadRequest(f"say why, in 1 to {REASON_LIMIT} characters", field)
    return text


def begin(db: Session, flight_id: str, by: str, why: str, recipient: str) -> Export:
    if not 0 < len(recipient.strip()) <= 200:
        raise BadRequest("say who receives it, in 1 to 200 characters", "recipient")
    row = Row(
        flight_id=flight_id,
        by=by,
        at=datetime.now(UTC),
        reason=reason(why),
        recipient=recipient.strip(),
        sha256=None,
        packed_at=None,
    )
    db.add(row)
    db.flush()
    return _export(row)


def waiting(db: Session, flight_id: str, number: int, by: str) -> Export:
    """The export that `by` asked for, to be packed now. Raises `Conflict` when it was."""
    row = db.get(Row, number, with_for_update=True)
    if row is None or row.flight_id != flight_id:
        raise NotFound(f"There is no export {number} of this flight.")
    if row.by != by or row.sha256 is not None:
        raise Conflict(f"Export {number} was handed out already. Make another, with its own number and reason.")
    return _export(row)


def packed(db: Session, number: int, sha256: str) -> None:
    row = db.get(Row, number, with_for_update=True)
    if row is None or row.sha256 is not None:
        raise Conflict(f"Export {number} was handed out meanwhile.")
    row.sha256, row.packed_at = sha256, datetime.now(UTC)


def of(db: Session, flight_id: str) -> list[Export]:
    """Latest first."""
    return [_export(row) for row in db.scalars(select(Row).where(Row.flight_id == flight_id).order_by(-Row.number))]


def _export(row: Row) -> Export:
    return Export(row.number, row.flight_id, row.by, row.at, row.reason, row.recipient, row.sha256)
