"""A browser that slept: what it drew before, and what waited for it meanwhile, never looks fresh when it wakes.

The page's own process is stopped, as a closed tablet stops it; the messages of that time pile up in front of it.
`AIRBEAT_ASLEEP_S` makes the sleep longer. And services that stand still: the page names each, and what is not done.
"""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.airbeat.conftest import Login, Unit

ASLEEP_S = float(os.environ.get("AIRBEAT_ASLEEP_S", "12"))

FRESH, STALE = re.compile(r"drone-row-fresh"), re.compile(r"drone-row-stale")
SLACK_S = 1.5
"""A second between two words of the gateway about a drone that stands still, and the drawing."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240 + 2 * int(ASLEEP_S))]


def descendants(root: int, named: str) -> list[int]:
    """Processes below `root` whose command line holds `named`."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
                commands[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue  # it has just ended
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])

    def below(process: int) -> bool:
        while process in parents and process != root:
            process = parents[process]
        return process == root

    return [process for process, command in commands.items() if named in command and below(process)]


def stop(processes: list[int]) -> None:
    assert processes
    for process in processes:
        os.kill(process, signal.SIGSTOP)


def go_on(processes: list[int]) -> None:
    for process in processes:
        os.kill(process, signal.SIGCONT)


def age_s(row: Locator) -> float:
    return float(row.get_by_test_id("drone-age").get_attribute("data-age-ms") or "inf") / 1000.0


@pytest.mark.parametrize("piled_up", [False, True])
def test_a_page_that_slept_shows_nothing_old_as_fresh(piled_up: bool, unit: Unit, login: Login) -> None:
    """`piled_up`: the gateway spoke for half of the sleep, so that its words wait before the page when it wakes."""
    control = login("control")
    control.goto("/live")
    row = control.locator('[data-testid="drone-row"]').first
    expect(row).to_have_class(FRESH, timeout=90_000)

    renderers, gateway = descendants(os.getpid(), "--type=renderer"), descendants(unit.process.pid, "telemetry.gateway")
    try:
        stop(renderers)
        if piled_up:
            time.sleep(ASLEEP_S / 2)
        stop(gateway)
        silent = time.monotonic()
        time.sleep(ASLEEP_S / 2 if piled_up else ASLEEP_S)
        go_on(renderers)
        ages = []
        for _ in range(10):
            ages.append((age_s(row), time.monotonic() - silent))
            control.wait_for_timeout(100)
        # The first look may be what was drawn before the sleep; a page draws four times a second.
        for shown, silence in ages[5:]:
            assert shown > silence - SLACK_S, ages
        expect(row).to_have_class(STALE)
    finally:
        go_on(renderers)
        go_on(gateway)
    expect(row).to_have_class(FRESH, timeout=30_000)


def test_a_service_that_stands_still_is_named_and_nobody_is_told_that_there_is_nothing_to_report(
    unit: Unit, login: Login
) -> None:
    control = login("control")
    control.goto("/live")
    expect(control.locator('[data-testid="drone-row"]').first).to_have_class(FRESH, timeout=90_000)
    banners = control.locator('[data-testid^="silent-"]')
    expect(banners).to_have_count(0)
    said = {
        "monitor": "Nobody judges the drones",
        "recorder": "Recordings are not written",
        "web": "The web server is silent",
        "gateway": "is silent",
    }
    for service, words in said.items():
        processes = descendants(unit.process.pid, "-m web" if service == "web" else f"telemetry.{service}")
        try:
            stop(processes)
            expect(banners).to_contain_text([words], timeout=40_000)
            if service == "monitor":
                expect(control.get_by_test_id("no-alerts")).to_contain_text("Not known", timeout=40_000)
                expect(control.get_by_test_id("count-alerts")).not_to_contain_text("0", timeout=40_000)
        finally:
            go_on(processes)
        expect(banners).to_have_count(0, timeout=40_000)
