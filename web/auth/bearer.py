"""Who asks under /api/v1: a program with a token, never a browser's session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from flask import Response, g, request

from web.api import Problem
from web.auth.scopes import Scope
from web.context import context
from web.errors import Forbidden
from web.exchange import answer
from web.store import grants
from web.store.audit import Who

ROLE: Final = "token"
_SCHEME: Final = "Bearer "


def check(wanted: Scope) -> Response | None:
    """Lets the request through if its token holds and has the scope; else its refusal."""
    given = request.headers.get("Authorization", "")
    now = datetime.now(UTC)
    token = None
    if given.startswith(_SCHEME):
        with context().database.read() as db:
            token = grants.token_of(db, given.removeprefix(_SCHEME).strip(), now)
    if token is None:
        refused = answer(Problem("A valid token is needed: Authorization: Bearer …"), 401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    g.token = token
    if wanted not in token.scopes:
        raise Forbidden(f"This token may not do that; it needs the scope {wanted}.")
    if token.used_at is None or now - token.used_at >= grants.USE_KEPT:
        with context().database.write() as db:
            grants.used(db, token, now)
    return None


def holder() -> Who | None:
    """For the audit: the token that asks, if one does."""
    token: grants.Token | None = g.get("token")
    return None if token is None else Who(f"token {token.name}"[:64], ROLE, request.remote_addr)
