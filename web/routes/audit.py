"""The audit as people read it. Looking at it is in it too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from math import ceil

from flask import Blueprint, Response

from web import pages, query
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import BadRequest
from web.store import audit

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def listing() -> Response:
    wanted = audit.Search(
        who=query.text("who"),
        action=query.text("action"),
        text=query.text("text"),
        since=_midnight("from"),
        until=_midnight("to", following=True),
        page=query.page(),
    )
    with context().database.write() as db:
        entries, total = audit.search(db, wanted)
        audit.append(db, session.who(), "audit.view", page=wanted.page)
    return pages.page("audit.html", entries=entries, total=total, wanted=wanted, pages=max(1, ceil(total / audit.PAGE)))


def _midnight(name: str, *, following: bool = False) -> datetime | None:
    given = query.text(name)
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError as error:
        raise BadRequest(f"{given!r} is no day: write 2026-11-22", name) from error
    if day is None:
        return None
    return datetime.combine(day, time(), UTC) + timedelta(days=1 if following else 0)
