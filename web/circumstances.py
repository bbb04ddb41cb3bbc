"""What a flight was flown in and beside: wind, others' airspace, other drones in the air at the time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mission.airspace import Airspace
from telemetry.errors import RecordingError
from telemetry.flight_folder import TLOG
from telemetry.review.airspace import near_zones
from telemetry.review.together import separation
from telemetry.review.track import Track, track_of
from telemetry.review.wind import wind_of
from web import recordings
from web.api_review import Circumstances, OtherDrone

NEAR_M: Final = 1000.0
"""Airspace further away is not told of."""


def circumstances(path: Path, airspace: Airspace | None, others: list[tuple[str, str, Path]]) -> Circumstances:
    """`others`: id, vehicle and folder of the flights beside it (`web.store.flights.beside`).

    Raises `RecordingError` for the flight's own recording; another's that cannot be read is told as unknown.
    """
    log = recordings.opened(path)
    track = track_of(log)
    if track is None:
        return Circumstances(None, None, ())
    return Circumstances(
        wind=wind_of(log),
        zones=None if airspace is None else near_zones(track, airspace, NEAR_M),
        others=tuple(OtherDrone(other, vehicle, *_nearest(track, folder)) for other, vehicle, folder in others),
    )


def _nearest(track: Track, folder: Path) -> tuple[float | None, float | None, float | None]:
    try:
        other = track_of(recordings.opened(folder / TLOG))
    except RecordingError:
        return None, None, None
    found = separation(track, other) if other is not None else None
    return (found.at_s, found.horizontal_m, found.height_m) if found else (None, None, None)
