"""The kneeboard, and the fence drawn by itself."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from xml.etree import ElementTree

import msgspec
import pytest

from mission.autofence import autofence
from mission.checks import check
from mission.context import Context, Vehicle
from mission.errors import GeometryError
from mission.finding import Severity
from mission.geofence import storage_bytes
from mission.kneeboard import Details, kneeboard, map_svg
from mission.plan import Geofence, Plan
from mission.situation import Situation
from tests.mission.conftest import MakePlan


def test_a_kneeboard_is_a_pdf_of_two_pages(survey: Plan) -> None:
    details = Details(
        title='Search #1 <Hyde Park> "$x$ *bold* #panic()',
        purpose="Missing person",
        incident="CAD 1234/22NOV26",
        pilot="PC 1 Pilot",
        at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        frequencies=(("Heathrow Radar", "125.625"),),
    )
    pdf = kneeboard(survey, details)
    assert pdf.startswith(b"%PDF-")
    assert b"/Count 2" in pdf
    assert len(pdf) > 10_000


def test_the_map_shows_every_shape_and_leg(survey: Plan) -> None:
    situation = Situation(survey, Context())
    drawing = ElementTree.fromstring(map_svg(situation))
    paths = [element for element in drawing if element.tag.endswith("path")]
    assert len(paths) == len(survey.geofence.polygons) + len(survey.geofence.circles) + len(situation.distinct_legs) + 1


def test_a_fence_drawn_by_itself_holds_the_plan_and_its_returns(make_plan: MakePlan, survey: Plan) -> None:
    for plan in (make_plan([(100, 0), (100, 150), (-80, 40)]), msgspec.structs.replace(survey, geofence=Geofence())):
        fenced = autofence(plan, 15.0)
        assert not [f for f in check(fenced) if f.severity is not Severity.INFO]
        assert len(fenced.geofence.polygons[0].vertices) <= 60
        assert autofence(fenced, 15.0) == fenced


def test_a_fence_needs_a_plan_and_a_margin(make_plan: MakePlan) -> None:
    with pytest.raises(GeometryError, match="margin"):
        autofence(make_plan([(100, 0)]), 1.0)
    with pytest.raises(GeometryError, match="no home"):
        autofence(Plan(), 15.0)


def test_a_fence_drawn_around_a_ragged_plan_fits_the_autopilots_storage(make_plan: MakePlan) -> None:
    spikes = [(math.sin(n) * (500 if n % 2 else 150), math.cos(n) * (500 if n % 2 else 150)) for n in range(90)]
    fenced = autofence(make_plan(spikes), 4.0)
    assert storage_bytes(fenced.geofence) <= Vehicle().fence_bytes_max
    assert not [f for f in check(fenced) if f.severity is Severity.ERROR and f.check.startswith("fence")]
