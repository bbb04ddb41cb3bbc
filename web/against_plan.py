"""Planned against flown, as the flight page shows it."""

from __future__ import annotations

import logging

from mission.context import DEFAULT
from mission.geodesy import frame_of
from mission.leg import LegKind
from mission.path import flight_path
from mission.plan import Plan
from telemetry.errors import RecordingError
from telemetry.flight_folder import TLOG
from telemetry.review.legs import MISSED_M, planned_flown
from web import api_flights, recordings
from web.bundle import Bundle

log = logging.getLogger(__name__)


def against_plan(flight: Bundle) -> api_flights.FlownAgainstPlan | None:
    """None without a plan, or without a recording that can be read: the page's charts say what is wrong with it."""
    if flight.plan is None:
        return None
    try:
        compared = planned_flown(recordings.opened(flight.folder / TLOG), flight.plan)
    except RecordingError as error:
        log.warning("%s", error)
        return None
    return api_flights.FlownAgainstPlan(
        cross_track_p50_m=compared.cross_track_p50_m,
        cross_track_p95_m=compared.cross_track_p95_m,
        cross_track_max_m=compared.cross_track_max_m,
        items_reached=tuple(
            leg.item for leg in compared.legs if leg.passed_at_m is not None and leg.passed_at_m <= MISSED_M
        ),
        items_total=len(_places(flight.plan)),
        height_error_p95_m=compared.height_error_p95_m,
        legs=compared.legs,
    )


def _places(plan: Plan) -> set[int]:
    """The items that the mission flies to."""
    legs = flight_path(plan, frame_of(plan), DEFAULT.vehicle).legs
    return {leg.item for leg in legs if leg.kind in (LegKind.TRAVEL, LegKind.CURVE, LegKind.CIRCLE)}
