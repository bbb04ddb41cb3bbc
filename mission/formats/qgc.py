"""QGroundControl's `.plan`: JSON, fileType Plan, version 1; mission, geoFence and rallyPoints of version 2.

A complex item (survey, corridor scan…) is read as the simple items it carries and kept as a `Foreign` pattern;
as long as those items are unchanged it is saved as the complex item it was. Airbeat's own patterns are saved as
their items, which every ground station flies, and described once more under the key ``airbeat``, which others
skip. DO_JUMP names its target by doJumpId in the file and by item number in the plan.
Format: docs.qgroundcontrol.com, *Plan File Format*.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from mission.commands import DO_JUMP
from mission.errors import PlanFormatError
from mission.formats.document import Node, parse_json
from mission.pattern import Foreign, Pattern
from mission.plan import (
    FenceCircle,
    FenceKind,
    FencePolygon,
    Frame,
    Geofence,
    Home,
    MissionItem,
    Plan,
    Position,
    RallyPoint,
)
from mission.position import FRAMES
from mission.stored import has_place, is_known

MAX_ITEMS: Final = 10_000
MAX_CORNERS: Final = 10_000
MAX_SHAPES: Final = 1_000

_ALTITUDE_MODES: Final = {Frame.GLOBAL_RELATIVE_ALT: 1, Frame.GLOBAL: 2, Frame.GLOBAL_TERRAIN_ALT: 4}


def load(data: bytes) -> Plan:
    """Raises PlanFormatError."""
    root = parse_json(data)
    if root.member("fileType").text() != "Plan":
        raise root.member("fileType").fail("should be 'Plan'")
    root.member("version").whole(1, 1)
    mission = root.member("mission")
    mission.member("version").whole(2, 2)
    items, foreign = _items(mission.member("items"))
    items, own = _own_patterns(root, items)
    fence, rally = root.find("geoFence"), root.find("rallyPoints")
    return Plan(
        home=_home(mission.find("plannedHomePosition")),
        items=items,
        geofence=_geofence(fence) if fence else Geofence(),
        rally=_rally(rally) if rally else (),
        cruise_speed_m_s=_number(mission, "cruiseSpeed"),
        hover_speed_m_s=_number(mission, "hoverSpeed"),
        patterns=foreign + own,
    )


def save(plan: Plan) -> bytes:
    """The plan as QGroundControl would write it, indented."""
    home = plan.home
    document: dict[str, Any] = {
        "fileType": "Plan",
        "version": 1,
        "groundStation": "QGroundControl",
        "mission": {
            "cruiseSpeed": plan.cruise_speed_m_s,
            "firmwareType": 3,
            "globalPlanAltitudeMode": _plan_altitude_mode(plan),
            "hoverSpeed": plan.hover_speed_m_s,
            "items": _save_items(plan),
            "plannedHomePosition": home and [home.position.lat_deg, home.position.lon_deg, home.altitude_amsl_m],
            "vehicleType": 2,
            "version": 2,
        },
        "geoFence": _save_geofence(plan.geofence),
        "rallyPoints": {
            "version": 2,
            "points": [[p.position.lat_deg, p.position.lon_deg, p.altitude_home_m] for p in plan.rally],
        },
    }
    own = [pattern for pattern in plan.patterns if not isinstance(pattern.spec, Foreign)]
    if own:
        document["airbeat"] = {"version": 1, "patterns": [_save_own(plan, pattern) for pattern in own]}
    return msgspec.json.format(msgspec.json.encode(document), indent=4)


def _number(node: Node, name: str) -> float | None:
    found = node.find(name)
    return found.number() if found else None


def _home(node: Node | None) -> Home | None:
    if node is None:
        return None
    position = node.latitude_longitude()
    if position == Position(0.0, 0.0):
        return None
    altitude = list(node.entries(at_most=3))[2:]
    return Home(position, altitude[0].optional_number() if altitude else None)


def _items(node: Node) -> tuple[tuple[MissionItem, ...], tuple[Pattern, ...]]:
    items: list[MissionItem] = []
    jump_ids: dict[int, int] = {}
    jumps: list[tuple[int, Node]] = []
    patterns: list[Pattern] = []
    for entry in node.entries(at_most=MAX_ITEMS):
        pattern_id = None
        simple = [entry]
        if entry.member("type").text() == "ComplexItem":
            name = entry.member("complexItemType").text()
            pattern_id = f"{name}-{len(patterns) + 1}"
            simple = _expansion(entry)
            document = msgspec.json.encode(entry.value, order="deterministic").decode()
            patterns.append(Pattern(pattern_id, Foreign(name, document)))
        if len(items) + len(simple) > MAX_ITEMS:
            raise entry.fail(f"brings the mission over {MAX_ITEMS} items")
        for part in simple:
            jump_id = part.find("doJumpId")
            if jump_id:
                jump_ids[jump_id.whole(0, 65535)] = len(items) + 1
            item = _item(part, pattern_id)
            if item.command == DO_JUMP:
                jumps.append((len(items), part.member("params")))
            items.append(item)
    for index, params in jumps:
        items[index] = _resolved_jump(items[index], jump_ids, params)
    return tuple(items), tuple(patterns)


def _expansion(entry: Node) -> list[Node]:
    """The simple items a complex one carries; QGroundControl keeps them with those that fly transects."""
    transects = entry.find("TransectStyleComplexItem")
    carried = transects.find("Items") if transects else None
    if carried is None:
        name = entry.member("complexItemType").text()
        raise entry.fail(f"a {name} that does not carry the items it stands for cannot be flown from here")
    return list(carried.entries(at_most=MAX_ITEMS))


def _item(entry: Node, pattern_id: str | None) -> MissionItem:
    if entry.member("type").text() != "SimpleItem":
        raise entry.member("type").fail("should be 'SimpleItem' or 'ComplexItem'")
    command = entry.member("command").whole(0, 65535)
    frame_node = entry.member("frame")
    frame = FRAMES.get(frame_node.whole(0, 255))
    if frame is None:
        raise frame_node.fail(f"{frame_node.value} is no frame that ArduPilot flies by")
    params_node = entry.member("params")
    params = list(params_node.entries(at_most=7))
    if len(params) != 7:
        raise params_node.fail(f"has {len(params)} entries instead of 7")
    one, two, three, four = (param.optional_number() for param in params[:4])
    placed = has_place(command) or (not is_known(command) and frame != Frame.MISSION)
    autocontinue = entry.find("autoContinue")
    return MissionItem(
        command=command,
        frame=frame if placed else Frame.MISSION,
        position=_item_position(params_node, params[4], params[5]) if placed else None,
        altitude_m=params[6].optional_number() or 0.0,
        params=(one, two, three, four),
        autocontinue=autocontinue.flag() if autocontinue else True,
        raw_xy=(0, 0) if placed else (_raw(params[4]), _raw(params[5])),
        pattern=pattern_id,
    )


def _item_position(params: Node, lat: Node, lon: Node) -> Position | None:
    """None for 0, 0 and null, null: there ArduPilot takes the place it is at."""
    if not lat.value and not lon.value:
        return None
    return Node([lat.value, lon.value], params.path).latitude_longitude()


def _raw(node: Node) -> int:
    number = node.optional_number() or 0.0
    if not abs(number) < 2**31:
        raise node.fail(f"{number:g} does not fit a MAVLink integer")
    return round(number)


def _resolved_jump(item: MissionItem, jump_ids: dict[int, int], params: Node) -> MissionItem:
    target = item.params[0]
    if target is None or target not in jump_ids:
        raise params.fail(f"jumps to doJumpId {target}, which no item has")
    return msgspec.structs.replace(item, params=(float(jump_ids[int(target)]), *item.params[1:]))


def _own_patterns(root: Node, items: tuple[MissionItem, ...]) -> tuple[tuple[MissionItem, ...], tuple[Pattern, ...]]:
    own = root.find("airbeat")
    listed = own.find("patterns") if own else None
    if listed is None:
        return items, ()
    marked = list(items)
    patterns = []
    for entry in listed.entries(at_most=MAX_SHAPES):
        try:
            pattern = msgspec.convert(entry.member("pattern").value, Pattern)
        except msgspec.ValidationError as error:
            raise entry.fail(str(error)) from None
        first = entry.member("first").whole(0, max(len(items), 1) - 1)
        count = entry.member("count").whole(0, len(items) - first)
        for index in range(first, first + count):
            marked[index] = msgspec.structs.replace(marked[index], pattern=pattern.pattern_id)
        patterns.append(pattern)
    return tuple(marked), tuple(patterns)


def _geofence(node: Node) -> Geofence:
    node.member("version").whole(2, 2)
    polygons, circles = node.find("polygons"), node.find("circles")
    return Geofence(
        tuple(_polygon(entry) for entry in polygons.entries(MAX_SHAPES)) if polygons else (),
        tuple(_circle(entry) for entry in circles.entries(MAX_SHAPES)) if circles else (),
    )


def _kind(entry: Node) -> FenceKind:
    return FenceKind.INCLUSION if entry.member("inclusion").flag() else FenceKind.EXCLUSION


def _polygon(entry: Node) -> FencePolygon:
    ring = entry.member("polygon")
    corners = [corner.latitude_longitude() for corner in ring.entries(MAX_CORNERS)]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        raise ring.fail(f"has {len(corners)} corners; an area needs at least 3")
    return FencePolygon(_kind(entry), tuple(corners))


def _circle(entry: Node) -> FenceCircle:
    circle = entry.member("circle")
    radius = circle.member("radius")
    if radius.number() <= 0:
        raise radius.fail("should be more than 0 m")
    return FenceCircle(_kind(entry), circle.member("center").latitude_longitude(), radius.number())


def _rally(node: Node) -> tuple[RallyPoint, ...]:
    node.member("version").whole(2, 2)
    points = []
    for entry in node.member("points").entries(MAX_SHAPES):
        numbers = list(entry.entries(at_most=3))
        if len(numbers) != 3:
            raise entry.fail("should hold latitude, longitude and altitude")
        points.append(RallyPoint(entry.latitude_longitude(), numbers[2].number()))
    return tuple(points)


def _plan_altitude_mode(plan: Plan) -> int:
    modes = {_ALTITUDE_MODES[item.frame] for item in plan.items if item.frame in _ALTITUDE_MODES}
    return modes.pop() if len(modes) == 1 else 0


def _save_items(plan: Plan) -> list[dict[str, Any]]:
    foreign = {p.pattern_id: p.spec for p in plan.patterns if isinstance(p.spec, Foreign)}
    saved: list[dict[str, Any]] = []
    index = 0
    while index < len(plan.items):
        spec = foreign.get(plan.items[index].pattern or "")
        end = index + 1
        while spec and end < len(plan.items) and plan.items[end].pattern == plan.items[index].pattern:
            end += 1
        kept = _unchanged(spec, plan.items[index:end], index) if spec else None
        saved.extend(
            [kept] if kept else (_save_item(item, i + 1) for i, item in enumerate(plan.items[index:end], index))
        )
        index = end
    return saved


def _unchanged(spec: Foreign, items: tuple[MissionItem, ...], index: int) -> dict[str, Any] | None:
    """The complex item as it was, its items renumbered; None if it no longer says what is flown."""
    try:
        entry = parse_json(spec.document.encode())
        parts = _expansion(entry)
        if tuple(_item(part, items[0].pattern) for part in parts) != items:
            return None
    except PlanFormatError:
        return None  # the description came from outside and may be anything; its items are what counts
    for offset, part in enumerate(parts):
        part.value["doJumpId"] = index + offset + 1
    document: dict[str, Any] = entry.value
    return document


def _save_item(item: MissionItem, seq: int) -> dict[str, Any]:
    x, y = (item.position.lat_deg, item.position.lon_deg) if item.position else item.raw_xy
    mode = _ALTITUDE_MODES.get(item.frame)
    height = {"AMSLAltAboveTerrain": None, "Altitude": item.altitude_m, "AltitudeMode": mode} if mode else {}
    return height | {
        "autoContinue": item.autocontinue,
        "command": item.command,
        "doJumpId": seq,
        "frame": int(item.frame),
        "params": [*item.params, x, y, item.altitude_m],
        "type": "SimpleItem",
    }


def _save_own(plan: Plan, pattern: Pattern) -> dict[str, Any]:
    members = [index for index, item in enumerate(plan.items) if item.pattern == pattern.pattern_id]
    return {"first": members[0] if members else 0, "count": len(members), "pattern": msgspec.to_builtins(pattern)}


def _save_geofence(fence: Geofence) -> dict[str, Any]:
    return {
        "version": 2,
        "polygons": [
            {
                "inclusion": polygon.kind is FenceKind.INCLUSION,
                "polygon": [[corner.lat_deg, corner.lon_deg] for corner in polygon.vertices],
                "version": 1,
            }
            for polygon in fence.polygons
        ],
        "circles": [
            {
                "inclusion": circle.kind is FenceKind.INCLUSION,
                "circle": {"center": [circle.centre.lat_deg, circle.centre.lon_deg], "radius": circle.radius_m},
                "version": 1,
            }
            for circle in fence.circles
        ],
    }
