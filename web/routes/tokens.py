"""Tokens of other programs: made, listed, revoked by an administrator. A secret is on one page, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from web import pages
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.auth.scopes import Scope
from web.context import context
from web.store import audit, grants

blueprint = Blueprint("tokens", __name__)


@blueprint.get("/tokens")
@requires(Permission.TOKENS_MANAGE)
def listing() -> Response:
    return _page()


@blueprint.post("/tokens")
@requires(Permission.TOKENS_MANAGE)
def create() -> Response:
    form = request.form
    lasts = timedelta(days=form.get("days", 0, type=int))
    with context().database.write() as db:
        made, secret = grants.make_token(
            db, session.user().username, form.get("name", ""), form.getlist("scopes"), lasts
        )
        until = made.expires_at.isoformat()
        audit.append(
            db, session.who(), "token.make", made.name, token=made.token_id, scopes=list(made.scopes), until=until
        )
    return _page(made, secret)


@blueprint.post("/tokens/<token_id>/revoke")
@requires(Permission.TOKENS_MANAGE)
def revoke(token_id: str) -> BaseResponse:
    with context().database.write() as db:
        token = grants.revoke_token(db, token_id, session.user().username)
        audit.append(db, session.who(), "token.revoke", token.name, token=token_id)
    flash(f"The token of {token.name} no longer works.", "ok")
    return redirect(url_for("tokens.listing"))


def _page(made: grants.Token | None = None, secret: str | None = None) -> Response:
    with context().database.read() as db:
        tokens = grants.tokens(db)
    return pages.page("tokens.html", tokens=tokens, scopes=list(Scope), now=datetime.now(UTC), made=made, secret=secret)
