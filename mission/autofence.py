"""A fence drawn around a plan by itself."""

from __future__ import annotations

import msgspec
import numpy as np
import shapely

from mission.context import DEFAULT, Context
from mission.errors import GeometryError
from mission.geofence import storage_bytes
from mission.plan import FenceKind, FencePolygon, Plan
from mission.situation import Situation

SIMPLIFY_M = (5.0, 10.0, 20.0, 40.0)
"""How far the outline may be straightened: the least by which it fits the autopilot's storage."""
GRID_M = 0.001
CLOSED_MARGINS = 2.0
"""Notches narrower than twice this many margins are fenced in: a flight controller stores few corners."""


def autofence(plan: Plan, margin_m: float, context: Context = DEFAULT) -> Plan:
    """The plan with one inclusion about all it flies, home and rally points, `margin_m` away or a little more:
    as much more as it takes to fit the autopilot's storage.

    It replaces the inclusions there were and keeps the exclusions. Raises GeometryError if there is nothing to
    fence, or if the margin is not more than the vehicle's own.
    """
    if not margin_m > context.vehicle.fence_margin_m:
        raise GeometryError("margin", f"{margin_m:g} m; the vehicle itself keeps {context.vehicle.fence_margin_m:g} m")
    if not plan.items or plan.home is None:
        raise GeometryError("plan", "has no home or no items to put a fence around")
    situation = Situation(plan, context)
    rally = shapely.multipoints(situation.frame.to_xy(point.position for point in plan.rally))
    ways = [area for leg in situation.distinct_legs for area in situation.returns.sweep(leg)]
    # On a grid: legs that meet in one point would else leave no valid shape.
    flown = shapely.union_all([*np.asarray(situation.lines), *ways, rally], grid_size=GRID_M)
    close_m = CLOSED_MARGINS * margin_m
    filled = shapely.buffer(shapely.buffer(flown, close_m, quad_segs=4), -close_m, quad_segs=4)
    whole = shapely.union(filled, flown)
    kept = tuple(p for p in plan.geofence.polygons if p.kind is FenceKind.EXCLUSION)
    circles = tuple(c for c in plan.geofence.circles if c.kind is FenceKind.EXCLUSION)
    for straightened_m in SIMPLIFY_M:
        # Simplifying moves the outline by no more than it was drawn wider.
        outline = shapely.buffer(whole, margin_m + straightened_m, quad_segs=2).simplify(straightened_m)
        ring = situation.frame.to_positions(shapely.get_coordinates(shapely.get_exterior_ring(outline))[:-1])
        polygons = (FencePolygon(FenceKind.INCLUSION, ring), *kept)
        fence = msgspec.structs.replace(plan.geofence, polygons=polygons, circles=circles)
        if storage_bytes(fence) <= context.vehicle.fence_bytes_max:
            break
    return msgspec.structs.replace(plan, geofence=fence)
