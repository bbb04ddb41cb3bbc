"""Rules about other aircraft: those that will enter the volume about a drone as both now move.

When they will be near in the plane and when in height are two stretches of time; what counts is that they overlap,
not how high the one passes where it is closest in the plane. The volumes are ASTM F3442's for small drones: near
mid-air collision 500 ft across and 100 ft in height, well clear 2,000 ft and 250 ft. Doubt counts as near: an altitude
of unknown datum or none at all is taken for the drone's own, and from a known one its datum's own doubt is taken off:
of pressure altitude that of a day of extreme pressure, of the ellipsoid the geoid's height.
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

APART: Final = 1.3
"""Apart by this many times as much again, it is over."""
PRESSURE_DOUBT_M: Final = 250.0
"""30 hPa at 8.3 m each."""
ELLIPSOID_DOUBT_M: Final = 60.0
GROUND_DOUBT_M: Final = 30.0
FORGOTTEN_S: Final = 30.0
_STILL: Final = 1e-6
"""m²/s²: slower against each other than this, they stay as far apart as they are."""


class Volume(NamedTuple):
    """Entered by both within `within_s` if they go on as they now move."""

    across_m: float
    up_m: float
    within_s: float


COLLISION: Final = Volume(152.4, 30.5, 30.0)
WELL_CLEAR: Final = Volume(609.6, 76.2, 60.0)


def collision(fleet: Fleet) -> Verdicts:
    """Of pairs of a drone and an aircraft: a near mid-air collision is ahead, or now."""
    return _entered(fleet, COLLISION)


def traffic(fleet: Fleet) -> Verdicts:
    """Of pairs of a drone and an aircraft: they will not stay well clear of each other."""
    return _entered(fleet, WELL_CLEAR)


def _entered(fleet: Fleet, volume: Volume) -> Verdicts:
    """A pair that would enter only the wider volume (`APART`) is neither wrong nor good."""
    wide = Volume(volume.across_m * APART, volume.up_m * APART, volume.within_s)
    found: dict[str, str | None] = {}
    for way in _ways(fleet, wide):
        if way.within(wide) is not None:
            inside = way.within(volume)
            found[f"{way.drone}+{way.aircraft.aircraft}"] = None if inside is None else way.sentence(*inside)
    return found


class _Way(NamedTuple):
    """How an aircraft moves past a drone: metres and metres a second from the drone as it now moves.

    `up_m` is positive when the aircraft is above, `doubt_m` how far that may be wrong; None: height unknown.
    """

    drone: str
    aircraft: Aircraft
    east_m: float
    north_m: float
    east_m_s: float
    north_m_s: float
    up_m: float | None
    climb_m_s: float
    doubt_m: float

    def within(self, volume: Volume) -> tuple[float, float] | None:
        """From when to when, in seconds from now, both are within `volume`; None if that does not begin in its time."""
        square = self.east_m_s**2 + self.north_m_s**2
        half = self.east_m * self.east_m_s + self.north_m * self.north_m_s
        outside = self.east_m**2 + self.north_m**2 - volume.across_m**2
        if square < _STILL:
            begins, ends = (-math.inf, math.inf) if outside < 0.0 else (math.inf, -math.inf)
        elif (root := half * half - square * outside) < 0.0:
            return None
        else:
            begins, ends = (-half - math.sqrt(root)) / square, (-half + math.sqrt(root)) / square
        if self.up_m is not None:
            reach = volume.up_m + self.doubt_m
            if self.climb_m_s:
                low, high = sorted((level - self.up_m) / self.climb_m_s for level in (-reach, reach))
                begins, ends = max(begins, low), min(ends, high)
            elif abs(self.up_m) >= reach:
                return None
        begins = max(begins, 0.0)
        return (begins, ends) if begins <= min(ends, volume.within_s) else None

    def sentence(self, begins: float, ends: float) -> str:
        """How near they come in the plane between these times."""
        square = self.east_m_s**2 + self.north_m_s**2
        half = self.east_m * self.east_m_s + self.north_m * self.north_m_s
        in_s = min(max(0.0 if square < _STILL else -half / square, begins), ends)
        closest_m = math.hypot(self.east_m + self.east_m_s * in_s, self.north_m + self.north_m_s * in_s)
        height = "at an unknown height"
        if self.up_m is not None:
            above_m = self.up_m + self.climb_m_s * in_s
            height = f"about {abs(above_m):.0f} m {'above' if above_m >= 0 else 'below'} it"
        if in_s < 1.0:
            return f"{self.drone}: {_name(self.aircraft)} is {closest_m:.0f} m away, {height}."
        return f"{self.drone}: {_name(self.aircraft)} comes within {closest_m:.0f} m in {in_s:.0f} s, {height}."


def _ways(fleet: Fleet, volume: Volume) -> Iterator[_Way]:
    """Every flying drone with every aircraft that will be as near in the plane as `volume` says, within its time."""
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
    closest_s = np.divide(toward, square, out=np.zeros_like(square), where=square > _STILL)
    nearest = apart + closing * np.clip(closest_s, 0.0, volume.within_s)[:, :, None]
    for row, column in np.argwhere(np.linalg.norm(nearest, axis=2) <= volume.across_m).tolist():
        name, drone, _ = drones[row]
        (east, north), (fast_east, fast_north) = apart[row, column].tolist(), closing[row, column].tolist()
        up = _height_between(drone, others[column].aircraft, float(ages[column]))
        yield _Way(name, others[column].aircraft, east, north, fast_east, fast_north, *up)


def _counts(one: Heard, now: float) -> bool:
    return one.aircraft.on_ground is not True and one.age_s(now) < FORGOTTEN_S


def _velocity(aircraft: Aircraft) -> tuple[float, float]:
    if aircraft.ground_speed_m_s is None or aircraft.track_deg is None:
        return 0.0, 0.0
    track = math.radians(aircraft.track_deg)
    return aircraft.ground_speed_m_s * math.sin(track), aircraft.ground_speed_m_s * math.cos(track)


def _own_velocity(drone: Drone) -> tuple[float, float]:
    return drone.live.velocity_east_m_s or 0.0, drone.live.velocity_north_m_s or 0.0


def _height_between(drone: Drone, aircraft: Aircraft, age_s: float) -> tuple[float | None, float, float]:
    """`up_m`, `climb_m_s` and `doubt_m` of a `_Way`."""
    live, climb = drone.live, aircraft.climb_m_s or 0.0
    if aircraft.altitude_m is not None and aircraft.altitude_datum is not None and live.altitude_amsl_m is not None:
        doubt = PRESSURE_DOUBT_M if aircraft.altitude_datum == "pressure" else ELLIPSOID_DOUBT_M
        above = aircraft.altitude_m - live.altitude_amsl_m
    elif aircraft.height_ground_m is not None and drone.height_m is not None:
        doubt = GROUND_DOUBT_M
        above = aircraft.height_ground_m - drone.height_m
    else:
        return None, 0.0, 0.0
    return above + climb * age_s, climb - (live.climb_m_s or 0.0), doubt


def _name(aircraft: Aircraft) -> str:
    kind = "Aircraft" if aircraft.source == "adsb" else "Drone"
    return f"{kind} {aircraft.callsign or aircraft.aircraft}"
