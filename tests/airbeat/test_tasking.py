"""An incident comes in, in real browsers: the control room opens it, sees which drone can be there first and by which
way, and offers a search to the pilot, who finds it ready to be submitted."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from rasterio import MemoryFile
from rasterio.errors import NotGeoreferencedWarning

from tests.airbeat.conftest import Login

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NUMBER, PLACE = "CAD 0412", "TQ 2790 8020"
DRONES = {"UAV-01", "UAV-02", "UAV-03"}
READY_MS = 120_000
"""Drones that have just been switched on would not arm yet, and the page says so until they would."""
PATIENCE_MS = 30_000
"""For what the server reckons, on a machine that has other things to do."""
WAY = (0x5E, 0xB1, 0xFF)
"""The dark theme's accent, in which the way of the first drone is drawn."""


def way_pixels(page: Page) -> int:
    """How much of the map is in the colour of the way."""
    box = page.locator(".live-map-canvas").bounding_box()
    assert box is not None
    png = page.screenshot(clip=box)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(png) as file, file.open() as picture:
            pixels = picture.read((1, 2, 3)).astype(int)
    return int((np.abs(pixels - np.array(WAY).reshape(3, 1, 1)).max(axis=0) < 12).sum())


def open_incident(page: Page) -> None:
    """With the hands on the keyboard."""
    page.keyboard.press("c")
    page.keyboard.type(NUMBER)
    page.keyboard.press("Tab")
    page.keyboard.type(PLACE)
    expect(page.get_by_test_id("incident-editor").get_by_test_id("place")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("incident-at")).to_contain_text(PLACE)
    page.keyboard.type("Child missing, red coat")
    page.get_by_test_id("grade-immediate").click()
    page.get_by_test_id("incident-note").press("Enter")


def offer_search(page: Page, vehicle: str) -> None:
    page.locator(f'[data-testid=candidate][data-vehicle="{vehicle}"]').get_by_test_id("btn-offer").click()
    page.get_by_test_id("task-expanding_square").click()
    page.get_by_test_id("offer-pilot").select_option("pilot")
    page.get_by_test_id("btn-send-offer").click()
    expect(page.get_by_test_id("offered-link")).to_be_visible(timeout=PATIENCE_MS)


def test_an_incident_comes_in_and_the_pilot_has_a_search_to_submit(login: Login) -> None:
    room, pilot = login("control"), login("pilot")
    room.goto("/live")
    expect(room.get_by_test_id("drone-row")).to_have_count(len(DRONES), timeout=PATIENCE_MS)
    before = way_pixels(room)
    open_incident(room)
    expect(room.get_by_test_id("incident-head")).to_have_attribute("data-number", NUMBER)

    ranked = room.locator("[data-testid=candidate][data-possible=true]")
    expect(ranked).to_have_count(len(DRONES), timeout=READY_MS)
    assert {one.get_attribute("data-vehicle") for one in ranked.all()} == DRONES
    times = [minutes * 60 + seconds for minutes, seconds in map(clock, ranked.get_by_test_id("eta").all_inner_texts())]
    assert times == sorted(times)
    first = ranked.first.get_attribute("data-vehicle")
    canvas = room.locator(".live-map-canvas")
    expect(canvas).to_have_attribute("data-way", first or "")
    expect(canvas).to_have_attribute("data-state", "ready")
    room.wait_for_timeout(1000)  # the map glides to where the ways are
    assert way_pixels(room) > before + 300
    ranked.nth(1).hover()
    expect(canvas).to_have_attribute("data-way", ranked.nth(1).get_attribute("data-vehicle") or "")

    offer_search(room, "UAV-02")

    expect(pilot.get_by_test_id("offers-count")).to_have_text("1", timeout=PATIENCE_MS)  # wherever he is
    notice = pilot.get_by_test_id("toast").filter(has_text="Offered to you")
    expect(notice.get_by_role("link", name="Open the draft")).to_be_visible()
    pilot.goto("/")
    expect(notice).to_be_visible()
    pilot.get_by_test_id("offers").get_by_role("link", name=re.compile(f"{NUMBER}: expanding square search")).click()
    expect(pilot.get_by_test_id("sortie-state")).to_have_attribute("data-state", "draft")
    expect(pilot.get_by_test_id("check-state")).to_have_attribute("data-state", "current", timeout=PATIENCE_MS)
    expect(pilot.locator('[data-testid="finding"][data-severity="error"]')).to_have_count(0)
    expect(pilot.get_by_test_id("btn-submit")).to_be_enabled()
    pilot.get_by_test_id("tab-sortie").click()
    expect(pilot.get_by_test_id("sortie-vehicle")).to_have_value("UAV-02")

    room.mouse.move(0, 0)  # what is pointed at stays as it is
    expect(room.get_by_test_id("offered")).to_have_attribute("data-state", "offered")
    pilot.get_by_test_id("btn-submit").click()
    expect(room.get_by_test_id("offered")).to_contain_text("submitted, waits for approval", timeout=PATIENCE_MS)
    room.get_by_test_id("btn-close-incident").click()
    expect(room.get_by_test_id("incident-closed")).to_contain_text(NUMBER)
    expect(room.get_by_test_id("incident")).to_have_count(0)


def clock(text: str) -> tuple[int, int]:
    """Of `1:05 min`."""
    found = re.fullmatch(r"(\d+):(\d\d) min", text.strip())
    assert found, text
    return int(found[1]), int(found[2])
