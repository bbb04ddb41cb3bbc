"""The flown path as KML, GPX, GeoJSON, CSV and Parquet.

KML: OGC 12-007 with the gx:Track of Google's extension, whose `when` gives each position its time. GPX 1.1. GeoJSON:
RFC 7946, one LineString with the times beside it. Positions are longitude, latitude, height above mean sea level.
A time is only written where the log knows the date; a height only where it is known.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from telemetry.logs.table import Floats
from telemetry.review.track import Track

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def kml(track: Track, name: str, utc: bool) -> str:
    if utc:
        whens = "".join(f"<when>{_iso(time_s)}</when>\n" for time_s in track.time_s.tolist())
        coordinates = "".join(f"<gx:coord>{' '.join(point)}</gx:coord>\n" for point in _points(track))
        line = f"<gx:Track><altitudeMode>absolute</altitudeMode>\n{whens}{coordinates}</gx:Track>"
    else:
        coordinates = " ".join(",".join(point) for point in _points(track))
        line = f"<LineString><altitudeMode>absolute</altitudeMode><coordinates>{coordinates}</coordinates></LineString>"
    return (
        f'{_XML}<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>\n'
        f"<name>{escape(name)}</name><Placemark><name>{escape(name)}</name>{line}</Placemark>\n</Document></kml>\n"
    )


def gpx(track: Track, name: str, utc: bool) -> str:
    points = []
    for (lon, lat, *height), time_s in zip(_points(track), track.time_s.tolist(), strict=True):
        inner = f"<ele>{height[0]}</ele>" if height else ""
        inner += f"<time>{_iso(time_s)}</time>" if utc else ""
        points.append(f'<trkpt lat="{lat}" lon="{lon}">{inner}</trkpt>\n')
    return (
        f'{_XML}<gpx version="1.1" creator="Airbeat" xmlns="http://www.topografix.com/GPX/1/1"><trk>'
        f"<name>{escape(name)}</name><trkseg>\n{''.join(points)}</trkseg></trk></gpx>\n"
    )


def geojson(track: Track, name: str, utc: bool) -> str:
    columns = zip(track.lon_deg.tolist(), track.lat_deg.tolist(), track.altitude_amsl_m.tolist(), strict=True)
    coordinates = [
        [round(lon, 7), round(lat, 7)] + ([round(height, 2)] if height == height else [])
        for lon, lat, height in columns
    ]
    times = track.time_s.tolist()
    feature = {
        "type": "Feature",
        "properties": {"name": name, **({"times": [_iso(time_s) for time_s in times]} if utc else {"times_s": times})},
        "geometry": {"type": "LineString", "coordinates": coordinates},
    }
    return msgspec.json.encode({"type": "FeatureCollection", "features": [feature]}).decode()


_TEXTS: Final[dict[str, Callable[[Track, str, bool], str]]] = {".kml": kml, ".gpx": gpx, ".geojson": geojson}
ENDINGS: Final = (*_TEXTS, ".csv", ".parquet")


def write_track(track: Track, path: Path, name: str, utc: bool) -> None:
    """In the format that the ending of `path` names, one of `ENDINGS`; KeyError for any other."""
    ending = path.suffix.lower()
    if ending == ".parquet":
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


def _points(track: Track) -> list[list[str]]:
    """Longitude, latitude and, where it is known, height, as texts."""
    rows: list[list[Any]] = np.column_stack((track.lon_deg, track.lat_deg, track.altitude_amsl_m)).tolist()
    return [[f"{lon:.7f}", f"{lat:.7f}", *([f"{height:.2f}"] if height == height else [])] for lon, lat, height in rows]


def _iso(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
