"""A whole unit as `airbeat demo` runs it, and browsers to look at it with."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from airbeat.demo import PASSWORD

CHROMIUM = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True)
class Unit:
    """A running demo: where its pages are, and where its data lies."""

    address: str
    home: Path
    process: subprocess.Popen[str]


@contextlib.contextmanager
def running_unit(home: Path) -> Iterator[Unit]:
    """`start_unit`, and whatever happens `stop_unit`."""
    unit = start_unit(home)
    try:
        yield unit
    finally:
        if unit.process.poll() is None:
            stop_unit(unit)


def start_unit(home: Path) -> Unit:
    """`airbeat demo` over an empty data folder, when it has printed its address."""
    log = (home.parent / f"{home.name}.log").open("w")
    command = [sys.executable, "-m", "airbeat", "demo", "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, "AIRBEAT_HOME": str(home)}
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"Airbeat is at (http://\S+)", line):
            return Unit(found.group(1), home, process)
    raise AssertionError(f"it ended with {process.wait()} and never said where it is; see {log.name}")


@contextlib.contextmanager
def running_pages(home: Path, settings: str, **environment: str) -> Iterator[Unit]:
    """The pages alone over what `home` holds, for what needs no bus."""
    file = home / "airbeat.toml"
    file.write_text(settings)
    known = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    known |= {"AIRBEAT_HOME": str(home), "NATS_URL": "nats://127.0.0.1:9", **environment}
    command = [sys.executable, "-m", "web", str(file)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=known)
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"serving on (http://\S+)", line):
            break
    else:
        raise AssertionError(f"the pages ended with {process.wait()}")
    with subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL):  # it must not stop at a full pipe
        try:
            yield Unit(found.group(1), home, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def stop_unit(unit: Unit) -> int:
    """Ctrl-C. Returns the exit code."""
    unit.process.send_signal(signal.SIGINT)
    unit.process.communicate(timeout=60)
    return unit.process.returncode


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    """The demo."""
    with running_unit(tmp_path_factory.mktemp("unit") / "home") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        assert not os.environ.get("CI"), "CI must have a Chromium"
        pytest.skip("no Chromium is installed: the browser tests are left out")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield started
        started.close()


def enter(page: Page, username: str) -> None:
    """By the login page."""
    page.goto("/login")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(lambda url: not url.endswith("/login"))


Login = Callable[[str], Page]


@pytest.fixture
def login(unit: Unit, browser: Browser) -> Iterator[Login]:
    """A page of a browser in which that user has logged in; what a page complains of fails the test."""
    contexts, complaints = [], []

    def log_in(username: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1180, "height": 820}, base_url=unit.address, color_scheme="dark"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{username}: {error}"))
        enter(page, username)
        return page

    yield log_in
    for context in contexts:
        context.close()
    assert complaints == []
