"""GPX 1.1 (topografix): a plan's waypoints as a route, its home as a waypoint; elevations are above the sea.

There is no room for commands, fence or rally points. Heights above home are written above the sea where home's
altitude is known, and come back above home; where it is not, they are left out. Tracks and routes of others come in
as waypoints.
"""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

from mission.commands import NAV_WAYPOINT
from mission.formats.features import DEFAULT_HEIGHT_M, MAX_POINTS
from mission.formats.xml import Element, parse
from mission.plan import Frame, Home, MissionItem, Plan, Position
from mission.stored import has_place

_HOME: Final = "Home"


def load(data: bytes) -> Plan:
    """The first route, else the first track, else the waypoints. Raises PlanFormatError."""
    root = parse(data)
    if root.tag != "gpx":
        raise root.fail("should be <gpx>")
    marks = list(root.all("wpt"))
    home = next((mark for mark in marks if mark.child_text("name") == _HOME), None)
    points = list(root.all("rtept")) or list(root.all("trkpt")) or [mark for mark in marks if mark is not home]
    if len(points) > MAX_POINTS:
        raise root.fail(f"holds {len(points)} points; at most {MAX_POINTS} are read")
    amsl = _elevation(home) if home else None
    return Plan(
        home=Home(_position(home), amsl) if home else None,
        items=tuple(_item(point, amsl) for point in points),
    )


def save(plan: Plan) -> bytes:
    """Home and every item with a place."""
    home = plan.home
    amsl = home.altitude_amsl_m if home else None
    marks = _point("wpt", home.position, amsl, _HOME) if home else ""
    route = "".join(
        _point("rtept", item.position, _above_sea(item, amsl), f"Item {index + 1}")
        for index, item in enumerate(plan.items)
        if item.position and has_place(item.command)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Airbeat" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"{marks}<rte>\n{route}</rte>\n</gpx>\n"
    ).encode()


def _above_sea(item: MissionItem, home_amsl_m: float | None) -> float | None:
    if item.frame is Frame.GLOBAL:
        return item.altitude_m
    known = item.frame is Frame.GLOBAL_RELATIVE_ALT and home_amsl_m is not None
    return item.altitude_m + (home_amsl_m or 0.0) if known else None


def _point(tag: str, place: Position, amsl_m: float | None, name: str) -> str:
    height = "" if amsl_m is None else f"<ele>{amsl_m!r}</ele>"
    return f'<{tag} lat="{place.lat_deg!r}" lon="{place.lon_deg!r}">{height}<name>{escape(name)}</name></{tag}>\n'


def _item(point: Element, home_amsl_m: float | None) -> MissionItem:
    amsl = _elevation(point)
    if amsl is None:
        return MissionItem(NAV_WAYPOINT, Frame.GLOBAL_RELATIVE_ALT, _position(point), DEFAULT_HEIGHT_M)
    if home_amsl_m is None:
        return MissionItem(NAV_WAYPOINT, Frame.GLOBAL, _position(point), amsl)
    return MissionItem(NAV_WAYPOINT, Frame.GLOBAL_RELATIVE_ALT, _position(point), round(amsl - home_amsl_m, 2))


def _position(point: Element) -> Position:
    try:
        lat, lon = float(point.attributes["lat"]), float(point.attributes["lon"])
    except (KeyError, ValueError):
        raise point.fail("has no latitude and longitude") from None
    # Written so that NaN fails too.
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
        raise point.fail(f"{lat:g}, {lon:g} is no place on the globe")
    return Position(lat, lon)


def _elevation(point: Element) -> float | None:
    height = point.find("ele")
    return height.number() if height else None
