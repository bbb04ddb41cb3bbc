"""The height of the ground from elevation tiles in a folder: GeoTIFF or SRTM `.hgt`, in degrees of WGS 84.

Heights are taken as above mean sea level as the tile has them (SRTM and Copernicus: EGM96 and EGM2008, within a
metre of one another over Britain). Between grid points the height is interpolated bilinearly. A tile is read when
first needed and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from mission.errors import PlanFormatError
from mission.geodesy import FloatArray

SUFFIXES: Final = (".tif", ".tiff", ".hgt")
EDGE: Final = 1e-6
"""Cells by which a place may miss the outermost grid points and still be on them."""
MAX_CELLS: Final = 20_000_000
"""A tile of more grid points is refused; one degree of 1" SRTM has 13 million."""


@dataclass(frozen=True)
class Tile:
    """Where a file lies: its grid's origin and steps in degrees (centres of the cells), and its size."""

    path: Path
    west: float
    north: float
    step_lon: float
    step_lat: float
    columns: int
    rows: int

    def positions(self, lon_lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Column and row of each place, fractions of cells included."""
        return (lon_lat[:, 0] - self.west) / self.step_lon, (self.north - lon_lat[:, 1]) / self.step_lat

    def heights(self, lon_lat: FloatArray) -> FloatArray:
        """Bilinear; NaN outside the tile and where the tile has no data."""
        column, row = self.positions(lon_lat)
        last_column, last_row = self.columns - 1, self.rows - 1
        inside = (column > -EDGE) & (column < last_column + EDGE) & (row > -EDGE) & (row < last_row + EDGE)
        found = np.full(len(lon_lat), np.nan)
        if inside.any():
            grid = _grid(self.path)
            x0 = np.clip(np.floor(column[inside]).astype(np.intp), 0, last_column - 1)
            y0 = np.clip(np.floor(row[inside]).astype(np.intp), 0, last_row - 1)
            dx, dy = np.clip(column[inside] - x0, 0.0, 1.0), np.clip(row[inside] - y0, 0.0, 1.0)
            total = np.zeros(len(x0))
            for right, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
                weight = np.abs(1 - right - dx) * np.abs(1 - down - dy)
                # A corner without data counts only where it has a part in the height.
                total += np.where(weight > EDGE, grid[y0 + down, x0 + right] * weight, 0.0)
            found[inside] = total
        return found


class Terrain:
    """All tiles of a folder."""

    def __init__(self, tiles: tuple[Tile, ...]) -> None:
        self.tiles = tiles

    @classmethod
    def of_folder(cls, folder: Path) -> Terrain:
        """Raises PlanFormatError naming the file that is no elevation tile."""
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        return cls(tuple(_tile(path) for path in paths))

    def heights_amsl(self, lon_lat: FloatArray) -> FloatArray:
        """Height of the ground at places (n, 2: lon, lat); NaN where no tile has it."""
        heights = np.full(len(lon_lat), np.nan)
        for tile in self.tiles:
            missing = np.isnan(heights)
            if not missing.any():
                break
            heights[missing] = tile.heights(lon_lat[missing])
        return heights


def _tile(path: Path) -> Tile:
    try:
        with rasterio.open(path) as raster:
            transform, crs = raster.transform, raster.crs
            columns, rows = raster.width, raster.height
    except RasterioError as error:
        raise PlanFormatError(path.name, f"is no elevation tile: {error}") from None
    if crs is None or not crs.is_geographic or transform.b or transform.d:
        raise PlanFormatError(path.name, "is not in degrees of latitude and longitude")
    if columns * rows > MAX_CELLS or columns < 2 or rows < 2:
        raise PlanFormatError(path.name, f"has {columns} by {rows} grid points")
    west, north = transform.c + transform.a / 2.0, transform.f + transform.e / 2.0
    return Tile(path, west, north, transform.a, -transform.e, columns, rows)


@lru_cache(maxsize=8)
def _grid(path: Path) -> FloatArray:
    with rasterio.open(path) as raster:
        heights = raster.read(1, masked=True).astype(np.float32)
    return np.asarray(heights.filled(np.nan))
