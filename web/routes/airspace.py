"""Others' airspace about a view, for drawing."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Blueprint, Response

from mission.airspace import Zone
from web import query
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import BadRequest

blueprint = Blueprint("airspace", __name__)

MOST: Final = 400
"""Zones told at once; of more the first in the file's order."""


@blueprint.get("/api/airspace")
@requires(Permission.MAP_VIEW)
def zones() -> Response:
    """GeoJSON of the zones that come into ``?west=&south=&east=&north=`` (degrees); none without airspace files."""
    sides = [side for name in ("west", "south", "east", "north") if (side := query.number(name)) is not None]
    if len(sides) < 4:
        raise BadRequest("Give all four sides of the view.", "west, south, east, north")
    airspace = context().world.airspace
    found = airspace.zones_near(*sides) if airspace else []
    shape = {"type": "FeatureCollection", "features": [_feature(zone) for zone in found[:MOST]]}
    return Response(msgspec.json.encode(shape), mimetype="application/geo+json")


def _feature(zone: Zone) -> dict[str, Any]:
    limits = f"{zone.lower.text}–{zone.upper.text}"
    return {
        "type": "Feature",
        "properties": {"id": zone.zone_id, "name": zone.name, "kind": zone.kind, "limits": limits},
        "geometry": {"type": "Polygon", "coordinates": zone.rings},
    }
