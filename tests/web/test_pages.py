"""The rendered pages: each role has a first page, lists and forms work, failures are answered plainly and safely."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from flask import Flask, current_app

from telemetry.bus_keys import BusKeys
from telemetry.settings import MapSettings
from telemetry.wire import FlightRecord
from tests.web.conftest import NOWHERE, PASSWORD, SETTINGS, USERNAMES, Browser, problem
from web.api import Sortie
from web.app import create_app
from web.auth import guard
from web.auth.permissions import PEOPLE, Permission, Role, allowed
from web.bus_line import BusLine
from web.store import audit
from web.store.database import Database
from web.vite import FrontendMissing, Manifest


@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_of_the_rail_opens(log_in: Callable[[Role], Browser], draft: Sortie, role: Role) -> None:
    browser = log_in(role)
    first = browser.get("/")
    assert first.status_code == 200
    links = re.findall(r'class="rail-link" href="([^"]+)"', first.text)
    assert "/account" in links
    assert [(path, browser.get(path).status_code) for path in links] == [(path, 200) for path in links]


@pytest.mark.parametrize("role", PEOPLE)
def test_no_link_leads_anybody_where_they_may_not_go(
    log_in: Callable[[Role], Browser], draft: Sortie, flown: FlightRecord, role: Role
) -> None:
    browser, waiting, answered = log_in(role), ["/"], dict[str, int]()
    while waiting:
        path = waiting.pop()
        page = browser.get(path)
        answered[path] = page.status_code
        if page.mimetype == "text/html":
            links = map(html.unescape, re.findall(r'<a [^>]*href="(/[^"#]*)', page.text))
            waiting += [link for link in links if link not in answered]
    assert {path: status for path, status in answered.items() if status != 200} == {}
    assert ("/figures" in answered) == allowed(role, Permission.FIGURES_READ)


def test_the_first_page_shows_each_role_its_work(
    pilot: Browser, supervisor: Browser, administrator: Browser, draft: Sortie
) -> None:
    pilot.send("POST", f"/api/sorties/{draft.sortie_id}/submit", {"version": 1})
    assert "Waiting for approval" in supervisor.get("/").text
    assert "Waiting for approval" not in pilot.get("/").text
    assert "Your sorties" in pilot.get("/").text
    assert draft.title not in administrator.get("/").text
    assert "Refusals in the last 24 hours" in administrator.get("/").text


def test_pages_work_and_say_so_while_the_bus_is_down(pilot: Browser, draft: Sortie) -> None:
    assert "message bus cannot be reached" in pilot.get("/").text
    assert pilot.get(f"/sorties/{draft.sortie_id}").status_code == 200
    assert pilot.page_data("/live")["orders"] == []
    assert "bus" in problem(pilot.get("/api/fleet"), 503).text
    assert pilot.get("/api/bus-ticket").status_code == 200
    upload = pilot.send("POST", f"/api/sorties/{draft.sortie_id}/upload", {"vehicle": "UAV-07"})
    assert "nothing was sent" in problem(upload, 503).text


def test_text_from_people_is_never_markup(pilot: Browser, supervisor: Browser) -> None:
    pilot.post("/sorties", title="<img src=x onerror=alert(1)>", purpose="x")
    for path in ("/", "/sorties", "/audit"):
        assert "<img src=x" not in supervisor.get(path).text
    assert "&lt;img src=x" in supervisor.get("/sorties").text


def test_an_administrator_makes_and_changes_users(administrator: Browser, app: Flask, database: Database) -> None:
    made = administrator.post(
        "/users", username="N.Ewe", name="N. Ewe", role="pilot", password="seven swans a swimming"
    )
    assert made.status_code == 302
    newcomer = Browser(app)
    assert newcomer.log_in("n.ewe", "seven swans a swimming").status_code == 302
    administrator.post("/users/n.ewe/password", password="eight maids a milking")
    assert newcomer.get("/api/me").status_code == 401
    assert newcomer.log_in("n.ewe", "eight maids a milking").status_code == 302
    assert "n.ewe" in administrator.get("/users").text
    with database.read() as db:
        deeds = [entry.action for entry in audit.search(db, audit.Search(action="user", text="n.ewe"))[0]]
    assert deeds == ["user.password", "user.create"]


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"username": "pilot", "name": "P", "role": "pilot", "password": PASSWORD}, 409, "already"),
        ({"username": "x y", "name": "P", "role": "pilot", "password": PASSWORD}, 400, "username"),
        ({"username": "newone", "name": "", "role": "pilot", "password": PASSWORD}, 400, "name"),
        ({"username": "newone", "name": "P", "role": "king", "password": PASSWORD}, 400, "role"),
        ({"username": "newone", "name": "P", "role": "pilot", "password": "short"}, 400, "password"),
    ],
)
def test_a_bad_user_form_makes_nobody(administrator: Browser, form: dict[str, str], status: int, words: str) -> None:
    answered = administrator.post("/users", **form)
    assert answered.status_code == status
    assert words in answered.text
    assert "newone" not in administrator.get("/users").text


def test_the_last_administrator_cannot_be_disabled(administrator: Browser) -> None:
    assert administrator.post("/users/admin", role="administrator").status_code == 409
    assert administrator.get("/users").status_code == 200


def test_the_audit_is_searched_and_looking_is_in_it(supervisor: Browser, pilot: Browser) -> None:
    for who in ("pilot", "nair"):
        first = supervisor.get(f"/audit?action=login&who={who}").text
        assert "P. Nair" in first
        assert "supervisor" not in first.split("<tbody>")[1]
    assert "audit.view" in supervisor.get("/audit").text
    assert supervisor.get("/audit?from=never").status_code == 400
    assert supervisor.get("/audit?from=2020-01-01&to=2020-12-31").text.count("<tr>") == 0


def test_everyone_sees_his_own_activity_and_no_other(pilot: Browser, supervisor: Browser) -> None:
    rows = pilot.get("/account").text.split("<tbody>")[1]
    assert "login" in rows
    assert "supervisor" not in rows


def test_an_unknown_page_is_a_plain_404(pilot: Browser, stranger: Browser) -> None:
    assert "no such page" in pilot.get("/nothing/here").text
    assert problem(pilot.get("/api/nothing"), 404).text
    assert stranger.get("/nothing").status_code == 404
    assert pilot.get("/sorties/99").status_code == 404
    assert pilot.get("/sorties/%00'; DROP TABLE users").status_code == 404


def test_a_refusal_leads_back_to_our_own_page_and_to_no_other(pilot: Browser) -> None:
    from_ours = pilot.client.get("/sorties/99", headers={"Referer": "http://localhost/sorties?page=2"})
    assert 'href="http://localhost/sorties?page=2">Back' in from_ours.text
    for elsewhere in ("http://localhost.evil.org/", "javascript:alert(1)", "http://localhost/sorties/99"):
        assert "Back" not in pilot.client.get("/sorties/99", headers={"Referer": elsewhere}).text


def test_what_breaks_says_nothing_of_its_inside(app: Flask, pilot: Browser) -> None:
    def broken() -> str:
        raise RuntimeError("the secret of the inside")

    app.view_functions["home.me"] = guard.public(broken)
    refused = pilot.get("/api/me")
    assert "secret" not in problem(refused, 500).text


def test_every_answer_carries_the_security_headers(pilot: Browser, stranger: Browser) -> None:
    for answered in (pilot.get("/live"), stranger.get("/login"), pilot.get("/nothing"), pilot.get("/api/me")):
        headers = answered.headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["script-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["worker-src"] == "'self' blob:"
        assert policy["connect-src"].endswith("ws://127.0.0.1:9")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_no_page_needs_inline_script_or_style(pilot: Browser, administrator: Browser, draft: Sortie) -> None:
    pages = [pilot.get(path).text for path in ("/", "/sorties", "/flights", "/live", f"/sorties/{draft.sortie_id}")]
    for page in (*pages, administrator.get("/users").text, administrator.get("/audit").text):
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


@pytest.fixture
def mapped(tmp_path: Path, database: Database) -> Flask:
    """With a ground of its own: a map style elsewhere, a PMTiles file and a drawn layer."""
    (tmp_path / "ground.pmtiles").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "parks.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    ground = MapSettings(
        style_url="https://maps.unit.test/style.json",
        pmtiles=str(tmp_path / "ground.pmtiles"),
        layers=(str(tmp_path / "parks.geojson"), str(tmp_path / "missing.geojson")),
    )
    settings = msgspec.structs.replace(SETTINGS, map=ground)
    app = create_app(settings, tmp_path, database, BusLine(NOWHERE, "wss://bus.unit.test", BusKeys(tmp_path / "keys")))
    app.extensions["manifest"] = Manifest(Path(tmp_path / "dist"))
    return app


def test_the_ground_is_served_by_ranges(mapped: Flask, app: Flask) -> None:
    mapped.extensions["manifest"] = app.extensions["manifest"]
    browser = Browser(mapped)
    browser.log_in(USERNAMES[Role.PILOT])
    ground = browser.page_data("/live")["map"]
    assert ground == {
        "style_url": "https://maps.unit.test/style.json",
        "pmtiles_url": "/map/ground.pmtiles",
        "layers": ["/map/layers/0", "/map/layers/1"],
    }
    part = browser.client.get(ground["pmtiles_url"], headers={"Range": "bytes=16-31"})
    assert (part.status_code, part.data) == (206, bytes(range(16, 32)))
    assert json.loads(browser.get("/map/layers/0").text)["features"] == []
    assert [browser.get(f"/map/layers/{index}").status_code for index in (1, 2)] == [404, 404]
    policy = browser.get("/live").headers["Content-Security-Policy"]
    assert "wss://bus.unit.test https://maps.unit.test" in policy


@pytest.mark.parametrize(
    ("cookies", "theme"),
    [
        ({}, "dark"),
        ({"machine_theme": "light"}, "light"),
        ({"theme": "dark", "machine_theme": "light"}, "dark"),
    ],
)
def test_a_page_comes_in_the_theme_that_was_chosen_or_else_in_the_machines(
    stranger: Browser, cookies: dict[str, str], theme: str
) -> None:
    for name, value in cookies.items():
        stranger.client.set_cookie(name, value)
    assert f'data-theme="{theme}"' in stranger.get("/login").text


def test_without_a_built_front_end_the_pages_say_how_to_get_it(mapped: Flask) -> None:
    answered = Browser(mapped).get("/login")
    assert answered.status_code == 503
    assert "make frontend" in answered.text


def test_a_pages_files_come_from_the_manifest(tmp_path: Path) -> None:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(
        json.dumps(
            {
                "_map.js": {"file": "assets/map-1.js", "css": ["assets/map-1.css"], "imports": ["_core.js"]},
                "_core.js": {"file": "assets/core-2.js"},
                "src/live/main.tsx": {
                    "file": "assets/live-3.js",
                    "name": "live",
                    "isEntry": True,
                    "imports": ["_map.js", "_core.js"],
                    "css": ["assets/live-3.css"],
                },
            }
        )
    )
    assets = Manifest(tmp_path).assets("live")
    assert assets.script == "/static/dist/assets/live-3.js"
    assert assets.styles == ("/static/dist/assets/map-1.css", "/static/dist/assets/live-3.css")
    assert assets.preload == ("/static/dist/assets/core-2.js", "/static/dist/assets/map-1.js")
    with pytest.raises(FrontendMissing):
        Manifest(tmp_path).assets("plan")


def test_health_needs_no_login_and_no_bus(stranger: Browser) -> None:
    assert stranger.get("/healthz").text == "ok\n"


def test_the_key_of_the_cookies_is_made_once_and_is_private(app: Flask, tmp_path: Path, database: Database) -> None:
    key = tmp_path / "keys" / "web-session.key"
    assert key.stat().st_mode & 0o077 == 0
    again = create_app(SETTINGS, tmp_path, database, BusLine(NOWHERE, "ws://127.0.0.1:9", BusKeys(tmp_path / "keys")))
    assert again.config["SECRET_KEY"] == app.config["SECRET_KEY"] == key.read_bytes()
    assert len(key.read_bytes()) == 32
    with app.app_context():
        assert current_app.config["SESSION_COOKIE_NAME"] == "airbeat_session"


HUGE = "9" * 24


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("GET", f"/audit?page={HUGE}", {}),
        ("GET", "/audit?to=9999-12-31", {}),
        ("GET", f"/sorties?page={HUGE}", {}),
        ("GET", "/sorties/²", {}),
        ("GET", f"/sorties/{HUGE}", {}),
        ("GET", "/api/incidents/²", {}),
        ("GET", "/api/past/frames?since=2026-11-22T07:15:30&until=2026-11-22T07:16:30Z", {}),
        ("GET", "/api/past/frames?since=0001-01-01T00:00:00%2B23:00&until=9999-12-31T23:59:59Z", {}),
        ("GET", "/api/past/frames?since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z", {}),
        ("POST", "/guests", {"name": "A neighbour", "vehicles": "UAV-07", "hours": HUGE}),
        ("POST", "/guests/²/revoke", {}),
        ("POST", f"/guests/{HUGE}/revoke", {}),
        ("POST", "/tokens", {"name": "A program", "scopes": "vehicles:read", "days": HUGE}),
        ("POST", "/tokens/²/revoke", {}),
    ],
)
def test_what_no_number_or_day_holds_is_the_askers_fault(
    supervisor: Browser, administrator: Browser, method: str, path: str, form: dict[str, str]
) -> None:
    asking = administrator if path.startswith(("/audit", "/tokens")) else supervisor
    answered = asking.get(path) if method == "GET" else asking.post(path, **form)
    assert answered.status_code in (400, 404), answered.text
