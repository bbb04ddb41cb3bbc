"""The first page of each role, and what every page may need: the ground of the maps, and a word on one's health."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, send_file

from web import heads, reach
from web.auth import session
from web.auth.guard import public, requires
from web.auth.permissions import Permission, Role
from web.context import context
from web.errors import NotFound
from web.exchange import answer
from web.pages import page
from web.store import audit, flights, records, sorties, users

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires(Permission.ACCOUNT)
def home() -> Response:
    user = session.user()
    with context().database.read() as db:
        values: dict[str, Any] = {}
        if session.may(Permission.PLAN_READ):
            mine = user.username if user.role in (Role.PILOT, Role.OBSERVER) else None
            values["offers"] = offers = sorties.offers(db, user.username)
            latest = sorties.search(db, sorties.Search(of=mine)).sorties
            values["sorties"] = [one for one in latest if one not in offers][:8]
        if session.may(Permission.PLAN_APPROVE):
            waiting = sorties.search(db, sorties.Search(state=sorties.State.SUBMITTED))
            values["waiting"] = waiting.sorties
        if session.may(Permission.FLIGHT_READ):
            values["flights"] = flights.search(db, reach.flights(user)).flights[:6]
        if session.may(Permission.FLIGHT_RECORD):
            values["unfilled"] = records.unfilled(db, user.username, 6)
        if session.may(Permission.USERS_MANAGE):
            values["users"] = users.everyone(db)
            values["refusals"] = audit.search(
                db, audit.Search(action="refused", since=datetime.now(UTC) - timedelta(days=1))
            )[1]
            sent = heads.state(context().home)
            second_parties = context().settings.evidence.publish_to
            values["published"] = [(where, sent.get(where, heads.Sent())) for where in second_parties]
    return page("home.html", user=user, **values)


@blueprint.get("/api/me")
@requires(Permission.ACCOUNT)
def me() -> Response:
    return answer(session.me())


@blueprint.get("/healthz")
@public
def health() -> Response:
    """For load balancers: the process answers and its database too. The bus is not asked: pages work without it."""
    with context().database.read() as db:
        flights.bookmark(db, "health")
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/map/ground.pmtiles")
@requires(Permission.MAP_VIEW)
def ground() -> Response:
    """The ground of the map, by byte ranges."""
    file = context().settings.map.pmtiles
    if file is None or not Path(file).is_file():
        raise NotFound("No map file is set up.")
    return send_file(Path(file).absolute(), mimetype="application/octet-stream", conditional=True, max_age=86400)


@blueprint.get("/map/layers/<int:index>")
@requires(Permission.MAP_VIEW)
def layer(index: int) -> Response:
    layers = context().settings.map.layers
    if index >= len(layers) or not Path(layers[index]).is_file():
        raise NotFound("There is no such map layer.")
    return send_file(Path(layers[index]).absolute(), mimetype="application/geo+json", conditional=True, max_age=86400)
