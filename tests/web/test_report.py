"""The drawings of the printed report, and that words of a flight stay words."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import numpy as np
import pytest

from mission.plan import Plan
from tests.web.conftest import FLIGHT, SETTINGS
from tests.web.evidence import sealed_flight
from web import dossier, report, track
from web.api import Sortie
from web.api_flights import NoteCreate
from web.report import chart_svg, map_svg
from web.store import flights
from web.store.database import Database

SVG = "{http://www.w3.org/2000/svg}"


def layer(folder: Path, **properties: str) -> str:
    """A park about the survey."""
    ring = [[-0.172, 51.503], [-0.157, 51.503], [-0.157, 51.512], [-0.172, 51.512], [-0.172, 51.503]]
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = folder / "ground.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return str(path)


def test_the_map_shows_track_plan_fence_and_the_units_ground(data: Path, plan: Plan, tmp_path: Path) -> None:
    flown = track.read(data / "survey.tlog")
    drawn = ET.fromstring(map_svg.draw(flown, plan, (layer(tmp_path, name="Hyde Park <b>", kind="park"),)))
    colours = [element.get("stroke") for element in drawn.iter(f"{SVG}path")]
    assert {map_svg.FLOWN, map_svg.PLANNED, *map_svg.FENCE.values()} <= set(colours)
    assert [text.text for text in drawn.iter(f"{SVG}text")] == ["100 m", "Hyde Park <b>"]
    (path,) = [element.get("d") for element in drawn.iter(f"{SVG}path") if element.get("stroke") == map_svg.FLOWN]
    width, height = (float(number) for number in (drawn.get("viewBox") or "").split()[2:])
    points = re.findall(r"([\d.-]+) ([\d.-]+)", path or "")
    assert len(points) > 500
    assert all(0 < float(x) < width and 0 < float(y) < height for x, y in points)


def test_a_map_needs_neither_plan_nor_ground_and_survives_a_layer_that_is_none(data: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.geojson").write_text("{")
    flown = track.read(data / "survey.tlog")
    drawn = ET.fromstring(map_svg.draw(flown, None, (str(tmp_path / "broken.geojson"), "nowhere.geojson")))
    assert map_svg.FLOWN in {element.get("stroke") for element in drawn.iter(f"{SVG}path")}


@pytest.mark.parametrize(
    ("low", "high", "levels"),
    [(0.0, 45.0, [0, 20, 40, 60]), (2.0, 100.0, [0, 50, 100]), (0.0, 0.0, [0, 0.5, 1]), (-3.0, 9.0, [-5, 0, 5, 10])],
)
def test_a_charts_levels_are_round_and_hold_every_value(low: float, high: float, levels: list[float]) -> None:
    drawn = chart_svg.draw(np.array([0.0, 1.0, 2.0]), np.array([low, high, high]), "#000000")
    assert drawn is not None
    labels = [text.text or "" for text in ET.fromstring(drawn).iter(f"{SVG}text")]
    assert [float(label) for label in labels if ":" not in label] == levels


def test_gaps_stay_gaps_and_what_is_not_known_is_not_drawn() -> None:
    clock = np.arange(5.0)
    assert chart_svg.draw(clock, np.full(5, np.nan), "#000000") is None
    drawn = chart_svg.draw(clock, np.array([1.0, 2.0, np.nan, 3.0, 4.0]), "#000000")
    assert drawn is not None
    line = ET.fromstring(drawn).findall(f"{SVG}path")[-1].get("d") or ""
    assert (line.count("M"), line.count("L")) == (2, 2)


def test_peaks_of_a_long_flight_are_drawn() -> None:
    values = np.zeros(50_000)
    values[31_234] = 97.0
    drawn = chart_svg.draw(np.arange(50_000.0), values, "#000000")
    assert drawn is not None
    labels = [text.text for text in ET.fromstring(drawn).iter(f"{SVG}text")]
    assert "100" in labels
    assert len(drawn) < 60_000


def test_words_of_a_flight_are_words(database: Database, approved: Sortie, data: Path, tmp_path: Path) -> None:
    """None of them is read as typst's markup or code: it would fail on these."""
    sealed_flight(tmp_path, data, database, approved)
    hostile = '#panic() $x$ *b* ] #[ @ref <label> \\ "q" #sys.inputs'
    with database.write() as db:
        flights.add_note(db, FLIGHT, "pilot", NoteCreate(hostile, datetime(2026, 11, 22, 5, 18, tzinfo=UTC)))
        summary, folder = flights.get(db, FLIGHT)
        flights.index(db, msgspec.structs.replace(summary, title=hostile, incident=hostile), folder)
        known = dossier.gather(db, SETTINGS, FLIGHT)
    assert report.pdf(known, SETTINGS, datetime.now(UTC)).startswith(b"%PDF")
