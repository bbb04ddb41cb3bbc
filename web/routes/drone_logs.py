"""The log that the drone itself kept of a flight, fetched from it. An event is its end, and attaches it: `web.indexer`.

Only who may attach a log to the flight by hand may have it fetched; it takes no command of the drone, which gives its
logs out on the ground alone.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Final

import msgspec
from flask import Blueprint, Response

from telemetry.wire import LogFetch, LogOrder
from web.api_charts import DroneLog, DroneLogFetch, DroneLogs
from web.api_flights import FlightSummary
from web.asking import ask
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import Conflict
from web.exchange import answer
from web.routes.flights import seen
from web.store import audit

blueprint = Blueprint("drone_logs", __name__)

ANSWER_S: Final = 30.0
"""A list of many logs takes a while over a radio."""
BEFORE: Final = timedelta(minutes=1)
"""The drone's clock may lie behind ours by so much."""
AFTER: Final = timedelta(minutes=10)
"""ArduPilot tells when a log was last written to, which may be after the flight: it closes it late."""


@blueprint.get("/api/flights/<flight_id>/drone-logs")
@requires(Permission.FLIGHT_NOTE)
def listing(flight_id: str) -> Response:
    flight, _ = seen(flight_id)
    on_board = msgspec.convert(_ask(flight, "logs")["logs"], tuple[DroneLog, ...])
    return answer(DroneLogs(on_board[::-1], _likely(on_board, flight)))


@blueprint.post("/api/flights/<flight_id>/drone-logs/<int:number>")
@requires(Permission.FLIGHT_NOTE)
def fetch(flight_id: str, number: int) -> Response:
    """Begins it. Of one drone only one log is fetched at a time."""
    flight, _ = seen(flight_id)
    order = LogOrder(uuid.uuid4().hex, flight_id, number)
    _ask(flight, "log", **msgspec.to_builtins(order))
    with context().database.write() as db:
        audit.append(db, session.who(), "flight.fetch_log", flight_id, log=number, vehicle=flight.vehicle)
    return answer(DroneLogFetch(LogFetch(order)), 202)


@blueprint.get("/api/flights/<flight_id>/drone-logs/fetching")
@requires(Permission.FLIGHT_NOTE)
def fetching(flight_id: str) -> Response:
    """How the log that was last asked for is coming, if it was for this flight."""
    flight, _ = seen(flight_id)
    fetch = msgspec.convert(_ask(flight, "fetching")["fetch"], LogFetch | None)
    return answer(DroneLogFetch(fetch if fetch is not None and fetch.order.flight_id == flight_id else None))


def _likely(on_board: tuple[DroneLog, ...], flight: FlightSummary) -> int | None:
    """The log that holds the flight: the first one that was written to after it began."""
    latest = (flight.ended_at or flight.started_at) + AFTER
    for log in on_board:
        if log.written_at is not None and flight.started_at - BEFORE <= log.written_at <= latest:
            return log.number
    return None


def _ask(flight: FlightSummary, verb: str, **arguments: Any) -> dict[str, Any]:
    """What the gateway answers. Raises `Conflict` with the drone's words, `BusDown` where it is not heard."""
    reply = ask(flight.vehicle, verb, ANSWER_S, arguments, flight.sortie_id)
    if not reply.ok:
        raise Conflict(" ".join((reply.text, *reply.said)), "log")
    return reply.data
