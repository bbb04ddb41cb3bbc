"""Flights given out as files. Each is in the audit before its first byte leaves."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, send_file

from telemetry.evidence.verifier import SEAL
from telemetry.flight_folder import MANIFEST, TLOG
from telemetry.review.export import gpx, kml
from web import folium_map, track
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.bundle import Bundle
from web.errors import NotFound
from web.exchange import attachment
from web.routes.flights import opened

blueprint = Blueprint("downloads", __name__)

DEED: Final = "flight.download"
_IN_MEMORY_BYTES: Final = 8 * 1024**2


@blueprint.get("/flights/<flight_id>/bundle.zip")
@requires(Permission.FLIGHT_EXPORT)
def whole(flight_id: str) -> Response:
    """Every file of the manifest, unchanged, the manifest and the seal."""
    _, found = opened(flight_id, DEED, file="bundle.zip")
    packed = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the answer
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        sealed = [SEAL] if (found.folder / SEAL).is_file() else []
        for name in (*found.record.files, MANIFEST, *sealed):
            archive.write(found.folder / name, f"{flight_id}/{name}")
    packed.seek(0)
    return send_file(packed, "application/zip", as_attachment=True, download_name=f"{flight_id}.zip")


@blueprint.get("/flights/<flight_id>/telemetry.tlog")
@requires(Permission.FLIGHT_EXPORT)
def recording(flight_id: str) -> Response:
    _, found = opened(flight_id, DEED, file=TLOG)
    path = _recording(found)
    return send_file(path, "application/octet-stream", as_attachment=True, download_name=f"{flight_id}.tlog")


@blueprint.get("/flights/<flight_id>/track.<form>")
@requires(Permission.FLIGHT_EXPORT)
def flown(flight_id: str, form: str) -> Response:
    """`form`: kml, gpx, csv."""
    if form not in _MEDIA_TYPES:
        raise NotFound(f"A track is given out as {', '.join(_MEDIA_TYPES)}.")
    _, found = opened(flight_id, DEED, file=f"track.{form}")
    columns = track.read(_recording(found))
    match form:
        case "kml":
            data = kml(columns, flight_id, True, found.plan).encode()
        case "gpx":
            data = gpx(columns, flight_id, True).encode()
        case _:
            data = track.csv_table(columns)
    return attachment(data, _MEDIA_TYPES[form], f"{flight_id}.{form}")


_MEDIA_TYPES: Final = {
    "kml": "application/vnd.google-earth.kml+xml",
    "gpx": "application/gpx+xml",
    "csv": "text/csv",
}


@blueprint.get("/flights/<flight_id>/map.html")
@requires(Permission.FLIGHT_EXPORT)
def shareable_map(flight_id: str) -> Response:
    summary, found = opened(flight_id, DEED, file="map.html")
    page = folium_map.html(summary, track.read(_recording(found)), found.plan)
    return attachment(page, "text/html", f"{flight_id}.html")


def _recording(found: Bundle) -> Path:
    path = found.folder / TLOG
    if not path.is_file():
        raise NotFound("The recording of this flight is not here.")
    return path.absolute()
