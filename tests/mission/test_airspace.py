from __future__ import annotations

import json
import math
import resource
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from mission.airspace import (
    NAUTICAL_MILE_M,
    Airspace,
    DataSet,
    Datum,
    Limit,
    Obstacle,
    Zone,
    openair,
    with_flight_restriction_zones,
)
from mission.airspace.boundary import arc, circle
from mission.airspace.maps import load_geojson, load_kml
from mission.airspace.text import length_m, limit, place
from mission.airspace.yaixm import load
from mission.checks import check
from mission.context import Context
from mission.errors import PlanFormatError
from mission.finding import Finding, Severity
from mission.geodesy import distance_m, frame_at
from mission.plan import Home, Plan, Position
from tests.mission.conftest import HOME, MakePlan
from tests.mission.hostile import AIRSPACE_MAPS

YAIXM = b"""
airspace:
- name: TESTTOWN
  id: testtown
  type: ATZ
  geometry:
  - upper: 2000 ft
    lower: SFC
    boundary:
    - circle:
        radius: 2 nm
        centre: 513027N 0000949W
- name: EG R157
  type: R
  class: C
  rules: [NOTAM]
  geometry:
  - seq: "1"
    upper: FL100
    lower: 1500 ft
    boundary:
    - line:
      - 513000N 0001000W
      - 513100N 0001000W
    - arc: {dir: cw, radius: 1 nm, centre: 513030N 0000900W, to: 513000N 0000800W}
"""


def test_a_yaixm_file_becomes_zones() -> None:
    airspace = load("test", YAIXM, date(2026, 7, 9))
    atz, restricted = airspace.zones
    assert (atz.zone_id, atz.kind, atz.lower, atz.upper.metres) == (
        "testtown-1",
        "ATZ",
        Limit(0.0, Datum.AGL, "SFC"),
        609.6,
    )
    centre = Position(51.5075, -0.1636111)
    away = {round(distance_m(centre, Position(lat, lon))) for lon, lat in atz.rings[0]}
    assert away <= {3703, 3704, 3705}
    assert (restricted.kind, restricted.upper.datum, restricted.rules) == ("R", Datum.STD, ("NOTAM",))
    assert restricted.rings[0][0] == restricted.rings[0][-1]
    assert len(restricted.rings[0]) > 100


def test_the_whole_of_the_uk_is_read(shared_data: Path) -> None:
    folder = shared_data / "airspace"
    airspace = load("uk", (folder / "uk-airac-2026-07-09.yaixm.yaml").read_bytes())
    masts = load("obstacles", (folder / "uk-obstacles-airac-2026-07-09.yaixm.yaml").read_bytes())
    assert len(airspace.zones) == 1053
    assert len(masts.obstacles) == 74
    assert {z.name for z in airspace.zones_near(-0.17, 51.50, -0.16, 51.51)} == {"LONDON TMA", "LONDON CTR"}
    assert all(len(zone.rings[0]) >= 4 for zone in airspace.zones)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SFC", Limit(0.0, Datum.AGL, "SFC")),
        ("1500 ft", Limit(457.2, Datum.AMSL, "1500 ft")),
        ("1000 ft AGL", Limit(304.8, Datum.AGL, "1000 ft AGL")),
        ("FL115", Limit(3505.2, Datum.STD, "FL115")),
        ("120 m agl", Limit(120.0, Datum.AGL, "120 m agl")),
        ("high", None),
        ("", None),
    ],
)
def test_heights_are_read_with_their_datum(text: str, expected: Limit | None) -> None:
    assert limit(text) == expected


def test_places_and_lengths_are_read() -> None:
    assert place("513027N 0000940W") == pytest.approx((-0.1611111, 51.5075))
    assert place("51:30:27 N 000:09:40 W") == pytest.approx((-0.1611111, 51.5075))
    assert place("51:30.45N 000:09.6667W") == pytest.approx((-0.1611116, 51.5075))
    assert place("913027N 0000940W") is None
    assert length_m("2.5 nm") == pytest.approx(2.5 * NAUTICAL_MILE_M)
    assert length_m("far") is None


@pytest.mark.parametrize("clockwise", [True, False])
def test_an_arc_keeps_its_radius_and_turns_the_right_way(clockwise: bool) -> None:
    ring = circle((0.0, 51.0), 10_000.0)
    north, east = ring[0], ring[90]
    points = arc(north, east, (0.0, 51.0), clockwise)
    assert len(points) == (90 if clockwise else 270)
    assert points[-1] == east
    distances = [distance_m(Position(51.0, 0.0), Position(lat, lon)) for lon, lat in points]
    assert max(abs(d - 10_000.0) for d in distances) < 1e-3


def hyde_park_zone(kind: str, lower: str = "SFC", upper: str = "1400 ft", **more: object) -> Airspace:
    low, high = limit(lower), limit(upper)
    assert low is not None
    assert high is not None
    ring = circle((HOME.lon_deg, HOME.lat_deg), 1000.0)
    zone = Zone("hyde-park-1", "HYDE PARK", kind, low, high, (ring,))
    return Airspace((DataSet("test", "0", date(2026, 7, 9)),), (msgspec.structs.replace(zone, **more),))


def findings(plan: Plan, context: Context, name: str) -> list[Finding]:
    return [finding for finding in check(plan, context) if finding.check == name]


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("R", Severity.ERROR),
        ("FRZ", Severity.ERROR),
        ("D", Severity.WARNING),
        ("CTR", Severity.INFO),
        ("ODD", Severity.WARNING),
    ],
)
def test_a_zone_flown_in_is_a_finding_of_its_kinds_weight(survey: Plan, kind: str, severity: str) -> None:
    (finding,) = findings(survey, Context(airspace=hyde_park_zone(kind)), "zones")
    assert finding.severity == Severity(severity)
    assert f"{kind} HYDE PARK (SFC to 1400 ft)" in finding.text


def test_a_permission_makes_it_a_note(survey: Plan) -> None:
    context = Context(airspace=hyde_park_zone("R"), permissions=("hyde-park-1",))
    (finding,) = findings(survey, context, "zones")
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        ("1500 ft", "2500 ft", 0),
        ("200 ft", "2500 ft", 1),
        ("230 ft", "2500 ft", 0),
        ("100 ft agl", "300 ft agl", 1),
        ("300 ft agl", "500 ft agl", 0),
        ("FL55", "FL195", 0),
        ("FL010", "FL195", 1),
    ],
)
def test_limits_count_with_their_datum(survey: Plan, lower: str, upper: str, expected: int) -> None:
    context = Context(airspace=hyde_park_zone("R", lower, upper))
    assert len(findings(survey, context, "zones")) == expected


def test_a_limit_above_the_sea_counts_where_homes_altitude_is_not_known(survey: Plan) -> None:
    assert survey.home is not None
    unknown = msgspec.structs.replace(survey, home=Home(survey.home.position))
    assert len(findings(unknown, Context(airspace=hyde_park_zone("R", "1500 ft", "2500 ft")), "zones")) == 1


def test_a_temporary_zone_counts_in_its_time_only(survey: Plan) -> None:
    noon = datetime(2026, 7, 20, 12, tzinfo=UTC)
    tonight = ((noon + timedelta(hours=6), noon + timedelta(hours=9)),)
    airspace = hyde_park_zone("R", active=tonight)
    assert findings(survey, Context(airspace=airspace, at=noon), "zones") == []
    assert len(findings(survey, Context(airspace=airspace, at=noon + timedelta(hours=7)), "zones")) == 1
    begins_in_flight = noon + timedelta(hours=6) - timedelta(seconds=60)
    assert len(findings(survey, Context(airspace=airspace, at=begins_in_flight), "zones")) == 1
    assert findings(survey, Context(airspace=airspace, at=noon + timedelta(hours=9, seconds=1)), "zones") == []
    (unknown,) = findings(survey, Context(airspace=airspace), "zones")
    assert "in force at times" in unknown.text


def test_an_expired_set_and_a_missing_one_are_findings(survey: Plan) -> None:
    late = Context(airspace=hyde_park_zone("CTR"), at=datetime(2026, 8, 6, tzinfo=UTC))
    (finding,) = findings(survey, late, "data_sets")
    assert "had expired" in finding.text
    in_time = Context(airspace=hyde_park_zone("CTR"), at=datetime(2026, 8, 5, tzinfo=UTC))
    assert findings(survey, in_time, "data_sets") == []
    assert "No airspace data" in findings(survey, Context(), "data_sets")[0].text


def test_obstacles_beside_a_leg_are_found_unless_overflown(make_plan: MakePlan) -> None:
    frame = frame_at(HOME)
    x, y = frame.to_xy((HOME,))[0].tolist()
    near, far = frame.position(x + 100, y + 20), frame.position(x + 100, y + 80)

    def found(top_amsl_m: float, where: Position) -> int:
        airspace = Airspace((), (), (Obstacle("crane", "OBST", where, top_amsl_m),))
        return len(findings(make_plan([(200, 0)], height=40), Context(airspace=airspace), "obstacles"))

    assert found(60.0, near) == 1
    assert found(45.0, near) == 0
    assert found(60.0, far) == 0


def test_an_atz_implies_a_restriction_zone() -> None:
    airspace = with_flight_restriction_zones(load("test", YAIXM))
    assert [zone.kind for zone in airspace.zones] == ["ATZ", "R", "FRZ"]


OPENAIR = b"""* a comment
AC R
AN EG R157 Hyde Park
AL SFC
AH 1400 ft
V X=51:30:26 N 000:09:49 W
DC 0.5

AC Q
AN D201 Aberporth
AL 2000 ft
AH FL195
DP 52:00:00 N 004:30:00 W
V X=52:10:00 N 004:30:00 W
V D=-
DB 52:00:00 N 004:30:00 W, 52:10:00 N 004:14:00 W
V D=+
DA 10, 45, 90
DP 52:15:30.5 N 004:40:00 W
"""


def test_openair_loads_saves_and_loads_equal() -> None:
    airspace = openair.load("test", OPENAIR)
    hyde_park, aberporth = airspace.zones
    assert (hyde_park.kind, hyde_park.name, hyde_park.upper.text) == ("R", "EG R157 Hyde Park", "1400 ft")
    assert (aberporth.kind, aberporth.upper.datum) == ("D", Datum.STD)
    again = openair.load("test", openair.save(airspace))
    assert again.zones == airspace.zones


def test_the_uk_file_survives_openair(shared_data: Path) -> None:
    national = load("uk", (shared_data / "airspace" / "uk-airac-2026-07-09.yaixm.yaml").read_bytes())
    some = Airspace((), [zone for zone in national.zones if zone.kind in ("R", "P", "CTR")])
    once = openair.load("uk", openair.save(some))
    assert openair.load("uk", openair.save(once)).zones == once.zones
    assert [(z.name, z.kind, z.lower, z.upper) for z in once.zones] == [
        (z.name, z.kind, z.lower, z.upper) for z in some.zones
    ]


def test_the_caas_kml_becomes_zones() -> None:
    text = b"""<kml><Document><Placemark><name>EGR157 HYDE PARK</name>
    <description>SFC to 1400 FT ALT. Permission from the unit.</description><Polygon><outerBoundaryIs><LinearRing>
    <coordinates>-0.2,51.5,0 -0.1,51.5,0 -0.1,51.52,0 -0.2,51.5,0</coordinates>
    </LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""
    (zone,) = load_kml("caa", text).zones
    assert (zone.kind, zone.lower.datum, zone.upper.metres) == ("R", Datum.AGL, 426.72)


def test_geojson_zones_say_their_limits_or_reach_all_the_way_up() -> None:
    ring = [[-0.2, 51.5], [-0.1, 51.5], [-0.1, 51.52], [-0.2, 51.5]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    told = ({"name": "A", "type": "FRZ", "lower": "SFC", "upper": "2000 ft"}, {"name": "tonight"})
    features = [{"type": "Feature", "properties": properties, "geometry": geometry} for properties in told]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    first, second = load_geojson("zones", text.encode()).zones
    assert (first.kind, first.upper.metres) == ("FRZ", 609.6)
    assert (second.kind, second.lower.metres, second.upper.text) == ("UNKNOWN", 0.0, "UNL")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1, 2]",
        b"airspace: 7",
        b"airspace: [{name: A}]",
        b"airspace: *x",
        b"a: &a [*a]",
        b"airspace:\n" + b"- " * 100_000,
        b"[" * 1_000_000,
        b"airspace: [" + b"{}, " * 100_000 + b"]",
        b"? [a]\n: b",
        b"x: " + b"y" * 5_000_000,
        YAIXM.replace(b"2 nm", b"far"),
        YAIXM.replace(b"radius: 2 nm", b"radius: 9999 nm"),
        YAIXM.replace(b"513027N", b"993027N"),
        YAIXM.replace(b"FL100", b"high"),
        YAIXM.replace(b"arc:", b"bow:"),
        YAIXM[:-60],
        b"\xff\xfe\x00",
        b"\t\t:\n",
    ],
)
def test_a_wrong_or_hostile_yaixm_ends_in_an_error(text: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PlanFormatError):
        load("test", text)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.parametrize(
    "text",
    [
        b"AC R\nAN x\nDP 51:00:00 N 000:00:00 E\n",
        b"AC R\nDC 5\n",
        b"AC R\nV X=51:00:00 N 000:00:00 E\nDC nan\n",
        b"AC R\nV X=51:00:00 N 000:00:00 E\nDC 1e9\n",
        b"AC R\nV X=51:00:00 N 000:00:00 E\nDA 5\n",
        b"AC R\nAL high\n",
        b"HELLO\n",
        b"AC R\n" + b"DP 51:00:00 N 000:00:00 E\n" * 120_000,
        b"x" * 5_000_000,
    ],
)
def test_a_wrong_or_hostile_openair_ends_in_an_error(text: bytes) -> None:
    with pytest.raises(PlanFormatError):
        openair.load("test", text)


def test_radii_without_meaning_are_refused() -> None:
    from mission.errors import GeometryError

    for radius in (0.0, -1.0, math.nan, 1e9):
        with pytest.raises(GeometryError):
            circle((0.0, 51.0), radius)


@pytest.mark.parametrize("name", AIRSPACE_MAPS)
def test_a_hostile_map_of_airspace_ends_in_an_error_and_little_memory(name: str) -> None:
    data = AIRSPACE_MAPS[name]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PlanFormatError):
        (load_geojson if name.endswith("json") else load_kml)(name, data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
