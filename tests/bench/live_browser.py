"""A real Chromium that looks at the live page while the traffic runs: what it says itself of its picture's age.

The page measures at the drawing: the age that the gateway gave, the way, and the time until the map has drawn
(`web/frontend/src/live/pace.ts`). It runs on the same machine as everything else, without a graphics card, and stands
for another machine: the services come before it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Error, Page, ViewportSize, async_playwright

from tests.airbeat.conftest import CHROMIUM
from web.serve import open_database
from web.users import seed_demo

PASSWORD: Final = "bench-" + "of-the-live-page"
WATCHER: Final = "control"
FLAGS: Final = (*CHROMIUM, "--disable-gpu")
"""No graphics card here: the processor puts the page together by itself, and plays the card for WebGL alone."""
NICE: Final = 5
SIZE: Final[ViewportSize] = {"width": 1920, "height": 1080}


def seed(home: Path) -> None:
    """Somebody who may look."""
    database = open_database(home)
    try:
        seed_demo(database, PASSWORD)
    finally:
        database.close()


@contextlib.asynccontextmanager
async def watching(address: str) -> AsyncIterator[Page | None]:
    """The live page in a browser, logged in; None where there is no Chromium, which is said."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        print("no Chromium here: the age on screen is not measured", file=sys.stderr)
        yield None
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        _give_way()
        context = await browser.new_context(viewport=SIZE, base_url=address, color_scheme="dark")
        page = await context.new_page()
        await page.goto("/login")
        await page.fill("input[name=username]", WATCHER)
        await page.fill("input[name=password]", PASSWORD)
        await page.click("main form button")
        await page.wait_for_url(lambda url: not url.endswith("/login"))
        await page.goto("/live")
        await page.locator('[data-testid="map"][data-drawn]').wait_for(state="attached")
        yield page
        with contextlib.suppress(Error):  # a page too busy to close: the process is ended with its driver
            await browser.close()


def _give_way() -> None:
    """Playwright starts the browser in a session of its own, and Linux shares a busy processor out by sessions
    (sched(7), autogroup): left as it is, one browser would have as much of the machine as all services together."""
    for process in processes():
        os.setpriority(os.PRIO_PROCESS, process, NICE)
        with contextlib.suppress(OSError):  # a kernel that shares out by processes alone
            Path(f"/proc/{process}/autogroup").write_text(str(NICE))


async def begin(page: Page | None) -> None:
    """Pictures so far are not counted."""
    if page is not None:
        await page.get_by_test_id("map").dispatch_event("pace")


async def figures(page: Page | None, seconds: float) -> dict[str, Any]:
    """For the results: ages and work of the pictures of the `seconds` since they began to be counted."""
    told = {} if page is None else await page.get_by_test_id("map").evaluate("map => ({...map.dataset})")
    return {
        "age_p50_ms": _number(told, "ageP50Ms"),
        "age_p99_ms": _number(told, "ageP99Ms"),
        "picture_p99_ms": _number(told, "pictureP99Ms"),
        "work_ms": _number(told, "workMs"),
        "pictures_per_s": round(float(told["drawn"]) / seconds, 1) if told else None,
    }


def _number(told: dict[str, str], name: str) -> float | None:
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
