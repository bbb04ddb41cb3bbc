"""Plans and item lists of any length over Hyde Park."""

from __future__ import annotations

from mission.items import WireItem, mission_items
from mission.plan import (
    FenceCircle,
    FenceKind,
    FencePolygon,
    Frame,
    Geofence,
    Home,
    MissionItem,
    Plan,
    Position,
    RallyPoint,
)

NAV_WAYPOINT, NAV_TAKEOFF = 16, 22
HOME = Position(51.50735, -0.16370)


def plan(waypoints: int, height_m: float = 30.0) -> Plan:
    """Take-off and a sawtooth inside one inclusion polygon, beside one exclusion circle, with one rally point."""
    corners = ((51.5055, -0.1670), (51.5055, -0.1600), (51.5130, -0.1600), (51.5130, -0.1670))
    return Plan(
        home=Home(HOME, 24.0),
        items=(
            MissionItem(NAV_TAKEOFF, Frame.GLOBAL_RELATIVE_ALT, altitude_m=height_m),
            *(_waypoint(number, height_m) for number in range(waypoints - 1)),
        ),
        geofence=Geofence(
            polygons=(FencePolygon(FenceKind.INCLUSION, tuple(Position(*corner) for corner in corners)),),
            circles=(FenceCircle(FenceKind.EXCLUSION, Position(51.5120, -0.1660), 20.0),),
        ),
        rally=(RallyPoint(Position(51.5076, -0.1640), 40.0),),
    )


def _waypoint(number: int, height_m: float) -> MissionItem:
    position = Position(51.5075 + number % 40 * 5e-5, -0.1640 + number // 40 * 1e-4)
    return MissionItem(NAV_WAYPOINT, Frame.GLOBAL_RELATIVE_ALT, position, height_m + number % 7)


def items(waypoints: int, height_m: float = 30.0) -> tuple[WireItem, ...]:
    """As they are uploaded, home first."""
    return mission_items(plan(waypoints, height_m))
