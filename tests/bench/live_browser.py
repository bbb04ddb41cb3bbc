"""A real Chromium that looks at the live page while the traffic runs: what it says itself of its picture's age.

The page measures at the drawing: the age that the gateway gave, the way, and the time until the map has drawn
(`web/frontend/src/live/pace.ts`). It runs on the same machine as everything else, without a graphics card, and stands
for another machine. While it is measured nothing is attached to it: a driver is told of every message that the page
hears, which took a fifth of a core at 4,000 drones, and half of the page's own time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, Playwright, ViewportSize, async_playwright

from tests.airbeat.conftest import CHROMIUM
from web.serve import open_database
from web.users import seed_demo

PASSWORD: Final = "bench-" + "of-the-live-page"
WATCHER: Final = "control"
FLAGS: Final = (*CHROMIUM, "--disable-gpu")
"""No graphics card here: the processor puts the page together by itself, and plays the card for WebGL alone."""
SIZE: Final[ViewportSize] = {"width": 1920, "height": 1080}
WINDOW: Final = ("--window-size=1920,1223", "--hide-scrollbars", "--remote-debugging-port=0")
"""Of that size below the head of the window."""

LEAVING_S: Final = 2.0
"""Until a driver has gone and the page has recovered."""
TOLD_EVERY_S: Final = 1.5
"""The page tells its figures once a second."""


def seed(home: Path) -> None:
    """Somebody who may look."""
    database = open_database(home)
    try:
        seed_demo(database, PASSWORD)
    finally:
        database.close()


class Screen:
    """A page that nobody drives but for moments."""

    def __init__(self, playwright: Playwright, port: int) -> None:
        self._playwright = playwright
        self._address = f"http://127.0.0.1:{port}"

    @contextlib.asynccontextmanager
    async def attached(self) -> AsyncIterator[Page]:
        browser = await self._playwright.chromium.connect_over_cdp(self._address)
        yield browser.contexts[0].pages[0]
        await browser.close()

    async def count(self, seconds: float) -> dict[str, Any]:
        """What the page tells of the pictures of so many seconds, with how many a second there were."""
        asked = {"afterMs": 1000 * LEAVING_S, "forMs": 1000 * seconds}
        async with self.attached() as page:
            await page.get_by_test_id("map").evaluate(
                "(map, asked) => map.dispatchEvent(new CustomEvent('pace', {detail: asked}))", asked
            )
        await asyncio.sleep(LEAVING_S + seconds + TOLD_EVERY_S)
        async with self.attached() as page:
            told = await page.get_by_test_id("map").evaluate("map => ({...map.dataset})")
            alerts = await page.locator('[data-testid="count-alerts"] strong').inner_text()
        return {**told, "alerts": alerts, "perSecond": float(told["drawn"]) / seconds}


@contextlib.asynccontextmanager
async def watching(address: str) -> AsyncIterator[Screen | None]:
    """The live page in a browser, logged in; None where there is no Chromium, which is said."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        print("no Chromium here: the age on screen is not measured", file=sys.stderr)
        yield None
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [path, "--headless", *FLAGS, *WINDOW, f"--user-data-dir={profile}", "about:blank"]
        process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
        try:
            port = await _port(Path(profile))
            async with async_playwright() as playwright:
                screen = Screen(playwright, port)
                async with screen.attached() as page:
                    await _enter(page, address)
                yield screen
        finally:
            process.terminate()
            await process.wait()


async def _port(profile: Path) -> int:
    """Where Chromium listens to a driver, as it writes when it does."""
    told = profile / "DevToolsActivePort"
    while not (told.exists() and told.read_text().count("\n")):  # noqa: ASYNC110 - nothing tells of it but the file
        await asyncio.sleep(0.1)
    return int(told.read_text().splitlines()[0])


async def _enter(page: Page, address: str) -> None:
    await page.context.add_cookies([{"name": "theme", "value": "dark", "url": address}])
    await page.goto(f"{address}/login")
    await page.fill("input[name=username]", WATCHER)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main form button")
    await page.wait_for_url(lambda url: not url.endswith("/login"))
    await page.goto(f"{address}/live")
    await page.locator('[data-testid="map"][data-drawn]').wait_for(state="attached")


async def figures(screen: Screen | None, seconds: float) -> dict[str, Any]:
    """For the results: ages and work of the pictures of the next `seconds`, and a little later."""
    told = {}
    if screen is None:
        await asyncio.sleep(seconds)
    else:
        told = await screen.count(seconds)
    return {
        "age_p50_ms": _number(told, "ageP50Ms"),
        "age_p99_ms": _number(told, "ageP99Ms"),
        "picture_p99_ms": _number(told, "pictureP99Ms"),
        "work_ms": _number(told, "workMs"),
        "longest_gap_ms": _number(told, "gapMs"),
        "alerts": _number(told, "alerts"),
        "pictures_per_s": round(told["perSecond"], 1) if told else None,
    }


def _number(told: dict[str, Any], name: str) -> float | None:
    return float(told[name]) if told else None


def processes() -> list[int]:
    """Of the browser, below this process."""
    parents: dict[int, int] = {}
    named: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # it has just ended
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(") ")[2].split()[1])
                if "chrom" in (folder / "cmdline").read_text().partition("\0")[0]:
                    named.append(int(folder.name))

    def is_ours(process: int) -> bool:
        while process in parents and process != os.getpid():
            process = parents[process]
        return process == os.getpid()

    return [process for process in named if is_ours(process)]
