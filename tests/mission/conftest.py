"""Plans that the planning tests start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, settings

from mission.formats import load
from mission.geodesy import LocalFrame, frame_at
from mission.items import WireItem
from mission.plan import Frame, Geofence, Home, MissionItem, Plan, Position

# A busy machine is no failure: what takes how long is measured by `make bench-plan`.
settings.register_profile("mission", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mission")

HOME = Position(51.50735, -0.16370)
_EDGE = [[-0.161, 51.506], [-0.161, 51.509], [-0.164, 51.5075]]
FIELD = {
    "features": [
        {
            "properties": {"name": "Parade ground"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[-0.167, 51.506], *_EDGE, [-0.167, 51.509], [-0.167, 51.506]]],
            },
        }
    ]
}
"""GeoJSON of the unit's own places."""


class ReadBack(msgspec.Struct):
    """What a real ArduCopter 4.6.3 gave back after the Hyde Park survey was uploaded."""

    mission: list[WireItem]
    fence: list[WireItem]
    rally: list[WireItem]


@pytest.fixture(scope="session")
def survey(data: Path) -> Plan:
    """The Hyde Park survey: 20 items, three fence shapes, one rally point."""
    path = data / "plans" / "hyde-park-survey.plan"
    return load(path.name, path.read_bytes())


@pytest.fixture(scope="session")
def read_back(data: Path) -> ReadBack:
    return msgspec.json.decode((data / "plans" / "hyde-park-survey.readback.json").read_bytes(), type=ReadBack)


@pytest.fixture(scope="session")
def frame() -> LocalFrame:
    return frame_at(HOME)


MakePlan = Callable[..., Plan]


@pytest.fixture(scope="session")
def make_plan(frame: LocalFrame) -> MakePlan:
    """A mission from home over points given in metres east and north of home, at `height` m, to RTL."""
    x0, y0 = frame.to_xy((HOME,))[0].tolist()

    def make(points: list[tuple[float, float]], height: float = 40.0, geofence: Geofence | None = None) -> Plan:
        places = frame.to_positions([(x0 + x, y0 + y) for x, y in points])
        waypoints = (MissionItem(16, Frame.GLOBAL_RELATIVE_ALT, place, height) for place in places)
        takeoff = MissionItem(22, Frame.GLOBAL_RELATIVE_ALT, None, height)
        rtl = MissionItem(20, Frame.MISSION)
        return Plan(home=Home(HOME, 24.0), items=(takeoff, *waypoints, rtl), geofence=geofence or Geofence())

    return make


@pytest.fixture(scope="session")
def around(frame: LocalFrame) -> Callable[..., tuple[Position, ...]]:
    """A ring of positions from corners in metres east and north of home."""
    x0, y0 = frame.to_xy((HOME,))[0].tolist()

    def ring(*corners: tuple[float, float]) -> tuple[Position, ...]:
        return frame.to_positions([(x0 + x, y0 + y) for x, y in corners])

    return ring
