from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega

from mission import commands
from mission.errors import PlanFormatError
from mission.items import (
    WireItem,
    differences,
    fence_items,
    items_digest,
    mission_items,
    plan_from_items,
    rally_items,
)
from mission.plan import (
    Frame,
    MissionItem,
    Plan,
)
from mission.stored import kept_altitude
from tests.mission.any_plan import plans
from tests.mission.conftest import ReadBack


@given(plans)
def test_a_plan_survives_its_items(plan: Plan) -> None:
    assert plan_from_items(mission_items(plan), fence_items(plan), rally_items(plan)) == plan


def test_what_a_real_arducopter_gave_back_is_what_was_sent(survey: Plan, read_back: ReadBack) -> None:
    assert differences(mission_items(survey), read_back.mission) == ()
    assert differences(fence_items(survey), read_back.fence) == ()
    assert differences(rally_items(survey), read_back.rally) == ()
    assert items_digest(mission_items(survey)) == items_digest(read_back.mission)
    assert items_digest(fence_items(survey)) == items_digest(read_back.fence)
    assert items_digest(rally_items(survey)) == items_digest(read_back.rally)


def test_the_survey_is_sent_as_the_autopilot_wants_it(survey: Plan) -> None:
    mission = mission_items(survey)
    assert len(mission) == 21
    assert mission[0] == WireItem(16, 0, 0, 0, 0, 0, 515073500, -1637000, 24.0)
    assert mission[1] == WireItem(22, 3, 0, 0, 0, 0, 0, 0, 45.0)
    assert mission[20] == WireItem(20, 0, 0, 0, 0, 0, 0, 0, 0.0)
    fence = fence_items(survey)
    assert [item.command for item in fence] == [5001] * 4 + [5002] * 4 + [5004]
    assert [item.param1 for item in fence] == [4.0] * 8 + [40.0]
    assert rally_items(survey) == (WireItem(5100, 3, 0, 0, 0, 0, 515075297, -1645660, 15.0),)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": 1}, "place"),
        ({"z": 45.02}, "altitude"),
        ({"command": 82}, "command 16 was sent, 82 read back"),
        ({"frame": 0}, "frame 3 was sent, 0 read back"),
        ({"param1": 2.0}, "param1 0 was sent, 2 read back"),
    ],
)
def test_any_other_number_read_back_is_a_difference(survey: Plan, change: dict[str, float], words: str) -> None:
    sent = mission_items(survey)
    read = [*sent[:5], msgspec.structs.replace(sent[5], **change), *sent[6:]]
    (found,) = differences(sent, read)
    assert found.startswith("item 5: ")
    assert words in found
    assert items_digest(sent) != items_digest(read)


@pytest.mark.parametrize(("field", "off"), [("x", 1), ("y", -1)])
def test_a_place_one_step_off_is_a_difference(survey: Plan, field: str, off: int) -> None:
    sent = mission_items(survey)
    moved = msgspec.structs.replace(sent[5], **{field: getattr(sent[5], field) + off})
    assert len(differences(sent, [*sent[:5], moved, *sent[6:]])) == 1


def test_only_a_mission_begins_with_a_home_of_the_vehicles_own(survey: Plan) -> None:
    for sent in (fence_items(survey), rally_items(survey)):
        read = [msgspec.structs.replace(sent[0], x=1), *sent[1:]]
        assert len(differences(sent, read)) == 1
        assert items_digest(sent) != items_digest(read)


def test_missing_and_surplus_items_are_differences(survey: Plan) -> None:
    sent = mission_items(survey)
    assert differences(sent, sent[:-1]) == ("item 20: command 20 was sent, but the vehicle does not hold it",)
    assert differences(sent[:-1], sent) == ("item 20: the vehicle holds command 20, which was not sent",)
    assert len(differences(sent, ())) == 21


def test_the_vehicles_own_home_the_int_frames_and_the_last_bit_are_no_difference(survey: Plan) -> None:
    sent = mission_items(survey)
    home = msgspec.structs.replace(sent[0], x=515073499, z=24.1)
    twin = msgspec.structs.replace(sent[2], frame=6, z=math.nextafter(45.0, 46.0), param4=math.nan)
    read = (home, sent[1], twin, *sent[3:])
    assert differences(sent, read) == ()
    assert items_digest(sent) == items_digest(read)


@given(st.integers(-1_000_000, 1_000_000))
def test_an_altitude_reaches_the_autopilot_to_the_centimetre(centimetres: int) -> None:
    z = np.float32(kept_altitude(16, centimetres / 100))
    assert int(z * np.float32(100)) == centimetres


@pytest.mark.parametrize(
    ("item", "stored"),
    [
        (MissionItem(16, Frame.GLOBAL_RELATIVE_ALT, None, 10, (2.7, 5.0, 1.0, None)), (2.0, 0.0, 0.0, 0.0)),
        (MissionItem(18, Frame.GLOBAL_RELATIVE_ALT, None, 10, (2.5, 0, -300.0, 1)), (2.0, 0.0, -300.0, 1.0)),
        (MissionItem(18, Frame.GLOBAL_RELATIVE_ALT, None, 10, (0.5, 0, 20.5, 0)), (0.5, 0.0, 20.0, 0.0)),
        (MissionItem(19, Frame.GLOBAL_RELATIVE_ALT, None, 10, (5, 0, 0, 0)), (5.0, 0.0, 1.0, 0.0)),
        (MissionItem(21, Frame.GLOBAL_RELATIVE_ALT, None, 0, (0, 0, 0, None)), (0.0, 0.0, 0.0, 1.0)),
        (MissionItem(177, Frame.MISSION, None, 0, (3, -1, 9, 9)), (3.0, -1.0, 0.0, 0.0)),
        (MissionItem(178, Frame.MISSION, None, 0, (1, 4.5, -1, 0)), (1.0, 4.5, -1.0, 0.0)),
    ],
)
def test_numbers_are_sent_as_the_autopilot_stores_them(item: MissionItem, stored: tuple[float, ...]) -> None:
    wire = mission_items(Plan(items=(item,)))[1]
    assert (wire.param1, wire.param2, wire.param3, wire.param4) == stored


@pytest.mark.parametrize(
    ("fence", "where"),
    [
        ([WireItem(5001, 0, 4, 0, 0, 0, 1, 1, 0)] * 3, "fence[0]"),
        ([WireItem(5001, 0, 2, 0, 0, 0, 1, 1, 0)] * 2, "fence[0]"),
        ([WireItem(5001, 0, math.nan, 0, 0, 0, 1, 1, 0)], "fence[0]"),
        ([WireItem(5001, 0, 3, 0, 0, 0, 1, 1, 0)] * 2 + [WireItem(5002, 0, 3, 0, 0, 0, 1, 1, 0)], "fence[2]"),
        ([WireItem(5003, 0, -1, 0, 0, 0, 1, 1, 0)], "fence[0]"),
        ([WireItem(16, 0, 0, 0, 0, 0, 1, 1, 0)], "fence[0]"),
        ([WireItem(5003, 0, 5, 0, 0, 0, 2_000_000_000, 1, 0)], "fence[0]"),
    ],
)
def test_a_fence_that_means_nothing_names_its_item(fence: list[WireItem], where: str) -> None:
    with pytest.raises(PlanFormatError) as caught:
        plan_from_items((), fence, ())
    assert caught.value.where == where


def test_a_mission_or_rally_item_that_means_nothing_names_itself() -> None:
    home = WireItem(16, 0, 0, 0, 0, 0, 1, 1, 0)
    with pytest.raises(PlanFormatError, match=r"mission\[1\]: frame 99"):
        plan_from_items((home, msgspec.structs.replace(home, frame=99)), (), ())
    with pytest.raises(PlanFormatError, match=r"mission\[1\]: the altitude"):
        plan_from_items((home, msgspec.structs.replace(home, z=math.nan)), (), ())
    with pytest.raises(PlanFormatError, match=r"rally\[0\]"):
        plan_from_items((), (), (home,))


class Stored(msgspec.Struct):
    """An item, and what a real ArduCopter 4.6.3 gave back after it was uploaded in the form sent by this package."""

    item: MissionItem
    read: WireItem


def test_every_command_is_sent_as_a_real_arducopter_stores_it(data: Path) -> None:
    recorded = msgspec.json.decode((data / "plans" / "arducopter-4.6.3-items.json").read_bytes(), type=list[Stored])
    assert len({stored.item.command for stored in recorded}) >= 48
    for stored in recorded:
        sent = mission_items(Plan(items=(stored.item,)))[1:]
        home = mission_items(Plan())[0]
        assert differences((home, *sent), (home, stored.read)) == ()
        assert items_digest((home, *sent)) == items_digest((home, stored.read))


def test_commands_have_the_numbers_that_mavlink_gives_them() -> None:
    numbers = {name: number for name, number in vars(commands).items() if name.isupper()}
    assert numbers == {name: getattr(ardupilotmega, f"MAV_CMD_{name}") for name in numbers}
