"""Others' airspace: zones with vertical limits and times, obstacles, and the data set they came from.

A data set is read once (`mission.airspace.yaixm`, `openair`, `maps`), indexed, and then asked which zones
lie about a plan. It says where it is from: its name, its AIRAC date, and the SHA-256 of the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mission.geodesy import FloatArray, LocalFrame
from mission.position import Position

FOOT_M: Final = 0.3048
NAUTICAL_MILE_M: Final = 1852.0
AIRAC_CYCLE: Final = timedelta(days=28)


class Datum(StrEnum):
    AMSL = "above sea level"
    AGL = "above ground"
    STD = "above 1013 hPa"


class Limit(msgspec.Struct, frozen=True):
    """A vertical limit; `text` as the source has it, e.g. ``FL115`` or ``SFC``."""

    metres: float
    datum: Datum
    text: str


class Zone(msgspec.Struct, frozen=True):
    """One volume. `kind` is the source's: P, R, D, CTR, CTA, TMA, ATZ, MATZ, FRZ…; `rings` are (lon, lat) degrees.

    `active` are the times it is in force (UTC); empty means always, or not known to the source.
    """

    zone_id: str
    name: str
    kind: str
    lower: Limit
    upper: Limit
    rings: tuple[tuple[tuple[float, float], ...], ...]
    """The outer ring first, then its holes; closed."""
    airspace_class: str | None = None
    rules: tuple[str, ...] = ()
    active: tuple[tuple[datetime, datetime], ...] = ()

    def ground(self, frame: LocalFrame) -> BaseGeometry:
        """What lies under it, in metres of `frame`."""
        shell, *holes = (frame.degrees_to_xy(np.array(ring, dtype=np.float64)) for ring in self.rings)
        return shapely.make_valid(shapely.Polygon(shell, holes))


class Obstacle(msgspec.Struct, frozen=True):
    """A mast, a crane, a bridge: the place of its top."""

    name: str
    kind: str
    position: Position
    top_amsl_m: float


class DataSet(msgspec.Struct, frozen=True):
    """What a plan was checked against."""

    name: str
    sha256: str
    airac: date | None = None

    def expired(self, at: datetime) -> bool:
        """Whether another AIRAC cycle is in force; False where the set has no date."""
        return self.airac is not None and at.date() >= self.airac + AIRAC_CYCLE


class Airspace:
    """The zones and obstacles of one or more data sets, indexed."""

    def __init__(self, sources: Iterable[DataSet], zones: Iterable[Zone], obstacles: Iterable[Obstacle] = ()) -> None:
        self.sources, self.zones, self.obstacles = tuple(sources), tuple(zones), tuple(obstacles)

    def merged(self, other: Airspace) -> Airspace:
        """Both together, e.g. the national file and tonight's temporary restrictions."""
        sources, zones = (*self.sources, *other.sources), (*self.zones, *other.zones)
        return Airspace(sources, zones, (*self.obstacles, *other.obstacles))

    def zones_near(self, west: float, south: float, east: float, north: float) -> list[Zone]:
        """Zones whose outline comes into a box of degrees."""
        box = shapely.box(west, south, east, north)
        found = self._tree.query(box, predicate="intersects")
        return [self.zones[index] for index in sorted(found.tolist())]

    def obstacles_near(self, west: float, south: float, east: float, north: float) -> list[Obstacle]:
        """Obstacles in a box of degrees."""
        lon, lat = self._places[:, 0], self._places[:, 1]
        inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        return [self.obstacles[index] for index in np.flatnonzero(inside).tolist()]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([shapely.make_valid(shapely.Polygon(z.rings[0], z.rings[1:])) for z in self.zones])

    @cached_property
    def _places(self) -> FloatArray:
        return np.array([(o.position.lon_deg, o.position.lat_deg) for o in self.obstacles]).reshape(-1, 2)


def flight_restriction_zone(atz: Zone) -> Zone:
    """The FRZ that an aerodrome traffic zone implies: the same ground, from the surface to the same 2,000 ft above it.

    Its runway protection zones cannot be told from an ATZ: they come with the CAA's own files of drone restrictions.
    """
    return msgspec.structs.replace(atz, zone_id=f"{atz.zone_id}-frz", kind="FRZ", lower=Limit(0.0, Datum.AGL, "SFC"))


def with_flight_restriction_zones(airspace: Airspace) -> Airspace:
    """The airspace with an FRZ added for every ATZ of an aerodrome that has none of its own."""
    known = {zone.name for zone in airspace.zones if zone.kind == "FRZ"}
    derived = [flight_restriction_zone(z) for z in airspace.zones if z.kind == "ATZ" and z.name not in known]
    return Airspace(airspace.sources, (*airspace.zones, *derived), airspace.obstacles)
