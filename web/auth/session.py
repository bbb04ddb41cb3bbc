"""Who is logged in: a signed cookie with the username, its session epoch, an id, and when it began and was last used.

The cookie alone grants nothing: every request looks it up, and a logout, a disabled user or a newer epoch ends it.
"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import g, request, session
from sqlalchemy.orm import Session

from web.api import Me
from web.auth import bearer
from web.auth.permissions import ALLOWED, Permission, Role, allowed
from web.context import context
from web.errors import Forbidden
from web.store import grants, sessions, users
from web.store.audit import Who
from web.store.grants import Guest
from web.store.users import Account

ABSOLUTE_S: Final = 12 * 3600
"""A session ends after a shift."""
IDLE_S: Final = 3600
GUEST: Final = "guest:"
"""No username begins so."""
TOUCH_S: Final = 60
"""How exactly the last use is kept; a new cookie is sent no more often."""


def begin(account: Account) -> None:
    """Logs `account` in. Whatever the browser's session held before, its CSRF token too, is dropped."""
    now = int(time.time())
    session.clear()
    session.update(
        user=account.username, epoch=account.session_epoch, id=secrets.token_urlsafe(16), began=now, used=now
    )
    g.account = account


def begin_guest(guest: Guest) -> None:
    """Lets the holder of a guest link watch; the link is looked up again at every request."""
    session.clear()
    session["guest"] = guest.guest_id


def guest() -> Guest | None:
    """The guest who asks, if it is one."""
    found: Guest | None = g.get("guest")
    return found


def end(db: Session) -> None:
    """For every copy of the cookie, not only in this browser."""
    sessions.end(db, session["id"], timedelta(seconds=ABSOLUTE_S))
    session.clear()
    g.account = None


def load() -> None:
    """Finds out who asks; before every request. One with ``?unasked``, made by a page by itself, is no use of it."""
    g.account = g.guest = None
    if isinstance(session.get("guest"), str):
        _load_guest(session["guest"])
        return
    username, session_id, now = session.get("user"), session.get("id"), int(time.time())
    if not isinstance(username, str) or not isinstance(session_id, str):
        return
    if now - session.get("began", 0) > ABSOLUTE_S or now - session.get("used", 0) > IDLE_S:
        session.clear()
        return
    with context().database.read() as db:
        account = None if sessions.has_ended(db, session_id) else users.find(db, username)
    if account is None or not account.active or account.session_epoch != session.get("epoch"):
        session.clear()
        return
    if now - session["used"] >= TOUCH_S and "unasked" not in request.args:
        session["used"] = now
    g.account = account


def _load_guest(guest_id: str) -> None:
    with context().database.read() as db:
        found = grants.guest(db, guest_id)
    if found is None or not found.holds(datetime.now(UTC)):
        session.clear()
        return
    g.guest = found
    g.account = Account(f"{GUEST}{guest_id}", found.name, Role.GUEST, True, 0, found.made_at)


def current() -> Account | None:
    account: Account | None = g.get("account")
    return account


def user() -> Account:
    """The one who is logged in; routes behind a permission always have one."""
    account = current()
    if account is None:
        raise Forbidden("Log in first.")
    return account


def may(permission: Permission) -> bool:
    account = current()
    return account is not None and allowed(account.role, permission)


def who() -> Who:
    """For the audit."""
    token = bearer.holder()
    if token is not None:
        return token
    account = current()
    address = request.remote_addr
    return Who(None, None, address) if account is None else Who(account.username, account.role.value, address)


def me() -> Me:
    account = user()
    return Me(account.username, account.name, account.role.value, tuple(sorted(ALLOWED[account.role])))
