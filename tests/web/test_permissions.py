"""Every route says who may use it, and nobody else may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.web.addresses import path_of, routes
from tests.web.conftest import FLIGHT, PASSWORD, Browser
from tests.web.evidence import sealed_flight
from web.api import Sortie, SortieSave, SortieSubmit
from web.api_flights import NoteCreate
from web.auth import guard
from web.auth.permissions import ALLOWED, PEOPLE, Permission, Role, allowed
from web.store import users
from web.store.database import Database

OPEN_TO_ALL = {"static", "login.form", "login.log_in", "home.health", "v1.description", "guests.enter"}
ENDS_THE_SESSION = {"login.log_out"}
NEED_MORE = {"vehicles.upload", "review.compare"}
"""A bus, and a second flight: `bus.test_uploads` and `test_review` try them."""


def test_every_route_declares_its_permission(app: Flask) -> None:
    undeclared = [rule.endpoint for rule, _, wanted in routes(app) if wanted is None]
    assert undeclared == []


def test_nothing_is_public_but_what_must_be(app: Flask) -> None:
    assert {rule.endpoint for rule, _, wanted in routes(app) if wanted == guard.PUBLIC} == OPEN_TO_ALL


def test_a_route_that_declares_nothing_is_closed_to_all(app: Flask, supervisor: Browser) -> None:
    app.view_functions["forgotten"] = lambda: "secret"
    app.url_map.add(Rule("/forgotten", endpoint="forgotten"))
    answered = supervisor.get("/forgotten")
    assert answered.status_code == 403
    assert "secret" not in answered.text


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_gets_403_exactly_where_it_lacks_the_permission(
    app: Flask, log_in: Callable[[Role], Browser], role: Role
) -> None:
    browser = log_in(role)
    wrong = []
    for rule, method, wanted in routes(app):
        if not isinstance(wanted, Permission) or rule.endpoint in ENDS_THE_SESSION:
            continue
        answered = browser.send(method, path_of(rule))
        refused = answered.status_code == 403
        # The pilots' and observers' orders reach their own drones only, and the one asked for is nobody's.
        if wanted is Permission.VEHICLE_ORDER and allowed(role, wanted):
            refused = False
        if refused == allowed(role, wanted) or answered.status_code in (302, 401, 405, 500):
            wrong.append((method, rule.rule, wanted, answered.status_code))
    assert wrong == []


def test_nothing_is_written_without_the_token_of_our_own_page(app: Flask, log_in: Callable[[Role], Browser]) -> None:
    browsers = {role: log_in(role) for role in PEOPLE}
    for browser in browsers.values():
        browser.token = ""
    wrong = []
    for rule, method, wanted in routes(app):
        if method == "GET" or not isinstance(wanted, Permission):
            continue
        role = next(role for role in PEOPLE if allowed(role, wanted))
        answered = browsers[role].send(method, path_of(rule))
        if answered.status_code != 400 or "out of date" not in answered.text:
            wrong.append((method, rule.rule, answered.status_code))
    assert wrong == []


def test_a_stranger_gets_nothing(app: Flask, stranger: Browser) -> None:
    stranger.read_token("/login")
    wrong = []
    for rule, method, wanted in routes(app):
        if wanted == guard.PUBLIC:
            continue
        answered = stranger.send(method, path_of(rule))
        expected = 401 if rule.rule.startswith("/api/") else 302
        if answered.status_code != expected or (expected == 302 and "/login" not in answered.location):
            wrong.append((method, rule.rule, answered.status_code))
    assert wrong == []


def test_another_pilots_sortie_and_flight_are_closed_on_every_route_that_names_one(
    app: Flask, database: Database, approved: Sortie, tmp_path: Path, data: Path
) -> None:
    sealed_flight(tmp_path, data, database, approved)
    with database.write() as db:
        users.create(db, "other", "O. Pilot", Role.PILOT, PASSWORD)
    other = Browser(app)
    other.log_in("other")
    named = {"flight_id": FLIGHT, "sortie_id": approved.sortie_id, "upload": "0" * 16, "form": "kml"}
    save = SortieSave(approved.version, "x", "", approved.plan)
    bodies = {"notes": NoteCreate("x"), "submit": SortieSubmit(approved.version), approved.sortie_id: save}
    answers = {}
    for rule, method, wanted in routes(app):
        asks_for_one = {"flight_id", "sortie_id"} & rule.arguments and rule.endpoint not in NEED_MORE
        if asks_for_one and isinstance(wanted, Permission) and allowed(Role.PILOT, wanted):
            path = path_of(rule, **named)
            answers[method, rule.rule] = other.send(method, path, bodies.get(path.rpartition("/")[2], {})).status_code
    assert len(answers) > 30
    assert set(answers.values()) == {403}, answers


def test_each_role_may_do_what_its_row_of_the_table_says() -> None:
    assert Permission.PLAN_APPROVE not in ALLOWED[Role.PILOT]
    assert Permission.VEHICLE_ORDER not in ALLOWED[Role.CONTROL_ROOM]
    assert not any(permission.startswith(("plan.edit", "flight.")) for permission in ALLOWED[Role.OBSERVER])
    assert ALLOWED[Role.ADMINISTRATOR] == {
        Permission.ACCOUNT,
        Permission.MAP_VIEW,
        Permission.AUDIT_READ,
        Permission.USERS_MANAGE,
        Permission.TOKENS_MANAGE,
    }
    assert ALLOWED[Role.GUEST] == {Permission.LIVE_VIEW, Permission.MAP_VIEW}
    holders = {role for role in Role if Permission.PLAN_APPROVE in ALLOWED[role]}
    assert holders == {Role.SUPERVISOR}


def test_a_refusal_is_in_the_audit(pilot: Browser, supervisor: Browser) -> None:
    assert pilot.get("/users").status_code == 403
    listed = supervisor.get("/audit?action=refused").text
    assert "/users" in listed
    assert "pilot" in listed
