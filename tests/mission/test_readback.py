"""What a vehicle gives back is judged again."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from mission.finding import Severity
from mission.items import fence_items, mission_items, rally_items
from mission.plan import FenceKind, FencePolygon, Geofence, Plan, Position
from mission.readback import check_read_back
from tests.mission.conftest import MakePlan, ReadBack

Ring = Callable[..., tuple[Position, ...]]


def test_a_real_read_back_is_judged_as_the_plan_was(survey: Plan, read_back: ReadBack) -> None:
    again = check_read_back(survey, read_back.mission, read_back.fence, read_back.rally)
    assert again.worse == ()
    assert len(again.plan.items) == len(survey.items)
    assert all(finding.severity is not Severity.ERROR for finding in again.findings)


def test_another_fence_on_board_is_found(make_plan: MakePlan, around: Ring) -> None:
    wide = Geofence((FencePolygon(FenceKind.INCLUSION, around((-200, -200), (200, -200), (200, 200), (-200, 200))),))
    narrow = Geofence((FencePolygon(FenceKind.INCLUSION, around((-200, -200), (50, -200), (50, 200), (-200, 200))),))
    sent = make_plan([(100, 100)], geofence=wide)
    held = msgspec.structs.replace(sent, geofence=narrow)
    again = check_read_back(sent, mission_items(sent), fence_items(held), rally_items(sent))
    assert {finding.check for finding in again.worse} == {"fence_breach", "fence_returns"}


def test_a_read_back_that_is_no_plan_is_a_finding(survey: Plan) -> None:
    fence = fence_items(survey)
    again = check_read_back(survey, mission_items(survey), fence[1:], ())
    assert [finding.check for finding in again.worse] == ["read_back"]
    assert again.worse[0].severity is Severity.ERROR
