from __future__ import annotations

import heapq
import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon, box

from mission.route import Obstacle, RouteMap, Waypoint, length_m
from tests.mission.areas import area_with_holes, obstacle_field


def all_pairs(polygons: list[Polygon], start: Waypoint, goal: Waypoint) -> float:
    """Length of the shortest path by the plain visibility graph: every corner against every other, by Dijkstra."""
    corners = [tuple(corner) for polygon in polygons for corner in polygon.exterior.coords[:-1]]
    nodes = np.array([start, goal, *corners], dtype=np.float64)
    tree = shapely.STRtree([polygon.buffer(-1e-6) for polygon in polygons])
    best = {0: 0.0}
    done: set[int] = set()
    heap = [(0.0, 0)]
    while heap:
        cost, node = heapq.heappop(heap)
        if node == 1:
            return cost
        if node in done:
            continue
        done.add(node)
        lines = shapely.linestrings(np.stack((np.broadcast_to(nodes[node], nodes.shape), nodes), axis=1))
        seen = np.setdiff1d(np.arange(len(nodes)), tree.query(lines, predicate="intersects")[0])
        for other in seen.tolist():
            reached = cost + math.dist(nodes[node], nodes[other])
            if reached < best.get(other, math.inf):
                best[other] = reached
                heapq.heappush(heap, (reached, other))
    return math.inf


@pytest.mark.parametrize("seed", range(25))
def test_the_route_is_as_short_as_the_whole_visibility_graphs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    polygons = obstacle_field(rng, 20, 1000.0, 8)
    start, goal = (-100.0, float(rng.uniform(0, 1000))), (1100.0, float(rng.uniform(0, 1000)))
    path = RouteMap(polygons).shortest(start, goal)
    assert path is not None
    assert path[0] == start
    assert path[-1] == goal
    assert length_m(path) == pytest.approx(all_pairs(polygons, start, goal), abs=1e-6)
    inner = shapely.union_all([polygon.buffer(-0.001) for polygon in polygons])
    assert not LineString(path).intersects(inner)


@pytest.mark.parametrize("seed", range(25))
def test_inside_an_area_with_holes_the_route_stays_inside(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    area = area_with_holes(rng)
    inner = area.buffer(-1.0)
    points = [shapely.point_on_surface(part) for part in shapely.get_parts(inner)]
    a = (points[0].x, points[0].y)
    far = shapely.get_point(shapely.get_exterior_ring(inner.envelope), 0)
    x, y = shapely.get_coordinates(shapely.shortest_line(inner, far))[0].tolist()
    b = (x, y)
    path = RouteMap([], area).shortest(a, b)
    assert path is not None
    assert area.buffer(0.001).covers(LineString(path))
    assert length_m(path) >= math.dist(a, b) - 1e-9


def test_the_known_shortest_way_round_a_square() -> None:
    path = RouteMap([box(-10, -10, 10, 10)]).shortest((-30.0, 0.0), (30.0, 0.0))
    assert path is not None
    assert length_m(path) == pytest.approx(2 * math.hypot(20, 10) + 20)
    assert len(path) == 4


def test_a_low_obstacle_is_flown_over_when_high_enough() -> None:
    wall = RouteMap([Obstacle(box(-10, -100, 10, 100), top_m=40.0)])
    assert wall.shortest((-30.0, 0.0), (30.0, 0.0), height_m=50.0) == ((-30.0, 0.0), (30.0, 0.0))
    round_it = wall.shortest((-30.0, 0.0), (30.0, 0.0), height_m=40.0)
    assert round_it is not None
    assert len(round_it) == 4


def test_no_way_is_no_way() -> None:
    ring = box(-50, -50, 50, 50).difference(box(-40, -40, 40, 40))
    assert RouteMap([ring]).shortest((0.0, 0.0), (10.0, 10.0)) == ((0.0, 0.0), (10.0, 10.0))
    assert RouteMap([ring]).shortest((0.0, 0.0), (100.0, 0.0)) is None
    walled = RouteMap([], box(0, 0, 10, 10))
    assert walled.shortest((5.0, 5.0), (20.0, 5.0)) is None
    assert RouteMap([box(0, 0, 10, 10)]).shortest((5.0, 5.0), (20.0, 5.0)) is None
    apart = RouteMap([], shapely.union_all([box(0, 0, 10, 10), box(20, 0, 30, 10)]))
    assert apart.shortest((5.0, 5.0), (25.0, 5.0)) is None
