"""A search in an expanding square about the spot where somebody was last seen, flown in GUIDED by dronekit.

    airbeat script run examples/expanding_square.py --vehicle UAV-07 --datum 51.5085 -0.1650

The pattern is the planning page's own. The drone needs an approved plan on board whose geofence holds the pattern.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

import dronekit

from mission.context import Vehicle
from mission.pattern import ExpandingSquare
from mission.patterns import expand
from mission.plan import EMPTY
from mission.position import Position

NAV_WAYPOINT = 16
REACHED_M = 2.0


def main() -> None:
    wanted = argparse.ArgumentParser(description="Expanding square search in GUIDED.")
    wanted.add_argument("--connect", default=os.environ.get("AIRBEAT_CONNECTION"))
    wanted.add_argument("--datum", type=float, nargs=2, metavar=("LAT", "LON"), help="default: where it takes off")
    wanted.add_argument("--spacing", type=float, default=15.0, help="metres between tracks")
    wanted.add_argument("--legs", type=int, default=8)
    wanted.add_argument("--height", type=float, default=25.0, help="metres above home")
    wanted.add_argument("--patience", type=float, default=300.0, help="seconds for each step")
    options = wanted.parse_args()
    vehicle = dronekit.connect(options.connect, wait_ready=["gps_0", "armed", "mode", "location"], timeout=60)
    try:
        search(vehicle, options)
    finally:
        vehicle.close()


def search(vehicle: dronekit.Vehicle, options: argparse.Namespace) -> None:
    def until(reached: Callable[[], bool], what: str) -> None:
        limit = time.monotonic() + options.patience
        while not reached():
            if time.monotonic() > limit:
                raise SystemExit(f"{what}: not within {options.patience:.0f} s")
            time.sleep(0.1)

    until(lambda: vehicle.is_armable, "the drone is not ready to be armed")
    here = vehicle.location.global_relative_frame
    datum = Position(*options.datum) if options.datum else Position(here.lat, here.lon)
    spec = ExpandingSquare(datum, options.spacing, options.legs, options.height)
    corners = [item for item in expand(spec, EMPTY, Vehicle()) if item.command == NAV_WAYPOINT]
    print(f"Expanding square: {len(corners)} corners, {options.spacing:g} m apart")

    vehicle.mode = dronekit.VehicleMode("GUIDED")
    until(lambda: vehicle.mode.name == "GUIDED", "GUIDED")
    while not vehicle.armed:
        vehicle.armed = True
        time.sleep(1.0)
    vehicle.simple_takeoff(options.height)
    until(lambda: vehicle.location.global_relative_frame.alt > options.height - 1.0, "take-off")
    for number, corner in enumerate(corners, start=1):
        assert corner.position is not None
        there = dronekit.LocationGlobalRelative(corner.position.lat_deg, corner.position.lon_deg, options.height)
        vehicle.simple_goto(there)
        until(lambda there=there: distance_m(vehicle, there) < REACHED_M, f"corner {number}")
        print(f"Corner {number} of {len(corners)} reached")
    vehicle.mode = dronekit.VehicleMode("RTL")
    until(lambda: not vehicle.armed, "landing")
    print("Landed")


def distance_m(vehicle: dronekit.Vehicle, there: dronekit.LocationGlobalRelative) -> float:
    from mission.geodesy import distance_m as between

    here = vehicle.location.global_relative_frame
    return between(Position(here.lat, here.lon), Position(there.lat, there.lon))


if __name__ == "__main__":
    main()
