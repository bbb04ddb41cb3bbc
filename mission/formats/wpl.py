"""Mission Planner's `.waypoints`, WPL 110: a line of tab-separated fields for each item, item 0 is home.

Fields: index, current, frame, command, param1..param4, x (latitude), y (longitude), z (altitude), autocontinue.
There is no room for a geofence, rally points, speeds or patterns; those are left out on saving.
Format: mavlink.io, *File Formats*; what Mission Planner and QGroundControl write.
"""

from __future__ import annotations

import math
from typing import Final

from mission.commands import NAV_WAYPOINT
from mission.errors import PlanFormatError
from mission.plan import Frame, Home, MissionItem, Plan, Position
from mission.position import FRAMES
from mission.stored import has_place, is_known

MAX_ITEMS: Final = 10_000

_NAMES: Final = (
    "index",
    "current",
    "frame",
    "command",
    "param1",
    "param2",
    "param3",
    "param4",
    "x",
    "y",
    "z",
    "autocontinue",
)


def load(data: bytes) -> Plan:
    """Raises PlanFormatError naming line and field."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise PlanFormatError("", f"is not text at byte {error.start}") from None
    if not lines or lines[0].split() != ["QGC", "WPL", "110"]:
        raise PlanFormatError("line 1", "should be 'QGC WPL 110'")
    if len(lines) > MAX_ITEMS + 2:
        raise PlanFormatError("", f"has {len(lines) - 1} lines; at most {MAX_ITEMS} are read")
    rows = [_Row(number, line) for number, line in enumerate(lines[1:], 2) if line.strip() and not line.startswith("#")]
    for expected, row in enumerate(rows):
        if row.whole("index") != expected:
            raise row.fail("index", f"should be {expected}, but is {row.whole('index')}")
    if not rows:
        return Plan()
    return Plan(home=rows[0].home(), items=tuple(row.item() for row in rows[1:]))


def save(plan: Plan) -> bytes:
    """Home and mission items. Latitudes and longitudes have MAVLink's seven decimals or more, as the plan has."""
    home = plan.home
    position, altitude_m = (home.position, home.altitude_amsl_m or 0.0) if home else (None, 0.0)
    first = MissionItem(NAV_WAYPOINT, Frame.GLOBAL, position, altitude_m)
    rows = (_line(seq, item) for seq, item in enumerate((first, *plan.items)))
    return ("QGC WPL 110\n" + "".join(rows)).encode()


def _line(seq: int, item: MissionItem) -> str:
    x, y = (item.position.lat_deg, item.position.lon_deg) if item.position else item.raw_xy
    numbers = "\t".join("nan" if n is None else repr(n) for n in (*item.params, x, y, item.altitude_m))
    return f"{seq}\t{int(seq == 0)}\t{int(item.frame)}\t{item.command}\t{numbers}\t{int(item.autocontinue)}\n"


class _Row:
    """One line, its fields by name."""

    def __init__(self, number: int, line: str) -> None:
        self._number = number
        fields = line.split()
        if len(fields) != len(_NAMES):
            raise PlanFormatError(f"line {number}", f"has {len(fields)} fields instead of {len(_NAMES)}")
        self._fields = dict(zip(_NAMES, fields, strict=True))

    def fail(self, name: str, what: str) -> PlanFormatError:
        return PlanFormatError(f"line {self._number}, {name}", what)

    def optional_number(self, name: str) -> float | None:
        """None for nan, which is how MAVLink says "as you see fit"."""
        try:
            number = float(self._fields[name])
        except ValueError:
            raise self.fail(name, f"{self._fields[name]!r} is no number") from None
        if math.isinf(number):
            raise self.fail(name, "is infinite")
        return None if math.isnan(number) else number

    def number(self, name: str) -> float:
        number = self.optional_number(name)
        if number is None:
            raise self.fail(name, "is nan, which is no number to fly by")
        return number

    def whole(self, name: str) -> int:
        number = self.number(name)
        if number != int(number) or not 0 <= number <= 65535:
            raise self.fail(name, f"should be a whole number from 0 to 65535, but is {number:g}")
        return int(number)

    def position(self) -> Position | None:
        lat, lon = self.number("x"), self.number("y")
        if abs(lat) > 90.0:
            raise self.fail("x", f"{lat:g} is no latitude")
        if abs(lon) > 180.0:
            raise self.fail("y", f"{lon:g} is no longitude")
        return Position(lat, lon) if lat or lon else None

    def home(self) -> Home | None:
        position = self.position()
        return Home(position, self.number("z")) if position else None

    def item(self) -> MissionItem:
        command = self.whole("command")
        frame = FRAMES.get(self.whole("frame"))
        if frame is None:
            raise self.fail("frame", f"{self._fields['frame']} is no frame that ArduPilot flies by")
        one, two, three, four = (self.optional_number(name) for name in _NAMES[4:8])
        placed = has_place(command) or (not is_known(command) and frame != Frame.MISSION)
        return MissionItem(
            command=command,
            frame=frame if placed else Frame.MISSION,
            position=self.position() if placed else None,
            altitude_m=self.number("z"),
            params=(one, two, three, four),
            autocontinue=bool(self.whole("autocontinue")),
            raw_xy=(0, 0) if placed else (self._raw("x"), self._raw("y")),
        )

    def _raw(self, name: str) -> int:
        number = self.number(name)
        if not abs(number) < 2**31:
            raise self.fail(name, f"{number:g} does not fit a MAVLink integer")
        return round(number)
