"""A search under time pressure, in a real browser: an area drawn, a hospital kept out of it, shared out over three
drones. Every act of the pilot's is counted, and leaves a picture in the test's folder: the film of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import shapely
from playwright.sync_api import Page, expect

from mission.deconflict import Flight, conflicts
from mission.geodesy import frame_of
from mission.geofence import ring_to_polygon
from mission.plan import FenceKind, Plan
from mission.report import report
from tests.airbeat.conftest import Login
from tests.airbeat.drawing import Drawing, draft
from web.api import SortieView

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AREA = ((150, -250), (150, 120), (-120, 120), (-120, -250))
HOSPITAL = ((110, -160), (110, -60), (30, -60), (30, -160))
DRONES = 3
MOST_ACTS = 30
"""Clicks, choices and numbers typed: at two seconds each, a minute."""
NEAR_HOME_M = 60.0


class Film:
    """Does the pilot's acts, counts them, and takes a picture after each."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.acts = page, 0
        self._folder = folder

    def act(self, name: str, deed: Callable[[], object], acts: int = 1) -> None:
        deed()
        self.acts += acts
        self.page.screenshot(path=self._folder / f"{self.acts:02}-{name}.png")

    def press(self, testid: str) -> None:
        self.act(testid, self.page.get_by_test_id(testid).first.click)


def plan_search(film: Film) -> None:
    page, draw = film.page, Drawing(film.page)
    film.press("tool-takeoff")
    film.act("take-off", lambda: draw.click((0, 0)))
    film.act("area", lambda: draw.polygon("pattern-area", *AREA), acts=6)
    film.act("parallel", lambda: page.locator("#pattern-kind").select_option("track_search"))
    film.act("sweep", lambda: page.get_by_test_id("sweep-width").fill("20"))
    page.get_by_test_id("sweep-width").press("Enter")
    expect(page.get_by_test_id("detection")).to_contain_text("POD 49 %")  # 1 − e^(−20/30)
    film.press("tool-return")
    film.act("hospital", lambda: draw.polygon("exclusion-polygon", *HOSPITAL), acts=6)
    film.press("btn-draw-fence")
    expect(page.get_by_test_id("fence-polygon")).to_have_count(2)
    expect(page.get_by_test_id("check-state")).to_have_attribute("data-state", "current")
    expect(page.locator('[data-testid="finding"][data-severity="error"]')).to_have_count(0)
    expect(page.get_by_test_id("profile")).to_be_visible()


def share_out(film: Film) -> None:
    page = film.page
    film.press("tab-mission")
    film.press("pattern-pattern-1")
    film.press("btn-pattern-split")
    film.press("btn-split")
    expect(page.get_by_test_id("btn-save")).to_have_attribute("data-saved", "true")
    expect(page.get_by_test_id("sortie-title")).to_contain_text(f"(1 of {DRONES})")
    expect(page.get_by_test_id("check-state")).to_have_attribute("data-state", "current")
    expect(page.locator('[data-testid="finding"][data-severity="error"]')).to_have_count(0)


def shared_out(page: Page, title: str) -> list[tuple[str, Plan]]:
    """The drones of the sorties that were made, and what each is to fly, as the server has it."""
    page.goto("/sorties")
    links = page.locator("a", has_text=title)
    addresses = [str(link.get_attribute("href")) for link in links.all()]
    views = [
        msgspec.json.decode(page.request.get(f"/api{address}").body(), type=SortieView) for address in sorted(addresses)
    ]
    return [(view.sortie.vehicle or "", view.sortie.plan) for view in views]


def test_a_search_is_planned_round_a_hospital_and_shared_out(login: Login, tmp_path: Path) -> None:
    page = login("pilot")
    draft(page, "Roof search")
    film = Film(page, tmp_path)
    plan_search(film)
    share_out(film)
    film.act("shared-out", lambda: None, acts=0)
    assert film.acts <= MOST_ACTS

    parts = shared_out(page, "Roof search")
    assert sorted(vehicle for vehicle, _ in parts) == ["UAV-01", "UAV-02", "UAV-03"]
    judged = [report(plan) for _, plan in parts]
    assert all(one.may_submit for one in judged)
    assert max(one.duration_s for one in judged) < 1.25 * min(one.duration_s for one in judged)
    for _, plan in parts:
        frame = frame_of(plan)
        (hospital,) = (p for p in plan.geofence.polygons if p.kind is FenceKind.EXCLUSION)
        places = [plan.home.position if plan.home else None, *(item.position for item in plan.items)]
        way = shapely.LineString(frame.to_xy([place for place in places if place]))
        assert not way.intersects(ring_to_polygon(frame, hospital.vertices))
    assert away_from_home(parts) == []


def away_from_home(parts: list[tuple[str, Plan]]) -> list[str]:
    """Where drones that take off together come too near, but for the place that all of them take off from."""
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    plan = parts[0][1]
    assert plan.home is not None
    frame = frame_of(plan)
    home = shapely.Point(frame.to_xy((plan.home.position,))[0])
    met = conflicts([Flight(vehicle, part, noon) for vehicle, part in parts])
    return [
        f"{one.first} and {one.second}: {one.horizontal_m:.0f} m"
        for one in met
        if shapely.Point(frame.to_xy((one.position,))[0]).distance(home) > NEAR_HOME_M
    ]
