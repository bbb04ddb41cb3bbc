"""The tables of SORA as published, and the check that takes a plan through its steps."""

from __future__ import annotations

import resource
from pathlib import Path

import msgspec
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from mission import population, sora
from mission.airspace import Airspace, DataSet, Datum, Limit, Zone
from mission.checks import check
from mission.context import Context, PeopleArea, Rules
from mission.errors import PlanFormatError
from mission.finding import Finding, Severity
from mission.plan import Position
from mission.population import Population
from mission.sora import Arc, Claim, Mitigation, Robustness
from tests.mission.conftest import HOME, MakePlan

SURFACE, TOP = Limit(0.0, Datum.AGL, "SFC"), Limit(800.0, Datum.AMSL, "2500 ft")
NOWHERE = Airspace((DataSet("a", "0"),), ())


def areas(*columns: tuple[float, float, float]) -> bytes:
    """Strips from longitude to longitude about home with so many people per km²."""
    features = [
        {
            "type": "Feature",
            "properties": {"density": density},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, 51.4], [east, 51.4], [east, 51.6], [west, 51.6], [west, 51.4]]],
            },
        }
        for west, east, density in columns
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def city(per_km2: float) -> Population:
    return population.load_geojson("people.geojson", areas((-0.3, 0.0, per_km2)))


def risk(make_plan: MakePlan, context: Context) -> list[Finding]:
    plan = make_plan([(0.0, 100.0), (100.0, 100.0)])
    return [finding for finding in check(plan, context) if finding.check == "ground_risk"]


@pytest.mark.parametrize(
    ("dimension", "speed", "column"),
    [
        (1.0, 25.0, 0),
        (1.0, 25.1, 1),
        (1.43, 23.0, 1),
        (3.1, 10.0, 2),
        (0.5, 120.0, 3),
        (40.0, 200.0, 4),
        (41.0, 1.0, None),
    ],
)
def test_the_column_fits_dimension_and_speed(dimension: float, speed: float, column: int | None) -> None:
    assert sora.column(dimension, speed) == column


@pytest.mark.parametrize(
    ("per_km2", "row"),
    [
        (0.0, (2, 3, 4, 5, 6)),
        (5.0, (3, 4, 5, 6, 7)),
        (499.0, (4, 5, 6, 7, 8)),
        (4_999.0, (5, 6, 7, 8, 9)),
        (49_999.0, (6, 7, 8, 9, 10)),
        (50_000.0, (7, 8, None, None, None)),
    ],
)
def test_table_2(per_km2: float, row: tuple[int | None, ...]) -> None:
    assert tuple(sora.intrinsic(per_km2, column) for column in range(5)) == row


def test_table_5_and_its_floor() -> None:
    sheltered, shut = Claim(Mitigation.M1A, Robustness.MEDIUM), Claim(Mitigation.M1B, Robustness.HIGH)
    watched, parachute = Claim(Mitigation.M1C, Robustness.LOW), Claim(Mitigation.M2, Robustness.HIGH)
    assert sora.final(7, (parachute, watched), 1) == 4
    assert sora.credited((shut, sheltered)) == (sheltered,), "they cannot be had together"
    assert sora.final(3, (sheltered, watched, parachute), 2) == 2, "a controlled ground area is the least there is"
    assert sora.credit(Claim(Mitigation.M1C, Robustness.HIGH)) is None


@pytest.mark.parametrize(
    ("height", "airport", "letter", "transponder", "urban", "expected"),
    [
        (40.0, True, "D", False, True, (1, Arc.D)),
        (200.0, False, None, True, False, (2, Arc.D)),
        (200.0, False, "A", False, False, (3, Arc.D)),
        (200.0, False, None, False, True, (4, Arc.C)),
        (200.0, False, None, False, False, (5, Arc.C)),
        (40.0, True, None, False, True, (6, Arc.C)),
        (40.0, False, None, True, False, (7, Arc.C)),
        (40.0, False, "E", False, False, (8, Arc.C)),
        (40.0, False, None, False, True, (9, Arc.C)),
        (40.0, False, None, False, False, (10, Arc.B)),
    ],
)
def test_the_encounter_categories(
    height: float, airport: bool, letter: str | None, transponder: bool, urban: bool, expected: tuple[int, Arc]
) -> None:
    assert sora.encounter(height, airport, letter, transponder, urban) == expected


def test_table_7() -> None:
    table = [[sora.sail(grc, arc) for arc in Arc] for grc in range(1, 9)]
    assert table == [
        ["I", "II", "IV", "VI"],
        ["I", "II", "IV", "VI"],
        ["II", "II", "IV", "VI"],
        ["III", "III", "IV", "VI"],
        ["IV", "IV", "IV", "VI"],
        ["V", "V", "V", "VI"],
        ["VI", "VI", "VI", "VI"],
        [None, None, None, None],
    ]


def test_without_data_the_risk_is_unknown_and_said_to_be(make_plan: MakePlan) -> None:
    (finding,) = risk(make_plan, Context())
    assert finding.severity is Severity.INFO
    assert "unknown" in finding.text


def test_the_steps_are_shown_with_their_source(make_plan: MakePlan) -> None:
    rules = Rules(distance_max_m=500.0, mitigations=(Claim(Mitigation.M1A, Robustness.LOW),))
    (finding,) = risk(make_plan, Context(population=city(4_000.0), airspace=NOWHERE, rules=rules))
    assert finding.severity is Severity.INFO
    assert "4,000 people/km² at most within 70 m" in finding.text
    assert "iGRC 6. Step 3: M1A low -1: GRC 5." in finding.text
    assert "AEC 9, ARC-c. Step 5: within sight: ARC-b. Step 7: SAIL IV." in finding.text
    assert sora.SOURCE in finding.text


def in_zone(kind: str, letter: str | None) -> Airspace:
    ring = ((-0.3, 51.4), (0.0, 51.4), (0.0, 51.6), (-0.3, 51.6), (-0.3, 51.4))
    zone = Zone("zone-1", "LONDON CITY", kind, SURFACE, TOP, (ring,), airspace_class=letter)
    return Airspace((DataSet("a", "0"),), (zone,))


def test_the_airspace_counts(make_plan: MakePlan) -> None:
    (control,) = risk(make_plan, Context(population=city(100.0), airspace=in_zone("CTR", "D")))
    assert "over country, class D: AEC 8, ARC-c." in control.text
    assert "SAIL IV" in control.text
    (aerodrome,) = risk(make_plan, Context(population=city(100.0), airspace=in_zone("FRZ", "D")))
    assert "in FRZ LONDON CITY, class D: AEC 1, ARC-d." in aerodrome.text
    assert "SAIL VI" in aerodrome.text


def test_many_crossing_legs_are_judged_in_no_time(make_plan: MakePlan) -> None:
    """Widened in one piece they took seconds and hundreds of megabytes."""
    corners = [(600.0 * (n % 2) - 300.0, 3.0 * n - 300.0) for n in range(200)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    findings = check(make_plan(corners, height=60.0), Context(population=city(100.0), airspace=NOWHERE))
    assert [finding.check for finding in findings].count("ground_risk") == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_beyond_sora_is_a_warning(make_plan: MakePlan) -> None:
    (finding,) = risk(make_plan, Context(population=city(60_000.0), airspace=NOWHERE))
    assert finding.severity is Severity.WARNING
    assert "iGRC 8" in finding.text
    assert "beyond SORA" in finding.text


def test_an_assembly_counts_as_the_greatest_density(make_plan: MakePlan) -> None:
    corners = ((51.508, -0.163), (51.508, -0.162), (51.509, -0.162))
    crowd = PeopleArea("concert", tuple(Position(*corner) for corner in corners), assembly=True)
    (finding,) = risk(make_plan, Context(population=city(10.0), airspace=NOWHERE, people=(crowd,)))
    assert "iGRC 8" in finding.text


def test_the_densest_part_of_the_buffer_counts(make_plan: MakePlan) -> None:
    """100 m east of home the path ends; its buffer reaches 70 m further."""
    edge = HOME.lon_deg + 150.0 / 69_300
    near = population.load_geojson("p.geojson", areas((-0.3, edge, 10.0), (edge, 0.0, 9_000.0)))
    (finding,) = risk(make_plan, Context(population=near, airspace=NOWHERE))
    assert "9,000 people/km²" in finding.text


def test_ground_without_data_is_said(make_plan: MakePlan) -> None:
    half = population.load_geojson("p.geojson", areas((-0.3, HOME.lon_deg, 10.0)))
    assert "does not cover" in risk(make_plan, Context(population=half, airspace=NOWHERE))[0].text
    away = population.load_geojson("p.geojson", areas((1.0, 1.1, 10.0)))
    (finding,) = risk(make_plan, Context(population=away, airspace=NOWHERE))
    assert "knows nothing" in finding.text


def test_a_number_of_people_is_shared_out_over_its_area(make_plan: MakePlan) -> None:
    data = areas((-0.3, 0.0, 0.0)).replace(b'"density":0.0', b'"population":46300')
    (finding,) = risk(make_plan, Context(population=population.load_geojson("p.geojson", data), airspace=NOWHERE))
    assert "100 people/km²" in finding.text


def test_a_raster_of_people(tmp_path: Path, make_plan: MakePlan) -> None:
    cells = np.full((20, 20), 30.0, dtype=np.float32)
    cells[9:11, 9:11] = 700.0
    place = from_origin(HOME.lon_deg - 0.01, HOME.lat_deg + 0.01, 0.001, 0.001)
    path = tmp_path / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=20, count=1, dtype="float32", crs="EPSG:4326", transform=place
    ) as raster:
        raster.write(cells, 1)
    (finding,) = risk(make_plan, Context(population=population.load(path), airspace=NOWHERE))
    assert "700 people/km²" in finding.text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("p.geojson", b'{"features": []}', "no areas"),
        ("p.geojson", areas((-0.3, 0.0, -5.0)), "fewer than no people"),
        ("p.geojson", areas((-0.3, 0.0, 1.0)).replace(b"density", b"dentistry"), r"properties: has no 'population'"),
        ("p.tif", b"II*\x00", "GeoTIFF"),
        ("p.xlsx", b"", "no population data"),
    ],
)
def test_broken_population_is_refused_by_name(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(PlanFormatError, match=words):
        population.load(tmp_path / name)
