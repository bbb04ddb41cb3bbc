"""Covering an area with parallel lines, never leaving it: the flight lines of surveys and track searches.

The lines are cut where they meet the border or a hole. Lines that follow one another without a hole between them
form a cell, which is flown to and fro; the cells are strung together greedily, each entered at the corner that is
nearest, and every way between two lines that would leave the area is replaced by the shortest one inside it
(boustrophedon cells after Choset 2000; the direction with the fewest lines after Huang 2001).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from mission.errors import GeometryError
from mission.route import RouteMap, Waypoint

SHORTEST_LINE_M: Final = 0.5
"""Pieces of line shorter than this are left out."""
LEFTOVER_SHARE: Final = 0.002
"""Share of the area that may stay uncovered; pieces beyond that get lines of their own."""
LEFTOVER_ROUNDS: Final = 3

Line = tuple[Waypoint, Waypoint]


@dataclass(frozen=True)
class Sweep:
    """The path over the area, and those pieces of it that are the lines, in the order flown."""

    path: tuple[Waypoint, ...]
    lines: tuple[Line, ...]


def sweep(
    area: BaseGeometry, spacing_m: float, direction_rad: float | None, ways: RouteMap, base: Waypoint | None = None
) -> Sweep:
    """Cover `area` (metres) by lines `spacing_m` apart, at most, in `direction_rad` (from east, counterclockwise).

    `direction_rad` None takes the direction with the fewest lines. `ways` is where the way between two lines may
    lead; `base`, where the drone comes from and returns to, decides where it begins. Raises GeometryError where the
    area is empty or its parts cannot be reached from one another.
    """
    if area.is_empty or area.area < 1.0:
        raise GeometryError("area", "nothing of it is left that may be flown over")
    angle = fewest_lines(area) if direction_rad is None else direction_rad
    turned = _turn(area, -angle)
    cells = _cells(_rows(turned, spacing_m))
    extra = _leftovers(turned, [line for cell in cells for line in cell], spacing_m)
    home = _turn_points((base, base), -angle)[0] if base else None
    ordered = _string([*cells, *([line] for line in extra)], home)
    back = [_turn_points(line, angle) for line in ordered]
    return Sweep(_connect(back, ways), tuple(back))


def fewest_lines(area: BaseGeometry) -> float:
    """Direction of lines, radians from east, for which there are the fewest.

    Lines of one direction number half the sum of the edges' extents across it, over the spacing. As a function of
    the direction that sum is concave between directions of edges, so it is least along one of the edges.
    """
    rings = [np.asarray(shapely.get_coordinates(ring)) for ring in shapely.get_rings(shapely.get_parts(area))]
    edges = np.concatenate([np.diff(ring, axis=0) for ring in rings])
    angles = np.unique(np.round(np.arctan2(edges[:, 1], edges[:, 0]) % math.pi, 9))
    extents = np.abs(edges[:, 1] * np.cos(angles)[:, None] - edges[:, 0] * np.sin(angles)[:, None]).sum(axis=1)
    return float(angles[int(np.argmin(np.round(extents, 6)))])


def _turn(area: BaseGeometry, angle: float) -> BaseGeometry:
    cos, sin = math.cos(angle), math.sin(angle)
    matrix = np.array([[cos, sin], [-sin, cos]])
    return shapely.transform(area, lambda points: points @ matrix)


def _turn_points(line: Line, angle: float) -> Line:
    cos, sin = math.cos(angle), math.sin(angle)
    (ax, ay), (bx, by) = line
    return (ax * cos - ay * sin, ax * sin + ay * cos), (bx * cos - by * sin, bx * sin + by * cos)


def _rows(area: BaseGeometry, spacing_m: float) -> list[list[Line]]:
    """The pieces of each line inside the area, from west to east, lines from south to north."""
    west, south, east, north = area.bounds
    count = max(1, math.ceil((north - south) / spacing_m - 1e-9))
    step = (north - south) / count
    heights = south + step * (np.arange(count) + 0.5)
    ends = np.stack((np.full(count, west - 1.0), heights, np.full(count, east + 1.0), heights), axis=1)
    pieces = shapely.intersection(shapely.linestrings(ends.reshape(-1, 2, 2)), area)
    parts, row_of = shapely.get_parts(pieces, return_index=True)
    bounds = shapely.bounds(parts)
    rows: list[list[Line]] = [[] for _ in range(count)]
    for row, (x0, y, x1, _) in sorted(zip(row_of.tolist(), bounds.tolist(), strict=True)):
        if x1 - x0 > SHORTEST_LINE_M:
            rows[row].append(((x0, y), (x1, y)))
    return rows


def _cells(rows: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Runs of lines of which each touches exactly one of the next row, and that one only it."""
    cells: list[list[Line]] = []
    open_cells: dict[int, list[Line]] = {}
    for row, following in pairwise((*rows, ())):
        for index, line in enumerate(row):
            if index not in open_cells:
                open_cells[index] = [line]
                cells.append(open_cells[index])
        ahead = [[j for j, other in enumerate(following) if _overlap(line, other)] for line in row]
        behind = [sum(j in targets for targets in ahead) for j in range(len(following))]
        continued: dict[int, list[Line]] = {}
        for index, targets in enumerate(ahead):
            if len(targets) == 1 and behind[targets[0]] == 1:
                cell = open_cells[index]
                cell.append(following[targets[0]])
                continued[targets[0]] = cell
        open_cells = continued
    return cells


def _overlap(a: Line, b: Line) -> bool:
    return a[0][0] < b[1][0] and b[0][0] < a[1][0]


def _leftovers(area: BaseGeometry, lines: Sequence[Line], spacing_m: float) -> list[Line]:
    """Lines through what the swaths of `lines` leave uncovered, largest pieces first, until little enough is left."""
    seen: BaseGeometry = shapely.union_all(_swaths(lines, spacing_m))
    found: list[Line] = []
    for _ in range(LEFTOVER_ROUNDS):
        left = shapely.get_parts(shapely.difference(area, seen))
        sizes = shapely.area(left)
        excess = float(sizes.sum()) - LEFTOVER_SHARE * area.area
        added: list[Line] = []
        for index in np.argsort(-sizes, kind="stable").tolist():
            if excess <= 0.0:
                break
            excess -= float(sizes[index])
            pieces = shapely.get_parts(shapely.intersection(_long_axis(left[index]), area))
            added.extend(_ends(piece) for piece in pieces if piece.length > SHORTEST_LINE_M)
        if not added:
            break
        found.extend(added)
        seen = shapely.union_all([seen, *_swaths(added, spacing_m)])
    return found


def _swaths(lines: Sequence[Line], spacing_m: float) -> list[BaseGeometry]:
    ends = np.array(lines, dtype=np.float64).reshape(-1, 2, 2)
    swaths = shapely.buffer(np.asarray(shapely.linestrings(ends)), spacing_m / 2.0, cap_style="square")
    return list(np.atleast_1d(swaths))


def _ends(piece: BaseGeometry) -> Line:
    points = shapely.get_coordinates(piece).tolist()
    (ax, ay), (bx, by) = points[0], points[-1]
    return (ax, ay), (bx, by)


def _long_axis(piece: BaseGeometry) -> BaseGeometry:
    """The middle line of the piece's smallest rectangle, along it."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(piece))
    a, b, c, d = corners[:4]
    if np.hypot(*(b - a)) > np.hypot(*(c - b)):
        return LineString(((a + d) / 2.0, (b + c) / 2.0))
    return LineString(((a + b) / 2.0, (c + d) / 2.0))


def _string(cells: Sequence[Sequence[Line]], base: Waypoint | None) -> list[Line]:
    """The lines in flying order. From every corner of every cell at once, always on to the nearest corner of a cell
    not yet flown; the start with the least way between cells, and from and to the base, wins."""
    count = 4 * len(cells)
    flown = [[_boustrophedon(cell, entry) for entry in range(4)] for cell in cells]
    entries = np.array([lines[0][0] for four in flown for lines in four])
    exits = np.array([lines[-1][1] for four in flown for lines in four])
    apart = np.hypot(*(exits[:, None] - entries[None, :]).transpose(2, 0, 1))
    cell_of = np.arange(count) // 4
    starts = np.arange(count)
    taken = cell_of[None, :] == cell_of[:, None]
    order = [starts]
    between = np.zeros(count) if base is None else np.hypot(*(entries - base).T)
    for _ in range(len(cells) - 1):
        offered = np.where(taken, np.inf, apart[order[-1]])
        chosen = offered.argmin(axis=1)
        between += offered[starts, chosen]
        taken |= cell_of[None, :] == cell_of[chosen][:, None]
        order.append(chosen)
    if base is not None:
        between += np.hypot(*(exits[order[-1]] - base).T)
    best = int(between.argmin())
    return [line for step in order for line in flown[step[best] // 4][step[best] % 4]]


def _boustrophedon(cell: Sequence[Line], entry: int) -> list[Line]:
    """The cell's lines to and fro, from its first (entry 0, 1) or last line, begun in the west (0, 2) or east."""
    ordered = list(cell) if entry < 2 else list(reversed(cell))
    backwards = entry % 2 == 1
    flown = []
    for line in ordered:
        flown.append((line[1], line[0]) if backwards else line)
        backwards = not backwards
    return flown


def _connect(lines: Sequence[Line], ways: RouteMap) -> tuple[Waypoint, ...]:
    path = list(lines[0])
    gaps = np.array([(before[1], after[0]) for before, after in pairwise(lines)], dtype=np.float64)
    straight = ways.free(gaps.reshape(-1, 2, 2))
    for line, is_straight in zip(lines[1:], straight.tolist(), strict=True):
        if not is_straight:
            way = ways.shortest(path[-1], line[0])
            if way is None:
                raise GeometryError("area", "its parts cannot be reached from one another without leaving it")
            path.extend(way[1:-1])
        path.extend(line)
    return tuple(path)
