"""Places are found by every spelling that people use, and a reference comes back as it was."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission import places
from mission.errors import PlanFormatError
from mission.geodesy import distance_m
from mission.places import FoundPlace, Gazetteer, degrees, grid
from mission.position import Position

PARK = Position(51.50735, -0.16370)
WARDS = msgspec.json.encode(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"WD13CD": "E1", "WD13NM": name, "WD13NMW": None},
                "geometry": {"type": "Polygon", "coordinates": [[[w, 51.5], [w + 1, 51.5], [w + 1, 52.0], [w, 51.5]]]},
            }
            for w, name in enumerate(("St James's", "Hyde Park", "Knightsbridge and Belgravia", "Old Hyde"))
        ],
    }
)
CODE_POINT = b'"W2 2UH",10,527000,180500,"E92000001"\n"W2 2UJ",10,527200,180700,"E9"\n"SW1A1AA",90,0,0,"E9"\n'
DIRECTORY = b"pcd,pcds,lat,long\nAB1 0AA,AB1 0AA,57.1,-2.2\nZZ99 3VZ,ZZ99 3VZ,99.9999,0.0\n"


@pytest.fixture(scope="module")
def known() -> Gazetteer:
    named = places.load_geojson("wards.geojson", WARDS)
    return named.merged(places.load_postcodes("codes.csv", CODE_POINT))


def only(text: str, gazetteer: Gazetteer = places.EMPTY) -> FoundPlace:
    (found,) = places.find(text, gazetteer)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "51.50735, -0.16370",
        "51.50735 -0.1637",
        "51.50735N 0.1637W",
        "N51.50735 W0.1637",
        "0.1637W, 51.50735N",
        "geo:51.50735,-0.1637",
        "lat 51.50735 lon -0.1637",
        "51°30'26.46\"N 0°9'49.32\"W",
        "51° 30′ 26.46″ N, 0° 9′ 49.32″ W",
        "51 30 26.46 N 0 9 49.32 W",
        "51°30.441'N 000°09.822'W",
        "N51 30.441 W000 09.822",
        "513026.46N 0000949.32W",
        "5130.441N 00009.822W",
    ],
)
def test_one_place_in_many_spellings(text: str) -> None:
    found = only(text)
    assert found.kind == "position"
    assert distance_m(found.position, PARK) < 0.05
    assert found.grid_reference == "TQ 2753 8031"


@pytest.mark.parametrize(
    "text", ["91, 0", "0, 181", "51.5", "1,2,3", "51 61 0 N 0 0 0 W", "51.5N 0.1N", "", "nan, nan"]
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert places.find(text) == ()


@pytest.mark.parametrize(
    ("text", "corner"),
    [
        ("TQ 2745 8010", (527450, 180100, 10)),
        ("TQ27458010", (527450, 180100, 10)),
        ("tq 27 80", (527000, 180000, 1000)),
        ("TQ 2745 0 8010 0", (527450, 180100, 1)),
        ("TQ 27450,80100", (527450, 180100, 1)),
        ("NN166712", (216600, 771200, 100)),
        ("HP 12 34", (412000, 1234000, 1000)),
        ("SV 00 00", (0, 0, 1000)),
        ("527450 180100", (527450, 180100, 0)),
        ("527450.5, 180100.5", (527450.5, 180100.5, 0)),
        ("E 527450 N 180100", (527450, 180100, 0)),
    ],
)
def test_a_grid_reference_names_its_square(text: str, corner: tuple[float, float, float]) -> None:
    assert grid.square(text) == corner
    assert only(text).kind == "grid reference"


@pytest.mark.parametrize("text", ["TQ 12345", "TI 12 34", "ZZ 11 11", "TQ 123 4567", "TQ 123456 123456", "12 34"])
def test_what_is_no_grid_reference_is_none(text: str) -> None:
    assert grid.square(text) is None


def test_the_grid_agrees_with_the_survey_within_its_accuracy() -> None:
    """The water tower at Caister, the worked example of the Ordnance Survey's guide (annexe C)."""
    tower = Position(52 + 39 / 60 + 28.8282 / 3600, 1 + 42 / 60 + 57.8663 / 3600)
    assert grid.to_grid(tower) == pytest.approx((651409.804, 313177.450), abs=5.0)


@given(st.floats(1.0, grid.EAST_M - 2), st.floats(1.0, grid.NORTH_M - 2), st.sampled_from([2, 4, 6, 8, 10]))
def test_a_reference_comes_back_as_it_was(east: float, north: float, figures: int) -> None:
    written = grid.reference(grid.from_grid(east, north), figures)
    assert written is not None
    corner = grid.square(written)
    assert corner is not None
    middle = grid.from_grid(corner[0] + corner[2] / 2, corner[1] + corner[2] / 2)
    assert grid.reference(middle, figures) == written
    assert abs(east - corner[0] - corner[2] / 2) <= corner[2] / 2 + 0.05


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_position_comes_back_as_it_was(lat: float, lon: float) -> None:
    found = degrees.position(f"{abs(lat):.9f}{'S' if lat < 0 else 'N'} {abs(lon):.9f}{'W' if lon < 0 else 'E'}")
    assert found is not None
    assert (found.lat_deg, found.lon_deg) == pytest.approx((lat, lon), abs=1e-8)


@given(st.text(max_size=60))
def test_no_words_break_it(text: str) -> None:
    assert all(-90 <= found.position.lat_deg <= 90 for found in places.find(text))


def test_off_the_island_there_is_no_reference() -> None:
    assert [grid.reference(place) for place in (Position(40, -100), Position(90, 0), Position(-51, 178))] == [None] * 3


def test_names_are_found_as_people_type_them(known: Gazetteer) -> None:
    assert only("st. james", known).name == "St James's"
    assert only("KNIGHTS BRIDGE & belgravia", known).name == "Knightsbridge and Belgravia"
    assert [found.name for found in places.find("hyde", known)] == ["Hyde Park", "Old Hyde"]
    assert places.find("Isle of Dogs", known) == ()


def test_an_area_comes_with_its_outline(known: Gazetteer) -> None:
    found = only("Hyde Park", known)
    assert (found.kind, found.source) == ("area", "wards.geojson")
    assert found.bounds == (1.0, 51.5, 2.0, 52.0)
    assert found.outline == (Position(51.5, 1.0), Position(51.5, 2.0), Position(52.0, 2.0))


def test_postcodes_by_grid_whole_or_begun(known: Gazetteer) -> None:
    whole = only("w22uh", known)
    assert (whole.name, whole.kind) == ("W2 2UH", "postcode")
    assert grid.to_grid(whole.position) == pytest.approx((527000, 180500), abs=0.1)
    begun = only("W2", known)
    assert grid.to_grid(begun.position) == pytest.approx((527100, 180600), abs=0.1)
    assert begun.bounds is not None
    assert places.find("SW1A 1AA", known) == (), "a postcode without a place is not found at the grid's origin"


def test_postcodes_by_degrees() -> None:
    known = places.load_postcodes("onspd.csv", DIRECTORY)
    assert only("AB1 0AA", known).position == Position(57.1, -2.2)
    assert places.find("ZZ99 3VZ", known) == ()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"name,x\nA,1\n", "line 1.*no column"),
        (b"postcode,lat,long\nW2 2UH,51,0\nnowhere,51,0\n", "line 3.*nowhere"),
        (b"postcode,lat,long\nW2 2UH,51\n", "line 2"),
        (b"postcode,lat,long\nW2 2UH,nan,0\n", "line 2.*nan"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "line 1"),
    ],
)
def test_a_broken_file_of_postcodes_is_refused_by_line(data: bytes, words: str) -> None:
    with pytest.raises(PlanFormatError, match=words):
        places.load_postcodes("codes.csv", data)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b'{"features": []}',
        b'{"features": [{"properties": {"name": "A"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}}]}',
        b'{"features": [{"properties": {"name": "A"}, "geometry": {"type": "Point", "coordinates": [0, 91]}}]}',
    ],
)
def test_a_broken_file_of_names_is_refused(data: bytes) -> None:
    with pytest.raises(PlanFormatError):
        places.load_geojson("wards.geojson", data)
