"""yaixm: a simplified AIXM in YAML, as the UK's airspace and obstacles are published for gliding and drones.

Airspace: features of name, type, localtype, class, rules and volumes (`geometry`) of seq, upper, lower and a
boundary of lines, arcs and circles. Obstacles: features of name, type, position and elevation. Only the YAML that
such files need is read: no aliases, no tags, nothing nested deeper than `DEPTH_MAX`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import yaml

from mission.airspace import Airspace, DataSet, Limit, Obstacle, Zone
from mission.airspace.boundary import LonLat, arc, circle
from mission.airspace.text import length_m, limit, place
from mission.errors import GeometryError, PlanFormatError
from mission.formats.document import Node
from mission.position import Position

MAX_BYTES: Final = 4 * 1024 * 1024
DEPTH_MAX: Final = 20
MAX_ENTRIES: Final = 20_000

_FT: Final = "should be a height such as '1500 ft', 'FL115' or 'SFC'"


def load(name: str, data: bytes, airac: date | None = None) -> Airspace:
    """Zones or obstacles of one file. Raises PlanFormatError naming the feature."""
    if len(data) > MAX_BYTES:
        raise PlanFormatError("", f"is {len(data) / 1e6:.1f} MB; a yaixm file has at most {MAX_BYTES / 1e6:.1f} MB")
    root = Node(_document(data))
    source = DataSet(name, hashlib.sha256(data).hexdigest(), _airac(root) or airac)
    features, obstacles = root.find("airspace"), root.find("obstacle")
    if features is None and obstacles is None:
        raise root.fail("has neither 'airspace' nor 'obstacle'")
    zones = [zone for entry in features.entries(MAX_ENTRIES) for zone in _zones(entry)] if features else []
    masts = [_obstacle(entry) for entry in obstacles.entries(MAX_ENTRIES)] if obstacles else []
    return Airspace((source,), zones, masts)


def _airac(root: Node) -> date | None:
    release = root.find("release")
    told = release.find("airac_date") if release else None
    if told is None:
        return None
    try:
        return date.fromisoformat(told.text()[:10])
    except ValueError:
        raise told.fail("should be a date") from None


def _zones(entry: Node) -> Iterator[Zone]:
    name = entry.member("name").text()
    kind, local = entry.member("type").text(), entry.find("localtype")
    base_id = entry.find("id")
    for number, volume in enumerate(entry.member("geometry").entries(MAX_ENTRIES), 1):
        seq, own_name, own_class = volume.find("seq"), volume.find("name"), volume.find("class") or entry.find("class")
        rules = [n.text() for part in (entry, volume) if (r := part.find("rules")) for n in r.entries(20)]
        yield Zone(
            zone_id=f"{base_id.text() if base_id else name.lower().replace(' ', '-')}-{seq.text() if seq else number}",
            name=own_name.text() if own_name else name,
            kind=local.text() if local and kind in ("OTHER", "D_OTHER") else kind,
            lower=_limit(volume.member("lower")),
            upper=_limit(volume.member("upper")),
            rings=(_ring(volume.member("boundary")),),
            airspace_class=own_class.text() if own_class else None,
            rules=tuple(rules),
        )


def _limit(node: Node) -> Limit:
    found = limit(node.text())
    if found is None:
        raise node.fail(_FT)
    return found


def _ring(boundary: Node) -> tuple[LonLat, ...]:
    ring: list[LonLat] = []
    for part in boundary.entries(MAX_ENTRIES):
        try:
            if (round_ := part.find("circle")) is not None:
                return circle(_place(round_.member("centre")), _length(round_.member("radius")))
            if (line := part.find("line")) is not None:
                ring.extend(_place(point) for point in line.entries(MAX_ENTRIES))
            elif (bend := part.find("arc")) is not None:
                if not ring:
                    raise bend.fail("has no point to begin at")
                clockwise = bend.member("dir").text() == "cw"
                ring.extend(arc(ring[-1], _place(bend.member("to")), _place(bend.member("centre")), clockwise))
            else:
                raise part.fail("is neither line, arc nor circle")
        except GeometryError as error:
            raise part.fail(error.what) from None
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    if len(ring) < 4:
        raise boundary.fail("encloses no area")
    return tuple(ring)


def _place(node: Node) -> LonLat:
    found = place(node.text())
    if found is None:
        raise node.fail(f"{node.text()!r} is no place such as 513027N 0000940W")
    return found


def _length(node: Node) -> float:
    found = length_m(node.text())
    if found is None:
        raise node.fail(f"{node.text()!r} is no length such as '2.5 nm'")
    return found


def _obstacle(entry: Node) -> Obstacle:
    lon, lat = _place(entry.member("position"))
    name, kind = entry.find("name"), entry.find("type")
    return Obstacle(
        name=name.text() if name else "obstacle",
        kind=kind.text() if kind else "OBST",
        position=Position(lat, lon),
        top_amsl_m=_limit(entry.member("elevation")).metres,
    )


def _document(data: bytes) -> Any:
    """The YAML as dicts, lists and texts, built from the parser's events without recursion."""
    loader = yaml.CSafeLoader(data)
    root: list[Any] = []
    stack: list[tuple[Any, list[Any]]] = [(root, [])]
    try:
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.AliasEvent):
                raise PlanFormatError(_line(event), "refers to another part, which is not read")
            if isinstance(event, yaml.ScalarEvent):
                _add(stack[-1], event.value)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                inner: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                _add(stack[-1], inner)
                stack.append((inner, []))
                if len(stack) > DEPTH_MAX:
                    raise PlanFormatError(_line(event), "is nested too deeply")
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                stack.pop()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PlanFormatError(f"line {mark.line + 1}" if mark else "", "is no valid YAML") from None
    if len(root) != 1:
        raise PlanFormatError("", "is no YAML document")
    return root[0]


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else ""


def _add(level: tuple[Any, list[Any]], value: Any) -> None:
    """Into a list; into a mapping first the key, then its value."""
    container, key = level
    if isinstance(container, list):
        container.append(value)
    elif key:
        container[key.pop()] = value
    elif isinstance(value, str):
        key.append(value)
    else:
        raise PlanFormatError("", "has a key that is no text")
