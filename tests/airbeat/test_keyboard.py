"""The pages by keyboard alone, on a small laptop: where the focus is can be seen, and fields show what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from airbeat.demo import PASSWORD, demo_plan
from tests.airbeat.conftest import enter, running_pages
from web.api import SortieCreate
from web.serve import open_database
from web.store import sorties
from web.users import seed_demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SETTINGS = """
unit = "Keyboard"
[[links]]
name = "radio"
endpoint = "udpin:127.0.0.1:0"
[web]
host = "127.0.0.1"
port = 0
secure_cookies = false
"""


@pytest.fixture
def supervisor(tmp_path: Path, browser: Browser) -> Iterator[Page]:
    database = open_database(tmp_path)
    seed_demo(database, PASSWORD)
    with database.write() as db:
        sorties.create(db, "pilot", SortieCreate("Survey", "A search", demo_plan()))
    database.close()
    with running_pages(tmp_path, SETTINGS) as unit:
        page = browser.new_page(viewport={"width": 1366, "height": 768}, base_url=unit.address)
        enter(page, "supervisor")
        yield page
        page.close()


def test_the_ring_about_an_item_of_the_plan_is_whole(supervisor: Page) -> None:
    supervisor.goto("/sorties/1")
    first = supervisor.get_by_test_id("item-1")
    first.wait_for()
    for _ in range(100):
        supervisor.keyboard.press("Tab")
        if first.evaluate("one => one === document.activeElement"):
            break
    ring = "one => [getComputedStyle(one).outlineWidth, getComputedStyle(one).outlineOffset].map(parseFloat)"
    width, offset = first.evaluate(ring)
    assert width > 0
    assert offset <= -width, "the row is painted by itself, and cuts off what reaches beyond it"


def test_a_day_and_an_hour_fit_into_their_field(supervisor: Page) -> None:
    supervisor.goto("/flights")
    for name in ("from", "to"):
        box = supervisor.locator(f"#{name}").bounding_box()
        assert box is not None
        assert box["width"] >= 230, "Chromium needs as much for its longest form, with am or pm"
