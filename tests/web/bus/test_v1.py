"""What other programs get under /api/v1: by token only, as the OpenAPI document says, and nothing beyond its scopes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from telemetry import subjects
from telemetry.wire import Alert, Incident, LiveFrame, LiveVehicle
from tests.waiting import wait_until
from tests.web.bus.conftest import Gateway
from tests.web.conftest import VEHICLE, Browser
from web.api_flights import FlightSummary
from web.auth.scopes import Scope
from web.bus_line import BusLine
from web.routes.v1 import OPERATIONS
from web.store import audit, flights, grants
from web.store.database import Database
from web.store.models import ApiToken

ALERT = Alert("a1", VEHICLE, "gps", "warning", "UAV-07: GPS.", datetime(2026, 11, 22, 8, tzinfo=UTC))
MADE = {"number": "CAD 7", "lat_deg": 51.5, "lon_deg": -0.16}


class Program:
    """Another program with a token."""

    def __init__(self, app: Flask, database: Database, *scopes: Scope, lasts: timedelta = timedelta(days=1)) -> None:
        self.client = app.test_client()
        with database.write() as db:
            self.token, self.secret = grants.make_token(db, "admin", "cad", scopes, lasts)

    def send(self, method: str, path: str, body: Any = None) -> TestResponse:
        return self.client.open(
            path,
            method=method,
            data=None if body is None else json.dumps(body),
            headers={"Authorization": f"Bearer {self.secret}"},
        )


@pytest.fixture
def program(app: Flask, database: Database) -> Program:
    return Program(app, database, *Scope)


@pytest.fixture
def world(gateway: Gateway, bus_line: BusLine, database: Database) -> Iterator[None]:
    """A drone that is heard, an alert that is open, a flight that was recorded."""
    live = LiveVehicle(VEHICLE, mode="AUTO", armed=True, lat_deg=51.5, lon_deg=-0.16, heartbeat_age_ms=100)
    frame = LiveFrame("gateway", subjects.EVERYWHERE, 1, datetime.now(UTC), (live,))
    gateway.run(gateway.bus.publish(subjects.fleet("gateway"), frame))
    gateway.run(gateway.bus.put(subjects.ALERTS_BUCKET, ALERT.alert_id, ALERT))
    wait_until(bus_line.picture.now, "told")
    unknown: dict[str, Any] = dict.fromkeys(FlightSummary.__struct_fields__[3:-2])
    unknown["incident"] = "CAD 7"
    flown = FlightSummary("f1", VEHICLE, datetime(2026, 11, 22, 7, tzinfo=UTC), **unknown)
    with database.write() as db:
        flights.index(db, flown, Path("x"))
    yield


def read(answered: TestResponse) -> Any:
    return json.loads(answered.data)


def fits(value: Any, schema: Any, components: Any, at: str = "$") -> list[str]:
    """Where `value` is not what a JSON Schema of msgspec's kind says, or says more than it."""
    if "$ref" in schema:
        return fits(value, components[schema["$ref"].rsplit("/", 1)[1]], components, at)
    if "anyOf" in schema:
        tried = [fits(value, one, components, at) for one in schema["anyOf"]]
        return [] if any(not wrong for wrong in tried) else tried[0]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value!r} is none of {schema['enum']}"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    kind = schema.get("type")
    if kind == "number":
        return [] if isinstance(value, int | float) else [f"{at}: no number"]
    if kind is not None and not isinstance(value, kinds[kind]):
        return [f"{at}: {value!r} is no {kind}"]
    if kind == "array" and "items" in schema:
        return [w for n, one in enumerate(value) for w in fits(one, schema["items"], components, f"{at}[{n}]")]
    if kind == "object" and "properties" in schema:
        known = schema["properties"]
        wrong = [f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value]
        wrong += [f"{at}: {name} is not described" for name in value.keys() - known.keys()]
        return wrong + [
            w
            for name in value.keys() & known.keys()
            for w in fits(value[name], known[name], components, f"{at}.{name}")
        ]
    return []


def test_every_operation_answers_as_the_document_says(program: Program, world: None, stranger: Browser) -> None:
    document = json.loads(stranger.get("/api/v1/openapi.json").data)
    assert document["openapi"].startswith("3.1")
    components, checked = document["components"]["schemas"], 0
    opened = program.send("POST", "/api/v1/incidents", MADE)
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            made = path.replace("{flight_id}", "f1").replace("{incident_id}", read(opened)["incident_id"])
            body = {**MADE, "number": "CAD 8"} if "requestBody" in described else None
            answered = program.send(method.upper(), made, body)
            told = described["responses"][str(answered.status_code)]["content"]["application/json"]["schema"]
            assert answered.status_code in (200, 201), (made, answered.text)
            assert fits(read(answered), told, components) == []
            unreal = re.sub(r"\{\w+\}", "nothing", path)
            if unreal != path:
                missing = program.send(method.upper(), unreal)
                assert (missing.status_code, "404" in described["responses"]) == (404, True)
                assert fits(read(missing), {"$ref": "#/components/schemas/Problem"}, components) == []
            checked += 1
    assert checked == len(OPERATIONS) == 7


def test_what_is_told_is_what_is(program: Program, world: None) -> None:
    told = read(program.send("GET", "/api/v1/vehicles"))
    (drone,) = [one for one in told["vehicles"] if one["vehicle"] == VEHICLE]
    assert (drone["mode"], drone["known"], drone["battery_pct"]) == ("AUTO", True, None)
    assert 0.1 <= drone["heartbeat_age_s"] < 20.0
    assert read(program.send("GET", "/api/v1/alerts"))["alerts"][0]["text"] == "UAV-07: GPS."
    assert read(program.send("GET", "/api/v1/flights?incident=cad"))["total"] == 1
    assert read(program.send("GET", "/api/v1/flights?since=2026-11-22T08:00:00Z"))["total"] == 0
    assert read(program.send("GET", "/api/v1/flights?since=yesterday"))["where"] == "since"
    assert read(program.send("GET", "/api/v1/flights?since=2026-11-22T08:00:00"))["where"] == "since"


def test_an_incident_by_token_is_on_the_bus_and_in_the_audit(
    program: Program, gateway: Gateway, bus_line: BusLine, database: Database
) -> None:
    opened = msgspec.json.decode(program.send("POST", "/api/v1/incidents", MADE).data, type=Incident)
    assert gateway.run(gateway.bus.entries(subjects.INCIDENTS_BUCKET, Incident)) == {opened.incident_id: opened}
    assert opened.opened_by == "token cad"
    with database.read() as db:
        (entry,), _ = audit.search(db, audit.Search(action="incident.open"))
    assert (entry.username, entry.role, entry.subject) == ("token cad", "token", "CAD 7")
    assert program.send("POST", "/api/v1/incidents", {"number": "x"}).status_code == 400


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.view.__name__)
def test_a_token_reaches_as_far_as_its_scopes(app: Flask, database: Database, operation: Any) -> None:
    others = [scope for scope in Scope if scope is not operation.scope]
    path = "/api/v1" + re.sub(r"<\w+>", "1", operation.path)
    assert Program(app, database, *others).send(operation.method, path).status_code == 403
    assert Program(app, database, operation.scope).send(operation.method, path).status_code not in (401, 403)


def test_no_token_that_does_not_hold(
    app: Flask, database: Database, program: Program, administrator: Browser, supervisor: Browser
) -> None:
    path = "/api/v1/incidents"
    assert program.send("GET", path).status_code == 200
    assert supervisor.get(path).status_code == 401, "a session is no token"
    refused = Browser(app).get(path)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    with database.write() as db:
        row = db.get(ApiToken, int(program.token.token_id))
        assert row is not None
        assert program.secret not in (row.secret_sha256, row.name)
        row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    assert program.send("GET", path).status_code == 401
    other = Program(app, database, Scope.INCIDENTS_READ)
    assert other.send("GET", path).status_code == 200
    administrator.post(f"/tokens/{other.token.token_id}/revoke")
    assert other.send("GET", path).status_code == 401
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="token"))
    assert [(entry.action, entry.username) for entry in entries] == [("token.revoke", "admin")]


def test_an_administrator_makes_a_token_that_works_and_is_shown_once(
    app: Flask, administrator: Browser, database: Database
) -> None:
    fields = {"name": "control system", "days": "30", "scopes": "incidents:read"}
    made = administrator.post("/tokens", **fields)
    found = re.search(r"data-secret>([^<]+)<", made.text)
    assert found
    assert (
        app.test_client().get("/api/v1/incidents", headers={"Authorization": f"Bearer {found[1]}"}).status_code == 200
    )
    assert found[1] not in administrator.get("/tokens").text
    assert "control system" in administrator.get("/tokens").text
    with database.read() as db:
        assert grants.tokens(db)[0].used_at is not None
    for wrong in ({"scopes": "everything"}, {"days": "400"}, {"days": "0"}, {"name": " "}):
        assert administrator.post("/tokens", **{**fields, **wrong}).status_code == 400
