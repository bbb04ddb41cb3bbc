"""Users. A new password, a new role or a disabling ends the user's sessions by counting `session_epoch` up."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from web.auth import passwords
from web.auth.permissions import Role
from web.errors import BadRequest, Conflict, NotFound
from web.store.models import User

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


class Account(msgspec.Struct, frozen=True):
    username: str
    name: str
    role: Role
    active: bool
    session_epoch: int
    created_at: datetime


def create(db: Session, username: str, name: str, role: Role, password: str) -> Account:
    """Raises `BadRequest` naming the field, or `Conflict` when the name is taken."""
    if not USERNAME.fullmatch(username):
        raise BadRequest(
            "use 2 to 64 of a–z, 0–9, dot, dash and underscore, starting with a letter or digit", "username"
        )
    if not name.strip() or len(name) > 200:
        raise BadRequest("give a name of 1 to 200 characters", "name")
    if db.get(User, username) is not None:
        raise Conflict(f"There is already a user {username}.", "username")
    passwords.require_good(password, username)
    row = User(
        username=username,
        name=name.strip(),
        role=role.value,
        password_hash=passwords.hashed(password),
        active=True,
        session_epoch=1,
        created_at=datetime.now(UTC),
    )
    db.add(row)
    db.flush()
    return _account(row)


def find(db: Session, username: str) -> Account | None:
    row = db.get(User, username)
    return None if row is None else _account(row)


def everyone(db: Session) -> list[Account]:
    return [_account(row) for row in db.scalars(select(User).order_by(User.username))]


def name_of(db: Session, username: str) -> str:
    """As people are called; the account where it is nobody's."""
    row = db.get(User, username)
    return username if row is None else row.name


def called(words: str) -> Select[str]:
    """The accounts of whoever has this account, or `words` in the name: what people are searched by."""
    named = User.name.icontains(words, autoescape=True)
    return select(User.username).where(or_(User.username == words, named))


def names(db: Session) -> dict[str, str]:
    """Of all people, by their accounts."""
    return {account.username: account.name for account in everyone(db)}


def with_role(db: Session, role: Role) -> list[Account]:
    """The active ones, by name."""
    rows = select(User).where(User.role == role.value, User.active).order_by(User.name)
    return [_account(row) for row in db.scalars(rows)]


def password_hash(db: Session, username: str) -> str | None:
    """None for a user that does not exist or is disabled."""
    row = db.get(User, username)
    return row.password_hash if row is not None and row.active else None


def set_password(db: Session, username: str, password: str) -> Account:
    passwords.require_good(password, username)
    row = _row(db, username)
    row.password_hash = passwords.hashed(password)
    row.session_epoch += 1
    return _account(row)


def replace_hash(db: Session, username: str, password: str) -> None:
    """The same password, hashed as strongly as today's settings ask; sessions stay."""
    _row(db, username).password_hash = passwords.hashed(password)


def change(db: Session, username: str, role: Role, active: bool) -> Account:
    """Raises `Conflict` rather than leave the unit without an active administrator."""
    row = _row(db, username)
    if (row.role, row.active) != (role.value, active):
        row.role, row.active = role.value, active
        row.session_epoch += 1
        db.flush()
        if not with_role(db, Role.ADMINISTRATOR):
            raise Conflict("This is the only active administrator. Add another first.")
    return _account(row)


def _row(db: Session, username: str) -> User:
    row = db.get(User, username, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no user {username}.")
    return row


def _account(row: User) -> Account:
    return Account(row.username, row.name, Role(row.role), row.active, row.session_epoch, row.created_at)
