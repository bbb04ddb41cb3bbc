"""Wrong passwords per account: after a few, every further try must wait, longer each time.

The failure is counted before the password is looked at, so that parallel tries cannot slip through together.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from web.errors import TooMany
from web.store.models import LoginFailure

FREE_TRIES: Final = 5
FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 900.0
FORGOTTEN_AFTER: Final = timedelta(days=1)


def begin(db: Session, username: str) -> None:
    """Counts a try for the typed `username`. Raises `TooMany` while it has to wait; that try is not counted."""
    db.execute(delete(LoginFailure).where(LoginFailure.last_at < datetime.now(UTC) - FORGOTTEN_AFTER))
    row = _locked(db, username) or _first(db, username)
    if row is None:
        return
    now = datetime.now(UTC)  # not before the row is ours: another try may have just been counted
    # A clock that was set back since is no reason to wait until it is there again.
    wait_s = _wait_s(row.failures) - abs((now - row.last_at).total_seconds())
    if wait_s > 0:
        retry_after_s = ceil(wait_s)
        raise TooMany(f"Too many wrong passwords for this account. Try again in {retry_after_s} s.", retry_after_s)
    row.failures += 1
    row.last_at = now


def succeeded(db: Session, username: str) -> None:
    db.execute(delete(LoginFailure).where(LoginFailure.username == username))


def _locked(db: Session, username: str) -> LoginFailure | None:
    return db.get(LoginFailure, username, with_for_update=True)


def _first(db: Session, username: str) -> LoginFailure | None:
    """Counts the first try; the row of another one that was first in the same instant, else None."""
    try:
        with db.begin_nested():
            db.add(LoginFailure(username=username, failures=1, last_at=datetime.now(UTC)))
    except IntegrityError:
        return _locked(db, username)
    return None


def _wait_s(failures: int) -> float:
    if failures < FREE_TRIES:
        return 0.0
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(20, failures - FREE_TRIES)))
