"""Sorties that were never recorded, flown by ArduCopter itself and by the built-in vehicle on the same orders."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from sitl.ardupilot import ENVIRONMENT, Ardupilot, ArdupilotOptions
from sitl.fleet import Fleet
from sitl.geo import METRES_PER_E7
from tests.sitl.conftest import running
from tests.sitl.probe import Probe
from tests.sitl.sorties import Flight, flight, legs, own_time
from tests.sitl.station import Ground, Station

HOME = (515073500, -1637000)
SPEEDUP = 5.0
HEIGHT_M = 20.0
ROWS_US = 50_000.0
AUTO, GUIDED, RTL, BRAKE = 3, 4, 6, 17
PREARM_OK = 0x10000000
LEFT_M = 0.3
FAR = (110.0, 100.0)
"""149 m from home."""


def place(north: float, east: float) -> tuple[int, int]:
    return (
        HOME[0] + round(north / METRES_PER_E7),
        HOME[1] + round(east / METRES_PER_E7 / math.cos(math.radians(HOME[0] * 1e-7))),
    )


def item(command: int, north: float = 0.0, east: float = 0.0, z: float = HEIGHT_M, **more: float) -> dict[str, Any]:
    placed = dict(zip("xy", place(north, east), strict=True)) if north or east else {}
    return {"command": command, "frame": 3, "z": z, **placed, **more}


MISSION = [
    item(16),
    item(22),
    item(16, 60.0, 0.5),
    item(178, z=0.0, param1=1.0, param2=4.0),
    item(115, z=0.0, param1=90.0, param2=20.0, param3=1.0),
    item(16, 60.0, 60.0, 25.0),
    item(19, 0.5, 60.0, 25.0, param1=10.0),
    item(21, 20.0, 30.0, 0.0),
]


def order(ground: Ground, command: int, **fields: Any) -> None:
    """A command that the vehicle takes."""
    before = len(ground.said)
    ground.send("COMMAND_LONG" if "x" not in fields else "COMMAND_INT", command=command, **fields)

    def answer() -> Any:
        return next((m for _, m in ground.said[before:] if getattr(m, "command", None) == command), None)

    ground.until(lambda: answer() is not None, 20.0)
    assert answer().result == 0, (command, answer(), texts(ground)[-5:])


def texts(ground: Ground) -> list[str]:
    return [m.text for _, m in ground.said if type(m).__name__ == "STATUSTEXT"]


def ready(ground: Ground) -> None:
    """Booted, in GUIDED and able to arm; telling health, attitude and place."""
    ground.until(lambda: any(type(m).__name__ == "HEARTBEAT" for _, m in ground.said), 60.0)
    for number in (1, 30, 32):
        order(ground, 511, param1=float(number), param2=ROWS_US)
    ground.until(lambda: "EKF3 IMU1 is using GPS" in texts(ground), 120.0)
    order(ground, 176, param1=1.0, param2=float(GUIDED))
    ground.run(5.0)
    ground.until(lambda: bool(ground.latest("SYS_STATUS").onboard_control_sensors_health & PREARM_OK), 120.0)


def ends(ground: Ground) -> None:
    ground.until(lambda: not ground.latest("HEARTBEAT").base_mode & 128)
    ground.run(3.0)


def slow_survey(ground: Ground) -> None:
    """AUTO: a slower leg with the nose held east, ten seconds at a place, a landing elsewhere."""
    ready(ground)
    ground.send("MISSION_COUNT", count=len(MISSION), mission_type=0)
    for seq, fields in enumerate(MISSION):
        ground.until(lambda seq=seq: wanted(ground) >= seq, 20.0)  # type: ignore[misc]
        ground.send("MISSION_ITEM_INT", seq=seq, autocontinue=1, mission_type=0, **fields)
    ground.until(lambda: any(type(m).__name__ == "MISSION_ACK" and m.type == 0 for _, m in ground.said), 20.0)
    order(ground, 400, param1=1.0)
    order(ground, 300)
    ground.run(5.0)
    ends(ground)


def wanted(ground: Ground) -> int:
    return max((m.seq for _, m in ground.said if type(m).__name__.startswith("MISSION_REQUEST")), default=-1)


def there_and_stop(ground: Ground) -> None:
    """GUIDED: up, off to a far place, BRAKE on the way, RTL."""
    ready(ground)
    order(ground, 400, param1=1.0)
    order(ground, 22, param7=HEIGHT_M)
    ground.until(lambda: ground.latest("LOCAL_POSITION_NED").z < -HEIGHT_M + 0.3, 60.0)
    ground.run(4.0)
    x, y = place(*FAR)
    order(ground, 192, frame=6, param1=-1.0, param4=math.nan, x=x, y=y, z=HEIGHT_M + 10.0)
    ground.until(lambda: ground.latest("LOCAL_POSITION_NED").x > 80.0, 120.0)
    order(ground, 176, param1=1.0, param2=float(BRAKE))
    ground.run(6.0)
    order(ground, 176, param1=1.0, param2=float(RTL))
    ends(ground)


def told(said: list[tuple[float, Any]]) -> Flight:
    """The flight from arming on, marked where it leaves the ground: how long orders were under way is no matter of
    the sortie, nor when the filter was ready.
    """
    begin = next(k for k, (_, m) in enumerate(said) if type(m).__name__ == "STATUSTEXT" and m.text == "Arming motors")
    found = flight(said[begin:])
    left = next(at for at, _, _, up in found.track if up > LEFT_M)
    found.marks = sorted([*found.marks, (left, "off the ground")], key=lambda mark: mark[0])
    return found


def headings(said: list[tuple[float, Any]], one: Flight) -> list[float]:
    """Degrees, in the middle between every two marks."""
    rows = [(at, math.degrees(m.yaw)) for at, m in said if type(m).__name__ == "ATTITUDE"]
    times = [(a[0] + b[0]) / 2 for a, b in zip(one.marks, one.marks[1:], strict=False)]
    return [min(rows, key=lambda row: abs(row[0] - at))[1] for at in times]


@pytest.fixture
def arducopter() -> Iterator[int]:
    program = os.environ.get(ENVIRONMENT)
    if not program:
        pytest.skip(f"${ENVIRONMENT} names no ArduCopter SITL program")
    defaults = os.environ.get("ARDUPILOT_DEFAULTS")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    options = ArdupilotOptions(
        Path(program),
        speedup=SPEEDUP,
        defaults=Path(defaults) if defaults else None,
        first_instance=24 + int(worker.removeprefix("gw")),
    )
    with running(Ardupilot(options)) as backend:
        yield backend.ports[0]


@pytest.mark.ardupilot
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sortie", [slow_survey, there_and_stop])
def test_flies_as_arducopter_does(
    sortie: Callable[[Ground], None], arducopter: int, capsys: pytest.CaptureFixture[str]
) -> None:
    station = Station(arducopter, (arducopter - 5760) // 10 % 255 + 1)
    try:
        sortie(station)
    finally:
        station.close()
    probe = Probe(Fleet(base_port=None))
    sortie(probe)
    expected, flown = told(station.said), told(probe.said)
    assert flown.modes == expected.modes
    assert flown.reached == expected.reached
    heard, wanted_texts = ([text for _, text in one.texts if not own_time(text)] for one in (flown, expected))
    assert heard == wanted_texts
    compared = legs(expected, flown)
    turned = zip(headings(station.said, expected), headings(probe.said, flown), strict=True)
    table = Table(title=f"{sortie.__name__}: ArduCopter and the built-in vehicle")
    for column in ("leg", "ArduCopter s", "built-in s", "apart", "height p95 m", "heading °"):
        table.add_column(column, justify="left" if column == "leg" else "right")
    for leg, (own, other) in zip(compared, turned, strict=True):
        gap = f"{100 * (leg.flown_s / leg.expected_s - 1):+.1f} %" if leg.expected_s > 1 else ""
        height = f"{np.percentile(leg.height_m, 95):.2f}" if len(leg.height_m) else ""
        times = f"{leg.expected_s:.2f}", f"{leg.flown_s:.2f}"
        table.add_row(leg.name, *times, gap, height, f"{own:.0f} / {other:.0f}")
    with capsys.disabled():
        Console(width=120).print(table)
    for leg in compared:
        assert leg.flown_s == pytest.approx(leg.expected_s, rel=0.1, abs=1.0), leg.name
    assert float(np.percentile(np.concatenate([leg.height_m for leg in compared]), 95)) < 1.0
