"""What a unit does in a day, in real browsers against the whole of Airbeat: draw, mend, approve, upload, fly, watch,
review; and nobody gets further than his role, by any address."""

from __future__ import annotations

import re
import statistics
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.airbeat.conftest import Login, Unit
from tests.airbeat.drawing import Drawing, draft

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

DRONE = "UAV-02"
FLIGHT_MS = 180_000


def draw_plan(page: Page) -> None:
    """A fence, a route through it, a leg across a no-fly area, and the mending of it."""
    draw = Drawing(page)
    errors = page.locator('[data-testid="finding"][data-severity="error"]')
    page.get_by_test_id("tool-home").click()
    draw.click((0, 0))
    draw.polygon("inclusion-polygon", (170, -250), (170, 150), (-120, 150), (-120, -250))
    page.get_by_test_id("tool-takeoff").click()
    draw.click((0, 0))
    draw.click((80, 20), (80, -160))
    page.get_by_test_id("tool-return").click()
    expect(page.get_by_test_id("mission-item")).to_have_count(4)
    expect(page.get_by_test_id("check-state")).to_have_attribute("data-state", "current")
    expect(errors).to_have_count(0)

    draw.polygon("exclusion-polygon", (120, -40), (120, -100), (60, -100), (60, -40))
    expect(errors.first).to_be_visible()
    expect(page.get_by_test_id("btn-submit")).to_be_disabled()
    crossing = errors.first.inner_text()
    assert re.search("exclusion", crossing, re.IGNORECASE), crossing

    draw.drag((80, -160), (-60, -160))
    expect(errors).to_have_count(0)
    page.get_by_test_id("btn-undo").click()
    errors.first.click()
    expect(errors.first).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("btn-redo").click()
    expect(errors).to_have_count(0)


def submit(page: Page) -> None:
    page.get_by_test_id("tab-sortie").click()
    page.get_by_test_id("sortie-vehicle").select_option(DRONE)
    page.get_by_test_id("btn-submit").click()
    expect(page.get_by_test_id("sortie-state")).to_have_attribute("data-state", "submitted")


def approve(supervisor: Page, address: str) -> None:
    supervisor.goto(address)
    supervisor.get_by_test_id("btn-approve").click()
    expect(supervisor.get_by_test_id("sortie-state")).to_have_attribute("data-state", "approved")


def upload(pilot: Page) -> None:
    pilot.reload()
    pilot.get_by_test_id("tab-fly").click()
    pilot.get_by_test_id("btn-upload").click()
    receipt = pilot.get_by_test_id("receipt")
    expect(receipt).to_contain_text("read back equal", timeout=60_000)
    for stage in ("mission", "geofence", "rally", "parameters"):
        sent, read = pilot.get_by_test_id(f"receipt-{stage}").locator(".mono").all_inner_texts()
        assert sent.split()[0] == read.split()[0]


def hold(page: Page, button: str) -> None:
    page.get_by_test_id(button).hover()
    page.mouse.down()
    page.wait_for_timeout(1000)
    page.mouse.up()


def take_off(pilot: Page) -> None:
    expect(pilot.get_by_test_id("prearm")).to_have_attribute("data-state", "ready", timeout=120_000)
    for verb in ("arm", "start"):
        hold(pilot, f"btn-{verb}")
        answer = pilot.locator(f'[data-testid="order-answer"][data-verb="{verb}"]').first
        expect(answer).to_have_attribute("data-ok", "true", timeout=30_000)


def watch(control: Page) -> None:
    """The control room sees the drone move, and fresh; it has nothing to command it with."""
    control.goto("/live")
    row = control.locator(f'[data-testid="drone-row"][data-vehicle="{DRONE}"]')
    expect(row).to_contain_text("Flying", timeout=30_000)
    row.click()
    ages: list[float] = []
    places: set[str] = set()
    while len(places) <= 5 and len(ages) < 240:  # it climbs before it goes anywhere
        control.wait_for_timeout(250)
        ages.append(float(row.get_by_test_id("drone-age").get_attribute("data-age-ms") or "inf"))
        places.add(control.get_by_test_id("details-position").inner_text())
    assert statistics.median(ages) < 1000, ages
    assert len(places) > 5
    expect(control.locator('[data-testid^="btn-order-"]')).to_have_count(0)
    expect(row).not_to_contain_text("Flying", timeout=FLIGHT_MS)
    assert api(control, "POST", f"/api/vehicles/{DRONE}/orders/return", {}) == 403


def review(supervisor: Page) -> str:
    supervisor.goto("/flights")
    flight = supervisor.locator("tr", has_text=DRONE).locator("a.row-link")
    for _ in range(30):  # the recorder closes the bundle, then the pages hear of it
        if flight.count():
            break
        supervisor.wait_for_timeout(1000)
        supervisor.reload()
    flight.first.click()
    page = supervisor.get_by_test_id("flight-page")
    expect(page).to_have_attribute("data-state", "ready", timeout=30_000)
    expect(supervisor.locator('[data-testid="flight-map"] canvas').first).to_be_visible()
    for chart in ("height", "speed", "battery", "link"):
        expect(supervisor.get_by_test_id(f"chart-{chart}").locator("canvas")).to_be_visible()
    expect(supervisor.get_by_test_id("timeline-event").first).to_be_visible()
    off_track = supervisor.get_by_test_id("cross-track-p95")
    expect(off_track).to_contain_text(" m", timeout=30_000)  # it comes with the examination, behind the page
    assert float(off_track.inner_text().split()[0]) < 3
    supervisor.get_by_test_id("downloads").locator("summary").click()
    with supervisor.expect_download() as download:
        supervisor.get_by_test_id("download-bundle").click()
    assert download.value.path().stat().st_size > 10_000
    fetch_log(supervisor)
    return supervisor.url


def fetch_log(supervisor: Page) -> None:
    """The log that the drone kept: the one of this flight is chosen already; it comes, and can be charted."""
    supervisor.get_by_test_id("tab-values").click()
    expect(supervisor.get_by_test_id("flight-log")).to_have_count(1, timeout=30_000)
    supervisor.get_by_test_id("btn-fetch-log").click()
    supervisor.get_by_test_id("btn-fetch-log-start").click(timeout=30_000)
    expect(supervisor.get_by_test_id("fetch-log-done")).to_contain_text("is attached to this flight", timeout=60_000)
    supervisor.keyboard.press("Escape")
    attached = supervisor.get_by_test_id("flight-log").nth(1)
    expect(attached).to_contain_text("DataFlash", timeout=30_000)


def test_a_day(unit: Unit, login: Login) -> None:
    pilot, supervisor, control = login("pilot"), login("supervisor"), login("control")
    address = draft(pilot, "Rooftop search, Serpentine Road")
    draw_plan(pilot)
    submit(pilot)
    approve(supervisor, address)
    supervisor.goto("/flights")
    upload(pilot)
    take_off(pilot)
    pilot.goto("/sorties")
    watch(control)
    control.goto("/flights")
    flight = review(supervisor)

    observer, administrator = login("observer"), login("admin")
    sortie = f"/api/sorties/{address.rsplit('/', 1)[1]}"
    order = f"/api/vehicles/{DRONE}/orders"
    for who, forbidden in (
        (observer, ["save", "submit", "approve", "reject", "upload", "arm", "start", "takeoff"]),
        (control, ["save", "submit", "approve", "reject", "upload", "arm", "start", "return", "land", "hold"]),
        (administrator, ["read", "save", "submit", "approve", "upload", "arm", "return", "fleet", "flight", "bundle"]),
        (pilot, ["approve", "reject", "audit", "users"]),
    ):
        for deed in forbidden:
            method, path, body = {
                "read": ("GET", sortie, None),
                "save": ("PUT", sortie, {}),
                "submit": ("POST", f"{sortie}/submit", {"version": 1}),
                "approve": ("POST", f"{sortie}/approve", {"plan_sha256": "0"}),
                "reject": ("POST", f"{sortie}/reject", {"plan_sha256": "0", "reason": "no"}),
                "upload": ("POST", f"{sortie}/upload", {"vehicle": DRONE}),
                "fleet": ("GET", "/api/fleet", None),
                "flight": ("GET", flight, None),
                "bundle": ("GET", f"{flight}/bundle.zip", None),
                "audit": ("GET", "/audit", None),
                "users": ("GET", "/users", None),
            }.get(deed, ("POST", f"{order}/{deed}", {}))
            assert api(who, method, path, body) == 403, (who.url, deed)


def api(page: Page, method: str, path: str, body: Any = None) -> int:
    """The status of a call made with the cookies and the token of the user of `page`, whatever the pages show him."""
    return page.evaluate(  # type: ignore[no-any-return]
        """async ([method, path, body]) => {
            const token = document.querySelector('input[name=csrf_token]').value;
            const answer = await fetch(path, {
                method,
                headers: {'Content-Type': 'application/json', 'X-CSRFToken': token},
                body: body === null ? undefined : JSON.stringify(body),
            });
            return answer.status;
        }""",
        [method, path, body],
    )
