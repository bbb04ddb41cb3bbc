"""The shortest way round what must not be flown over.

A path among polygons bends only at their convex corners, so A* runs over those corners; but of a map of thousands
only the few that matter are ever looked at. The search begins with start and goal alone. An edge is tested for
being free only when the search comes to rely on it; where it is blocked, the corners of what blocks it join the
graph. Leaving an obstacle out can only make the found path shorter than the true one, so a path that turns out to
be free of all obstacles is the shortest there is (the relaxation argument of lazy collision checking). An edge is
considered only where it is tangent to the polygons of both its ends; any other cannot be part of a taut path.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from mission.geodesy import FloatArray

CLEAR_M: Final = 1e-4
"""Corners are passed at this distance while testing, so that grazing an edge is not a crossing of it."""

TOUCH: Final = 1e-9
SHADOW_EDGE: Final = 1e-7
"""Radians at the edge of a shadow that are tested, not taken for hidden."""

Waypoint = tuple[float, float]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Obstacle:
    """An area to keep out of below `top_m` (any height the caller compares with); None is all the way up."""

    area: BaseGeometry
    top_m: float | None = None


class RouteMap:
    """Free space: inside `inside` (everywhere if None) and outside every obstacle, margins already applied."""

    def __init__(self, obstacles: Sequence[Obstacle | BaseGeometry], inside: BaseGeometry | None = None) -> None:
        listed = [o if isinstance(o, Obstacle) else Obstacle(o) for o in obstacles]
        self._areas: list[BaseGeometry] = []
        self._tops: list[float] = []
        for obstacle in listed:
            for part in shapely.get_parts(obstacle.area):
                self._add(part, obstacle.top_m)
        self._inside = inside
        if inside is not None:
            for part in shapely.get_parts(inside):
                for hole in shapely.get_parts(shapely.polygons(shapely.get_rings(part)[1:])):
                    self._add(hole, None)
            outline = [Polygon(shapely.get_exterior_ring(part)) for part in shapely.get_parts(inside)]
            self._inside = shapely.multipolygons(outline)
            shapely.prepare(self._inside)
        self._tree = shapely.STRtree(self._areas)
        self._corners: dict[int, _Corners] = {}

    def _add(self, part: BaseGeometry, top_m: float | None) -> None:
        self._areas.append(part)
        self._tops.append(np.inf if top_m is None else top_m)

    def shortest(self, start: Waypoint, goal: Waypoint, height_m: float = -np.inf) -> tuple[Waypoint, ...] | None:
        """The corners of the shortest free path, both ends included; None if there is none.

        Obstacles whose top lies below `height_m` are flown over.
        """
        return _Search(self, start, goal, height_m).run()

    def blockers(self, a: Waypoint, b: Waypoint, height_m: float = -np.inf) -> list[int]:
        """Numbers of the obstacles that the straight line crosses; -1 stands for leaving the inside."""
        line = shapely.linestrings((a, b))
        hit = [int(n) for n in self._tree.query(line, predicate="intersects") if self._tops[n] >= height_m]
        if self._inside is not None and not shapely.covers(self._inside, line):
            hit.append(-1)
        return hit

    def free(self, ends: FloatArray, height_m: float = -np.inf) -> BoolArray:
        """For straight lines given by their ends (n, 2, 2): whether nothing is in the way."""
        lines = shapely.linestrings(ends)
        line, number = self._tree.query(lines, predicate="intersects")
        clear = np.ones(len(ends), dtype=np.bool_)
        clear[line[np.array(self._tops)[number] >= height_m]] = False
        if self._inside is not None:
            clear &= shapely.covers(self._inside, lines)
        return clear

    def outline(self, number: int) -> FloatArray:
        """The corners of an obstacle's outer ring, the first repeated at the end."""
        return np.asarray(shapely.get_coordinates(shapely.get_exterior_ring(self._areas[number])), dtype=np.float64)

    def corners(self, number: int) -> _Corners:
        """The corners of an obstacle at which a path may bend, made when first needed."""
        if number not in self._corners:
            if number >= 0:
                rings = [self.outline(number)]
            else:
                parts = shapely.get_parts(self._inside)
                rings = [np.asarray(shapely.get_coordinates(shapely.get_exterior_ring(part))) for part in parts]
            self._corners[number] = _Corners.of_rings(rings, inward=number < 0)
        return self._corners[number]


@dataclass(frozen=True)
class _Corners:
    """Convex corners: the true point, the point just off it, and the vectors to its neighbours on the ring."""

    true: FloatArray
    clear: FloatArray
    to_previous: FloatArray
    to_next: FloatArray

    @staticmethod
    def of_rings(rings: Sequence[FloatArray], inward: bool) -> _Corners:
        """`inward` rings bound the free space: it lies inside them."""
        parts = [_ring_corners(ring[:-1], inward) for ring in rings if len(ring) > 3]
        true, clear, before, after = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return _Corners(true, clear, before, after)

    @staticmethod
    def of_point(point: Waypoint) -> _Corners:
        place = np.array([point], dtype=np.float64)
        return _Corners(place, place, np.zeros((1, 2)), np.zeros((1, 2)))


def _ring_corners(ring: FloatArray, inward: bool) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    x, y = ring[:, 0], ring[:, 1]
    if (float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) < 0) != inward:
        ring = ring[::-1]
    to_previous, to_next = np.roll(ring, 1, axis=0) - ring, np.roll(ring, -1, axis=0) - ring
    convex = _cross(to_next, to_previous) > 1e-12
    true, to_previous, to_next = ring[convex], to_previous[convex], to_next[convex]
    a = to_previous / np.linalg.norm(to_previous, axis=1)[:, None]
    b = to_next / np.linalg.norm(to_next, axis=1)[:, None]
    outward = -(a + b)
    outward /= np.maximum(np.linalg.norm(outward, axis=1), 1e-12)[:, None]
    half = np.maximum(np.abs(_cross(outward, b)), 0.02)
    return true, true + outward * (CLEAR_M / half)[:, None], to_previous, to_next


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], dtype=np.float64)


@dataclass(frozen=True)
class _Queue:
    """Edges offered to the search, by rising estimate of a whole path over them; each with its angle and length."""

    nodes: list[int]
    targets: list[int]
    estimates: list[float]
    angles: list[float]
    lengths: list[float]


class _Search:
    """One run of A*. Node 0 is the start, node 1 the goal."""

    def __init__(self, map_: RouteMap, start: Waypoint, goal: Waypoint, height_m: float) -> None:
        self._map, self._height = map_, height_m
        ends = (_Corners.of_point(start), _Corners.of_point(goal))
        self._true = np.concatenate([end.true for end in ends])
        self._clear = self._true
        self._before = self._after = np.zeros((2, 2))
        self._known: set[int] = set()
        self._cost = [0.0, np.inf]
        self._parent = [0, 0]
        self._settled: list[int] = []
        self._heap: list[tuple[float, int, int]] = []
        self._queues: list[_Queue] = []
        self._shadows: dict[int, list[tuple[float, float, float]]] = {}

    def run(self) -> tuple[Waypoint, ...] | None:
        self._settle(0)
        while self._heap:
            _, queue, rank = heapq.heappop(self._heap)
            offered = self._queues[queue]
            node, target = offered.nodes[rank], offered.targets[rank]
            if rank + 1 < len(offered.targets):
                heapq.heappush(self._heap, (offered.estimates[rank + 1], queue, rank + 1))
            cost = self._cost[node] + offered.lengths[rank]
            if cost >= self._cost[target] - TOUCH or self._in_shadow(node, offered.angles[rank], offered.lengths[rank]):
                continue
            blockers = self._map.blockers(tuple(self._clear[node]), tuple(self._clear[target]), self._height)
            if blockers:
                self._learn(blockers)
                self._cast_shadows(node, blockers)
                continue
            # A corner learnt late may lead to a node sooner than the way it was settled by; it is then settled again.
            self._cost[target] = cost
            self._parent[target] = node
            if target == 1:
                return self._path()
            self._settle(target)
        return None

    def _in_shadow(self, node: int, angle: float, length: float) -> bool:
        """Whether an obstacle already met from this node certainly stands before the point."""
        return any(
            length > reach and SHADOW_EDGE < (angle - low) % math.tau < width - SHADOW_EDGE
            for low, width, reach in self._shadows.get(node, ())
        )

    def _cast_shadows(self, node: int, blockers: list[int]) -> None:
        """An obstacle is in one piece: from a point, it hides all that lies behind it between its outermost corners."""
        for number in blockers:
            if number < 0:
                continue
            away = self._map.outline(number) - self._true[node]
            at_node = np.flatnonzero(np.hypot(away[:, 0], away[:, 1]) < CLEAR_M)
            if len(at_node):
                away = np.roll(away[:-1], -int(at_node[0]), axis=0)[1:]
            angles = np.unwrap(np.arctan2(away[:, 1], away[:, 0]))
            low = float(angles.min())
            reach = float(np.hypot(away[:, 0], away[:, 1]).max())
            self._shadows.setdefault(node, []).append((low, float(angles.max()) - low, reach))

    def _settle(self, node: int) -> None:
        self._settled.append(node)
        self._offer([node], 1, len(self._true))

    def _learn(self, blockers: list[int]) -> None:
        """Take the corners of these obstacles into the graph, reachable from every node settled so far."""
        for number in blockers:
            if number in self._known:
                continue
            self._known.add(number)
            corners = self._map.corners(number)
            first = len(self._true)
            self._true = np.concatenate((self._true, corners.true))
            self._clear = np.concatenate((self._clear, corners.clear))
            self._before = np.concatenate((self._before, corners.to_previous))
            self._after = np.concatenate((self._after, corners.to_next))
            self._cost.extend([np.inf] * len(corners.true))
            self._parent.extend([0] * len(corners.true))
            self._offer(self._settled, first, len(self._true))

    def _offer(self, nodes: list[int], first: int, last: int) -> None:
        """Offer the nodes first..last as next after each of `nodes`, as far as a taut string could go there."""
        node = np.array(nodes)[:, None]
        step = self._true[None, first:last] - self._true[node]
        length = np.hypot(step[..., 0], step[..., 1])
        taut = _cross(step, self._before[first:last]) * _cross(step, self._after[first:last]) >= -TOUCH
        taut &= _cross(step, self._before[node]) * _cross(step, self._after[node]) >= -TOUCH
        # A taut string bends only towards the corner it is laid round; the start is laid round nothing.
        arrival = self._true[node] - self._true[np.array(self._parent)[node]]
        taut &= _cross(arrival, step) * _cross(arrival, self._before[node] + self._after[node]) >= -TOUCH
        rows, columns = np.nonzero(taut & (length > 0.0))
        if not len(rows):
            return
        targets = columns + first
        rest = np.hypot(*(self._true[targets] - self._true[1]).T)
        estimates = np.array(self._cost)[node[rows, 0]] + length[rows, columns] + rest
        order = np.argsort(estimates, kind="stable")
        rows, columns = rows[order], columns[order]
        self._queues.append(
            _Queue(
                nodes=node[rows, 0].tolist(),
                targets=targets[order].tolist(),
                estimates=estimates[order].tolist(),
                angles=np.arctan2(step[rows, columns, 1], step[rows, columns, 0]).tolist(),
                lengths=length[rows, columns].tolist(),
            )
        )
        heapq.heappush(self._heap, (self._queues[-1].estimates[0], len(self._queues) - 1, 0))

    def _path(self) -> tuple[Waypoint, ...]:
        node, path = 1, [1]
        while node != 0:
            node = self._parent[node]
            path.append(node)
        return tuple((float(x), float(y)) for x, y in self._true[path[::-1]])


def length_m(path: Sequence[Waypoint]) -> float:
    """Length of a polyline."""
    return float(np.linalg.norm(np.diff(np.asarray(path, dtype=np.float64), axis=0), axis=1).sum())
