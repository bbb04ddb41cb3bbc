"""The flown path as KML, GPX, GeoJSON, CSV and Parquet.

KML: OGC 12-007 with the gx:Track of Google's extension, whose `when` gives each position its time. GPX 1.1. GeoJSON:
RFC 7946, one LineString with the times beside it. Positions are longitude, latitude, height above mean sea level.
A time is only written where the log knows the date (`utc`); a height only where it is known.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol
from xml.sax.saxutils import escape

import msgspec
import numpy as np

from mission.plan import Plan
from telemetry.logs.table import Floats
from telemetry.review.track import Track

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Drawable(Protocol):
    """What a flown path is drawn of: columns of one length; NaN is unknown."""

    @property
    def time_s(self) -> Floats: ...
    @property
    def lat_deg(self) -> Floats: ...
    @property
    def lon_deg(self) -> Floats: ...
    @property
    def altitude_amsl_m(self) -> Floats: ...


def kml(track: Drawable, name: str, utc: bool, plan: Plan | None = None) -> str:
    """The path, and beside it the items of the `plan` that it followed."""
    if utc:
        whens = "".join(f"<when>{utc_text(time_s)}</when>\n" for time_s in track.time_s.tolist())
        coordinates = "".join(f"<gx:coord>{' '.join(point)}</gx:coord>\n" for point in _points(track))
        line = f"<gx:Track><altitudeMode>absolute</altitudeMode>\n{whens}{coordinates}</gx:Track>"
    else:
        coordinates = " ".join(",".join(point) for point in _points(track))
        line = f"<LineString><altitudeMode>absolute</altitudeMode><coordinates>{coordinates}</coordinates></LineString>"
    return (
        f'{_XML}<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>\n'
        f"<name>{escape(name)}</name><Placemark><name>flown</name>{line}</Placemark>\n{_planned(plan)}</Document></kml>\n"
    )


def _planned(plan: Plan | None) -> str:
    places = [item.position for item in plan.items if item.position is not None] if plan else []
    if not places:
        return ""
    coordinates = " ".join(f"{place.lon_deg:.7f},{place.lat_deg:.7f}" for place in places)
    line = (
        f"<LineString><altitudeMode>clampToGround</altitudeMode><coordinates>{coordinates}</coordinates></LineString>"
    )
    return f"<Placemark><name>planned</name>{line}</Placemark>\n"


def gpx(track: Drawable, name: str, utc: bool) -> str:
    points = []
    for (lon, lat, *height), time_s in zip(_points(track), track.time_s.tolist(), strict=True):
        inner = f"<ele>{height[0]}</ele>" if height else ""
        inner += f"<time>{utc_text(time_s)}</time>" if utc else ""
        points.append(f'<trkpt lat="{lat}" lon="{lon}">{inner}</trkpt>\n')
    return (
        f'{_XML}<gpx version="1.1" creator="Airbeat" xmlns="http://www.topografix.com/GPX/1/1"><trk>'
        f"<name>{escape(name)}</name><trkseg>\n{''.join(points)}</trkseg></trk></gpx>\n"
    )


def geojson(track: Drawable, name: str, utc: bool) -> str:
    columns = zip(track.lon_deg.tolist(), track.lat_deg.tolist(), track.altitude_amsl_m.tolist(), strict=True)
    coordinates = [
        [round(lon, 7), round(lat, 7)] + ([round(height, 2)] if height == height else [])
        for lon, lat, height in columns
    ]
    times = track.time_s.tolist()
    stamps = {"times": [utc_text(time_s) for time_s in times]} if utc else {"times_s": times}
    feature = {
        "type": "Feature",
        "properties": {"name": name, **stamps},
        "geometry": {"type": "LineString", "coordinates": coordinates},
    }
    return msgspec.json.encode({"type": "FeatureCollection", "features": [feature]}).decode()


_TEXTS: Final[dict[str, Callable[[Drawable, str, bool], str]]] = {".kml": kml, ".gpx": gpx, ".geojson": geojson}
ENDINGS: Final = (*_TEXTS, ".csv", ".parquet")


def write_track(track: Track, path: Path, name: str, utc: bool) -> None:
    """In the format that the ending of `path` names, one of `ENDINGS`; KeyError for any other."""
    ending = path.suffix.lower()
    if ending == ".parquet":
        import pyarrow as pa  # large, and pages that only draw a path have no need of it
        import pyarrow.parquet as pq

        pq.write_table(pa.table({field: pa.array(column) for field, column in _columns(track).items()}), path)
    elif ending == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            columns = _columns(track)
            writer.writerow(columns)
            writer.writerows(zip(*([_blank(value) for value in c.tolist()] for c in columns.values()), strict=True))
    else:
        path.write_text(_TEXTS[ending](track, name, utc), encoding="utf-8")


def _columns(track: Track) -> dict[str, Floats]:
    return {**track._asdict(), "ground_speed_m_s": track.ground_speed_m_s}


def _blank(value: float) -> float | str:
    return "" if value != value else value


def _points(track: Drawable) -> list[list[str]]:
    """Longitude, latitude and, where it is known, height, as texts."""
    rows: list[list[Any]] = np.column_stack((track.lon_deg, track.lat_deg, track.altitude_amsl_m)).tolist()
    return [[f"{lon:.7f}", f"{lat:.7f}", *([f"{height:.2f}"] if height == height else [])] for lon, lat, height in rows]


def utc_text(time_s: float) -> str:
    """ISO 8601, to the millisecond."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
