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
from telemetry.review.observation import JOIN_S, Observation, action_after, place_at, spans, stayed, while_armed
from telemetry.review.track import Track

_ANY_INCLUSION: Final = 2
"""FENCE_OPTIONS bit 1."""
_CEILING, _CIRCLE, _POLYGONS = 1, 2, 4
"""FENCE_TYPE bits."""
_GEOFENCE: Final = 1 << 20
"""MAV_SYS_STATUS_GEOFENCE."""
_AIRBORNE_M: Final = 2.0
_POLYGON: Final = "polygon"
_SAID_OF: Final = {
    "maximum height": ("max alt", "maximum height"),
    "minimum height": ("min alt", "minimum height"),
    "circle about home": ("circle", "boundary"),
    _POLYGON: ("polygon", "boundary"),
}
"""How the autopilot calls each; FENCE_STATUS says boundary of circle and polygons alike."""
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
        return "inside" if self.area.startswith("exclusion") else "beyond"


def fence_distance(track: Track, plan: Plan, story: Story) -> dict[str, Floats]:
    """For each part of the fence the metres left to its edge; negative is beyond it. Empty where there is no fence.

    Horizontal: from the point to the area's nearest edge in the local frame. Ceiling: FENCE_ALT_MAX minus height.
    Circle: about the plan's home, else about where the recording begins.
    """
    frame = frame_at(track.start)
    points: Points = shapely.points(frame.degrees_to_xy(np.column_stack((track.lon_deg, track.lat_deg))))
    found = _areas(points, frame, plan, bool(int(story.parameter("FENCE_OPTIONS") or 0) & _ANY_INCLUSION))
    kinds = int(story.parameter("FENCE_TYPE") or 0) if story.parameter("FENCE_ENABLE") else 0
    ceiling, radius = story.parameter("FENCE_ALT_MAX"), story.parameter("FENCE_RADIUS")
    if kinds & _CEILING and ceiling:
        found["maximum height"] = ceiling - track.height_home_m
    if kinds & _CIRCLE and radius:
        circle = disc(frame, plan.home.position if plan.home else track.start, radius)
        found["circle about home"] = _inside(points, Shape(FenceKind.INCLUSION, "circle", None, circle, ""))
    return found


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
    spoken = _of_area(breach.area, [(at, text) for at, text in said if begin - _SAID_S <= at <= end + _SAID_S])
    words = [text for _, text in spoken]
    heard = f"The autopilot said “{words[0]}”" if words else "The autopilot said nothing of it"
    # It may have said so, and acted, before the recording's next position.
    acted = min([begin, *(at for at, _ in spoken)])
    did = f"and {action_after(log, acted, _ACTION_S) or stayed(log, acted)}"
    return Observation(
        check="fence breach",
        severity=Severity.ERROR,
        from_s=begin,
        to_s=end,
        text=(
            f"Fence breach: {breach.where} {breach.area} for {end - begin:.1f} s, from {_where(position)} on, at most "
            f"{breach.depth_m:.1f} m {breach.where} it. {heard} {did}.{_switched_off(log, begin, bool(words))}"
        ),
        meaning="The drone left the volume it was allowed to fly in: flown there, blown there, or the fence was off.",
        evidence=f"position against the fence on board; {'; '.join(words) or 'no message'}",
        position=position,
        height_home_m=height,
    )


def _of_area(area: str, said: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Of the words on breaches those on one area, or those that name none: several fences may be breached at once."""
    words = [text.lower() for _, text in said]
    own = _SAID_OF.get(area, _SAID_OF[_POLYGON])
    named = [any(name in text for names in _SAID_OF.values() for name in names) for text in words]
    ours = [any(name in text for name in own) or not known for text, known in zip(words, named, strict=True)]
    return [one for one, our in zip(said, ours, strict=True) if our and not _is_over(one[1])]


def _is_over(text: str) -> bool:
    return "cleared" in text.lower() or "ended" in text


def _is_floor(text: str) -> bool:
    return "min alt" in text.lower() or "minimum" in text


def _switched_off(log: Log, at: float, heard: bool) -> str:
    """Whether the autopilot watched its fence at a time; what it spoke of was never off all the time."""
    begun = [off for off, on in _times_off(log) if off <= at and (on is None or at < on)]
    if begun and begun[0] > -np.inf:
        return f" The fence had been switched off {at - begun[0]:.0f} s before."
    return " The fence was off." if begun and not heard else ""


def _off(log: Log, track: Track | None) -> list[Observation]:
    """The fence switched off in flight. That which ends at landing is not told, for ArduPilot does that by itself."""
    found = []
    for at, on in _times_off(log):
        if at == -np.inf or not while_armed(log, np.array([at]))[0] or track is None:
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
    """From and until when the fence was off; from -∞ where it had not been on before."""
    states = _states_told(log) if log.kind == "tlog" else _states_logged(log)
    ends = [at for at, _ in states[1:]]
    return [(at, ends[row] if row < len(ends) else None) for row, (at, on) in enumerate(states) if not on]


def _states_told(log: Log) -> list[tuple[float, bool]]:
    """SYS_STATUS says so, but never of a fence that only reports (FENCE_ACTION 0): then its parameter does."""
    status = said_by_vehicle(log, "SYS_STATUS")
    if status is None or log.story.parameter("FENCE_ACTION") == 0.0:
        return _states_set(log)
    on = status["onboard_control_sensors_enabled"] & _GEOFENCE != 0
    first, *others = [(float(status.time_s[row]), bool(on[row])) for row in changes(on).tolist()]
    return [(-np.inf, first[1]), *others]


def _states_set(log: Log) -> list[tuple[float, bool]]:
    values = [(one.time_s, one.value != 0.0) for one in log.story.parameters if one.name == "FENCE_ENABLE"]
    return [(-np.inf, values[0][1]), *values[1:]] if values else []


def _states_logged(log: Log) -> list[tuple[float, bool]]:
    """The parameter, and EV; with FENCE_AUTOENABLE the fence is off until that says otherwise.

    The minimum height's is left out: ArduPilot itself takes that away for each landing.
    """
    words = {"fence enabled": True, "fence disabled": False}
    events = [h for h in log.story.happenings if h.kind == "event"]
    floor = [event.time_s for event in events if event.text.startswith("minimum height")]
    switched = [(event.time_s, words[event.text]) for event in events if event.text in words]
    switched = [(at, on) for at, on in switched if not any(abs(at - low) < _SAME_S for low in floor)]
    begun = [(-np.inf, False)] if log.story.parameter("FENCE_AUTOENABLE") else []
    states = sorted([*(begun or _states_set(log)), *switched])
    return [state for row, state in enumerate(states) if not row or state[1] != states[row - 1][1]]


def _spoken(said: list[tuple[float, str]]) -> list[tuple[float, float | None, str]]:
    """What the autopilot said of breaches: begin, end where it said so, and its words.

    One that begins anew, or is over once more, soon after it ended had not ended.
    """
    found: list[tuple[float, float | None, str]] = []
    for at, text in sorted(said):
        begun, ended, words = found[-1] if found else (at, -np.inf, "")
        if ended is None or at - ended <= JOIN_S:
            found[-1] = (begun, at if _is_over(text) else None, words)
        elif not _is_over(text):
            found.append((at, None, text))
    return found


def _lowest(log: Log, track: Track | None, begin: float, end: float | None) -> str:
    limit = log.story.parameter("FENCE_ALT_MIN")
    if track is None or limit is None:
        return ""
    rows = (track.time_s >= begin) & (track.time_s <= (np.inf if end is None else end)) & while_armed(log, track.time_s)
    if not rows.any():
        return ""
    return f" The lowest was {np.nanmin(track.height_home_m[rows]):.1f} m above home, the limit {limit:g} m."


def _heard(log: Log, track: Track | None, begin: float, end: float | None, text: str) -> Observation:
    position, height = place_at(track, begin)
    action = action_after(log, begin, _ACTION_S)
    lasted = "" if end is None else f" for {end - begin:.1f} s"
    return Observation(
        check="fence breach",
        severity=Severity.ERROR,
        from_s=begin,
        to_s=end,
        text=(
            f"The autopilot reported “{text}”{lasted} at {_where(position)}"
            f"{f' and {action}' if action else ''}.{_lowest(log, track, begin, end) if _is_floor(text) else ''}"
        ),
        meaning="The drone left the volume it was allowed to fly in; the recording does not hold the fence itself.",
        evidence=text,
        position=position,
        height_home_m=height,
    )


def _where(position: Position | None) -> str:
    return "an unknown place" if position is None else f"{position.lat_deg:.6f}, {position.lon_deg:.6f}"
