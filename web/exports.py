"""A recorded track in the formats other programs read: KML, GPX, CSV."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET  # only written here, never read

from mission.plan import Plan
from web.api_flights import FlightSummary
from web.track import Track

_KML: Final = "http://www.opengis.net/kml/2.2"
_GX: Final = "http://www.google.com/kml/ext/2.2"
_GPX: Final = "http://www.topografix.com/GPX/1/1"


def kml(flight: FlightSummary, track: Track, plan: Plan | None) -> bytes:
    """The flown track with its times (heights AMSL), and beside it the planned items."""
    ET.register_namespace("", _KML)
    ET.register_namespace("gx", _GX)
    root = ET.Element(f"{{{_KML}}}kml")
    document = _kml(root, "Document")
    _kml(document, "name", flight.flight_id)
    placemark = _kml(document, "Placemark")
    _kml(placemark, "name", f"{flight.vehicle} flown")
    flown = ET.SubElement(placemark, f"{{{_GX}}}Track")
    _kml(flown, "altitudeMode", "absolute")
    for at in track.time_s:
        _kml(flown, "when", _utc(at))
    for lon, lat, height in zip(track.lon_deg, track.lat_deg, track.altitude_amsl_m, strict=True):
        ET.SubElement(flown, f"{{{_GX}}}coord").text = f"{lon:.7f} {lat:.7f} {height:.2f}"
    places = [item.position for item in plan.items if item.position is not None] if plan else []
    if places:
        planned = _kml(document, "Placemark")
        _kml(planned, "name", f"{flight.vehicle} planned")
        line = _kml(planned, "LineString")
        _kml(line, "altitudeMode", "clampToGround")
        _kml(line, "coordinates", " ".join(f"{place.lon_deg:.7f},{place.lat_deg:.7f}" for place in places))
    return _document(root)


def _kml(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, f"{{{_KML}}}{name}")
    element.text = text
    return element


def gpx(flight: FlightSummary, track: Track) -> bytes:
    """One track; elevations AMSL, times UTC."""
    ET.register_namespace("", _GPX)
    root = ET.Element(f"{{{_GPX}}}gpx", {"version": "1.1", "creator": "Airbeat"})
    recorded = ET.SubElement(root, f"{{{_GPX}}}trk")
    ET.SubElement(recorded, f"{{{_GPX}}}name").text = flight.flight_id
    segment = ET.SubElement(recorded, f"{{{_GPX}}}trkseg")
    rows = zip(track.time_s, track.lat_deg, track.lon_deg, track.altitude_amsl_m, strict=True)
    for at, lat, lon, height in rows:
        point = ET.SubElement(segment, f"{{{_GPX}}}trkpt", {"lat": f"{lat:.7f}", "lon": f"{lon:.7f}"})
        ET.SubElement(point, f"{{{_GPX}}}ele").text = f"{height:.2f}"
        ET.SubElement(point, f"{{{_GPX}}}time").text = _utc(at)
    return _document(root)


def csv_table(track: Track) -> bytes:
    """Every row of the track under its columns' names; an unknown value is empty."""
    columns = [name for name in track._fields if name != "modes"]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["time_utc", *columns])
    for row in zip(*(getattr(track, name) for name in columns), strict=True):
        writer.writerow([_utc(row[0]), *("" if math.isnan(value) else f"{value:.14g}" for value in row)])
    return out.getvalue().encode()


def _utc(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _document(root: ET.Element) -> bytes:
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
