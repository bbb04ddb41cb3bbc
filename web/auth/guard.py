"""Every route says who may use it; one that says nothing may be used by nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import quote

from flask import Response, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from web.api import Problem
from web.auth import bearer, session
from web.auth.permissions import Permission
from web.auth.scopes import Scope
from web.errors import Forbidden
from web.exchange import answer

F = TypeVar("F", bound=Callable[..., Any])

PUBLIC: Final = "public"
_MARK: Final = "airbeat_permission"


def requires(permission: Permission) -> Callable[[F], F]:
    """The route is for those whose role has `permission`."""

    def mark(view: F) -> F:
        setattr(view, _MARK, permission)
        return view

    return mark


def public(view: F) -> F:
    """The route is for everyone, logged in or not."""
    setattr(view, _MARK, PUBLIC)
    return view


def for_tokens(scope: Scope) -> Callable[[F], F]:
    """The route is for other programs, whose token has `scope`."""

    def mark(view: F) -> F:
        setattr(view, _MARK, scope)
        return view

    return mark


def declared(view: Callable[..., Any]) -> Permission | Scope | str | None:
    """What `view` asks for: a permission, a token's scope, `PUBLIC`, or None if it does not say."""
    found: Permission | Scope | str | None = getattr(view, _MARK, None)
    return found


def is_api() -> bool:
    return request.path.startswith("/api/")


def check() -> BaseResponse | None:
    """Before every request: lets it through, sends it to the login, or refuses it."""
    session.load()
    if request.endpoint is None:
        return None  # no such page: answered as 404
    wanted = declared(current_app.view_functions[request.endpoint])
    if wanted == PUBLIC:
        return None
    if isinstance(wanted, Scope):
        return bearer.check(wanted)
    if session.current() is None:
        return _log_in_first()
    if not isinstance(wanted, Permission) or not session.may(wanted):
        raise Forbidden("Your role may not do this.")
    return None


def _log_in_first() -> BaseResponse:
    if is_api():
        refused: Response = answer(Problem("Your session has ended. Log in again."), 401)
        return refused
    if request.method == "GET":
        came_for = request.full_path.rstrip("?")
    else:
        flash("You were logged out meanwhile: nothing was changed. Log in and do it again.")
        came_for = (request.referrer or "/").removeprefix(request.host_url.rstrip("/"))
    return redirect(f"{url_for('login.form')}?next={quote(came_for)}")
