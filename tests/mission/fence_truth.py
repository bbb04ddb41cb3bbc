"""Plans with random fences, judged by the checks, and flown by simulated vehicles that keep the same fence.

The vehicles report breaches without acting on them (FENCE_ACTION 0), so that each plan is flown to its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mission.checks import check_situation
from mission.context import Context
from mission.finding import Severity
from mission.geodesy import frame_at
from mission.items import WireItem, fence_items, mission_items
from mission.plan import FenceCircle, FenceKind, FencePolygon, Frame, Geofence, Home, MissionItem, Plan, Position
from mission.situation import Situation
from sitl.fleet import TICK_S, Fleet
from tests.mission.areas import star
from tests.sitl.probe import Probe

HEIGHT_M: Final = 12.0
BOOT_S: Final = 45.0
LONGEST_S: Final = 240.0
SETTINGS: Final = {"FENCE_ENABLE": 1.0, "FENCE_ACTION": 0.0, "FENCE_RADIUS": 600.0, "FENCE_ALT_MAX": 120.0}


@dataclass(frozen=True)
class Verdict:
    """`clean`: no fence error. `depth_m`: how far the drawn path lies beyond the fence at its worst; 0 inside."""

    clean: bool
    breach: bool
    depth_m: float


def judged(plan: Plan) -> Verdict:
    situation = Situation(plan, Context())
    errors = {finding.check for finding in check_situation(situation) if finding.severity is Severity.ERROR}
    path = shapely.union_all(situation.lines)
    beyond = [(path.difference(shape.area), shape.area) for shape in situation.required_areas]
    beyond.extend(
        (path.intersection(shape.area), shape.area.boundary)
        for shape in situation.shapes
        if shape.kind is FenceKind.EXCLUSION
    )
    depth = max((_farthest(part, edge) for part, edge in beyond), default=0.0)
    return Verdict(not errors & {"fence_breach", "fence_margin"}, "fence_breach" in errors, depth)


def _farthest(part: BaseGeometry, edge: BaseGeometry) -> float:
    """Largest distance of a piece of path from the edge it lies beyond."""
    if part.is_empty:
        return 0.0
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(part, 0.5)))
    return float(np.max(shapely.distance(edge, points)))


def flown(plans: list[Plan], fleet: Fleet) -> list[bool]:
    """Whether each vehicle's own fence was breached on the way. Plan n must begin at vehicle n's place."""
    _pass(fleet, BOOT_S)
    for number, plan in enumerate(plans):
        probe = Probe(fleet, number)
        assert probe.upload([_fields(item) for item in fence_items(plan)], mission_type=1) == 0
        assert probe.upload([_fields(item) for item in mission_items(plan)]) == 0
        assert probe.command(176, 1, 4) == 0
        assert probe.command(400, 1) == 0, probe.texts()[-3:]
        assert probe.command(300) == 0
        probe.channel.close()
    breached = [False] * len(plans)
    for _ in range(round(LONGEST_S / 0.1)):
        _pass(fleet, 0.1)
        for number, vehicle in enumerate(fleet.vehicles):
            breached[number] = breached[number] or bool(vehicle.fence.breaches)
        if not any(vehicle.armed for vehicle in fleet.vehicles):
            return breached
    raise AssertionError("a plan was not flown to its end")


def new_fleet(count: int, seed: int) -> Fleet:
    return Fleet(base_port=None, count=count, seed=seed, parameters=SETTINGS)


def homes(fleet: Fleet) -> list[Position]:
    """Where each vehicle stands."""
    return [Position(v.origin.lat / 1e7, v.origin.lon / 1e7) for v in fleet.vehicles]


def _fields(item: WireItem) -> dict[str, float]:
    return msgspec.structs.asdict(item)


def _pass(fleet: Fleet, seconds: float) -> None:
    for _ in range(round(seconds / TICK_S)):
        fleet.step()


def random_plan(rng: np.random.Generator, home: Position) -> Plan:
    """Two to four waypoints among random areas, home well inside."""
    frame = frame_at(home)
    x, y = frame.to_xy((home,))[0].tolist()

    def ring(shape: shapely.Polygon) -> tuple[Position, ...]:
        return frame.to_positions(shapely.get_coordinates(shape)[:-1] + np.array([x, y]))

    while True:
        polygons, circles = [], []
        for _ in range(int(rng.integers(1, 3))):
            area = star(rng, (0.0, 0.0), float(rng.uniform(70, 130)), int(rng.integers(4, 9)))
            polygons.append(FencePolygon(FenceKind.INCLUSION, ring(area)))
        for _ in range(int(rng.integers(0, 3))):
            east, north = rng.uniform(-60, 60, 2).tolist()
            hole = star(rng, (east, north), float(rng.uniform(8, 30)), int(rng.integers(3, 7)))
            polygons.append(FencePolygon(FenceKind.EXCLUSION, ring(hole)))
        if rng.random() < 0.4:
            east, north = rng.uniform(-60, 60, 2).tolist()
            centre = frame.position(x + east, y + north)
            circles.append(FenceCircle(FenceKind.EXCLUSION, centre, float(rng.uniform(5, 25))))
        if rng.random() < 0.3:
            circles.append(FenceCircle(FenceKind.INCLUSION, home, float(rng.uniform(40, 90))))
        reach = float(rng.choice([20.0, 45.0, 70.0]))
        points = rng.uniform(-reach, reach, (int(rng.integers(2, 5)), 2)) + np.array([x, y])
        way = (MissionItem(16, Frame.GLOBAL_RELATIVE_ALT, place, HEIGHT_M) for place in frame.to_positions(points))
        items = (MissionItem(22, Frame.GLOBAL_RELATIVE_ALT, None, HEIGHT_M), *way, MissionItem(20, Frame.MISSION))
        plan = Plan(home=Home(home, 24.0), items=items, geofence=Geofence(tuple(polygons), tuple(circles)))
        findings = check_situation(Situation(plan, Context()))
        sound = not any(f.check in ("fence_shapes", "fence_storage") and f.severity is Severity.ERROR for f in findings)
        at_home = any(f.place.kind == "home" for f in findings if f.check.startswith("fence"))
        if sound and not at_home:
            return plan
