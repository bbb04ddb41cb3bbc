"""What the flight page and the server say to each other of a flight among others: what it saw, and what flew beside."""

from __future__ import annotations

import msgspec

from telemetry.review.airspace import NearZone
from telemetry.review.coverage import Seen
from telemetry.review.together import Separation
from telemetry.review.wind import Wind
from web.api_flights import FlightSeries, FlightSummary


class OtherDrone(msgspec.Struct, frozen=True):
    """Another flight at the same time, and the closest the two came; None where its recording does not tell.

    `height_m`: how much higher this flight's drone was.
    """

    flight_id: str
    vehicle: str
    nearest_at_s: float | None
    horizontal_m: float | None
    height_m: float | None


class Circumstances(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/circumstances``. None is unknown: the flight does not tell the wind, or no
    airspace is configured."""

    wind: Wind | None
    zones: tuple[NearZone, ...] | None
    others: tuple[OtherDrone, ...]


class SeenArea(msgspec.Struct, frozen=True):
    """One piece of ground that was in view. `rings`: the outer one and its holes, as pairs of longitude and latitude.

    GeoJSON's Polygon.
    """

    rings: tuple[tuple[tuple[float, float], ...], ...]


class Coverage(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/coverage``. `camera`: whose view it is; None: nobody said, so nothing is known.

    `aimed`: the recording tells where it looked; if not, it is taken to have looked straight down. The ground is taken
    to be level (`telemetry.review.coverage`).
    """

    camera: str | None
    aimed: bool
    area_m2: float
    areas: tuple[SeenArea, ...]


class SpotSeen(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/seen?lat=&lon=``: when that place was in view, first time first."""

    times: tuple[Seen, ...]


class Companions(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/companions``: flights at the same time, of the same incident or sortie."""

    flights: tuple[FlightSummary, ...]


class Apart(msgspec.Struct, frozen=True):
    """How far apart two drones were that flew at the same time: the distance over time, thinned, and its least."""

    time_s: tuple[float, ...]
    distance_m: tuple[float, ...]
    nearest: Separation


class Comparison(msgspec.Struct, frozen=True):
    """Answer of ``POST /api/flights/<id>/compare/<other>``: the other flight. That the two were combined is in both
    custody logs. `took_off_s` is this flight's, None where it stayed on the ground; `apart` None: not at one time.
    """

    other: FlightSummary
    series: FlightSeries
    took_off_s: float | None
    other_took_off_s: float | None
    apart: Apart | None
