"""Two flights beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from telemetry.review.levels import Levels
from telemetry.review.phases import took_off_s
from telemetry.review.together import apart, nearest
from telemetry.review.track import Track, track_of
from web import recordings, track
from web.api_flights import FlightSummary
from web.api_review import Apart, Comparison

STRETCHES: Final = 1000


def compare(own: Path, other: Path, summary: FlightSummary) -> Comparison:
    """`summary` is the other's. Raises `RecordingError` naming the recording that cannot be read."""
    own_track, other_track = (track_of(recordings.opened(path)) for path in (own, other))
    return Comparison(
        other=summary,
        series=track.series(other),
        took_off_s=_took_off(own, own_track),
        other_took_off_s=_took_off(other, other_track),
        apart=_apart(own_track, other_track) if own_track and other_track else None,
    )


def _took_off(path: Path, flown: Track | None) -> float | None:
    return took_off_s(recordings.opened(path), flown) if flown else None


def _apart(one: Track, other: Track) -> Apart | None:
    found = apart(one, other)
    if found is None:
        return None
    distance = found.distance_m
    rows = Levels(distance).rows(0, len(distance), STRETCHES)
    return Apart(
        tuple(np.round(found.time_s[rows], 3).tolist()), tuple(np.round(distance[rows], 2).tolist()), nearest(found)
    )
