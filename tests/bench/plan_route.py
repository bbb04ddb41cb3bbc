"""Shortest routes: the first one on a new map, and the next, beside extremitypathfinder and a plain visibility graph.

extremitypathfinder is installed for the run into a virtual environment of its own; where that cannot be done, the
table says so and the ratio is null. The plain graph (every corner against every other, then Dijkstra) is measured on
50 polygons: on 200 it takes many minutes.
"""

from __future__ import annotations

import heapq
import json
import math
import subprocess
import tempfile
import time
import venv
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from rich.console import Console
from rich.table import Table
from shapely import Polygon

from mission.route import RouteMap, Waypoint, length_m
from tests.mission.areas import obstacle_field

PEER: Final = "extremitypathfinder"
CORNERS: Final = 20
SIZE_M: Final = 10_000.0
START: Final[Waypoint] = (-900.0, -900.0)
GOALS: Final[tuple[Waypoint, ...]] = ((10_900.0, 10_850.0), (10_900.0, 3_000.0), (4_000.0, 10_900.0))

PEER_SCRIPT: Final = """
import json, sys, time
from importlib.metadata import version
from extremitypathfinder import PolygonEnvironment
task = json.load(open(sys.argv[1]))
begun = time.perf_counter()
environment = PolygonEnvironment()
environment.store(task["boundary"], task["holes"], validate=False)
built = time.perf_counter() - begun
routes = []
for goal in task["goals"]:
    begun = time.perf_counter()
    _, length = environment.find_shortest_path(tuple(task["start"]), tuple(goal))
    routes.append((time.perf_counter() - begun, length))
print(json.dumps({"version": version("extremitypathfinder"), "built": built, "routes": routes}))
"""


def measure(console: Console) -> dict[str, Any]:
    table = Table(
        "polygons", "first ms", "next ms", "km", title=f"Shortest routes through polygons of {CORNERS} corners"
    )
    growth: dict[str, Any] = {}
    for count in (25, 50, 100, 200, 400):
        first, others, lengths = ours(obstacle_field(np.random.default_rng(7), count, SIZE_M, CORNERS))
        table.add_row(str(count), f"{first * 1e3:.1f}", f"{others * 1e3:.1f}", f"{lengths[0] / 1e3:.3f}")
        growth[str(count)] = {"first_ms": round(first * 1e3, 2), "next_ms": round(others * 1e3, 2)}
    console.print(table)
    figures: dict[str, Any] = {"route_ms_by_polygons": growth}
    return figures | _against_peer(console) | _against_plain(console)


def ours(polygons: list[Polygon]) -> tuple[float, float, list[float]]:
    """Seconds for building the map and the first route, for each further one, and the lengths; best of three maps."""
    best_first, best_next, lengths = math.inf, math.inf, []
    for _ in range(3):
        begun = time.perf_counter()
        routes = RouteMap(polygons)
        paths = [routes.shortest(START, GOALS[0])]
        best_first = min(best_first, time.perf_counter() - begun)
        begun = time.perf_counter()
        paths.extend(routes.shortest(START, goal) for goal in GOALS[1:])
        best_next = min(best_next, (time.perf_counter() - begun) / (len(GOALS) - 1))
        lengths = [length_m(path) for path in paths if path is not None]
        if len(lengths) != len(GOALS):
            raise SystemExit("a route was not found: the figures would mean nothing")
    return best_first, best_next, lengths


def _against_peer(console: Console) -> dict[str, Any]:
    nothing: dict[str, Any] = {"route_ratio": None, "route_length_ratio": None}
    polygons = obstacle_field(np.random.default_rng(7), 200, SIZE_M, CORNERS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        python = str(folder / "venv" / "bin" / "python")
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            console.print(f"{PEER} could not be installed here, so it is not compared: {done.stderr.strip()[-200:]}")
            return nothing
        edge = SIZE_M + 2_000.0
        boundary = [(-2_000.0, -2_000.0), (edge, -2_000.0), (edge, edge), (-2_000.0, edge)]
        clockwise = [polygon.reverse() if polygon.exterior.is_ccw else polygon for polygon in polygons]
        holes = [shapely.get_coordinates(polygon)[:-1].tolist() for polygon in clockwise]
        task = {"boundary": boundary, "holes": holes, "start": START, "goals": GOALS}
        (folder / "task.json").write_text(json.dumps(task))
        console.print(f"{PEER} builds its map of 200 polygons; this takes minutes…")
        done = subprocess.run(
            [python, "-c", PEER_SCRIPT, folder / "task.json"], capture_output=True, text=True, check=False
        )
    if done.returncode:
        console.print(f"{PEER} failed, so it is not compared: {done.stderr.strip()[-200:]}")
        return nothing
    peer = json.loads(done.stdout)
    first, others, lengths = ours(polygons)
    peer_first = peer["built"] + peer["routes"][0][0]
    longest = max(own / theirs for own, (_, theirs) in zip(lengths, peer["routes"], strict=True))
    console.print(
        f"{PEER} {peer['version']}: first route {peer_first:.1f} s, further ones {peer['routes'][1][0] * 1e3:.0f} ms; "
        f"ours {first * 1e3:.1f} ms and {others * 1e3:.1f} ms: {peer_first / first:,.0f} × faster, "
        f"length ratio {longest:.9f}"
    )
    return {
        "route_ratio": round(peer_first / first, 1),
        "route_length_ratio": round(longest, 9),
        "route_first_ms": round(first * 1e3, 2),
        "peer": {"name": PEER, "version": peer["version"], "first_s": round(peer_first, 2)},
    }


def _against_plain(console: Console) -> dict[str, Any]:
    polygons = obstacle_field(np.random.default_rng(7), 50, SIZE_M, CORNERS)
    begun = time.perf_counter()
    length = plain_visibility_graph(polygons, START, GOALS[0])
    plain = time.perf_counter() - begun
    first, _, lengths = ours(polygons)
    console.print(
        f"Plain all-pairs visibility graph, 50 polygons: {plain:.1f} s; ours {first * 1e3:.1f} ms: "
        f"{plain / first:,.0f} × faster, length ratio {lengths[0] / length:.9f}"
    )
    return {"plain_graph_ratio": round(plain / first, 1), "plain_graph_length_ratio": round(lengths[0] / length, 9)}


def plain_visibility_graph(polygons: list[Polygon], start: Waypoint, goal: Waypoint) -> float:
    """Length of the shortest path: all corners against all others first, Dijkstra after."""
    corners = [tuple(corner) for polygon in polygons for corner in polygon.exterior.coords[:-1]]
    nodes = np.array([start, goal, *corners], dtype=np.float64)
    tree = shapely.STRtree([polygon.buffer(-1e-6) for polygon in polygons])
    neighbours: list[list[int]] = [[] for _ in nodes]
    for node in range(len(nodes)):
        others = np.arange(node + 1, len(nodes))
        if len(others):
            lines = shapely.linestrings(
                np.stack((np.broadcast_to(nodes[node], (len(others), 2)), nodes[others]), axis=1)
            )
            blocked = np.unique(tree.query(lines, predicate="intersects")[0])
            for other in np.delete(others, blocked).tolist():
                neighbours[node].append(other)
                neighbours[other].append(node)
    best, done, heap = {0: 0.0}, set[int](), [(0.0, 0)]
    while heap:
        cost, node = heapq.heappop(heap)
        if node == 1:
            return cost
        if node in done:
            continue
        done.add(node)
        for other in neighbours[node]:
            reached = cost + math.dist(nodes[node], nodes[other])
            if reached < best.get(other, math.inf):
                best[other] = reached
                heapq.heappush(heap, (reached, other))
    return math.inf
