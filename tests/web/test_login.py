"""Logging in: the right password alone, from our own page, not too often, and no longer than a session lasts."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask

from tests.web.conftest import PASSWORD, Browser
from web.auth import passwords, session
from web.auth.permissions import Role
from web.errors import BadRequest
from web.store import audit, logins, sessions, users
from web.store.database import Database
from web.store.models import EndedSession, LoginFailure, User


def outcomes(database: Database, action: str) -> list[str]:
    with database.read() as db:
        return [entry.outcome for entry in audit.search(db, audit.Search(action=action))[0]]


def test_the_right_password_opens_the_first_page(stranger: Browser, database: Database) -> None:
    assert stranger.log_in("pilot").location == "/"
    assert "P. Nair" in stranger.get("/").text
    assert outcomes(database, "login") == ["done"]


def test_a_wrong_password_and_an_unknown_name_look_the_same(stranger: Browser, database: Database) -> None:
    wrong = stranger.log_in("pilot", "not this one at all")
    unknown = stranger.log_in("nobody-here", "not this one at all")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "Wrong username or password" in wrong.text
    assert wrong.text.replace('value="pilot"', "").count("field") == unknown.text.count("field")
    assert stranger.get("/sorties").status_code == 302
    assert outcomes(database, "login") == ["refused", "refused"]


def test_after_the_login_one_is_where_one_wanted_to_be(stranger: Browser) -> None:
    asked = stranger.get("/sorties?state=draft")
    assert asked.location == "/login?next=/sorties%3Fstate%3Ddraft"
    stranger.read_token(asked.location)
    answered = stranger.post("/login", username="pilot", password=PASSWORD, next="/sorties?state=draft")
    assert answered.location == "/sorties?state=draft"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.test/", "//elsewhere.test/", "/\\elsewhere.test", "javascript:1"]
)
def test_a_login_leads_nowhere_else(stranger: Browser, target: str) -> None:
    stranger.read_token("/login")
    assert stranger.post("/login", username="pilot", password=PASSWORD, next=target).location == "/"


def test_a_login_needs_the_token_of_our_own_page(stranger: Browser) -> None:
    stranger.read_token("/login")
    stranger.token = "forged"
    answered = stranger.post("/login", username="pilot", password=PASSWORD)
    assert answered.status_code == 400
    assert stranger.get("/").status_code == 302


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/sorties"), ("POST", "/api/plans/check"), ("PUT", "/api/sorties/1"), ("POST", "/logout")],
)
def test_nothing_is_changed_without_the_token(pilot: Browser, method: str, path: str) -> None:
    pilot.token = ""
    answered = pilot.send(method, path, {"title": "x", "purpose": "y"})
    assert answered.status_code == 400
    assert "out of date" in answered.text
    assert pilot.get("/api/sorties").json == {"sorties": [], "total": 0, "page": 1, "pages": 1}


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: Flask, stranger: Browser) -> None:
    cookie = stranger.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    app.config["SESSION_COOKIE_SECURE"] = True
    assert "Secure" in Browser(app).get("/login").headers["Set-Cookie"]


def test_a_forged_cookie_is_nobody(app: Flask, stranger: Browser) -> None:
    with stranger.client.session_transaction() as kept:
        kept.update(user="supervisor", epoch=99, id="forged", began=int(time.time()), used=int(time.time()))
    assert stranger.get("/api/me").status_code == 401
    stranger.client.set_cookie(app.config["SESSION_COOKIE_NAME"], "eyJ1c2VyIjoic3VwZXJ2aXNvciJ9.aaaa.bbbb")
    assert stranger.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    ("name", "ago", "status"),
    [
        ("used", session.IDLE_S - 60, 200),
        ("used", session.IDLE_S + 60, 401),
        ("began", session.ABSOLUTE_S + 60, 401),
    ],
)
def test_a_session_ends_when_idle_or_old(pilot: Browser, name: str, ago: int, status: int) -> None:
    with pilot.client.session_transaction() as kept:
        kept[name] = int(time.time()) - ago
    assert pilot.get("/api/me").status_code == status


def test_use_keeps_a_session_from_growing_idle(pilot: Browser) -> None:
    with pilot.client.session_transaction() as kept:
        kept["used"] = int(time.time()) - 600
    pilot.get("/api/me")
    with pilot.client.session_transaction() as kept:
        assert time.time() - kept["used"] < 60


def test_what_a_page_asks_by_itself_is_no_use(pilot: Browser) -> None:
    with pilot.client.session_transaction() as kept:
        kept["used"] = used = int(time.time()) - 600
    assert pilot.get("/api/offers?unasked").status_code == 200
    with pilot.client.session_transaction() as kept:
        assert kept["used"] == used


def test_logging_out_ends_the_session(pilot: Browser) -> None:
    assert pilot.post("/logout").location == "/login"
    assert pilot.get("/api/me").status_code == 401


def test_what_was_sent_after_the_session_ended_is_told_as_not_done_and_leads_back(pilot: Browser) -> None:
    with pilot.client.session_transaction() as session:
        session["used"] = 0
    sent = {"csrf_token": pilot.token, "title": "Rooftop search", "purpose": "Looking"}
    refused = pilot.client.post("/sorties", data=sent, headers={"Referer": "http://localhost/sorties?new=1"})
    assert refused.location == "/login?next=/sorties%3Fnew%3D1"
    assert pilot.get(refused.location).text.count("nothing was changed") == 1
    pilot.log_in("pilot")
    assert "Rooftop search" not in pilot.get("/sorties").text


def test_a_disabled_user_is_out_at_once(pilot: Browser, administrator: Browser) -> None:
    assert administrator.post("/users/pilot", role="pilot").status_code == 302
    assert pilot.get("/api/me").status_code == 401
    assert pilot.log_in("pilot").status_code == 401


def test_a_new_role_ends_the_session_that_had_the_old_one(pilot: Browser, administrator: Browser) -> None:
    administrator.post("/users/pilot", role="observer", active="yes")
    assert pilot.get("/api/me").status_code == 401


def test_a_logout_ends_every_copy_of_the_session_and_no_other(app: Flask, pilot: Browser) -> None:
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = pilot.client.get_cookie(name)
    assert cookie is not None
    elsewhere, thief = Browser(app), Browser(app)
    elsewhere.log_in("pilot")
    thief.client.set_cookie(name, cookie.value)
    assert thief.get("/api/me").status_code == 200
    assert pilot.post("/logout").status_code == 302
    assert thief.get("/api/me").status_code == 401
    assert thief.get("/api/bus-ticket").status_code == 401
    assert elsewhere.get("/api/me").status_code == 200


def test_ended_sessions_are_forgotten_when_their_cookies_are_too_old(database: Database) -> None:
    longest = timedelta(seconds=session.ABSOLUTE_S)
    with database.write() as db:
        db.add(EndedSession(session_id="old", ended_at=datetime.now(UTC) - longest - timedelta(minutes=1)))
        db.add(EndedSession(session_id="young", ended_at=datetime.now(UTC) - longest + timedelta(minutes=1)))
    with database.write() as db:
        sessions.end(db, "new", longest)
        sessions.end(db, "new", longest)
    with database.read() as db:
        assert [name for name in ("old", "young", "new") if sessions.has_ended(db, name)] == ["young", "new"]


def test_a_new_password_ends_the_other_sessions(app: Flask, pilot: Browser) -> None:
    elsewhere = Browser(app)
    elsewhere.log_in("pilot")
    changed = pilot.post("/account/password", current=PASSWORD, password="another river, three bridges")
    assert changed.status_code == 302
    assert pilot.get("/api/me").status_code == 200
    assert elsewhere.get("/api/me").status_code == 401
    assert Browser(app).log_in("pilot").status_code == 401
    assert Browser(app).log_in("pilot", "another river, three bridges").status_code == 302


def test_the_own_password_is_changed_by_who_knows_it(pilot: Browser) -> None:
    refused = pilot.post("/account/password", current="a guess at it", password="another river, three bridges")
    assert refused.status_code == 400
    assert pilot.get("/api/me").status_code == 200


def test_an_account_is_held_back_after_some_wrong_passwords(app: Flask, stranger: Browser, database: Database) -> None:
    for _ in range(logins.FREE_TRIES):
        assert stranger.log_in("pilot", "wrong wrong wrong").status_code == 401
    held = stranger.log_in("pilot")
    assert held.status_code == 429
    assert int(held.headers["Retry-After"]) >= 1
    assert "Try again in" in held.text
    assert stranger.log_in("supervisor").status_code == 302
    assert outcomes(database, "login").count("throttled") == 1


def test_each_further_wrong_password_waits_longer_and_a_right_one_clears_it(
    stranger: Browser, database: Database
) -> None:
    def waited(failures: int) -> None:
        with database.write() as db:
            past = datetime.now(UTC) - timedelta(seconds=logins.FIRST_WAIT_S * 1.5)
            db.merge(LoginFailure(username="pilot", failures=failures, last_at=past))

    waited(logins.FREE_TRIES + 1)
    assert stranger.log_in("pilot").status_code == 429
    waited(logins.FREE_TRIES)
    assert stranger.log_in("pilot").status_code == 302
    with database.read() as db:
        assert db.get(LoginFailure, "pilot") is None


@pytest.mark.parametrize("failures", [1, logins.FREE_TRIES + 2])
def test_a_clock_that_was_set_back_locks_nobody_out(stranger: Browser, database: Database, failures: int) -> None:
    with database.write() as db:
        ahead = datetime.now(UTC) + timedelta(hours=1)
        db.merge(LoginFailure(username="pilot", failures=failures, last_at=ahead))
    assert stranger.log_in("pilot").status_code == 302


def test_one_address_may_not_try_for_ever(stranger: Browser) -> None:
    stranger.read_token("/login")
    statuses = [stranger.post("/login", username=f"guess{number}", password="x").status_code for number in range(31)]
    assert statuses == [401] * 30 + [429]


def test_passwords_are_kept_as_argon2id(database: Database) -> None:
    with database.read() as db:
        row = db.get(User, "pilot")
    assert row is not None
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in row.password_hash


def test_a_hash_of_weaker_parameters_is_made_again_at_the_login(
    stranger: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.read() as db:
        before = users.password_hash(db, "pilot")
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert stranger.log_in("pilot").status_code == 302
    with database.read() as db:
        after = users.password_hash(db, "pilot")
    assert after != before
    assert stranger.get("/api/me").status_code == 200


@pytest.mark.parametrize("password", ["short", "x" * 300, "aaaaaaaaaaaaaaaa", "my name is Pilot, sir"])
def test_bad_passwords_are_refused(database: Database, password: str) -> None:
    with pytest.raises(BadRequest) as refused, database.write() as db:
        users.set_password(db, "pilot", password)
    assert refused.value.where == "password"
    with database.read() as db:
        account = users.find(db, "pilot")
    assert account is not None
    assert (account.session_epoch, account.role) == (1, Role.PILOT)
