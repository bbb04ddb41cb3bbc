"""Logging in and out, and one's own account."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from web.auth import passwords, session
from web.auth.guard import public, requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import BadRequest, TooMany
from web.pages import page
from web.store import audit, logins, users
from web.store.audit import Who

blueprint = Blueprint("login", __name__)

TRIES_PER_ADDRESS: Final = "30 per minute"
"""A control room's desks may share one address; single accounts are held back by `web.store.logins`."""
WRONG: Final = "Wrong username or password."


@blueprint.get("/login")
@public
def form() -> Response:
    if session.current() is not None:
        return redirect(_local(request.args.get("next")))
    return page("login.html", next=_local(request.args.get("next")))


@blueprint.post("/login")
@public
def log_in() -> Response:
    with context().limiter.limit(TRIES_PER_ADDRESS):
        username = request.form.get("username", "").strip().lower()[:64]
        target = _local(request.form.get("next"))
        try:
            account = _authenticate(username, request.form.get("password", ""))
        except TooMany as error:
            _audit_login(username, "throttled")
            response = page("login.html", error.status, next=target, username=username, error=error.text)
            response.headers["Retry-After"] = str(error.retry_after_s)
            return response
        if account is None:
            _audit_login(username, "refused")
            return page("login.html", 401, next=target, username=username, error=WRONG)
        session.begin(account)
        return redirect(target)


def _authenticate(username: str, password: str) -> users.Account | None:
    """The account, if the password is right. Raises `TooMany` while the account is held back."""
    database = context().database
    with database.write() as db:
        logins.begin(db, username)
        stored = users.password_hash(db, username)
    if not passwords.matches(stored, password) or stored is None:
        return None
    with database.write() as db:
        logins.succeeded(db, username)
        if passwords.is_outdated(stored):
            users.replace_hash(db, username, password)
        account = users.find(db, username)
        assert account is not None
        audit.append(db, Who(account.username, account.role.value, request.remote_addr), "login")
    return account


def _audit_login(username: str, outcome: str) -> None:
    with context().database.write() as db:
        audit.append(db, session.who(), "login", username, outcome)


@blueprint.post("/logout")
@requires(Permission.ACCOUNT)
def log_out() -> Response:
    with context().database.write() as db:
        audit.append(db, session.who(), "logout")
        session.end(db)
    return redirect(url_for("login.form"))


@blueprint.get("/account")
@requires(Permission.ACCOUNT)
def account() -> Response:
    mine = audit.Search(username=session.user().username)
    with context().database.read() as db:
        entries, total = audit.search(db, mine)
    return page("account.html", user=session.user(), entries=entries, total=total)


@blueprint.post("/account/password")
@requires(Permission.ACCOUNT)
def change_password() -> Response:
    """Ends every other session of the user."""
    username = session.user().username
    database = context().database
    with database.write() as db:
        logins.begin(db, username)
        stored = users.password_hash(db, username)
    if not passwords.matches(stored, request.form.get("current", "")):
        _audit_password("refused")
        raise BadRequest("That is not your current password.", "current")
    with database.write() as db:
        logins.succeeded(db, username)
        changed = users.set_password(db, username, request.form.get("password", ""))
        audit.append(db, session.who(), "user.password", username)
    session.begin(changed)
    flash("Your password is changed; your other sessions have ended.", "ok")
    return redirect(url_for("login.account"))


def _audit_password(outcome: str) -> None:
    with context().database.write() as db:
        audit.append(db, session.who(), "user.password", session.user().username, outcome)


def _local(target: str | None) -> str:
    """`target` if it is a path of ours; a link to the login must not lead elsewhere."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable():
        return target
    return url_for("home.home")
