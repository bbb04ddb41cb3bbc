"""The unit's airspace and terrain count on the plan page, and a file that cannot be read ends the start."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pytest
import rasterio
from flask import Flask
from rasterio.transform import from_origin

from mission.finding import Severity
from mission.plan import Plan
from telemetry.errors import SettingsError
from telemetry.settings import AirspaceSettings, PlanningSettings, load
from tests.web.conftest import SETTINGS, USERNAMES, Browser, problem, view
from web.api import CheckRequest, PlanReport, Sortie, SortieApprove, SortieCreate, SortieSubmit
from web.app import create_app
from web.auth.permissions import Role
from web.bus_line import BusLine
from web.store import audit
from web.store.database import Database
from web.surroundings import surroundings

PilotIn = Callable[[PlanningSettings], Browser]

PROHIBITED = b"""AC P
AN Palace
AL SFC
AH 1000 ft AMSL
V X=51:30:30 N 000:09:50 W
DC 2
"""


@pytest.fixture
def palace(tmp_path: Path) -> AirspaceSettings:
    """An OpenAir file of one zone, all about the survey, that has long expired."""
    (tmp_path / "palace.txt").write_bytes(PROHIBITED)
    return AirspaceSettings(str(tmp_path / "palace.txt"), date(2020, 1, 2))


@pytest.fixture
def pilot_in(role_in: Callable[[Role], PilotIn]) -> PilotIn:
    """A pilot at a server with these planning settings."""
    return role_in(Role.PILOT)


@pytest.fixture
def supervisor_in(role_in: Callable[[Role], PilotIn]) -> PilotIn:
    return role_in(Role.SUPERVISOR)


@pytest.fixture
def draft_again(pilot: Browser, plan: Plan) -> Sortie:
    return view(pilot.send("POST", "/api/sorties", SortieCreate("Again", "Search", plan))).sortie


@pytest.fixture
def role_in(app: Flask, tmp_path: Path, database: Database, bus_line: BusLine) -> Callable[[Role], PilotIn]:
    def enter(role: Role, planning: PlanningSettings) -> Browser:
        settings = msgspec.structs.replace(SETTINGS, planning=planning)
        made = create_app(settings, tmp_path, database, bus_line)
        made.extensions["manifest"] = app.extensions["manifest"]
        browser = Browser(made)
        assert browser.log_in(USERNAMES[role]).status_code == 302
        return browser

    return lambda role: lambda planning: enter(role, planning)


def judged(browser: Browser, plan: Plan) -> PlanReport:
    answered = browser.send("POST", "/api/plans/check", CheckRequest(1, plan))
    return msgspec.json.decode(answered.data, type=PlanReport)


def texts(report: PlanReport, check: str) -> list[tuple[Severity, str]]:
    return [(finding.severity, finding.text) for finding in report.findings if finding.check == check]


def test_over_hyde_park_the_control_zone_of_london_is_told(pilot_in: PilotIn, plan: Plan, shared_data: Path) -> None:
    (path,) = shared_data.glob("airspace/uk-airac-*.yaml")
    report = judged(pilot_in(PlanningSettings((AirspaceSettings(str(path)),))), plan)
    ((severity, text),) = texts(report, "zones")
    assert severity is Severity.INFO
    assert "CTR LONDON CTR" in text
    assert report.may_submit
    (source,) = report.data_sets
    assert (source.name, source.sha256) == (path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def test_without_airspace_the_report_says_so(pilot: Browser, plan: Plan) -> None:
    report = judged(pilot, plan)
    assert report.data_sets == ()
    assert len(texts(report, "data_sets")) == 1


def test_a_plan_in_a_prohibited_area_is_not_submitted(
    pilot_in: PilotIn, plan: Plan, palace: AirspaceSettings, database: Database
) -> None:
    pilot = pilot_in(PlanningSettings((palace,)))
    draft = view(pilot.send("POST", "/api/sorties", SortieCreate("Survey", "Search", plan))).sortie
    refused = pilot.send("POST", f"/api/sorties/{draft.sortie_id}/submit", SortieSubmit(draft.version))
    assert "P Palace" in problem(refused, 409).text
    permitted = pilot_in(PlanningSettings((palace,), permissions=("palace-1",)))
    view(permitted.send("POST", f"/api/sorties/{draft.sortie_id}/submit", SortieSubmit(draft.version)))
    with database.read() as db:
        (entry,), _ = audit.search(db, audit.Search(action="sortie.submit"))
    palace_file = {"name": "palace.txt", "sha256": hashlib.sha256(PROHIBITED).hexdigest(), "airac": "2020-01-02"}
    assert entry.detail["checked_against"] == [palace_file]


def test_an_expired_file_is_told_by_its_day(pilot_in: PilotIn, plan: Plan, palace: AirspaceSettings) -> None:
    report = judged(pilot_in(PlanningSettings((palace,))), plan)
    assert report.data_sets[0].airac == palace.airac
    ((severity, text),) = texts(report, "data_sets")
    assert severity is Severity.WARNING
    assert "palace.txt of 2020-01-02 had expired" in text


def test_the_ground_counts(pilot_in: PilotIn, plan: Plan, tmp_path: Path) -> None:
    """A tile of ground so high that the survey would fly into it."""
    assert plan.home is not None
    place = plan.home.position
    (tmp_path / "tiles").mkdir()
    transform = from_origin(place.lon_deg - 0.05, place.lat_deg + 0.05, 0.001, 0.001)
    profile = {"driver": "GTiff", "width": 100, "height": 100, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(tmp_path / "tiles" / "hill.tif", "w", transform=transform, **profile) as raster:
        raster.write(np.full((100, 100), 500.0, dtype=np.float32), 1)
    report = judged(pilot_in(PlanningSettings(terrain=str(tmp_path / "tiles"))), plan)
    assert not report.may_submit
    assert Severity.ERROR in [severity for severity, _ in texts(report, "heights")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.yaml", None, "No such file"),
        ("broken.yaml", b"{", "line"),
        ("broken.txt", b"AC P\nAL high\n", "line 2"),
        ("broken.geojson", b"[]", "should be"),
        ("broken.kml", b"<kml", "XML"),
        ("airspace.docx", b"", "not an airspace file"),
    ],
)
def test_airspace_that_cannot_be_read_ends_the_start(
    tmp_path: Path, database: Database, bus_line: BusLine, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    settings = msgspec.structs.replace(SETTINGS, planning=PlanningSettings((AirspaceSettings(str(path)),)))
    with pytest.raises(SettingsError, match=said) as refused:
        create_app(settings, tmp_path, database, bus_line)
    assert refused.value.where == str(path)


def test_terrain_that_cannot_be_read_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        surroundings(PlanningSettings(terrain=str(tmp_path / "missing")))
    with pytest.raises(SettingsError, match="no elevation tiles"):
        surroundings(PlanningSettings(terrain=str(tmp_path)))
    (tmp_path / "hill.tif").write_bytes(b"no tile")
    with pytest.raises(SettingsError, match=r"hill\.tif"):
        surroundings(PlanningSettings(terrain=str(tmp_path)))


def test_the_settings_file_names_them(tmp_path: Path) -> None:
    path = tmp_path / "airbeat.toml"
    path.write_text('[planning]\nterrain = "tiles"\n[[planning.airspace]]\nfile = "uk.yaml"\nairac = 2026-11-12\n')
    assert load(path).planning == PlanningSettings((AirspaceSettings("uk.yaml", date(2026, 11, 12)),), "tiles")


def test_the_live_map_shows_the_airspace_in_view(pilot_in: PilotIn, palace: AirspaceSettings) -> None:
    browser = pilot_in(PlanningSettings(airspace=(palace,)))
    seen = browser.get("/api/airspace?west=-0.2&south=51.4&east=-0.1&north=51.6").get_json()
    assert [zone["properties"]["name"] for zone in seen["features"]] == ["Palace"]
    assert seen["features"][0]["properties"]["limits"] == "SFC–1000 ft AMSL"
    elsewhere = browser.get("/api/airspace?west=3&south=51&east=4&north=52").get_json()
    assert elsewhere["features"] == []
    assert browser.get("/api/airspace?west=3").status_code == 400
    without = pilot_in(PlanningSettings()).get("/api/airspace?west=-0.2&south=51.4&east=-0.1&north=51.6")
    assert without.get_json()["features"] == []


def test_another_approved_sortie_is_kept_clear_of(
    pilot: Browser, approved: Sortie, draft_again: Sortie, plan: Plan
) -> None:
    """Both are the same survey: they meet wherever they fly."""
    asked = CheckRequest(1, plan, draft_again.sortie_id)
    beside = msgspec.json.decode(pilot.send("POST", "/api/plans/check", asked).data, type=PlanReport)
    ((severity, found),) = texts(beside, "separation")
    assert severity is Severity.WARNING
    assert "of the approved sortie of P. Nair" in found
    assert "if both fly at the same time" in found
    itself = CheckRequest(1, plan, approved.sortie_id)
    alone = msgspec.json.decode(pilot.send("POST", "/api/plans/check", itself).data, type=PlanReport)
    assert texts(alone, "separation") == []


def test_an_approval_records_what_the_plan_was_checked_against(
    pilot_in: PilotIn, supervisor_in: PilotIn, plan: Plan, palace: AirspaceSettings, database: Database
) -> None:
    planning = PlanningSettings((palace,), permissions=("palace-1",))
    draft = view(pilot_in(planning).send("POST", "/api/sorties", SortieCreate("Survey", "Search", plan))).sortie
    view(pilot_in(planning).send("POST", f"/api/sorties/{draft.sortie_id}/submit", SortieSubmit(draft.version)))
    supervisor_in(planning).send("POST", f"/api/sorties/{draft.sortie_id}/approve", SortieApprove(draft.plan_sha256))
    with database.read() as db:
        (entry,), _ = audit.search(db, audit.Search(action="sortie.approve"))
    (recorded,) = entry.detail["checked_against"]
    assert recorded == {"name": "palace.txt", "sha256": hashlib.sha256(PROHIBITED).hexdigest(), "airac": "2020-01-02"}
