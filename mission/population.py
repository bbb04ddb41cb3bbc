"""How many people live where: people per km² from GeoJSON areas or from a GeoTIFF in degrees.

GeoJSON: polygons with a number `density`, `people_per_km2` or `population_density`, or with `population`, which is
shared out over the polygon's own area. GeoTIFF: WGS 84 degrees, people per km² in each cell.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import shapely
from pyproj import Geod
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile
from shapely.geometry.base import BaseGeometry

from mission.airspace import DataSet
from mission.errors import PlanFormatError
from mission.formats.document import Node, parse_json
from mission.formats.features import MAX_POINTS
from mission.geodesy import FloatArray

MAX_AREAS: Final = 300_000
"""Great Britain has 230,000 output areas."""
MAX_CELLS: Final = 50_000_000
UNKNOWN_SHARE: Final = 0.001
"""So much of a place may lie in the cracks between neighbouring areas."""

_DENSITIES: Final = ("density", "people_per_km2", "population_density")
_GEOD: Final = Geod(ellps="WGS84")


class Found(NamedTuple):
    """The greatest density in a place, None where nothing is known of it; `everywhere`: known for all of it."""

    per_km2: float | None
    everywhere: bool


class PopulationMap:
    """Areas (lon, lat degrees) with people per km²."""

    def __init__(self, source: DataSet, areas: list[BaseGeometry], per_km2: FloatArray) -> None:
        self.source, self._areas, self._per_km2 = source, areas, per_km2
        self._tree = shapely.STRtree(areas)

    def greatest(self, place: BaseGeometry) -> Found:
        """In `place`, degrees of (lon, lat)."""
        near = self._tree.query(place, predicate="intersects")
        if not len(near):
            return Found(None, False)
        covered = shapely.union_all(shapely.intersection([self._areas[index] for index in near.tolist()], place))
        return Found(float(self._per_km2[near].max()), bool(covered.area >= place.area * (1.0 - UNKNOWN_SHARE)))


class PopulationRaster:
    """Cells of equal degrees; NaN where nothing is known."""

    def __init__(
        self, source: DataSet, cells: FloatArray, west: float, north: float, step: tuple[float, float]
    ) -> None:
        self.source, self._cells, self._west, self._north, self._step = source, cells, west, north, step

    def greatest(self, place: BaseGeometry) -> Found:
        """In the cells that `place`, degrees of (lon, lat), touches."""
        west, south, east, north = place.bounds
        rows, columns = self._cells.shape
        step_lon, step_lat = self._step
        first, last = int((west - self._west) // step_lon), int((east - self._west) // step_lon)
        top, bottom = int((self._north - north) // step_lat), int((self._north - south) // step_lat)
        inside = first >= 0 and top >= 0 and last < columns and bottom < rows
        across = np.arange(max(first, 0), min(last, columns - 1) + 1)
        down = np.arange(max(top, 0), min(bottom, rows - 1) + 1)
        if not len(across) or not len(down):
            return Found(None, False)
        x, y = np.meshgrid(self._west + across * step_lon, self._north - (down + 1) * step_lat)
        touched = shapely.intersects(shapely.box(x, y, x + step_lon, y + step_lat), place)
        found = self._cells[np.ix_(down, across)][touched]
        known = found[np.isfinite(found)]
        return Found(float(known.max()) if len(known) else None, inside and len(known) == len(found))


Population = PopulationMap | PopulationRaster


def load(path: Path) -> Population:
    """By the ending of the file's name. Raises PlanFormatError, and OSError where it cannot be read."""
    if path.suffix.lower() in (".geojson", ".json"):
        return load_geojson(path.name, path.read_bytes())
    if path.suffix.lower() in (".tif", ".tiff"):
        return load_geotiff(path.name, path.read_bytes())
    raise PlanFormatError(path.name, "is no population data; those end in .geojson, .json, .tif or .tiff")


def load_geojson(name: str, data: bytes) -> PopulationMap:
    """Raises PlanFormatError naming the feature that has no area or no number of people."""
    areas: list[BaseGeometry] = []
    densities: list[float] = []
    for entry in parse_json(data).member("features").entries(MAX_AREAS):
        area = _area(entry.member("geometry"))
        areas.append(area)
        densities.append(_density(entry.member("properties"), area))
    if not areas:
        raise PlanFormatError(name, "has no areas")
    return PopulationMap(_source(name, data), areas, np.array(densities))


def load_geotiff(name: str, data: bytes) -> PopulationRaster:
    """Raises PlanFormatError."""
    try:
        with MemoryFile(data) as memory, memory.open() as raster:
            transform, crs = raster.transform, raster.crs
            if crs is None or not crs.is_geographic or transform.b or transform.d:
                raise PlanFormatError(name, "is not in degrees of latitude and longitude")
            if raster.width * raster.height > MAX_CELLS:
                raise PlanFormatError(name, f"has {raster.width} by {raster.height} cells")
            cells = raster.read(1, masked=True).astype(np.float32).filled(np.nan)
    except RasterioError as error:
        raise PlanFormatError(name, f"is no GeoTIFF: {error}") from None
    if (cells < 0).any():
        raise PlanFormatError(name, "has fewer than no people in a cell")
    step = (transform.a, -transform.e)
    return PopulationRaster(_source(name, data), np.asarray(cells), transform.c, transform.f, step)


def _source(name: str, data: bytes) -> DataSet:
    return DataSet(name, hashlib.sha256(data).hexdigest())


def _area(geometry: Node) -> BaseGeometry:
    kind, coordinates = geometry.member("type").text(), geometry.member("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise geometry.fail(f"is a {kind}, but people live in areas")
    parts = list(coordinates.entries(MAX_POINTS)) if kind == "MultiPolygon" else [coordinates]
    polygons = [_polygon(part) for part in parts]
    return shapely.make_valid(shapely.multipolygons(polygons) if len(polygons) > 1 else polygons[0])


def _polygon(part: Node) -> shapely.Polygon:
    rings = [
        [(place.lon_deg, place.lat_deg) for place in (point.longitude_latitude() for point in ring.entries(MAX_POINTS))]
        for ring in part.entries(MAX_POINTS)
    ]
    if not rings or any(len(ring) < 4 for ring in rings):
        raise part.fail("is no closed ring of at least 3 corners")
    return shapely.Polygon(rings[0], rings[1:])


def _density(properties: Node, area: BaseGeometry) -> float:
    for name in _DENSITIES:
        if given := properties.find(name):
            density = given.number()
            break
    else:
        people = properties.member("population").number()
        square_km = abs(_GEOD.geometry_area_perimeter(area)[0]) / 1e6
        density = people / square_km if square_km > 0.0 else 0.0
    if density < 0.0:
        raise properties.fail("has fewer than no people")
    return density
