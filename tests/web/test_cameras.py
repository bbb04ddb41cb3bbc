"""Whose camera a live page names, and that the browser may fetch from there; and who may be handed command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from flask import Flask

from telemetry.settings import VehicleSettings
from tests.web.conftest import SETTINGS, USERNAMES, VEHICLE, Browser
from web.app import create_app
from web.auth.permissions import Role
from web.bus_line import BusLine
from web.store.database import Database

VIDEO = "https://video.unit.test:8889/uav07/whep"
BrowserOf = Callable[[Role], Browser]


@pytest.fixture
def watching(app: Flask, tmp_path: Path, database: Database, bus_line: BusLine) -> BrowserOf:
    """Somebody at the pages of a unit one drone of which has a camera."""
    fleet = (VehicleSettings(VEHICLE, 7, video=VIDEO, camera_view_deg=(60.0, 40.0)), VehicleSettings("UAV-08", 8))
    made = create_app(msgspec.structs.replace(SETTINGS, vehicles=fleet), tmp_path, database, bus_line)
    made.extensions["manifest"] = app.extensions["manifest"]

    def as_(role: Role) -> Browser:
        browser = Browser(made)
        assert browser.log_in(USERNAMES[role]).status_code == 302
        return browser

    return as_


def test_a_control_room_sees_what_drones_film(watching: BrowserOf) -> None:
    room = watching(Role.CONTROL_ROOM)
    cameras = room.page_data("/live")["cameras"]
    assert cameras == [{"vehicle": VEHICLE, "video": VIDEO, "view_deg": [60.0, 40.0]}]
    policy = dict(
        part.strip().split(" ", 1) for part in room.get("/live").headers["Content-Security-Policy"].split(";")
    )
    assert "https://video.unit.test:8889" in policy["media-src"]
    assert "https://video.unit.test:8889" in policy["connect-src"]


def test_a_pilot_who_does_not_fly_it_does_not(watching: BrowserOf) -> None:
    assert watching(Role.PILOT).page_data("/live")["cameras"] == []


def test_whoever_may_command_is_told_to_whom_he_may_hand_it_over(watching: BrowserOf) -> None:
    told = watching(Role.PILOT).page_data("/live")["commanders"]
    assert {one["username"] for one in told} == {USERNAMES[Role.PILOT], USERNAMES[Role.SUPERVISOR]}
    assert watching(Role.CONTROL_ROOM).page_data("/live")["commanders"] == []
