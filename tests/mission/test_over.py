"""From a place's name to a plan that may be checked."""

from __future__ import annotations

import msgspec
import pytest
import shapely

from mission.checks import check
from mission.context import Context, Vehicle
from mission.errors import GeometryError
from mission.finding import Severity
from mission.geodesy import frame_of
from mission.over import survey_of
from mission.places import find, load_geojson
from tests.mission.conftest import FIELD, HOME


def test_a_place_is_surveyed_inside_its_own_fence() -> None:
    (place,) = find("parade ground", load_geojson("unit.geojson", msgspec.json.encode(FIELD)))
    plan = survey_of(place, 40.0, 30.0, 20.0, Context())
    assert [finding for finding in check(plan) if finding.severity is Severity.ERROR] == []
    frame = frame_of(plan)
    lines = shapely.LineString(frame.to_xy(item.position for item in plan.items if item.position))
    area = shapely.Polygon(frame.to_xy(place.outline))
    assert shapely.buffer(lines, 16.0).intersection(area).area > 0.97 * area.area


def test_a_point_is_no_area_to_survey() -> None:
    (place,) = find(f"{HOME.lat_deg}, {HOME.lon_deg}")
    with pytest.raises(GeometryError, match="only an area"):
        survey_of(place, 40.0, 30.0, None, Context(vehicle=Vehicle()))
