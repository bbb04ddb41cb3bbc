"""Distance to the geofence over time, and its breaches.

A point must be inside every inclusion (or any, with FENCE_OPTIONS bit 1) and outside every exclusion; FENCE_RADIUS is
a circle about home, FENCE_ALT_MAX a ceiling above it (ArduPilot AC_Fence; `mission.geofence`).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import shapely

from mission.finding import Severity
from mission.geodesy import LocalFrame, frame_at
from mission.geofence import Shape, disc, shapes
from mission.plan import FenceKind, Plan, Position
from telemetry.logs.changes import changes
from telemetry.logs.log import Log
from telemetry.logs.story import Story
from telemetry.logs.table import Floats
from telemetry.logs.telling_tlog import said_by_vehicle
from telemetry.review.observation import Observation, mode_change_after, place_at, spans, while_armed
from telemetry.review.track import Track

_ANY_INCLUSION: Final = 2
"""FENCE_OPTIONS bit 1."""
_CEILING, _CIRCLE, _POLYGONS = 1, 2, 4
"""FENCE_TYPE bits."""
_GEOFENCE: Final = 1 << 20
"""MAV_SYS_STATUS_GEOFENCE."""
_AIRBORNE_M: Final = 2.0
_SAME_S: Final = 0.1
_JOIN_S: Final = 2.0
_ACTION_S: Final = 5.0
_SAID_S: Final = 5.0


Points = Any
"""Shapely points, one for each row of the track."""


class Breach(NamedTuple):
    """Rows of the track from the first to the last outside; `depth_m` is the furthest beyond the edge."""

    first: int
    last: int
    depth_m: float
    area: str

    @property
    def where(self) -> str:
        return "Inside" if self.area.startswith("exclusion") else "Beyond"


def fence_distance(track: Track, plan: Plan, story: Story) -> dict[str, Floats]:
    """For each part of the fence the metres left to its edge; negative is beyond it. Empty where there is no fence.

    Horizontal: from the point to the area's nearest edge in the local frame. Ceiling: FENCE_ALT_MAX minus height.
    Circle: about the plan's home, else about where the recording begins.
    """
    frame = frame_at(_start(track))
    points: Points = shapely.points(frame.degrees_to_xy(np.column_stack((track.lon_deg, track.lat_deg))))
    found = _areas(points, frame, plan, bool(int(story.parameter("FENCE_OPTIONS") or 0) & _ANY_INCLUSION))
    kinds = int(story.parameter("FENCE_TYPE") or 0) if story.parameter("FENCE_ENABLE") else 0
    ceiling, radius = story.parameter("FENCE_ALT_MAX"), story.parameter("FENCE_RADIUS")
    if kinds & _CEILING and ceiling:
        found["maximum height"] = ceiling - track.height_home_m
    if kinds & _CIRCLE and radius:
        circle = disc(frame, plan.home.position if plan.home else _start(track), radius)
        found["circle about home"] = _inside(points, Shape(FenceKind.INCLUSION, "circle", None, circle, ""))
    return found


def _start(track: Track) -> Position:
    return Position(float(track.lat_deg[0]), float(track.lon_deg[0]))


def _areas(points: Points, frame: LocalFrame, plan: Plan, any_inclusion: bool) -> dict[str, Floats]:
    found = {shape.name: (shape.kind, _inside(points, shape)) for shape in shapes(frame, plan.geofence)}
    inclusions = {name: left for name, (kind, left) in found.items() if kind is FenceKind.INCLUSION}
    if any_inclusion and len(inclusions) > 1:
        rest = {name: left for name, (kind, left) in found.items() if kind is FenceKind.EXCLUSION}
        return {"every inclusion": np.max(list(inclusions.values()), axis=0), **rest}
    return {name: left for name, (_, left) in found.items()}


def _inside(points: Points, shape: Shape) -> Floats:
    shapely.prepare(shape.area)
    edge = shapely.distance(points, shapely.boundary(shape.area))
    good = shapely.covers(shape.area, points) == (shape.kind is FenceKind.INCLUSION)
    return np.asarray(np.where(good, edge, -edge), dtype=np.float64)


def breaches(track: Track, distances: dict[str, Floats]) -> list[Breach]:
    """Each stay beyond the fence, in the order of time; stays less than two seconds apart are one."""
    found = [
        Breach(first, last, -float(left[first : last + 1].min()), area)
        for area, left in distances.items()
        for first, last in spans(track.time_s, left < 0, _JOIN_S)
    ]
    return sorted(found)


def observe_fence(log: Log, track: Track | None, plan: Plan | None) -> list[Observation]:
    """Breaches by place and duration, what the autopilot said of each, and what it did. Quiet without a breach."""
    found: list[Observation] = []
    said = [(t.time_s, t.text) for t in log.story.texts if "fence breach" in t.text.lower()]
    said += [(h.time_s, h.text) for h in log.story.happenings if h.kind == "fence"]
    explained: list[tuple[float, float]] = []
    if track is not None:
        armed = while_armed(log, track.time_s)
        left = {
            area: np.where(armed, left, 0.0) for area, left in fence_distance(track, plan or Plan(), log.story).items()
        }
        for breach in breaches(track, left):
            begin, end = float(track.time_s[breach.first]), float(track.time_s[breach.last])
            explained.append((begin - _SAID_S, end + _SAID_S))
            found.append(_measured(log, track, breach, said))
    found += _off(log, track)
    for at, until, text in _spoken(said):
        if not any(first <= at <= last for first, last in explained):
            found.append(_heard(log, track, at, until, text))
    return found


def _measured(log: Log, track: Track, breach: Breach, said: list[tuple[float, str]]) -> Observation:
    begin, end = float(track.time_s[breach.first]), float(track.time_s[breach.last])
    position, height = place_at(track, begin)
    words = [text for at, text in said if begin - _SAID_S <= at <= end + _SAID_S]
    heard = f"The autopilot said “{words[0]}”" if words else "The autopilot said nothing of it"
    action = mode_change_after(log, begin, _ACTION_S)
    did = f"and the mode changed from {action}" if action else "and the mode did not change"
    return Observation(
        check="fence breach",
        severity=Severity.ERROR,
        from_s=begin,
        to_s=end,
        text=(
            f"{breach.where} {breach.area} for {end - begin:.1f} s, from {_where(position)} on, at most "
            f"{breach.depth_m:.1f} m {breach.where.lower()} it. {heard} {did}.{_switched_off(log, begin)}"
        ),
        meaning="The drone left the volume it was allowed to fly in: flown there, blown there, or the fence was off.",
        evidence=f"position against the fence on board; {'; '.join(words) or 'no message'}",
        position=position,
        height_home_m=height,
    )


def _switched_off(log: Log, at: float) -> str:
    """Whether the autopilot watched its fence at a time."""
    begun = [off for off, on in _times_off(log) if off <= at and (on is None or at < on)]
    if begun:
        return f" The fence had been switched off {at - begun[0]:.0f} s before."
    return " FENCE_ENABLE was 0: the fence was off." if log.story.parameter("FENCE_ENABLE") == 0.0 else ""


def _off(log: Log, track: Track | None) -> list[Observation]:
    """The fence switched off in flight. That which ends at landing is not told, for ArduPilot does that by itself."""
    found = []
    for at, on in _times_off(log):
        if not while_armed(log, np.array([at]))[0] or track is None:
            continue
        position, height = place_at(track, at)
        if (height or 0.0) < _AIRBORNE_M:
            continue
        until = "until the end" if on is None else f"for {on - at:.0f} s"
        text = f"The fence was switched off in flight, {until}, from {_where(position)} on."
        meaning = "By the ground station or a switch: nothing kept the drone within its volume."
        found.append(Observation("fence off", Severity.WARNING, at, on, text, meaning, "fence state", position, height))
    return found


def _times_off(log: Log) -> list[tuple[float, float | None]]:
    """From and until when the fence was switched off after it had been on; EV of a .bin, SYS_STATUS of a .tlog.

    The minimum height is left out: ArduPilot itself takes that away for each landing.
    """
    if log.kind == "tlog":
        status = said_by_vehicle(log, "SYS_STATUS")
        on = status["onboard_control_sensors_enabled"] & _GEOFENCE != 0 if status else np.empty(0)
        states = [(float(status.time_s[row]), bool(on[row])) for row in changes(on).tolist()] if status else []
    else:
        words = {"fence enabled": True, "fence disabled": False}
        events = [h for h in log.story.happenings if h.kind == "event"]
        floor = {event.time_s for event in events if event.text == "minimum height disabled"}
        states = [(event.time_s, words[event.text]) for event in events if event.text in words]
        states = [(at, on) for at, on in states if on or not any(abs(at - low) < _SAME_S for low in floor)]
    ends = [at for at, _ in states[1:]]
    return [
        (at, ends[row] if row < len(ends) else None)
        for row, (at, on) in enumerate(states)
        if not on and (row or log.kind != "tlog")
    ]


def _spoken(said: list[tuple[float, str]]) -> list[tuple[float, float | None, str]]:
    """What the autopilot said of breaches: begin, end where it said so, and its words."""
    found: list[tuple[float, float | None, str]] = []
    for at, text in sorted(said):
        if "cleared" in text.lower() or "ended" in text:
            if found and found[-1][1] is None:
                found[-1] = (found[-1][0], at, found[-1][2])
        elif not found or found[-1][1] is not None:
            found.append((at, None, text))
    return found


def _heard(log: Log, track: Track | None, begin: float, end: float | None, text: str) -> Observation:
    position, height = place_at(track, begin)
    action = mode_change_after(log, begin, _ACTION_S)
    lasted = "" if end is None else f" for {end - begin:.1f} s"
    return Observation(
        check="fence breach",
        severity=Severity.ERROR,
        from_s=begin,
        to_s=end,
        text=(
            f"The autopilot reported “{text}”{lasted} at {_where(position)}"
            f"{f' and the mode changed from {action}' if action else ''}."
        ),
        meaning="The drone left the volume it was allowed to fly in; the recording does not hold the fence itself.",
        evidence=text,
        position=position,
        height_home_m=height,
    )


def _where(position: Position | None) -> str:
    return "an unknown place" if position is None else f"{position.lat_deg:.6f}, {position.lon_deg:.6f}"
