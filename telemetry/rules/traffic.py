"""Rules about other aircraft: the closest that they will come to a drone as both now move.

The volumes are ASTM F3442's for small drones: near mid-air collision 500 ft across and 100 ft in height, well clear
2,000 ft and 250 ft. Doubt counts as near: an altitude of unknown datum or none at all is taken for the drone's own,
and from a known one its datum's own doubt is taken off: of pressure altitude that of a day of extreme pressure, of the
ellipsoid the geoid's height.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from mission.geodesy import FloatArray
from telemetry.rules.fleet import Drone, Fleet, Heard
from telemetry.rules.verdict import Verdicts
from telemetry.wire import Aircraft

COLLISION_M, COLLISION_UP_M, COLLISION_S = 152.4, 30.5, 30.0
WELL_CLEAR_M, WELL_CLEAR_UP_M, WELL_CLEAR_S = 609.6, 76.2, 60.0
APART: Final = 1.3
"""Apart by this many times as much again, it is over."""
PRESSURE_DOUBT_M: Final = 250.0
"""30 hPa at 8.3 m each."""
ELLIPSOID_DOUBT_M: Final = 60.0
GROUND_DOUBT_M: Final = 30.0
FORGOTTEN_S: Final = 30.0


def collision(fleet: Fleet) -> Verdicts:
    """Of pairs of a drone and an aircraft: a near mid-air collision is ahead, or now."""
    return _near_within(fleet, COLLISION_M, COLLISION_UP_M, COLLISION_S)


def traffic(fleet: Fleet) -> Verdicts:
    """Of pairs of a drone and an aircraft: they will not stay well clear of each other."""
    return _near_within(fleet, WELL_CLEAR_M, WELL_CLEAR_UP_M, WELL_CLEAR_S)


def _near_within(fleet: Fleet, across_m: float, up_m: float, within_s: float) -> Verdicts:
    found: dict[str, str | None] = {}
    for near in _encounters(fleet, across_m * APART, within_s):
        if near.up_m > up_m * APART:
            continue
        bad = near.closest_m < across_m and near.up_m < up_m
        found[f"{near.drone}+{near.aircraft}"] = near.sentence() if bad else None
    return found


class _Encounter(NamedTuple):
    """The closest approach of one drone and one aircraft; `up_m` is the height between them, less its doubt."""

    drone: str
    aircraft: str
    name: str
    in_s: float
    closest_m: float
    up_m: float
    above_m: float | None

    def sentence(self) -> str:
        height = "at an unknown height"
        if self.above_m is not None:
            height = f"about {abs(self.above_m):.0f} m {'above' if self.above_m >= 0 else 'below'} it"
        if self.in_s < 1.0:
            return f"{self.drone}: {self.name} is {self.closest_m:.0f} m away, {height}."
        return f"{self.drone}: {self.name} comes within {self.closest_m:.0f} m in {self.in_s:.0f} s, {height}."


def _encounters(fleet: Fleet, across_m: float, within_s: float) -> Iterator[_Encounter]:
    """Every flying drone with every aircraft that will be within `across_m` of it in the plane, `within_s` from now."""
    others = [one for one in fleet.traffic.values() if _counts(one, fleet.now)]
    standings = fleet.standings if others else {}
    drones = [
        (name, fleet.drones[name], place) for name, place in standings.items() if not fleet.drones[name].live.landed
    ]
    if not drones or not others:
        return
    ages = np.array([one.age_s(fleet.now) for one in others])
    degrees = np.array([(one.aircraft.lon_deg, one.aircraft.lat_deg) for one in others], dtype=np.float64)
    velocities = np.array([_velocity(one.aircraft) for one in others])
    there = fleet.ground.to_xy(degrees) + velocities * ages[:, None]
    here = np.array([(place.x_m, place.y_m) for _, _, place in drones])
    own = np.array([_own_velocity(drone) for _, drone, _ in drones])
    apart: FloatArray = there[None, :, :] - here[:, None, :]
    closing: FloatArray = velocities[None, :, :] - own[:, None, :]
    square = np.einsum("ijk,ijk->ij", closing, closing)
    toward = -np.einsum("ijk,ijk->ij", apart, closing)
    in_s = np.maximum(0.0, np.divide(toward, square, out=np.zeros_like(square), where=square > 1e-6))
    closest = np.linalg.norm(apart + closing * in_s[:, :, None], axis=2)
    for row, column in np.argwhere((closest <= across_m) & (in_s <= within_s)).tolist():
        name, drone, _ = drones[row]
        other = others[column]
        up_m, above_m = _height_between(drone, other.aircraft, float(in_s[row, column]))
        yield _Encounter(
            name,
            other.aircraft.aircraft,
            _name(other.aircraft),
            float(in_s[row, column]),
            float(closest[row, column]),
            up_m,
            above_m,
        )


def _counts(one: Heard, now: float) -> bool:
    return one.aircraft.on_ground is not True and one.age_s(now) < FORGOTTEN_S


def _velocity(aircraft: Aircraft) -> tuple[float, float]:
    if aircraft.ground_speed_m_s is None or aircraft.track_deg is None:
        return 0.0, 0.0
    track = math.radians(aircraft.track_deg)
    return aircraft.ground_speed_m_s * math.sin(track), aircraft.ground_speed_m_s * math.cos(track)


def _own_velocity(drone: Drone) -> tuple[float, float]:
    return drone.live.velocity_east_m_s or 0.0, drone.live.velocity_north_m_s or 0.0


def _height_between(drone: Drone, aircraft: Aircraft, in_s: float) -> tuple[float, float | None]:
    """(the least it can be, what it is said to be: positive when the aircraft is above), when they are closest."""
    live = drone.live
    climb = ((aircraft.climb_m_s or 0.0) - (live.climb_m_s or 0.0)) * in_s
    if aircraft.altitude_m is not None and aircraft.altitude_datum is not None and live.altitude_amsl_m is not None:
        doubt = PRESSURE_DOUBT_M if aircraft.altitude_datum == "pressure" else ELLIPSOID_DOUBT_M
        above = aircraft.altitude_m - live.altitude_amsl_m + climb
    elif aircraft.height_ground_m is not None and drone.height_m is not None:
        doubt = GROUND_DOUBT_M
        above = aircraft.height_ground_m - drone.height_m + climb
    else:
        return 0.0, None
    return max(0.0, abs(above) - doubt), above


def _name(aircraft: Aircraft) -> str:
    kind = "Aircraft" if aircraft.source == "adsb" else "Drone"
    return f"{kind} {aircraft.callsign or aircraft.aircraft}"
