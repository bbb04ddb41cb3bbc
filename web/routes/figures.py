"""Totals and trends: what the unit has flown, who is current, which drone wears."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response

from web import pages
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.exchange import answer
from web.store.figures import figures

blueprint = Blueprint("figures", __name__)


@blueprint.get("/figures")
@requires(Permission.FIGURES_READ)
def page() -> Response:
    with context().database.read() as db:
        found = figures(db, datetime.now(UTC))
    longest = max((month.hours for month in found.months), default=0.0)
    return pages.page("figures.html", found=found, longest=longest or 1.0)


@blueprint.get("/api/figures")
@requires(Permission.FIGURES_READ)
def as_json() -> Response:
    with context().database.read() as db:
        return answer(figures(db, datetime.now(UTC)))
