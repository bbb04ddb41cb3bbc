"""What a tool may do, rule by rule."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from mission.items import MissionType, mission_items
from mission.plan import Home, Plan
from mission.position import Position
from telemetry.mavlink.messages import BY_NAME
from telemetry.services.approved import Approved
from telemetry.services.statustext import StatusTexts, chunks
from telemetry.services.tool_acts import Held, act_of
from telemetry.services.tool_rules import RULES, judge
from telemetry.services.tool_upload import ToolUpload, writes_items
from telemetry.services.transfer import item_fields
from tests.telemetry.services.plans import plan

INSIDE, OUTSIDE = (51.5100, -0.1640), (51.5140, -0.1640)
HERE = Position(51.5080, -0.1640)
FLYING = Held(Approved(plan(5)), False, True, HERE, 20.0, 90.0, 24.0)
BARE = replace(FLYING, approved=None, armed=False)
OF_ANOTHER = replace(FLYING, commander="ann")
STABILIZE, AUTO, GUIDED, LOITER, RTL, LAND, BRAKE = 0, 3, 4, 5, 6, 9, 17
POSITION_ONLY, VELOCITY_ONLY = 0b1101_1111_1000, 0b1101_1100_0111
BODY_OFFSET, LOCAL, TERRAIN, ABOVE_HOME, AMSL = 9, 1, 11, 6, 5


def message(name: str, **fields: Any) -> Any:
    kind = BY_NAME[name]
    return kind.decode(kind.pack(fields))


def long(command: int, *params: float) -> Any:
    return message("COMMAND_LONG", command=command, **{f"param{n}": value for n, value in enumerate(params, 1)})


def reposition(place: tuple[float, float], height_m: float, frame: int = ABOVE_HOME) -> Any:
    lat_deg, lon_deg = place
    return message("COMMAND_INT", command=192, frame=frame, x=round(lat_deg * 1e7), y=round(lon_deg * 1e7), z=height_m)


def goto(place: tuple[float, float], height_m: float) -> Any:
    """As dronekit's simple_goto says it."""
    return message("MISSION_ITEM", command=16, current=2, frame=3, x=place[0], y=place[1], z=height_m)


def local(frame: int, mask: int, **fields: float) -> Any:
    return message("SET_POSITION_TARGET_LOCAL_NED", coordinate_frame=frame, type_mask=mask, **fields)


def ftp(opcode: int) -> Any:
    return message("FILE_TRANSFER_PROTOCOL", payload=bytes([1, 0, 0, opcode]).ljust(251, b"\0"))


def parameter(name: str) -> Any:
    return message("PARAM_SET", param_id=name, param_value=0.0)


CASES: list[tuple[str, Any, Held, str | None]] = [
    ("safety", long(176, 1, RTL), replace(BARE, writing=True), None),
    ("safety", long(176, 1, LAND), BARE, None),
    ("safety", long(176, 1, BRAKE), BARE, None),
    ("safety", message("SET_MODE", base_mode=1, custom_mode=LOITER), BARE, None),
    ("safety", long(20), BARE, None),
    ("safety", long(193, 0), BARE, None),
    ("safety", long(207, 1), BARE, None),
    ("presence", message("HEARTBEAT"), replace(BARE, writing=True), None),
    ("uploading", parameter("WPNAV_SPEED"), replace(FLYING, writing=True), "a plan is being uploaded"),
    ("uploading", message("MISSION_REQUEST_LIST"), replace(FLYING, writing=True), "a plan is being uploaded"),
    ("files", ftp(4), FLYING, None),
    ("files", ftp(7), FLYING, "not written by a tool"),
    ("reading", long(512, 148), BARE, None),
    ("reading", message("PARAM_REQUEST_LIST"), BARE, None),
    ("safety", long(20), OF_ANOTHER, None),
    ("safety", long(176, 1, LOITER), OF_ANOTHER, None),
    ("presence", message("HEARTBEAT"), OF_ANOTHER, None),
    ("files", ftp(4), OF_ANOTHER, None),
    ("reading", message("PARAM_REQUEST_LIST"), OF_ANOTHER, None),
    ("command", long(176, 1, GUIDED), OF_ANOTHER, "ann holds command"),
    ("command", long(400, 0), OF_ANOTHER, "ann holds command"),
    ("command", goto(INSIDE, 30), OF_ANOTHER, "ann holds command"),
    ("command", long(178, 1, 5), OF_ANOTHER, "ann holds command"),
    ("command", parameter("WPNAV_SPEED"), OF_ANOTHER, "ann holds command"),
    ("arming", long(400, 1), FLYING, None),
    ("arming", long(400, 1), BARE, "no approved plan"),
    ("arming", long(400, 1, 21196), FLYING, "not by force"),
    ("arming", long(400, 1, 1), FLYING, "not by force"),
    ("arming", long(400, 0), BARE, None),
    ("arming", long(400, 0, 21196), FLYING, "not by force"),
    ("mission", long(176, 1, AUTO), FLYING, None),
    ("mission", long(176, 1, AUTO), BARE, "no approved plan"),
    ("mission", long(300), BARE, "no approved plan"),
    ("mission", long(193, 1), BARE, "no approved plan"),
    ("mission", message("MISSION_SET_CURRENT", seq=2), BARE, "no approved plan"),
    ("take-off", long(22, 0, 0, 0, 0, 0, 0, 20), FLYING, None),
    ("take-off", long(22, 0, 0, 0, 0, 0, 0, 200), FLYING, "above the ceiling of 120 m"),
    ("take-off", long(22, 0, 0, 0, 0, 0, 0, 20), BARE, "no approved plan"),
    ("take-off", long(22, 0, 0, 0, 0, 0, 0, 20), replace(FLYING, here=None), "not known"),
    ("guided", goto(INSIDE, 30), FLYING, None),
    ("guided", goto(OUTSIDE, 30), FLYING, "outside inclusion polygon 1"),
    ("guided", goto(INSIDE, 121), FLYING, "above the ceiling"),
    ("guided", goto(INSIDE, math.nan), FLYING, "its height is no number"),
    ("guided", goto((math.nan, 0.0), 10), FLYING, "no place on the globe"),
    ("guided", goto(INSIDE, 30), BARE, "no approved plan"),
    ("guided", goto((51.5120, -0.1667), 30), FLYING, None),
    ("guided", goto((51.5120, -0.1667), 30), replace(FLYING, here=Position(51.5120, -0.1652)), "the way there is"),
    ("guided", goto(INSIDE, 30), replace(FLYING, here=Position(*OUTSIDE)), None),
    ("guided", reposition(INSIDE, 30), FLYING, None),
    ("guided", reposition(OUTSIDE, 30), FLYING, "outside"),
    ("guided", reposition(INSIDE, 140, AMSL), FLYING, None),
    ("guided", reposition(INSIDE, 150, AMSL), FLYING, "126 m is above the ceiling"),
    ("guided", reposition(INSIDE, 30, TERRAIN), FLYING, "height above ground"),
    ("guided", long(192, 0, 0, 0, 0, *INSIDE, 30), FLYING, "send it as COMMAND_INT"),
    ("guided", local(BODY_OFFSET, POSITION_ONLY, x=100.0), FLYING, None),
    ("guided", local(BODY_OFFSET, POSITION_ONLY, x=1000.0), FLYING, "outside"),
    ("guided", local(BODY_OFFSET, POSITION_ONLY, x=10.0), replace(FLYING, heading_deg=None), "no place"),
    ("guided", local(LOCAL, POSITION_ONLY, x=10.0), FLYING, "latitude and longitude"),
    ("guided", local(LOCAL, VELOCITY_ONLY, vx=5.0), FLYING, None),
    ("guided", local(LOCAL, VELOCITY_ONLY, vz=-40.0), FLYING, "above the ceiling"),
    ("guided", local(LOCAL, VELOCITY_ONLY, vx=5.0), replace(FLYING, here=Position(51.51296, -0.164)), "outside"),
    ("guided", local(LOCAL, 0b1100_0011_1111, afx=1.0), FLYING, "an acceleration cannot be judged"),
    ("mode", long(176, 1, GUIDED), BARE, None),
    ("mode", long(176, 1, STABILIZE), FLYING, "STABILIZE may leave"),
    ("mode", long(176, 1, math.nan), FLYING, "that mode may leave"),
    ("fence", long(207, 0), FLYING, "the fence stays on"),
    ("parameter", parameter("WPNAV_SPEED"), FLYING, None),
    ("parameter", parameter("FENCE_ENABLE"), FLYING, "FENCE_ENABLE keeps"),
    ("parameter", parameter("ARMING_CHECK"), FLYING, "ARMING_CHECK keeps"),
    ("parameter", parameter("fs_thr_enable"), FLYING, "fs_thr_enable keeps"),
    ("parameter", parameter("BATT_FS_LOW_ACT"), FLYING, "BATT_FS_LOW_ACT keeps"),
    ("parameter", parameter("BATT2_CRT_VOLT"), FLYING, "BATT2_CRT_VOLT keeps"),
    ("parameter", parameter("GUID_TIMEOUT"), FLYING, "GUID_TIMEOUT keeps"),
    ("parameter", parameter("BATT_CAPACITY"), FLYING, None),
    ("ground", long(246, 1), BARE, None),
    ("ground", long(246, 1), FLYING, "not while it is armed"),
    ("ground", long(246, 1), replace(BARE, armed=None), "not while it is armed"),
    ("ground", long(245, 3), BARE, "set the fence's parameters back"),
    ("ground", long(245, 2), BARE, "set the fence's parameters back"),
    ("payload", long(178, 1, 5), FLYING, None),
    ("payload", long(201), FLYING, None),
    ("anything else", message("RC_CHANNELS_OVERRIDE"), FLYING, "RC_CHANNELS_OVERRIDE is not for tools"),
    ("anything else", message("SETUP_SIGNING"), FLYING, "not for tools"),
    ("anything else", message("LOG_ERASE"), FLYING, "not for tools"),
    ("anything else", message("SET_ATTITUDE_TARGET"), FLYING, "not for tools"),
    ("anything else", long(179), FLYING, "MAV_CMD_DO_SET_HOME is not for tools"),
    ("anything else", long(185, 1), FLYING, "not for tools"),
]


@pytest.mark.parametrize(("rule", "sent", "held", "words"), CASES)
def test_the_first_rule_that_knows_an_act_decides(rule: str, sent: Any, held: Held, words: str | None) -> None:
    decided, why_not = judge(act_of(sent), held)
    assert decided.name == rule
    assert (why_not is None) == (words is None), why_not
    assert words is None or (why_not is not None and words in why_not)


def test_every_rule_is_tried() -> None:
    assert [rule.name for rule in RULES] == list(dict.fromkeys(rule for rule, *_ in CASES))


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_no_message_breaks_the_judge(name: str) -> None:
    kind = BY_NAME[name]
    for payload in (b"", b"\xff" * 280):
        sent = kind.decode(payload[:255])
        rule, why_not = judge(act_of(sent), FLYING)
        assert rule.name != "anything else" or why_not


def test_a_plan_without_places_lets_nothing_fly() -> None:
    _, why_not = judge(act_of(goto(INSIDE, 30)), replace(FLYING, approved=Approved(Plan())))
    assert why_not


def upload(approved: Approved | None, items: Any, kind: str = "MISSION_ITEM_INT") -> tuple[str | None, list[Any]]:
    answers: list[Any] = []
    uploading = ToolUpload(lambda name, fields: answers.append((name, dict(fields))))
    end = uploading.take(message("MISSION_COUNT", count=len(items)), approved, 0.0)
    for number, item in enumerate(items):
        assert answers[-1] == ("MISSION_REQUEST", {"seq": number, "mission_type": 0})
        fields = item_fields(number, MissionType.MISSION, item)
        if kind == "MISSION_ITEM":
            fields |= {"x": item.x / 1e7, "y": item.y / 1e7}
        sent = message(kind, **fields)
        assert writes_items(sent)
        end = uploading.take(sent, approved, 0.0)
        assert uploading.take(sent, approved, 0.0) is None, "an item that comes twice is one"
    return end, answers


@pytest.mark.parametrize("kind", ["MISSION_ITEM", "MISSION_ITEM_INT"])
def test_the_approved_mission_is_on_board_already(kind: str) -> None:
    end, answers = upload(FLYING.approved, mission_items(plan(5)), kind)
    assert end is not None
    assert "on board already" in end
    assert answers[-1] == ("MISSION_ACK", {"type": 0, "mission_type": 0})


@pytest.mark.parametrize(
    ("approved", "items"),
    [
        (FLYING.approved, mission_items(plan(6))),
        (FLYING.approved, mission_items(plan(5, 31.0))),
        (FLYING.approved, ()),
        (None, mission_items(plan(5))),
    ],
)
def test_any_other_mission_is_denied(approved: Approved | None, items: Any) -> None:
    end, answers = upload(approved, items)
    assert end is not None
    assert "only the approved plan" in end
    assert answers[-1] == ("MISSION_ACK", {"type": 14, "mission_type": 0})


@pytest.mark.parametrize(("kind", "accepted"), [(0, False), (1, False), (2, True), (255, False)])
def test_only_what_is_empty_anyway_may_be_cleared(kind: int, accepted: bool) -> None:
    answers: list[Any] = []
    bare = Plan(home=Home(HERE, 24.0), items=plan(3).items, geofence=plan(3).geofence)
    ToolUpload(lambda name, fields: answers.append(fields["type"])).take(
        message("MISSION_CLEAR_ALL", mission_type=kind), Approved(bare), 0.0
    )
    assert answers == [0 if accepted else 14]


def test_a_tool_that_falls_silent_is_asked_again_and_then_given_up() -> None:
    answers: list[str] = []
    uploading = ToolUpload(lambda name, fields: answers.append(name))
    uploading.take(message("MISSION_COUNT", count=3), FLYING.approved, 0.0)
    for second in range(10):
        uploading.ask_again(float(second))
    assert answers == ["MISSION_REQUEST"] * 5 + ["MISSION_ACK"]


@pytest.mark.parametrize("length", [1, 49, 50, 51, 100, 101, 149])
def test_a_text_comes_out_as_it_went_in(length: int) -> None:
    text = "x" * length
    heard = StatusTexts()
    assert [said for fields in chunks(text, 7) for said in heard.add(message("STATUSTEXT", **fields))] == [text]
