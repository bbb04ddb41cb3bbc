"""Terrain for the vehicle: TERRAIN_REQUEST answered by TERRAIN_DATA from the heights that planning uses.

https://mavlink.io/en/services/terrain.html. A request names the south-west corner of a grid of 32 × 28 points and, in
`mask`, which of its 8 × 7 blocks of 4 × 4 points are missing; bit n is block n % 8 to the east, n // 8 to the north.
The grid is laid out in metres on ArduPilot's sphere (`Location::offset`): the vehicle finds a height by the same
formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Final

from telemetry.errors import Interrupted
from telemetry.services.channel import Channel

BLOCK: Final = 4
BLOCKS_EAST, BLOCKS_NORTH = 8, 7
DEGREES_PER_METRE: Final = 1.0 / (0.011131884502145034 * 1e7)
"""ArduPilot's LOCATION_SCALING_FACTOR."""
FOREVER_S: Final = 3600.0

HeightOf = Callable[[float, float], float | None]
"""Ground height in metres AMSL at latitude, longitude in degrees; None where it is not known."""


async def serve(channel: Channel, height_of: HeightOf) -> None:
    """Answers every TERRAIN_REQUEST of the vehicle until cancelled."""
    while True:
        with channel.listen("TERRAIN_REQUEST") as inbox:
            try:
                while True:
                    request = await inbox.get(FOREVER_S)
                    if request is not None:
                        for fields in answers(request, height_of):
                            channel.send("TERRAIN_DATA", **fields)
            except Interrupted:
                continue  # a rebooted vehicle asks anew


def answers(request: Any, height_of: HeightOf) -> Iterator[dict[str, Any]]:
    """TERRAIN_DATA's fields for each block asked for whose heights are all known."""
    for bit in range(BLOCKS_EAST * BLOCKS_NORTH):
        if not request.mask >> bit & 1:
            continue
        north, east = bit // BLOCKS_EAST * BLOCK, bit % BLOCKS_EAST * BLOCK
        heights = [
            height_of(*_place(request, north + row, east + column)) for row in range(BLOCK) for column in range(BLOCK)
        ]
        known = [round(height) for height in heights if height is not None]
        if len(known) == BLOCK * BLOCK:
            yield {
                "lat": request.lat,
                "lon": request.lon,
                "grid_spacing": request.grid_spacing,
                "gridbit": bit,
                "data": known,
            }


def _place(request: Any, north: int, east: int) -> tuple[float, float]:
    lat_deg, lon_deg = request.lat / 1e7, request.lon / 1e7
    north_deg = north * request.grid_spacing * DEGREES_PER_METRE
    east_deg = east * request.grid_spacing * DEGREES_PER_METRE
    return lat_deg + north_deg, lon_deg + east_deg / math.cos(math.radians(lat_deg + north_deg / 2))
