"""The running live page by its keys alone: no hand has to leave the keyboard, and the focus is never lost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.airbeat.conftest import Login, Unit
from tests.airbeat.live_room import Room, flying, raised, running_room

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

DRONES: Final = tuple(f"UAV-{number:02d}" for number in range(1, 31))
BREACH: Final = raised("UAV-07", "breach", "critical", "14 m beyond its geofence.")
OFF_TRACK: Final = raised("UAV-03", "off_track", "warning", "in AUTO, but 23 m off its planned path.")
AT_FIRST_MS: Final = 30_000
REGIONS: Final = (
    "live-top",
    "board-tabs",
    "live-list-head",
    "drone-columns",
    "drone-rows",
    "live-map",
    "live-alerts",
    "live-details",
)
"""In the order in which they are read."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    home = tmp_path_factory.mktemp("room") / "home"
    vehicles = tuple(flying(vehicle, battery_pct=24.0 if vehicle == "UAV-03" else 80.0) for vehicle in DRONES)
    with running_room(home, vehicles, (BREACH, OFF_TRACK)) as started:
        yield started


@pytest.fixture(scope="module")
def unit(room: Room) -> Unit:
    """`login` enters there."""
    return room.unit


@pytest.fixture
def live(login: Login) -> Page:
    page = login("control")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/live")
    expect(page.get_by_test_id("count-drones")).to_contain_text(str(len(DRONES)), timeout=AT_FIRST_MS)
    expect(page.get_by_test_id("alert")).to_have_count(2, timeout=AT_FIRST_MS)
    return page


def chosen(page: Page) -> Locator:
    return page.locator('[data-testid="drone-row"][aria-selected="true"]')


def expect_chosen(page: Page, vehicle: str) -> None:
    """In the list, in its view, and with all that is known of it."""
    expect(chosen(page)).to_have_attribute("data-vehicle", vehicle)
    expect(chosen(page)).to_be_in_viewport()
    expect(page.get_by_test_id("details")).to_have_attribute("data-vehicle", vehicle)


def alert_of(page: Page, alert_id: str) -> Locator:
    return page.locator(f'[data-alert="{alert_id}"]')


def test_a_callsign_is_found_and_the_arrows_go_on_from_it(live: Page) -> None:
    search = live.locator("#drone-search")
    live.keyboard.press("/")
    expect(search).to_be_focused()
    live.keyboard.type("uav-25")
    expect(live.get_by_test_id("drone-row")).to_have_count(1)
    live.keyboard.press("Enter")
    expect_chosen(live, "UAV-25")
    expect(search).to_have_value("")
    for key, vehicle in (("ArrowDown", "UAV-26"), ("ArrowUp", "UAV-25"), ("Home", "UAV-01"), ("End", "UAV-30")):
        live.keyboard.press(key)
        expect_chosen(live, vehicle)
    live.keyboard.press("Escape")
    expect(live.get_by_test_id("details")).to_have_count(0)


def test_a_search_that_is_given_up_hides_no_drone(live: Page) -> None:
    live.keyboard.press("/")
    live.keyboard.type("uav-25")
    expect(live.get_by_test_id("drone-row")).to_have_count(1)
    live.keyboard.press("Escape")
    expect(live.locator("#drone-search")).to_have_value("")
    expect(live.get_by_test_id("drone-row").first).to_have_attribute("data-vehicle", "UAV-01")
    live.keyboard.press("3")
    expect(live.get_by_test_id("filter-alerts")).to_have_attribute("aria-pressed", "true")
    expect(live.get_by_test_id("drone-row")).to_have_count(2)


def test_alerts_are_gone_through_and_acknowledged(live: Page, room: Room) -> None:
    first, second = alert_of(live, BREACH.alert_id), alert_of(live, OFF_TRACK.alert_id)
    for alert, vehicle in ((first, "UAV-07"), (second, "UAV-03"), (first, "UAV-07")):
        live.keyboard.press("w")
        expect(alert.locator(".alert-what")).to_be_focused()
        expect_chosen(live, vehicle)
        expect(first).to_be_in_viewport()  # whichever drone is chosen
    expect(first.get_by_test_id("btn-acknowledge")).to_be_enabled()
    live.keyboard.press("e")
    expect(first).to_have_attribute("data-state", "acknowledged")
    expect(first).to_contain_text("known to C. Whitlock")
    live.keyboard.press("w")
    expect(second.locator(".alert-what")).to_be_focused()
    live.keyboard.press("e")
    expect(second).to_have_attribute("data-state", "acknowledged")
    assert room.known == [BREACH.alert_id, OFF_TRACK.alert_id]
    expect(live.get_by_test_id("count-alerts")).to_contain_text("0")


def test_the_past_is_left_by_the_key_that_the_page_names(live: Page) -> None:
    live.keyboard.press(",")
    expect(live.get_by_test_id("past-mark")).to_be_visible()
    expect(live.get_by_test_id("bus-state")).to_have_attribute("data-state", "past")
    live.keyboard.press("l")
    expect(live.get_by_test_id("replay")).to_have_count(0)
    expect(live.get_by_test_id("bus-state")).to_have_attribute("data-state", "live")


def test_the_sheet_of_keys_gives_the_focus_back(live: Page) -> None:
    live.keyboard.press("/")
    live.keyboard.press("ArrowDown")
    rows = live.locator(".drone-rows")
    expect(rows).to_be_focused()
    live.keyboard.press("?")
    sheet = live.get_by_test_id("keys")
    expect(sheet).to_be_visible()
    live.keyboard.press("j")  # what lies below it is not moved
    expect(chosen(live)).to_have_count(0)
    live.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(rows).to_be_focused()


def test_tab_goes_through_the_page_as_it_is_read(live: Page) -> None:
    live.keyboard.press("/")
    live.keyboard.type("uav-05")
    live.keyboard.press("Enter")
    expect_chosen(live, "UAV-05")
    live.get_by_test_id("lowest-battery").focus()
    seen = [REGIONS[0]]
    for _ in range(80):
        live.keyboard.press("Tab")
        region = live.evaluate(
            "names => names.find((name) => document.activeElement.closest(`.${name}`)) ?? null", REGIONS
        )
        if region is None:
            break
        seen.append(region)
    assert [region for region, _ in groupby(seen)] == list(REGIONS)


@pytest.mark.parametrize("width", [1024, 1180, 1366, 1600, 1920, 2560, 3840])
def test_no_number_pushes_the_clock_off(live: Page, width: int) -> None:
    live.set_viewport_size({"width": width, "height": 1080})
    live.evaluate(
        """() => {
          for (const number of document.querySelectorAll('.count strong')) number.textContent = '4000';
          for (const [id, value] of [['lowest-battery', '100 %'], ['oldest-link', '12:49 min']]) {
            const figure = document.querySelector(`[data-testid="${id}"]`);
            figure.querySelector('strong').textContent = value;
            figure.querySelector('b').textContent = 'UAV-0940';
          }
        }"""
    )
    for part in ("count-alerts", "lowest-battery", "oldest-link", "clock-utc"):
        expect(live.get_by_test_id(part)).to_be_in_viewport(ratio=1)
