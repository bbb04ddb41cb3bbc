"""Terrain for the vehicle: TERRAIN_REQUEST answered by TERRAIN_DATA from the heights that planning uses.

https://mavlink.io/en/services/terrain.html. A request names the south-west corner of a grid of 32 × 28 points and, in
`mask`, which of its 8 × 7 blocks of 4 × 4 points are missing; bit n is block n % 8 to the east, n // 8 to the north.
The grid is laid out in metres on ArduPilot's sphere (`Location::offset`): the vehicle finds a height by the same
formula.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from telemetry.errors import Interrupted
from telemetry.services.channel import Channel

BLOCK: Final = 4
BLOCKS_EAST, BLOCKS_NORTH = 8, 7
DEGREES_PER_METRE: Final = 1.0 / (0.011131884502145034 * 1e7)
"""ArduPilot's LOCATION_SCALING_FACTOR."""
FOREVER_S: Final = 3600.0

Heights = npt.NDArray[np.float64]
HeightsOf = Callable[[Heights], Awaitable[Heights]]
"""Ground heights in metres AMSL at places (n, 2: longitude, latitude in degrees); NaN where it is not known."""


async def serve(channel: Channel, heights_of: HeightsOf) -> None:
    """Answers every TERRAIN_REQUEST of the vehicle until cancelled."""
    while True:
        with channel.listen("TERRAIN_REQUEST") as inbox:
            try:
                while True:
                    request = await inbox.get(FOREVER_S)
                    if request is not None and missing(request):
                        for fields in answers(request, await heights_of(places(request))):
                            channel.send("TERRAIN_DATA", **fields)
            except Interrupted:
                continue  # a rebooted vehicle asks anew


def missing(request: Any) -> list[int]:
    """The blocks asked for."""
    return [bit for bit in range(BLOCKS_EAST * BLOCKS_NORTH) if request.mask >> bit & 1]


def places(request: Any) -> Heights:
    """Longitude and latitude of all points asked for, block by block."""
    return np.array([place for bit in missing(request) for place in _places(request, bit)])


def answers(request: Any, heights: Heights) -> Iterator[dict[str, Any]]:
    """TERRAIN_DATA's fields for each block asked for whose heights are all known; `heights` are those of `places`."""
    bits = missing(request)
    for bit, block in zip(bits, heights.reshape(len(bits), BLOCK * BLOCK), strict=True):
        if not np.isnan(block).any():
            yield {
                "lat": request.lat,
                "lon": request.lon,
                "grid_spacing": request.grid_spacing,
                "gridbit": bit,
                "data": [round(height) for height in block.tolist()],
            }


def _places(request: Any, bit: int) -> Iterator[tuple[float, float]]:
    """Longitude and latitude of a block's points, row by row from the south."""
    north, east = bit // BLOCKS_EAST * BLOCK, bit % BLOCKS_EAST * BLOCK
    lat_deg, lon_deg, step_deg = request.lat / 1e7, request.lon / 1e7, request.grid_spacing * DEGREES_PER_METRE
    for row in range(north, north + BLOCK):
        for column in range(east, east + BLOCK):
            north_deg = row * step_deg
            east_deg = column * step_deg / math.cos(math.radians(lat_deg + north_deg / 2))
            yield lon_deg + east_deg, lat_deg + north_deg
