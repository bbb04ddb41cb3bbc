"""Sorties flown by ArduCopter itself and by the built-in vehicle on the same orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sitl import orders
from tests.sitl.orders import HEIGHT_M, item
from tests.sitl.station import Ground

WAYPOINT, TURNS, TIME, RETURN, LAND, TO_ALTITUDE, SPLINE, DELAY = 16, 18, 19, 20, 21, 31, 82, 93
AFTER_S, AFTER_M, YAW, SPEED = 112, 114, 115, 178
ROI, ROI_NONE, PICTURES, PICTURE = 195, 197, 206, 203


@dataclass(frozen=True)
class Sortie:
    fly: Callable[[Ground], None]
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Set before power-on."""


def do(command: int, **params: float) -> dict[str, Any]:
    """An item without a place."""
    return item(command, z=0.0, **params)


def slow_survey(ground: Ground) -> None:
    """A slower leg with the nose held east, ten seconds at a place, a landing elsewhere."""
    legs = [
        item(WAYPOINT, 60.0, 0.5),
        do(SPEED, param1=1.0, param2=4.0),
        do(YAW, param1=90.0, param2=20.0, param3=1.0),
        item(WAYPOINT, 60.0, 60.0, 25.0),
        item(TIME, 0.5, 60.0, 25.0, param1=10.0),
        item(LAND, 20.0, 30.0, 0.0),
    ]
    orders.fly(ground, legs)


def there_and_stop(ground: Ground) -> None:
    """GUIDED: off to a far place, BRAKE on the way, RTL."""
    orders.up(ground)
    orders.go(ground, 110.0, 100.0, HEIGHT_M + 10.0, wait=False)
    ground.until(lambda: ground.latest("LOCAL_POSITION_NED").x > 80.0, 120.0)
    orders.mode(ground, orders.BRAKE)
    ground.run(6.0)
    orders.mode(ground, orders.RTL)
    orders.ends(ground)


def curves(ground: Ground) -> None:
    """Splines after straight legs, after splines, before a stop, and back to straight legs."""
    legs = [
        item(WAYPOINT, 50.0, 0.5),
        item(SPLINE, 90.0, 40.0),
        item(SPLINE, 60.0, 90.0, 28.0),
        item(SPLINE, 10.0, 60.0, 20.0),
        item(WAYPOINT, -30.0, 60.0),
        item(SPLINE, -60.0, 20.0, param1=4.0),
        item(SPLINE, -30.0, -30.0),
        item(WAYPOINT, 10.0, -30.0),
        do(RETURN),
    ]
    orders.fly(ground, legs)


def paces(ground: Ground) -> None:
    """Speed changes on short legs, in a climb, after a delay and near a place."""
    legs = [
        do(SPEED, param1=1.0, param2=3.0),
        item(WAYPOINT, 30.0, 0.5),
        do(SPEED, param1=1.0, param2=8.0),
        item(WAYPOINT, 30.0, 25.0),
        do(SPEED, param1=1.0, param2=2.0),
        item(WAYPOINT, 55.0, 25.0),
        do(SPEED, param1=1.0, param2=12.0),
        item(WAYPOINT, 55.0, 75.0, 30.0),
        do(AFTER_S, param1=3.0),
        do(SPEED, param1=1.0, param2=5.0),
        item(WAYPOINT, -30.0, 75.0, 30.0),
        do(AFTER_M, param1=40.0),
        do(SPEED, param1=1.0, param2=9.0),
        item(WAYPOINT, -30.0, -30.0, 22.0),
        do(RETURN),
    ]
    orders.fly(ground, legs)


def looks(ground: Ground) -> None:
    """The nose: turned by an angle, turned to a heading on the way, at a place of interest, and along the path."""
    legs = [
        item(WAYPOINT, 50.0, 0.5),
        do(YAW, param1=200.0, param2=15.0, param3=-1.0),
        item(WAYPOINT, 50.0, 60.0),
        item(WAYPOINT, 0.5, 60.0),
        do(YAW, param1=60.0, param2=10.0, param3=1.0, param4=1.0),
        do(AFTER_S, param1=2.0),
        item(WAYPOINT, 0.5, 110.0),
        item(ROI, 30.0, 80.0, 0.0),
        item(WAYPOINT, -40.0, 110.0),
        item(WAYPOINT, -40.0, 60.0),
        do(ROI_NONE),
        item(WAYPOINT, -40.0, 10.0),
        item(DELAY, z=0.0, param1=5.0, param2=-1.0, param3=-1.0, param4=-1.0),
        do(RETURN),
    ]
    orders.fly(ground, legs)


def throttle_in_the_middle(ground: Ground) -> None:
    ground.send("RC_CHANNELS_OVERRIDE", chan3_raw=1500)


def rounds(ground: Ground) -> None:
    """Turns about a place from outside and inside, to a height, then CIRCLE flown by hand and home."""
    orders.ready(ground)
    legs = [
        item(16),
        item(22),
        item(TURNS, 60.0, 0.5, param1=1.0, param3=15.0),
        item(WAYPOINT, 60.0, 60.0),
        item(TURNS, 62.0, 60.0, 26.0, param1=1.5, param3=-20.0),
        item(TO_ALTITUDE, 20.0, 60.0, 32.0),
        item(WAYPOINT, 20.0, 20.0, 32.0, param1=30.0),
    ]
    orders.upload(ground, legs)
    orders.order(ground, 400, param1=1.0)
    orders.order(ground, 300)
    ground.until(lambda: ground.latest("MISSION_CURRENT").seq == 6, 300.0)
    orders.there(ground, 20.0, 20.0, 32.0)
    ground.run(4.0)
    throttle_in_the_middle(ground)
    orders.mode(ground, orders.CIRCLE)
    for _ in range(20):
        throttle_in_the_middle(ground)
        ground.run(1.0)
    orders.mode(ground, orders.RTL)
    orders.ends(ground)


def way_back(ground: Ground) -> None:
    """GUIDED round two corners, then SMART_RTL along the same way."""
    orders.up(ground)
    orders.go(ground, 50.0, 0.0)
    orders.go(ground, 50.0, 30.0)
    orders.go(ground, 30.0, 30.0)
    orders.mode(ground, orders.SMART_RTL)
    orders.ends(ground)


def pictures(ground: Ground) -> None:
    """A camera that is triggered by distance along a survey, then by order."""
    legs = [
        item(WAYPOINT, 40.0, 0.5),
        do(PICTURES, param1=10.0, param3=1.0),
        item(WAYPOINT, 40.0, 50.0),
        item(WAYPOINT, 20.0, 50.0),
        do(PICTURES, param1=0.0),
        item(WAYPOINT, 20.0, 0.5),
        do(PICTURE),
        do(RETURN),
    ]
    orders.fly(ground, legs)


def glitch(ground: Ground) -> None:
    """GUIDED hover; the GPS jumps 56 m away for a while and comes back."""
    orders.up(ground)
    orders.go(ground, 0.0, 40.0)
    orders.parameter(ground, "SIM_GPS_GLITCH_X", 0.0005)
    ground.run(25.0)
    orders.parameter(ground, "SIM_GPS_GLITCH_X", 0.0)
    ground.run(25.0)
    orders.mode(ground, orders.RTL)
    orders.ends(ground)


def steep(ground: Ground) -> None:
    """GUIDED to places far higher and far lower than near."""
    orders.up(ground)
    orders.go(ground, 20.0, 0.0, 45.0)
    orders.go(ground, 35.0, 10.0, 44.0)
    orders.go(ground, 5.0, 10.0, 15.0)
    orders.go(ground, 60.0, 10.0, 18.0)
    orders.mode(ground, orders.RTL)
    orders.ends(ground)


def at_velocity(ground: Ground) -> None:
    """GUIDED by velocities, turned while it moves, and left to stop by itself."""
    orders.up(ground)
    for north, east, down in ((2.0, 0.0, 0.0), (0.0, 3.0, -1.0), (-2.0, -1.0, 0.5)):
        for _ in range(6):
            ground.send(
                "SET_POSITION_TARGET_LOCAL_NED",
                coordinate_frame=1,
                type_mask=0b110111000111,
                vx=north,
                vy=east,
                vz=down,
            )
            ground.run(1.0)
    ground.run(8.0)
    orders.order(ground, 115, param1=270.0, param2=20.0, param3=1.0)
    ground.run(8.0)
    orders.mode(ground, orders.RTL)
    orders.ends(ground)


SORTIES: dict[str, Sortie] = {
    "slow-survey": Sortie(slow_survey),
    "there-and-stop": Sortie(there_and_stop),
    "curves": Sortie(curves),
    "paces": Sortie(paces),
    "looks": Sortie(looks),
    "rounds": Sortie(rounds),
    "way-back": Sortie(way_back),
    "pictures": Sortie(pictures, {"CAM1_TYPE": 1, "SERVO9_FUNCTION": 10}),
    "glitch": Sortie(glitch),
    "steep": Sortie(steep),
    "at-velocity": Sortie(at_velocity),
}
