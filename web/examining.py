"""What an examiner would write down of a flight: of its recording, and of every log of the drone attached to it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mission.plan import Plan
from telemetry.errors import RecordingError
from telemetry.review import Observation
from telemetry.review.examine import joined
from web import recordings
from web.api_flights import Attachment
from web.bundle import folder_beside
from web.charts import MEDIA_TYPES

log = logging.getLogger(__name__)

_ALIGNED_S: Final = 5.0
"""Before its first and after its last frame a recording still says whose flight it is."""


def observations(recording: Path, plan: Plan | None, attached: Iterable[Attachment]) -> tuple[Observation, ...]:
    """Raises `RecordingError` for the recording itself; an attached log that tells nothing adds nothing."""
    found = recordings.examined(recording, plan)
    begin, end = recordings.opened(recording).span_s or (0.0, 0.0)
    folder = folder_beside(recording)
    for path in (folder / one.sha256 for one in attached if one.media_type in MEDIA_TYPES):
        try:
            offset = recordings.offset(recording, path)
            other = recordings.examined(path, plan) if offset is not None else ()
        except RecordingError as error:
            log.warning("%s", error)
            continue
        found = joined(found, other, offset or 0.0, (begin - _ALIGNED_S, end + _ALIGNED_S))
    return found
