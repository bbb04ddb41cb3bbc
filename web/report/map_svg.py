"""The flown track over the unit's own layers, the plan and its fence; to scale, north up, with a bar of 100 m."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np

from mission.geodesy import FloatArray, LocalFrame, frame_at
from mission.plan import FenceKind, Plan, Position
from web.track import Track, thinned

POINTS: Final = 3000
MARGIN: Final = 0.12
"""Of the longer side, so that the ground about the flight is seen."""
GROUND: Final = {
    "park": ("#dfeeda", "none"),
    "water": ("#cfe4f3", "none"),
    "road": ("none", "#a9a39a"),
    "path": ("none", "#cdbf9f"),
}
FENCE: Final = {FenceKind.INCLUSION: "#0a7d32", FenceKind.EXCLUSION: "#b3261e"}
FLOWN: Final = "#0b4fb3"
PLANNED: Final = "#a3128f"
BAR_M: Final = 100


class _View:
    """Metres east and north to the drawing's own: x to the right, y down."""

    def __init__(self, shown: FloatArray) -> None:
        west, south = shown.min(axis=0).tolist()
        east, north = shown.max(axis=0).tolist()
        edge = max(east - west, north - south, 4.0 * BAR_M) * (1 + 2 * MARGIN)
        x, y = (west + east) / 2, (south + north) / 2
        self.west, self.north, self.width, self.height = x - edge / 2, y + edge * 0.36, edge, edge * 0.72

    def path(self, points: FloatArray, *, closed: bool = False) -> str:
        line = " L ".join(f"{x - self.west:.1f} {self.north - y:.1f}" for x, y in points.tolist())
        return f"M {line}{' Z' if closed else ''}"


def draw(track: Track, plan: Plan | None, layers: tuple[str, ...]) -> str:
    """`layers` are the settings' GeoJSON files; one that cannot be read is left out. The track has rows."""
    frame = frame_at(Position(float(track.lat_deg[0]), float(track.lon_deg[0])))
    kept = thinned(track, POINTS)
    flown = frame.degrees_to_xy(np.column_stack([track.lon_deg[kept], track.lat_deg[kept]]))
    planned = [item.position for item in plan.items if item.position is not None] if plan else []
    view = _View(np.concatenate([flown, frame.to_xy(planned)]) if planned else flown)
    stroke = view.width / 400.0
    drawn = [f'<rect width="{view.width:.1f}" height="{view.height:.1f}" fill="#f7f5ef"/>']
    names: list[str] = []
    for layer in layers:
        for feature in _features(Path(layer)):
            drawn += _ground(feature, frame, view, stroke)
            names += _name(feature, frame, view, stroke)
    if plan is not None:
        drawn += _plan(plan, frame, view, stroke)
    drawn.append(f'<path d="{view.path(flown)}" fill="none" stroke="{FLOWN}" stroke-width="{1.6 * stroke:.2f}"/>')
    for point, colour in ((flown[0], "#0a7d32"), (flown[-1], "#b3261e")):
        x, y = point[0] - view.west, view.north - point[1]
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3.2 * stroke:.1f}" fill="{colour}" stroke="white"/>')
    left, foot = 6 * stroke, view.height - 6 * stroke
    drawn.append(f'<path d="M {left:.1f} {foot:.1f} h {BAR_M}" stroke="black" stroke-width="{2 * stroke:.2f}"/>')
    drawn.append(_text(left, foot - 4 * stroke, f"{BAR_M} m", 8 * stroke, "black"))
    box = f'viewBox="0 0 {view.width:.1f} {view.height:.1f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(drawn + names)}</svg>'


def _features(path: Path) -> Iterator[dict[str, Any]]:
    try:
        yield from json.loads(path.read_bytes())["features"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # the ground is a help to the eye; the track is what the page is about


def _rings(geometry: dict[str, Any], frame: LocalFrame) -> Iterator[FloatArray]:
    coordinates = geometry.get("coordinates") or []
    match geometry.get("type"):
        case "LineString":
            rings = [coordinates]
        case "MultiLineString" | "Polygon":
            rings = coordinates
        case "MultiPolygon":
            rings = [ring for polygon in coordinates for ring in polygon]
        case _:
            rings = []
    for ring in rings:
        yield frame.degrees_to_xy(np.array(ring, dtype=np.float64)[:, :2])


def _ground(feature: dict[str, Any], frame: LocalFrame, view: _View, stroke: float) -> list[str]:
    kind = (feature.get("properties") or {}).get("kind")
    fill, line = GROUND.get(str(kind), ("none", "#c9c5b8"))
    return [
        f'<path d="{view.path(ring)}" fill="{fill}" stroke="{line}" stroke-width="{2 * stroke:.2f}"/>'
        for ring in _rings(feature.get("geometry") or {}, frame)
    ]


def _name(feature: dict[str, Any], frame: LocalFrame, view: _View, stroke: float) -> list[str]:
    """Names of areas and places that lie in the drawing."""
    said, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
    if not said.get("name") or said.get("kind") not in ("park", "water", "place"):
        return []
    if geometry.get("type") == "Point":
        points = frame.degrees_to_xy(np.array([geometry["coordinates"][:2]], dtype=np.float64))
    else:
        points = next(_rings(geometry, frame), np.empty((0, 2)))
    if not len(points):
        return []
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    at = (x - view.west, view.north - y)
    if not (0 < at[0] < view.width * 0.85 and 0 < at[1] < view.height):
        return []
    return [_text(float(at[0]), float(at[1]), str(said["name"]), 7 * stroke, "#5b6570")]


def _plan(plan: Plan, frame: LocalFrame, view: _View, stroke: float) -> list[str]:
    drawn = []
    for polygon in plan.geofence.polygons:
        ring = view.path(frame.to_xy(polygon.vertices), closed=True)
        drawn.append(f'<path d="{ring}" fill="none" stroke="{FENCE[polygon.kind]}" stroke-width="{stroke:.2f}"/>')
    for circle in plan.geofence.circles:
        x, y = frame.to_xy([circle.centre])[0].tolist()
        drawn.append(
            f'<circle cx="{x - view.west:.1f}" cy="{view.north - y:.1f}" r="{circle.radius_m:.1f}" fill="none" '
            f'stroke="{FENCE[circle.kind]}" stroke-width="{stroke:.2f}"/>'
        )
    places = [item.position for item in plan.items if item.position is not None]
    if places:
        line = view.path(frame.to_xy(places))
        wide = f'stroke-width="{4 * stroke:.2f}" stroke-opacity="0.35"'
        drawn.append(f'<path d="{line}" fill="none" stroke="{PLANNED}" {wide}/>')
    return drawn


def _text(x: float, y: float, words: str, size: float, colour: str) -> str:
    font = f'font-family="Libertinus Serif" font-size="{size:.1f}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {font}>{escape(words)}</text>'
