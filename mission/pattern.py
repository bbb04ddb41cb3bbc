"""What a planning pattern is: the few numbers a person gives, from which `mission.patterns` makes mission items.

A pattern stays editable as a pattern: the plan keeps its description (`Plan.patterns`), and every item it expanded
to carries its id (`MissionItem.pattern`). What is uploaded is always the expansion, which is a pure function of
the description and the plan's geofence. Lengths in metres, angles in degrees clockwise from true north. The sweep
width of a search is what its odds are reckoned with (`mission.patterns.odds`); it changes nothing that is flown.
"""

from __future__ import annotations

import msgspec

from mission.position import Frame, Position

Ring = tuple[Position, ...]
"""Corners in order, not closed."""


class Camera(msgspec.Struct, frozen=True):
    """A camera that looks straight down, its image width across the track."""

    name: str
    sensor_width_mm: float
    sensor_height_mm: float
    focal_length_mm: float
    image_width_px: int
    image_height_px: int


class Survey(msgspec.Struct, frozen=True, tag_field="kind", tag="survey"):
    """Parallel lines over an area. `spacing_m` None takes it from the camera and `side_overlap_pct`."""

    area: Ring
    altitude_m: float
    holes: tuple[Ring, ...] = ()
    """Parts of the area that are neither covered nor flown over."""
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    spacing_m: float | None = None
    angle_deg: float | None = None
    """Direction of the lines; None chooses the one with the fewest turns."""
    crosshatch: bool = False
    camera: Camera | None = None
    front_overlap_pct: float = 75.0
    side_overlap_pct: float = 60.0
    turnaround_m: float = 0.0
    speed_m_s: float | None = None


class CorridorScan(msgspec.Struct, frozen=True, tag_field="kind", tag="corridor"):
    """Parallel lines along a line such as a road or a canal, `width_m` wide in all."""

    line: Ring
    width_m: float
    altitude_m: float
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    spacing_m: float | None = None
    camera: Camera | None = None
    front_overlap_pct: float = 75.0
    side_overlap_pct: float = 60.0
    speed_m_s: float | None = None


class Perimeter(msgspec.Struct, frozen=True, tag_field="kind", tag="perimeter"):
    """Round an area at a standoff, looking in; at several heights (bottom first) for a building or structure."""

    area: Ring
    standoff_m: float
    heights_m: tuple[float, ...]
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    clockwise: bool = True
    look_in: bool = True
    speed_m_s: float | None = None


class Orbit(msgspec.Struct, frozen=True, tag_field="kind", tag="orbit"):
    """Circles round a point, looking at it; at several heights (bottom first)."""

    centre: Position
    radius_m: float
    heights_m: tuple[float, ...]
    turns: int = 1
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    clockwise: bool = True
    speed_m_s: float | None = None


class ExpandingSquare(msgspec.Struct, frozen=True, tag_field="kind", tag="expanding_square"):
    """IAMSAR expanding square (SS): legs of 1, 1, 2, 2, 3, 3… track spacings from the datum outwards."""

    datum: Position
    spacing_m: float
    legs: int
    altitude_m: float
    first_leg_deg: float = 0.0
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    clockwise: bool = True
    speed_m_s: float | None = None
    sweep_width_m: float | None = None


class SectorSearch(msgspec.Struct, frozen=True, tag_field="kind", tag="sector"):
    """IAMSAR sector search (VS): nine legs in three triangles through the datum; a second pass is turned by 30°."""

    datum: Position
    radius_m: float
    altitude_m: float
    first_leg_deg: float = 0.0
    passes: int = 1
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    speed_m_s: float | None = None
    sweep_width_m: float | None = None


class TrackSearch(msgspec.Struct, frozen=True, tag_field="kind", tag="track_search"):
    """IAMSAR parallel sweep (PS) or, with `creeping`, creeping line (CS) over an area.

    Both are parallel tracks half a spacing in from the sides; a parallel sweep runs along the longer side, a
    creeping line along the shorter.
    """

    area: Ring
    spacing_m: float
    altitude_m: float
    creeping: bool = False
    holes: tuple[Ring, ...] = ()
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    speed_m_s: float | None = None
    sweep_width_m: float | None = None


class HastyRoute(msgspec.Struct, frozen=True, tag_field="kind", tag="hasty_route"):
    """Along a path a missing person may have taken, there and, with `offset_m`, back beside it."""

    line: Ring
    altitude_m: float
    offset_m: float = 0.0
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    speed_m_s: float | None = None
    sweep_width_m: float | None = None


class Containment(msgspec.Struct, frozen=True, tag_field="kind", tag="containment"):
    """Round the place where somebody was last seen, to meet whoever leaves.

    The ring's radius is given, or as far as the person may have come: `travel_speed_m_s` times `since_s`.
    """

    datum: Position
    altitude_m: float
    radius_m: float | None = None
    travel_speed_m_s: float | None = None
    since_s: float | None = None
    turns: int = 1
    frame: Frame = Frame.GLOBAL_RELATIVE_ALT
    clockwise: bool = True
    speed_m_s: float | None = None
    sweep_width_m: float | None = None


class Foreign(msgspec.Struct, frozen=True, tag_field="kind", tag="foreign"):
    """A complex item of another program, kept as it was so that it can be saved again. `document` is its JSON."""

    name: str
    document: str


PatternSpec = (
    Survey
    | CorridorScan
    | Perimeter
    | Orbit
    | ExpandingSquare
    | SectorSearch
    | TrackSearch
    | HastyRoute
    | Containment
    | Foreign
)


class Pattern(msgspec.Struct, frozen=True):
    """One pattern of a plan. Its items are those whose `pattern` is this id; they lie together, in order."""

    pattern_id: str
    spec: PatternSpec
