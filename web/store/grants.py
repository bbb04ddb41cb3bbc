"""Tokens and guest links: a secret is shown once, when it is made; only its SHA-256 is kept.

A secret has 256 random bits, so a plain hash is enough: there is nothing to guess that a slow one would protect.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.auth.scopes import Scope
from web.errors import BadRequest, NotFound
from web.store.database import row_number
from web.store.models import ApiToken, GuestLink

Row = TypeVar("Row", ApiToken, GuestLink)

TOKEN_PREFIX: Final = "airbeat_"
"""So that a token that leaked is recognised for what it is by those who scan for such things."""
TOKEN_LONGEST: Final = timedelta(days=366)
GUEST_LONGEST: Final = timedelta(hours=24)
NAME_LIMIT: Final = 64
USE_KEPT: Final = timedelta(minutes=1)
"""How exactly the last use of a token is kept."""


class Token(msgspec.Struct, frozen=True):
    token_id: str
    name: str
    scopes: tuple[Scope, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


class Guest(msgspec.Struct, frozen=True):
    guest_id: str
    name: str
    vehicles: tuple[str, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


def make_token(db: Session, by: str, name: str, scopes: Iterable[str], lasts: timedelta) -> tuple[Token, str]:
    """The token and its secret, which is not kept. Raises `BadRequest` naming the field."""
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(Scope):
        raise BadRequest("choose at least one thing that it may do", "scopes")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(scopes=wanted, used_at=None)
    _fill(db, row, by, name, lasts, TOKEN_LONGEST, secret)
    return _token(row), secret


def make_guest(db: Session, by: str, name: str, vehicles: Iterable[str], lasts: timedelta) -> tuple[Guest, str]:
    """The link's guest and the secret in the link, which is not kept. Raises `BadRequest` naming the field."""
    wanted = sorted(set(vehicles))
    if not wanted:
        raise BadRequest("choose at least one drone to show", "vehicles")
    secret = secrets.token_urlsafe(32)
    row = GuestLink(vehicles=wanted)
    _fill(db, row, by, name, lasts, GUEST_LONGEST, secret)
    return _guest(row), secret


def token_of(db: Session, secret: str, at: datetime) -> Token | None:
    """The token that has this secret and holds."""
    row = _row_of(db, ApiToken, secret)
    token = None if row is None else _token(row)
    return token if token is not None and token.holds(at) else None


def guest_of(db: Session, secret: str, at: datetime) -> Guest | None:
    row = _row_of(db, GuestLink, secret)
    guest = None if row is None else _guest(row)
    return guest if guest is not None and guest.holds(at) else None


def guest(db: Session, guest_id: str) -> Guest | None:
    row = db.get(GuestLink, row_number(guest_id))
    return None if row is None else _guest(row)


def used(db: Session, token: Token, at: datetime) -> None:
    row = db.get(ApiToken, int(token.token_id))
    if row is not None and (row.used_at is None or at - row.used_at >= USE_KEPT):
        row.used_at = at


def tokens(db: Session) -> list[Token]:
    """All there ever were, the newest first."""
    return [_token(row) for row in db.scalars(select(ApiToken).order_by(ApiToken.id.desc()))]


def guests(db: Session, at: datetime | None = None) -> list[Guest]:
    """The newest first; with `at`, those that hold then."""
    rows = select(GuestLink).order_by(GuestLink.id.desc())
    if at is not None:
        rows = rows.where(GuestLink.revoked_at.is_(None), GuestLink.expires_at > at)
    return [_guest(row) for row in db.scalars(rows)]


def revoke_token(db: Session, token_id: str, by: str) -> Token:
    return _token(_revoked(db, ApiToken, token_id, by))


def revoke_guest(db: Session, guest_id: str, by: str) -> Guest:
    return _guest(_revoked(db, GuestLink, guest_id, by))


def _fill(db: Session, row: Row, by: str, name: str, lasts: timedelta, longest: timedelta, secret: str) -> None:
    if not 0 < len(name.strip()) <= NAME_LIMIT:
        raise BadRequest(f"give a name of 1 to {NAME_LIMIT} characters, so that people know whose it is", "name")
    if not timedelta() < lasts <= longest:
        hours = longest.total_seconds() / 3600.0
        raise BadRequest(f"it may last at most {hours:.0f} hours", "lasts")
    row.name, row.secret_sha256 = name.strip(), _hashed(secret)
    row.made_by, row.made_at = by, datetime.now(UTC)
    row.expires_at = row.made_at + lasts
    row.revoked_at = row.revoked_by = None
    db.add(row)
    db.flush()


def _revoked(db: Session, table: type[Row], row_id: str, by: str) -> Row:
    row = db.get(table, row_number(row_id), with_for_update=True)
    if row is None:
        raise NotFound("There is no such token or link.")
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = datetime.now(UTC), by
    return row


def _row_of(db: Session, table: type[Row], secret: str) -> Row | None:
    return db.scalars(select(table).where(table.secret_sha256 == _hashed(secret))).first()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: ApiToken) -> Token:
    scopes = tuple(scope for scope in Scope if scope in row.scopes)
    return Token(str(row.id), row.name, scopes, row.made_by, row.made_at, row.expires_at, row.revoked_at, row.used_at)


def _guest(row: GuestLink) -> Guest:
    return Guest(str(row.id), row.name, tuple(row.vehicles), row.made_by, row.made_at, row.expires_at, row.revoked_at)
