"""A flight among others: what its camera saw of the ground, and how it lay beside another flight."""

from __future__ import annotations

from flask import Blueprint, Response

from mission.pattern import Camera
from telemetry.flight_folder import TLOG
from web import bundle, comparing, coverage, query, reach
from web.api_flights import FlightSummary
from web.api_review import Companions
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.bundle import Bundle
from web.context import context
from web.errors import BadRequest
from web.exchange import answer
from web.routes.flights import VIEW, looked, opened, seen
from web.store import flights

blueprint = Blueprint("review", __name__)

COMPARE = "flight.compare"


@blueprint.get("/api/flights/<flight_id>/coverage")
@requires(Permission.FLIGHT_READ)
def covered(flight_id: str) -> Response:
    summary, found = opened(flight_id, VIEW, part="coverage")
    return answer(coverage.seen_ground(found.folder / TLOG, _camera(summary, found)))


@blueprint.get("/api/flights/<flight_id>/seen")
@requires(Permission.FLIGHT_READ)
def spot(flight_id: str) -> Response:
    """When a place was in view."""
    summary, folder = looked(flight_id, "coverage")
    found = bundle.read(folder)
    return answer(coverage.spot_seen(folder / TLOG, _camera(summary, found), query.place()))


def _camera(summary: FlightSummary, found: Bundle) -> Camera | None:
    return coverage.camera_of(found.plan, context().settings.vehicle(summary.vehicle))


@blueprint.get("/api/flights/<flight_id>/companions")
@requires(Permission.FLIGHT_READ)
def companions(flight_id: str) -> Response:
    summary, _ = seen(flight_id)
    with context().database.read() as db:
        return answer(Companions(flights.companions(db, summary, reach.flights(session.user()))))


@blueprint.post("/api/flights/<flight_id>/compare/<other>")
@requires(Permission.FLIGHT_READ)
def compare(flight_id: str, other: str) -> Response:
    """Combines two flights, which is in the custody log of each before anybody sees it."""
    if other == flight_id:
        raise BadRequest("a flight is compared with another one", "other")
    seen(other)
    _, own = opened(flight_id, COMPARE, other=other)
    summary, found = opened(other, COMPARE, other=flight_id)
    return answer(comparing.compare(own.folder / TLOG, found.folder / TLOG, summary))
