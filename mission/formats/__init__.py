"""Plan files: the one door in and out.

`load` chooses the reader by the file name's ending, `save` writes one of `FORMATS`. A file that cannot be read
raises PlanFormatError with the place inside it, and nothing of it is kept. A reader takes at most 4 MiB, so that
a hostile file ends within a second and 200 MB of memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from mission.errors import PlanFormatError
from mission.formats import geojson, gpx, kml, qgc, wpl
from mission.plan import Plan

MAX_BYTES: Final = 4 * 1024 * 1024


class Format(NamedTuple):
    """`holds` says in words what of a plan the format has room for."""

    suffix: str
    media_type: str
    holds: str
    load: Callable[[bytes], Plan]
    save: Callable[[Plan], bytes]


FORMATS: Final[dict[str, Format]] = {
    "plan": Format(".plan", "application/json", "everything (QGroundControl)", qgc.load, qgc.save),
    "waypoints": Format(".waypoints", "text/plain", "home and mission items (WPL 110)", wpl.load, wpl.save),
    "kml": Format(".kml", "application/vnd.google-earth.kml+xml", "everything (KML)", kml.load, kml.save),
    "kmz": Format(".kmz", "application/vnd.google-earth.kmz", "everything (KMZ)", kml.load_kmz, kml.save_kmz),
    "geojson": Format(".geojson", "application/geo+json", "everything (GeoJSON)", geojson.load, geojson.save),
    "gpx": Format(".gpx", "application/gpx+xml", "home and places, heights above the sea (GPX)", gpx.load, gpx.save),
}

_BY_SUFFIX: Final = {known.suffix: known for known in FORMATS.values()}


def load(name: str, data: bytes) -> Plan:
    """The plan in a file called `name`. Raises PlanFormatError."""
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    known = _BY_SUFFIX.get(suffix)
    if known is None:
        raise PlanFormatError("", f"{name!r} is none of {', '.join(_BY_SUFFIX)}")
    if len(data) > MAX_BYTES:
        raise PlanFormatError("", f"is {len(data) / 1e6:.1f} MB; a plan file has at most {MAX_BYTES / 1e6:.1f} MB")
    return known.load(data)


def save(plan: Plan, format: str) -> bytes:  # noqa: A002 - the word people use for it
    """The plan as a file of `format`, a key of `FORMATS`. Raises PlanFormatError for an unknown one."""
    known = FORMATS.get(format)
    if known is None:
        raise PlanFormatError("", f"{format!r} is none of {', '.join(FORMATS)}")
    return known.save(plan)
