"""The search box of the maps: whoever is logged in finds places, and a file that cannot be read ends the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from flask import Flask

from telemetry.errors import SettingsError
from telemetry.settings import PlanningSettings
from tests.web.conftest import SETTINGS, USERNAMES, Browser
from web.api import Places
from web.app import create_app
from web.auth.permissions import PEOPLE, Role
from web.bus_line import BusLine
from web.store.database import Database
from web.surroundings import gazetteer


def places(browser: Browser, words: str) -> Places:
    answered = browser.get(f"/api/places?q={words}")
    assert answered.status_code == 200, answered.text
    return msgspec.json.decode(answered.data, type=Places)


@pytest.mark.parametrize("role", PEOPLE)
def test_every_role_finds_a_grid_reference(log_in: Callable[[Role], Browser], role: Role) -> None:
    found = places(log_in(role), "TQ%202745%208010")
    assert [(place.kind, place.grid_reference) for place in found.found] == [("grid reference", "TQ 2745 8010")]


def test_a_stranger_finds_nothing(app: Flask) -> None:
    assert Browser(app).get("/api/places?q=TQ27458010").status_code == 401


def test_no_words_find_no_place(pilot: Browser) -> None:
    assert places(pilot, "") == Places("", ())


def test_names_of_the_units_files_are_found(app: Flask, tmp_path: Path, database: Database, bus_line: BusLine) -> None:
    (tmp_path / "codes.csv").write_text("postcode,lat,long\nW2 2UH,51.5,-0.17\n")
    settings = msgspec.structs.replace(SETTINGS, planning=PlanningSettings(places=(str(tmp_path / "codes.csv"),)))
    browser = Browser(create_app(settings, tmp_path, database, bus_line))
    browser.client.application.extensions["manifest"] = app.extensions["manifest"]
    assert browser.log_in(USERNAMES[Role.PILOT]).status_code == 302
    (found,) = places(browser, "w2+2uh").found
    assert (found.name, found.source) == ("W2 2UH", "codes.csv")


@pytest.mark.parametrize("name", ["nowhere.geojson", "broken.csv", "names.pdf"])
def test_a_file_of_places_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.csv").write_text("nothing\n")
    with pytest.raises(SettingsError, match=name):
        gazetteer(PlanningSettings(places=(str(tmp_path / name),)))
