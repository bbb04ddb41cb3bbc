"""Sessions that were logged out: their cookies, copied before, count no more."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from web.store.models import EndedSession


def end(db: Session, session_id: str, longest: timedelta) -> None:
    """What ended more than `longest` ago is forgotten: its cookie is too old by itself."""
    now = datetime.now(UTC)
    db.execute(delete(EndedSession).where(EndedSession.ended_at < now - longest))
    with contextlib.suppress(IntegrityError), db.begin_nested():  # logged out twice in the same instant
        db.add(EndedSession(session_id=session_id, ended_at=now))


def has_ended(db: Session, session_id: str) -> bool:
    return db.get(EndedSession, session_id) is not None
