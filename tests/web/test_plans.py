"""Plans judged, read and written by the server; bad files are refused by name and nothing dies."""

from __future__ import annotations

import io
import json
from pathlib import Path

import msgspec
import pytest
from werkzeug.test import TestResponse

from mission import formats, patterns
from mission.pattern import Pattern, Survey
from mission.plan import FenceCircle, FenceKind, FencePolygon, Geofence, Plan, Position, digest
from tests.web.conftest import Browser, problem, view
from web.api import (
    CheckRequest,
    ImportedPlan,
    PatternsExpand,
    PatternSplit,
    PlanAvoid,
    PlanExport,
    PlanFence,
    PlanReport,
    SortieCreate,
    SplitPlans,
)
from web.store import audit
from web.store.database import Database


def sent_file(browser: Browser, name: str, content: bytes) -> TestResponse:
    return browser.client.post(
        "/api/plans/import", data={"file": (io.BytesIO(content), name)}, headers={"X-CSRFToken": browser.token}
    )


def checked(browser: Browser, plan: Plan, revision: int = 1) -> PlanReport:
    answered = browser.send("POST", "/api/plans/check", CheckRequest(revision, plan))
    assert answered.status_code == 200, answered.text
    return msgspec.json.decode(answered.data, type=PlanReport)


def test_a_good_plan_is_judged_with_its_profile(pilot: Browser, plan: Plan) -> None:
    report = checked(pilot, plan, revision=41)
    assert (report.revision, report.plan_sha256, report.may_submit) == (41, digest(plan), True)
    assert report.distance_m > 2000
    assert len(report.profile) > 20
    assert max(point.height_home_m for point in report.profile) < 120


def test_a_leg_through_an_exclusion_is_found_and_placed(pilot: Browser, crossing_plan: Plan) -> None:
    report = checked(pilot, crossing_plan)
    errors = [finding for finding in report.findings if finding.severity == "error"]
    assert report.may_submit is False
    assert any(finding.place.kind in ("leg", "item") and finding.place.position for finding in errors)


def test_a_self_crossing_fence_is_a_finding(pilot: Browser, plan: Plan) -> None:
    bow_tie = ((51.50, -0.17), (51.51, -0.16), (51.50, -0.16), (51.51, -0.17))
    ring = tuple(Position(lat, lon) for lat, lon in bow_tie)
    fence = Geofence((FencePolygon(FenceKind.INCLUSION, ring),))
    report = checked(pilot, msgspec.structs.replace(plan, geofence=fence))
    assert report.may_submit is False
    assert any(finding.place.kind == "polygon" and finding.severity == "error" for finding in report.findings)


def test_an_empty_plan_is_judged_too(pilot: Browser) -> None:
    assert checked(pilot, Plan()).may_submit is False


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_a_coordinate_that_is_no_number_is_refused(pilot: Browser, number: bytes) -> None:
    body = b'{"revision": 1, "plan": {"home": {"position": {"lat_deg": ' + number + b', "lon_deg": 0}}}}'
    refused = problem(pilot.send("POST", "/api/plans/check", body), 400)
    assert "number" in refused.text.lower()


@pytest.mark.parametrize("latitude", [91.0, -1e300])
def test_a_coordinate_off_the_earth_cannot_be_submitted(pilot: Browser, plan: Plan, latitude: float) -> None:
    off = msgspec.structs.replace(plan.items[1], position=Position(latitude, 0.0))
    report = checked(pilot, msgspec.structs.replace(plan, items=(plan.items[0], off, *plan.items[2:])))
    assert report.may_submit is False


@pytest.mark.parametrize("name", ["hyde-park-survey.plan", "hyde-park-survey.waypoints"])
def test_files_of_other_programs_are_read(pilot: Browser, data: Path, name: str) -> None:
    answered = sent_file(pilot, name, (data / "plans" / name).read_bytes())
    read = msgspec.json.decode(answered.data, type=ImportedPlan)
    assert len(read.plan.items) == 20
    assert (read.name, read.format) == ("hyde-park-survey", name.rsplit(".")[-1])


def test_a_truncated_file_is_refused(pilot: Browser, data: Path) -> None:
    whole = (data / "plans" / "hyde-park-survey.plan").read_bytes()
    assert problem(sent_file(pilot, "cut.plan", whole[: len(whole) // 2]), 400).text


def test_a_wrong_typed_file_is_refused_by_the_place_in_it(pilot: Browser, data: Path) -> None:
    document = json.loads((data / "plans" / "hyde-park-survey.plan").read_text())
    document["mission"]["items"][3]["params"] = "north"
    refused = problem(sent_file(pilot, "wrong.plan", json.dumps(document).encode()), 400)
    assert refused.where is not None
    assert "items[3].params" in refused.where


def test_a_file_with_nan_is_refused(pilot: Browser, data: Path) -> None:
    document = json.loads((data / "plans" / "hyde-park-survey.plan").read_text())
    document["mission"]["plannedHomePosition"][0] = float("nan")
    assert "JSON" in problem(sent_file(pilot, "nan.plan", json.dumps(document).encode()), 400).text


def test_a_file_of_50_mb_is_refused(pilot: Browser) -> None:
    refused = problem(sent_file(pilot, "huge.plan", b'{"fileType": "Plan", "x": "' + b"a" * 50_000_000), 413)
    assert "20 MB" in refused.text


def test_a_file_larger_than_a_plan_is_refused(pilot: Browser) -> None:
    assert "MB" in problem(sent_file(pilot, "big.plan", b" " * (formats.MAX_BYTES + 10)), 400).text


def test_a_body_of_50_mb_is_refused(pilot: Browser) -> None:
    assert "20 MB" in problem(pilot.send("POST", "/api/plans/check", b" " * 50_000_000), 413).text


@pytest.mark.parametrize("name", ["plan.exe", "plan", ""])
def test_a_file_of_no_known_kind_is_refused(pilot: Browser, name: str) -> None:
    assert problem(sent_file(pilot, name, b"{}"), 400).text


def test_no_file_is_refused(pilot: Browser) -> None:
    answered = pilot.client.post("/api/plans/import", headers={"X-CSRFToken": pilot.token})
    assert problem(answered, 400).where == "file"


def test_a_pattern_is_expanded_by_the_server(pilot: Browser, plan: Plan) -> None:
    corners = ((51.5065, -0.1650), (51.5065, -0.1630), (51.5075, -0.1630), (51.5075, -0.1650))
    area = tuple(Position(lat, lon) for lat, lon in corners)
    drawn = msgspec.structs.replace(plan, patterns=(Pattern("p1", Survey(area, 40.0, spacing_m=25.0)),))
    answered = pilot.send("POST", "/api/plans/patterns", PatternsExpand(drawn))
    expanded = msgspec.json.decode(answered.data, type=Plan)
    lines = [item for item in expanded.items if item.pattern == "p1"]
    assert len(lines) >= 8
    assert expanded.patterns == drawn.patterns


def test_a_pattern_is_shared_out_over_drones(pilot: Browser, plan: Plan) -> None:
    corners = ((51.5065, -0.1650), (51.5065, -0.1630), (51.5075, -0.1630), (51.5075, -0.1650))
    area = tuple(Position(lat, lon) for lat, lon in corners)
    drawn = patterns.put(plan, "p1", Survey(area, 40.0, spacing_m=15.0))
    answered = pilot.send("POST", "/api/plans/split", PatternSplit(drawn, "p1", 2))
    parts = msgspec.json.decode(answered.data, type=SplitPlans).plans
    assert len(parts) == 2
    assert all(part.home == plan.home and not part.patterns for part in parts)
    for wanted, where in ((PatternSplit(drawn, "p9", 2), "pattern"), (PatternSplit(drawn, "p1", 0), "drones")):
        assert problem(pilot.send("POST", "/api/plans/split", wanted), 400).where == where


def test_a_pattern_that_cannot_be_flown_is_refused(pilot: Browser, plan: Plan) -> None:
    line = (Position(51.5065, -0.1650), Position(51.5065, -0.1630))
    drawn = msgspec.structs.replace(plan, patterns=(Pattern("p1", Survey(line, 40.0, spacing_m=25.0)),))
    refused = problem(pilot.send("POST", "/api/plans/patterns", PatternsExpand(drawn)), 400)
    assert refused.where
    assert refused.text


def places(plan: Plan) -> list[Position]:
    """What every format has room for."""
    return [item.position for item in plan.items if item.position is not None]


@pytest.mark.parametrize("form", list(formats.FORMATS))
def test_a_plan_is_written_as_a_file(pilot: Browser, plan: Plan, form: str, database: Database) -> None:
    answered = pilot.send("POST", "/api/plans/export", PlanExport(plan, form, "Hyde Park/№1"))
    assert answered.status_code == 200
    suffix = formats.FORMATS[form].suffix
    assert f"filename=Hyde-Park-1{suffix}" in answered.headers["Content-Disposition"]
    again = formats.load(f"x{suffix}", answered.data)
    assert places(again) == places(plan)
    with database.read() as db:
        entry = audit.search(db, audit.Search(action="plan.export"))[0][0]
    assert (entry.username, entry.subject, entry.detail["format"]) == ("pilot", digest(plan), form)


def test_an_unknown_format_is_refused(pilot: Browser, plan: Plan) -> None:
    assert "dwg" in problem(pilot.send("POST", "/api/plans/export", PlanExport(plan, "dwg")), 400).text


def test_legs_are_led_round_an_exclusion(pilot: Browser, plan: Plan, crossing_plan: Plan) -> None:
    first, second = (item.position for item in plan.items[5:7])
    assert first and second
    middle = Position((first.lat_deg + second.lat_deg) / 2, (first.lon_deg + second.lon_deg) / 2)
    tree = Geofence(plan.geofence.polygons, (FenceCircle(FenceKind.EXCLUSION, middle, 8.0),))
    barred = msgspec.structs.replace(plan, geofence=tree)
    assert any(finding.check == "fence_breach" for finding in checked(pilot, barred).findings)
    answered = pilot.send("POST", "/api/plans/avoid", PlanAvoid(barred))
    led = msgspec.json.decode(answered.data, type=Plan)
    assert [item for item in led.items if item in plan.items] == list(plan.items)
    assert not any(finding.check == "fence_breach" for finding in checked(pilot, led).findings)

    forbidden_place = pilot.send("POST", "/api/plans/avoid", PlanAvoid(crossing_plan))
    assert str(problem(forbidden_place, 400).where).startswith("item")


def test_a_fence_is_drawn_round_the_plan(pilot: Browser, plan: Plan) -> None:
    bare = msgspec.structs.replace(plan, geofence=Geofence())
    answered = pilot.send("POST", "/api/plans/fence", PlanFence(bare))
    fenced = msgspec.json.decode(answered.data, type=Plan)
    assert [polygon.kind for polygon in fenced.geofence.polygons] == [FenceKind.INCLUSION]
    assert checked(pilot, fenced).may_submit
    too_near = pilot.send("POST", "/api/plans/fence", PlanFence(bare, margin_m=0.0))
    assert problem(too_near, 400).where == "margin"


def test_the_kneeboard_is_of_the_saved_plan(pilot: Browser, plan: Plan) -> None:
    made = view(pilot.send("POST", "/api/sorties", SortieCreate("Roof search", "Missing person", plan=plan)))
    sheet = pilot.client.get(f"/sorties/{made.sortie.sortie_id}/kneeboard.pdf")
    assert (sheet.status_code, sheet.mimetype, sheet.data[:5]) == (200, "application/pdf", b"%PDF-")
    empty = view(pilot.send("POST", "/api/sorties", SortieCreate("Nothing yet", "Nothing")))
    assert pilot.client.get(f"/sorties/{empty.sortie.sortie_id}/kneeboard.pdf").status_code == 400
