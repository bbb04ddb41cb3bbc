from __future__ import annotations

import json
import resource
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission.errors import PlanFormatError
from mission.formats import FORMATS, load, save
from mission.pattern import Foreign
from mission.plan import Plan
from tests.mission.any_plan import plans
from tests.mission.hostile import PLANS


@given(plans)
def test_a_plan_file_holds_everything(plan: Plan) -> None:
    assert load("a.plan", save(plan, "plan")) == plan


@given(plans)
def test_a_waypoints_file_holds_home_and_mission(plan: Plan) -> None:
    assert load("a.waypoints", save(plan, "waypoints")) == Plan(home=plan.home, items=plan.items)


def test_qgroundcontrols_own_file_is_saved_as_it_was(data: Path, survey: Plan) -> None:
    original = json.loads((data / "plans" / "hyde-park-survey.plan").read_bytes())
    assert json.loads(save(survey, "plan")) == original


def test_mission_planners_file_is_the_same_mission(data: Path, survey: Plan) -> None:
    path = data / "plans" / "hyde-park-survey.waypoints"
    plan = load(path.name, path.read_bytes())
    assert plan.home == survey.home
    assert [item.command for item in plan.items] == [item.command for item in survey.items]
    assert load(path.name, save(plan, "waypoints")) == plan


def _complex(data: Path) -> dict[str, Any]:
    """The survey with its lines wrapped into a complex item, as QGroundControl's survey tool saves them."""
    document: dict[str, Any] = json.loads((data / "plans" / "hyde-park-survey.plan").read_bytes())
    items = document["mission"]["items"]
    wrapped = {
        "type": "ComplexItem",
        "complexItemType": "survey",
        "angle": 0,
        "TransectStyleComplexItem": {"Items": items[1:-1], "HoverAndCapture": False},
    }
    document["mission"]["items"] = [items[0], wrapped, items[-1]]
    return document


def test_a_complex_item_is_expanded_kept_and_saved_as_itself(data: Path, survey: Plan) -> None:
    document = _complex(data)
    plan = load("a.plan", json.dumps(document).encode())
    (pattern,) = plan.patterns
    assert isinstance(pattern.spec, Foreign)
    assert [msgspec.structs.replace(item, pattern=None) for item in plan.items] == list(survey.items)
    assert [item.pattern for item in plan.items] == [None, *[pattern.pattern_id] * 18, None]
    assert json.loads(save(plan, "plan")) == document
    assert load("a.plan", save(plan, "plan")) == plan


def test_a_complex_item_edited_by_hand_is_saved_as_what_it_flies(data: Path) -> None:
    plan = load("a.plan", json.dumps(_complex(data)).encode())
    moved = msgspec.structs.replace(plan.items[4], altitude_m=30.0)
    edited = msgspec.structs.replace(plan, items=(*plan.items[:4], moved, *plan.items[5:]))
    saved = json.loads(save(edited, "plan"))
    assert [item["type"] for item in saved["mission"]["items"]] == ["SimpleItem"] * 20
    assert [item["doJumpId"] for item in saved["mission"]["items"]] == list(range(1, 21))
    assert saved["mission"]["items"][4]["params"][6] == 30.0


def test_a_jump_goes_to_the_item_that_has_the_id(data: Path) -> None:
    document = json.loads((data / "plans" / "hyde-park-survey.plan").read_bytes())
    items = document["mission"]["items"]
    for item in items:
        item["doJumpId"] += 100
    items.insert(-1, {**items[-1], "command": 177, "doJumpId": 777, "params": [103, 2, 0, 0, 0, 0, 0]})
    plan = load("a.plan", json.dumps(document).encode())
    assert plan.items[19].params[:2] == (3.0, 2.0)
    assert load("a.plan", save(plan, "plan")) == plan


WRONG: list[tuple[list[str | int], Any, str]] = [
    (["fileType"], "Mission", "fileType"),
    (["version"], 3, "version"),
    (["mission", "version"], 1, "mission.version"),
    (["mission"], [], "mission"),
    (["mission", "items"], None, "mission"),
    (["mission", "items"], {}, "mission.items"),
    (["mission", "items", 3], 7, "mission.items[3]"),
    (["mission", "items", 3, "type"], "OddItem", "mission.items[3].type"),
    (["mission", "items", 3, "command"], 1e99, "mission.items[3].command"),
    (["mission", "items", 3, "command"], "16", "mission.items[3].command"),
    (["mission", "items", 3, "frame"], 4, "mission.items[3].frame"),
    (["mission", "items", 3, "params"], [0, 0, 0], "mission.items[3].params"),
    (["mission", "items", 3, "params", 4], 95.0, "mission.items[3].params[0]"),
    (["mission", "items", 3, "params", 6], "high", "mission.items[3].params[6]"),
    (["mission", "items", 3, "autoContinue"], 1, "mission.items[3].autoContinue"),
    (["mission", "plannedHomePosition"], [200, 0, 0], "mission.plannedHomePosition[0]"),
    (["mission", "cruiseSpeed"], True, "mission.cruiseSpeed"),
    (["geoFence", "version"], 1, "geoFence.version"),
    (["geoFence", "polygons", 0, "polygon"], [[51.5, 0.0]], "geoFence.polygons[0].polygon"),
    (["geoFence", "polygons", 0, "polygon", 1], [51.5], "geoFence.polygons[0].polygon[1]"),
    (["geoFence", "polygons", 0, "inclusion"], None, "geoFence.polygons[0]"),
    (["geoFence", "circles", 0, "circle", "radius"], -5, "geoFence.circles[0].circle.radius"),
    (["rallyPoints", "points", 0], [51.5, 0.0], "rallyPoints.points[0]"),
]


@pytest.mark.parametrize(("path", "value", "where"), WRONG)
def test_a_wrong_plan_file_is_refused_naming_the_place(
    data: Path, path: list[str | int], value: Any, where: str
) -> None:
    document = json.loads((data / "plans" / "hyde-park-survey.plan").read_bytes())
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    with pytest.raises(PlanFormatError) as caught:
        load("a.plan", json.dumps(document).encode())
    assert caught.value.where == where


def test_a_complex_item_without_its_items_is_refused() -> None:
    item = {"type": "ComplexItem", "complexItemType": "StructureScan"}
    document = {"fileType": "Plan", "version": 1, "mission": {"version": 2, "items": [item]}}
    with pytest.raises(PlanFormatError, match=r"mission\.items\[0\]: a StructureScan that does not carry"):
        load("a.plan", json.dumps(document).encode())


@pytest.mark.parametrize("cut", [0, 1, 100, 3000, 8000])
def test_a_truncated_plan_file_is_refused(data: Path, cut: int) -> None:
    with pytest.raises(PlanFormatError, match="JSON"):
        load("a.plan", (data / "plans" / "hyde-park-survey.plan").read_bytes()[:cut])


@pytest.mark.parametrize(
    "text",
    [
        b"QGC WPL 110\n0\t1\t0\t16\t0\t0\t0\t0\tnan\t0\t0\t1\n",
        b"QGC WPL 110\n0\t1\t0\t16\t0\t0\t0\t0\t91\t0\t0\t1\n",
        b"QGC WPL 110\n0\t1\t0\t16\t0\t0\t0\t0\t1\t0\tinf\t1\n",
        b"QGC WPL 110\n0\t1\t0\t16\t0\t0\t0\t0\t1\n",
        b"QGC WPL 110\n1\t1\t0\t16\t0\t0\t0\t0\t1\t1\t1\t1\n",
        b"QGC WPL 110\n0\t1\t0\tx\t0\t0\t0\t0\t1\t1\t1\t1\n0\t1\t7\t16\t0\t0\t0\t0\t1\t1\t1\t1\n",
        b"QGC WPL 120\n",
        b"",
        b"\xff\xfe\x00",
    ],
)
def test_a_wrong_waypoints_file_is_refused(text: bytes) -> None:
    with pytest.raises(PlanFormatError):
        load("a.waypoints", text)


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("suffix", ["plan", "waypoints"])
def test_a_hostile_file_ends_in_an_error_and_little_memory(name: str, suffix: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PlanFormatError):
        load(f"a.{suffix}", PLANS[name])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@given(st.binary(max_size=300))
def test_no_bytes_at_all_raise_past_the_door(noise: bytes) -> None:
    for suffix in FORMATS:
        try:
            plan = load(f"a.{suffix}", noise)
        except PlanFormatError as error:
            assert str(error)
        else:
            assert isinstance(plan, Plan)


def test_an_unknown_ending_or_format_is_refused() -> None:
    for name in ("plan", "a.exe", ""):
        with pytest.raises(PlanFormatError, match="none of"):
            load(name, b"{}")
    with pytest.raises(PlanFormatError, match="none of"):
        save(Plan(), "exe")
