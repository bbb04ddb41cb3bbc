"""Users: made, given a role, disabled. Nobody is deleted, so that records keep their names."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from web import pages
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import PEOPLE, Permission, Role
from web.context import context
from web.errors import BadRequest
from web.store import audit, users

blueprint = Blueprint("admin", __name__)


@blueprint.get("/users")
@requires(Permission.USERS_MANAGE)
def listing() -> Response:
    with context().database.read() as db:
        everyone = users.everyone(db)
    return pages.page("users.html", everyone=everyone, roles=PEOPLE, me=session.user().username)


@blueprint.post("/users")
@requires(Permission.USERS_MANAGE)
def create() -> BaseResponse:
    form = request.form
    username = form.get("username", "").strip().lower()
    role = _role()
    with context().database.write() as db:
        made = users.create(db, username, form.get("name", ""), role, form.get("password", ""))
        audit.append(db, session.who(), "user.create", username, role=role.value)
    flash(f"{made.name} can log in now.", "ok")
    return redirect(url_for("admin.listing"))


@blueprint.post("/users/<username>")
@requires(Permission.USERS_MANAGE)
def change(username: str) -> BaseResponse:
    """The role, and whether they may log in; a change of either ends their sessions."""
    role, active = _role(), request.form.get("active") == "yes"
    with context().database.write() as db:
        changed = users.change(db, username, role, active)
        audit.append(db, session.who(), "user.change", username, role=role.value, active=active)
    flash(f"{changed.name} is {role.value.replace('_', ' ')}{'' if active else ', and may not log in'}.", "ok")
    return redirect(url_for("admin.listing"))


@blueprint.post("/users/<username>/password")
@requires(Permission.USERS_MANAGE)
def set_password(username: str) -> BaseResponse:
    with context().database.write() as db:
        changed = users.set_password(db, username, request.form.get("password", ""))
        audit.append(db, session.who(), "user.password", username)
    flash(f"{changed.name} has a new password; their sessions have ended.", "ok")
    return redirect(url_for("admin.listing"))


def _role() -> Role:
    wanted = request.form.get("role", "")
    for role in PEOPLE:
        if role == wanted:
            return role
    raise BadRequest("there is no such role", "role")
