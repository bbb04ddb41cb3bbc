"""How long the pages over many flights take, from the request to the picture, in a real Chromium.

The time is the page's own (`performance.now`, which begins with the navigation) after the frame that shows the list and
every track on its map; the coast, where the view is wide enough to have one, comes later. Scripts and fonts are in the
browser's cache, as on every visit but the first.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from airbeat.demo import PASSWORD
from tests.airbeat.conftest import enter, running_pages
from tests.bench.live_browser import FLAGS, SIZE
from web.store.database import Database
from web.users import seed_demo

TIMES: Final = 5
SETTINGS: Final = "[web]\nport = 0\nsecure_cookies = false\n"
WARD: Final = "51.49,-0.17;51.51,-0.17;51.51,-0.15;51.49,-0.15"
PAGES: Final = {
    "the newest": "/flights",
    "over an address": "/flights?where=51.5073,-0.1657",
    "words over a ward, not signed": f"/flights?area={WARD}&within=0&text=missing+gps&signed=open",
    "totals and trends": "/figures",
}
DRAWN: Final = """() => new Promise((seen) => {
    const map = document.getElementById('flights-map');
    const isDrawn = () => map === null || 'drawn' in map.dataset;
    const shown = () => requestAnimationFrame(() => setTimeout(() => seen(performance.now())));
    const watch = new MutationObserver(() => isDrawn() && (watch.disconnect(), shown()));
    if (isDrawn()) shown();
    else watch.observe(map, {attributes: true});
})"""
"""Without asking in every frame: each one that is asked for is drawn, and without a graphics card that takes long."""


def page_times(database: Database, home: Path, **environment: str) -> dict[str, float | None]:
    """Medians in milliseconds; None where there is no Chromium, which is said."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        print("no Chromium here: the pages are not measured", file=sys.stderr)
        return dict.fromkeys(PAGES)
    seed_demo(database, PASSWORD)
    with running_pages(home, SETTINGS, **environment) as unit, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page(viewport=SIZE, base_url=unit.address)
        enter(page, "supervisor")
        found: dict[str, float | None] = {name: _median_ms(page, address) for name, address in PAGES.items()}
        browser.close()
    return found


def _median_ms(page: Page, address: str) -> float:
    taken = []
    for _ in range(TIMES + 1):
        page.goto(address)
        taken.append(float(page.evaluate(DRAWN)))
    return statistics.median(taken[1:])
