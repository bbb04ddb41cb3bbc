"""What a ground station does in a sortie: asks, uploads, arms, and waits for what it sees."""

from __future__ import annotations

import math
from typing import Any

from sitl.geo import METRES_PER_E7
from tests.sitl.station import Ground

HOME = (515073500, -1637000)
HEIGHT_M = 20.0
ROWS_US = 50_000.0
LOITER, GUIDED, AUTO, RTL, CIRCLE, BRAKE, SMART_RTL = 5, 4, 3, 6, 7, 17, 21
PREARM_OK = 0x10000000
TOLD = (1, 30, 32, 42, 193)
"""Health, attitude, place, mission and filter, by message number."""


def place(north: float, east: float) -> tuple[int, int]:
    """Degrees · 1e7 of metres from home."""
    return (
        HOME[0] + round(north / METRES_PER_E7),
        HOME[1] + round(east / METRES_PER_E7 / math.cos(math.radians(HOME[0] * 1e-7))),
    )


def item(command: int, north: float = 0.0, east: float = 0.0, z: float = HEIGHT_M, **more: float) -> dict[str, Any]:
    """A mission item `north`, `east` metres from home; at neither, without a place."""
    placed = dict(zip("xy", place(north, east), strict=True)) if north or east else {}
    return {"command": command, "frame": 3, "z": z, **placed, **more}


def order(ground: Ground, command: int, **fields: Any) -> None:
    """A command that the vehicle takes."""
    before = len(ground.said)
    ground.send("COMMAND_LONG" if "x" not in fields else "COMMAND_INT", command=command, **fields)

    def answer() -> Any:
        return next((m for _, m in ground.said[before:] if getattr(m, "command", None) == command), None)

    ground.until(lambda: answer() is not None, 20.0)
    assert answer().result == 0, (command, answer(), texts(ground)[-5:])


def mode(ground: Ground, number: int) -> None:
    order(ground, 176, param1=1.0, param2=float(number))


def parameter(ground: Ground, name: str, value: float) -> None:
    """Sets a parameter and waits until the vehicle says so."""
    before = len(ground.said)
    ground.send("PARAM_SET", param_id=name, param_value=value, param_type=9)
    ground.until(lambda: any(getattr(m, "param_id", None) == name for _, m in ground.said[before:]), 20.0)


def texts(ground: Ground) -> list[str]:
    return [m.text for _, m in ground.said if type(m).__name__ == "STATUSTEXT"]


def ready(ground: Ground) -> None:
    """Booted, in GUIDED and able to arm; telling what is compared."""
    ground.until(lambda: any(type(m).__name__ == "HEARTBEAT" for _, m in ground.said), 60.0)
    for number in TOLD:
        order(ground, 511, param1=float(number), param2=ROWS_US)
    ground.until(lambda: "EKF3 IMU1 is using GPS" in texts(ground), 120.0)
    mode(ground, GUIDED)
    ground.run(5.0)
    ground.until(lambda: bool(ground.latest("SYS_STATUS").onboard_control_sensors_health & PREARM_OK), 120.0)


def upload(ground: Ground, items: list[dict[str, Any]]) -> None:
    """A mission, item by item as the vehicle asks for them."""
    before = len(ground.said)

    def wanted() -> int:
        asked = (m.seq for _, m in ground.said[before:] if type(m).__name__.startswith("MISSION_REQUEST"))
        return max(asked, default=-1)

    ground.send("MISSION_COUNT", count=len(items), mission_type=0)
    for seq, fields in enumerate(items):
        ground.until(lambda seq=seq: wanted() >= seq, 20.0)  # type: ignore[misc]
        ground.send("MISSION_ITEM_INT", seq=seq, autocontinue=1, mission_type=0, **fields)
    ground.until(lambda: any(type(m).__name__ == "MISSION_ACK" and m.type == 0 for _, m in ground.said[before:]), 20.0)


def fly(ground: Ground, items: list[dict[str, Any]]) -> None:
    """A mission of AUTO from the ground, home and take-off before `items`, until the motors stop."""
    ready(ground)
    upload(ground, [item(16), item(22), *items])
    order(ground, 400, param1=1.0)
    order(ground, 300)
    ground.run(5.0)
    ends(ground)


def up(ground: Ground, height_m: float = HEIGHT_M) -> None:
    """GUIDED, armed, hovering at a height above home."""
    ready(ground)
    order(ground, 400, param1=1.0)
    order(ground, 22, param7=height_m)
    ground.until(lambda: -ground.latest("LOCAL_POSITION_NED").z > height_m - 0.3, 60.0)
    ground.run(4.0)


def go(ground: Ground, north: float, east: float, height_m: float = HEIGHT_M, *, wait: bool = True) -> None:
    """GUIDED to a place, and four seconds there."""
    x, y = place(north, east)
    order(ground, 192, frame=6, param1=-1.0, param4=math.nan, x=x, y=y, z=height_m)
    if wait:
        there(ground, north, east, height_m)
        ground.run(4.0)


def there(ground: Ground, north: float, east: float, height_m: float) -> None:
    def off() -> float:
        m = ground.latest("LOCAL_POSITION_NED")
        return math.dist((m.x, m.y, -m.z), (north, east, height_m))

    ground.until(lambda: off() < 1.0, 120.0)


def ends(ground: Ground) -> None:
    """Until the motors stop."""
    ground.until(lambda: not ground.latest("HEARTBEAT").base_mode & 128)
    ground.run(3.0)
