"""``/api/v1``: what other programs may read and write, by token. `OPERATIONS` is the routes and their description."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec
from flask import Blueprint, Response, request

from telemetry import subjects
from telemetry.wire import Alert, Incident, VehicleInfo
from web import api_v1, openapi, query
from web.api_flights import FlightList, FlightSummary
from web.api_incidents import IncidentCreate
from web.auth import session
from web.auth.guard import for_tokens, public
from web.auth.scopes import Scope
from web.context import context
from web.exchange import answer as told
from web.exchange import body, instant
from web.incidents import show
from web.openapi import Operation, Parameter
from web.picture import Seen
from web.routes.flights import VIEW
from web.store import audit, flights, incidents

BASE: Final = "/api/v1"

blueprint = Blueprint("v1", __name__, url_prefix=BASE)


def vehicles() -> Response:
    """Every drone of the unit, and every other that is heard, as it is now."""
    services = context()
    infos = services.bus.entries(subjects.VEHICLES_BUCKET, VehicleInfo)
    seen = services.bus.picture.now()
    known = {*services.settings.callsigns, *(info.vehicle for info in infos.values() if info.known)}
    now = tuple(_now(name, seen.get(name), known=name in known) for name in sorted(known | set(seen)))
    return told(api_v1.Vehicles(datetime.now(UTC), now))


def _now(name: str, seen: Seen | None, *, known: bool) -> api_v1.VehicleNow:
    live = seen.live if seen else None
    fields = {
        field: getattr(live, field, None)
        for field in api_v1.VehicleNow.__struct_fields__
        if field not in ("vehicle", "known", "heartbeat_age_s", "position_age_s")
    }
    ages = (seen.heartbeat_s, seen.position_s) if seen else (None, None)
    return api_v1.VehicleNow(vehicle=name, known=known, heartbeat_age_s=ages[0], position_age_s=ages[1], **fields)


def flight_list() -> Response:
    """The index of recorded flights."""
    since = query.text("since")
    wanted = flights.Search(
        since=instant(since, "since") if since is not None else None,
        vehicle=query.text("vehicle"),
        incident=query.text("incident"),
        page=query.page(),
    )
    with context().database.write() as db:
        found = flights.search(db, wanted)
        audit.append(db, session.who(), "flight.list", page=wanted.page, **_given())
    return told(found)


def flight(flight_id: str) -> Response:
    """One recorded flight."""
    with context().database.write() as db:
        found, _ = flights.get(db, flight_id)
        audit.append(db, session.who(), VIEW, flight_id)
    return told(found)


def incident_list() -> Response:
    """The open incidents; with `closed=1` the latest of all."""
    with context().database.read() as db:
        found = incidents.listed(db, only_open=query.text("closed") is None)
    return told(api_v1.Incidents(tuple(found)))


def incident(incident_id: str) -> Response:
    """One incident, open or closed."""
    with context().database.read() as db:
        return told(incidents.get(db, incident_id))


def open_incident() -> Response:
    """A new incident, for the control room to see at once."""
    made = body(IncidentCreate)
    who = session.who()
    with context().database.write() as db:
        opened = incidents.create(db, who.username or "", made)
        audit.append(db, who, "incident.open", opened.number, **msgspec.to_builtins(made))
    show(context().bus, opened)
    return told(opened, 201)


def alerts() -> Response:
    """What is wrong now, or was and nobody has acknowledged."""
    found = context().bus.entries(subjects.ALERTS_BUCKET, Alert)
    return told(api_v1.Alerts(tuple(sorted(found.values(), key=lambda alert: alert.raised_at))))


OPERATIONS: Final = (
    Operation("GET", "/vehicles", Scope.VEHICLES_READ, vehicles, api_v1.Vehicles, refusals=(503,)),
    Operation(
        "GET",
        "/flights",
        Scope.FLIGHTS_READ,
        flight_list,
        FlightList,
        parameters=(
            Parameter("since", datetime, "Started at or after."),
            Parameter("vehicle", str, "Of this drone."),
            Parameter("incident", str, "Whose incident number contains this."),
            Parameter("page", int, "From 1."),
        ),
        refusals=(400,),
    ),
    Operation("GET", "/flights/<flight_id>", Scope.FLIGHTS_READ, flight, FlightSummary, refusals=(404,)),
    Operation(
        "GET",
        "/incidents",
        Scope.INCIDENTS_READ,
        incident_list,
        api_v1.Incidents,
        parameters=(Parameter("closed", int, "1 tells the latest of all."),),
    ),
    Operation("GET", "/incidents/<incident_id>", Scope.INCIDENTS_READ, incident, Incident, refusals=(404,)),
    Operation(
        "POST",
        "/incidents",
        Scope.INCIDENTS_WRITE,
        open_incident,
        Incident,
        status=201,
        body=IncidentCreate,
        refusals=(400, 409),
    ),
    Operation("GET", "/alerts", Scope.ALERTS_READ, alerts, api_v1.Alerts, refusals=(503,)),
)

for _operation in OPERATIONS:
    blueprint.add_url_rule(
        _operation.path, view_func=for_tokens(_operation.scope)(_operation.view), methods=[_operation.method]
    )


@blueprint.get("/openapi.json")
@public
def description() -> Response:
    """This interface, for programs and their makers; it tells nothing of the unit but its name."""
    described = openapi.document(context().settings.unit, BASE, OPERATIONS)
    return Response(msgspec.json.encode(described), mimetype="application/json")


def _given() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if name in ("since", "vehicle", "incident")}
