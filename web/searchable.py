"""What of a recorded flight it can be found by: words, the ground it was over, and a few figures.

Pure: from a bundle to rows, from an area to cells, from tracks to those that came near it. `web.store.flight_search`
keeps and asks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from mission.errors import GeometryError
from mission.geodesy import FloatArray, frame_at
from mission.plan import Position
from telemetry.flight_folder import TLOG
from telemetry.review.battery import battery_of
from telemetry.review.track import Track, track_of
from telemetry.wire import Event
from web import recordings
from web.bundle import Bundle

CELL_ZOOM: Final = 17
"""Web Mercator tiles about 190 m wide in London."""
CELLS_MOST: Final = 2000
"""An area of more is refused: about 60 km²."""
POINT: Final = np.dtype([("time_s", "<u4"), ("lat", "<i4"), ("lon", "<i4")])
"""A place on a track: seconds since 1970 (UTC), degrees · 10⁷. One at least every `STEP_S`, and at every bend."""
STEP_S: Final = 10.0
BEND_M: Final = 3.0
WORD_MOST: Final = 64
WITHIN_MOST_M: Final = 5000.0

_WORD: Final = re.compile(r"[^\W_]+")
_TOLD: Final = ("statustext", "alert_raised", "command")
"""Kinds of event whose text is searched."""
_CIRCUMFERENCE_M: Final = 40_075_016.7
"""Of the equator, WGS 84."""

Points = NDArray[np.void]


class Facts(msgspec.Struct, frozen=True):
    """None is unknown. `track`: bytes of `POINT`s, none where the recording holds no position."""

    words: frozenset[str]
    cells: tuple[int, ...]
    track: bytes
    alerts: int
    battery_used_ah: float | None
    battery_left_pct: float | None


class Area(msgspec.Struct, frozen=True):
    """Where to look: a ring of three or more places, or one place; and how far from it counts, in metres."""

    places: tuple[Position, ...]
    within_m: float


def facts(found: Bundle) -> Facts:
    """Raises `RecordingError` where the recording cannot be read."""
    log = recordings.opened(found.folder / TLOG)
    track, battery = track_of(log), battery_of(log)
    points = thinned(track) if track is not None else np.empty(0, POINT)
    alerts = [event for event in found.events if event.kind == "alert_raised"]
    used = None if battery is None else _last(battery.used_ah)
    left = None if battery is None else _last(battery.remaining_pct)
    return Facts(
        words_of(*(event.text for event in found.events if event.kind in _TOLD)) | alert_words(alerts),
        cells_under(points),
        points.tobytes(),
        len(alerts),
        used,
        left,
    )


def _last(values: FloatArray) -> float | None:
    known = values[~np.isnan(values)]
    return float(known[-1]) if len(known) else None


def words_of(*texts: str | None) -> frozenset[str]:
    """Lower case, without accents; ``CAD-4711/26`` is three words."""
    plain = (unicodedata.normalize("NFKD", text).casefold() for text in texts if text)
    return frozenset(word[:WORD_MOST] for text in plain for word in _WORD.findall(text))


def alert_words(alerts: Iterable[Event]) -> frozenset[str]:
    return frozenset(alert_word(str(alert.data.get("rule"))) for alert in alerts)


def alert_word(rule: str) -> str:
    return f"alert:{rule}"[:WORD_MOST]


def thinned(track: Track) -> Points:
    """The track by its bends, and where it hardly bends by a point every `STEP_S`."""
    known = ~(np.isnan(track.lat_deg) | np.isnan(track.lon_deg) | np.isnan(track.time_s))
    time, lat, lon = track.time_s[known], track.lat_deg[known], track.lon_deg[known]
    if not len(time):
        return np.empty(0, POINT)
    keep = np.diff(np.floor(time / STEP_S), prepend=-np.inf) != 0
    keep[-1] = True
    degree_m = _CIRCUMFERENCE_M / 360.0
    xy = np.column_stack((lon * np.cos(np.radians(lat[0])), lat)) * degree_m
    line = shapely.linestrings(np.column_stack((xy, np.arange(len(xy)))))
    bends = shapely.get_coordinates(shapely.simplify(line, BEND_M, preserve_topology=False), include_z=True)[:, 2]
    keep[bends.astype(np.intp)] = True
    points = np.empty(int(keep.sum()), POINT)
    points["time_s"] = time[keep]
    points["lat"], points["lon"] = np.rint(lat[keep] * 1e7), np.rint(lon[keep] * 1e7)
    return points


def cells_under(points: Points) -> tuple[int, ...]:
    """The cells that the track runs through, but for corners cut by less than a tenth of a cell."""
    if not len(points):
        return ()
    tiles = _tiles(points["lon"] / 1e7, points["lat"] / 1e7)
    steps = np.hypot(*np.diff(tiles, axis=0).T)
    parts = np.maximum(1, np.ceil(steps * 10.0)).astype(np.intp)
    start = np.repeat(np.arange(len(parts)), parts)
    share = np.concatenate([np.arange(count) / count for count in parts]) if len(parts) else np.empty(0)
    dense = tiles[:-1][start] + (tiles[1:] - tiles[:-1])[start] * share[:, None]
    whole = np.floor(np.vstack((dense, tiles[-1:]))).astype(np.int64)
    return tuple(np.unique((whole[:, 0] << CELL_ZOOM) | whole[:, 1]).tolist())


def cells_about(area: Area) -> tuple[int, ...]:
    """The cells that a track near the area must run through. Raises GeometryError where the area is too large."""
    ring = np.array([(place.lon_deg, place.lat_deg) for place in area.places], dtype=np.float64)
    tiles = _tiles(ring[:, 0], ring[:, 1])
    cell_m = _CIRCUMFERENCE_M * np.cos(np.radians(np.abs(ring[:, 1]).max())) / 2**CELL_ZOOM
    shape = shapely.buffer(_shape(tiles), area.within_m / cell_m + 0.1)
    west, north, east, south = (int(edge) for edge in np.floor(shapely.bounds(shape)))
    if (east - west + 1) * (south - north + 1) > CELLS_MOST:
        raise GeometryError("area", "is too large to search; draw a smaller one")
    columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(north, south + 1))
    boxes = shapely.box(columns, rows, columns + 1, rows + 1)
    hit = shapely.intersects(boxes, shape)
    return tuple(((columns[hit].astype(np.int64) << CELL_ZOOM) | rows[hit]).tolist())


def came_near(
    tracks: Sequence[bytes], area: Area, begins: datetime | None = None, ends: datetime | None = None
) -> NDArray[np.bool_]:
    """Which of the tracks came within the area's distance in that time, give or take `STEP_S`."""
    lines: list[FloatArray] = []
    owner: list[int] = []
    frame = frame_at(area.places[0])
    for index, track in enumerate(tracks):
        points = _within(np.frombuffer(track, POINT), begins, ends)
        if len(points):
            lines.append(np.column_stack((points["lon"], points["lat"])) / 1e7)
            owner.append(index)
    near = np.zeros(len(tracks), np.bool_)
    if not lines:
        return near
    counts = [len(line) for line in lines]
    # A line has two points at least: each begins with its first one twice.
    repeated = np.concatenate([np.vstack((line[:1], line)) for line in lines])
    which = np.repeat(np.arange(len(lines)), [count + 1 for count in counts])
    drawn = shapely.linestrings(frame.degrees_to_xy(repeated), indices=which)
    shape = _shape(frame.to_xy(area.places))
    near[owner] = shapely.dwithin(drawn, shape, max(area.within_m, 0.01))
    return near


def _within(points: Points, begins: datetime | None, ends: datetime | None) -> Points:
    """The points in that time, and the one on each side: between them it was under way."""
    first = 0 if begins is None else int(np.searchsorted(points["time_s"], begins.timestamp(), side="right")) - 1
    last = len(points) if ends is None else int(np.searchsorted(points["time_s"], ends.timestamp(), side="left")) + 1
    return points[max(first, 0) : last]


def _shape(xy: FloatArray) -> shapely.Geometry:
    return shapely.Point(xy[0]) if len(xy) < 3 else shapely.make_valid(shapely.Polygon(xy))


def _tiles(lon_deg: FloatArray, lat_deg: FloatArray) -> FloatArray:
    """Web Mercator tile coordinates at `CELL_ZOOM`, with fractions; x eastwards, y southwards."""
    scale = float(2**CELL_ZOOM)
    phi = np.radians(np.clip(lat_deg, -85.0, 85.0))
    return np.column_stack(((lon_deg + 180.0) / 360.0 * scale, (1.0 - np.arcsinh(np.tan(phi)) / np.pi) / 2.0 * scale))
