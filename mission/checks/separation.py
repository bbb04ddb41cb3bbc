"""Check of the distance to the other flights that are approved, on their planned ways and on failsafe returns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from mission.deconflict import HORIZONTAL_M, UNCERTAINTY_S, VERTICAL_M, Flight, conflicts, return_crossings
from mission.finding import Finding, Place, Severity
from mission.geodesy import REACH_M, distance_m, positions_of
from mission.situation import Situation

ANY_TIME_S: Final = 86_400.0
"""What a flight whose take-off time is not known may be early or late by."""
_OWN: Final = ""
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def separation(situation: Situation) -> Iterable[Finding]:
    """No other approved flight comes too near, at the times that are known; nor would a return of one of the two."""
    own = Flight(_OWN, situation.plan, situation.context.at or _EPOCH, situation.context.vehicle)
    for other in situation.context.others:
        here, there = positions_of(situation.plan), positions_of(other.plan)
        if not here or not there or distance_m(here[0], there[0]) > REACH_M:
            continue
        timed = situation.context.at is not None and other.at is not None
        flights = (own, Flight(other.name, other.plan, other.at or own.at, other.vehicle))
        yield from _between(flights, UNCERTAINTY_S if timed else ANY_TIME_S, timed)


def _between(flights: tuple[Flight, Flight], uncertainty_s: float, timed: bool) -> Iterable[Finding]:
    _, other = flights
    apart = f"{HORIZONTAL_M:g} m beside or {VERTICAL_M:g} m above or below are to be kept"
    when = "" if timed else " if both fly at the same time"
    for conflict in conflicts(flights, uncertainty_s=uncertainty_s):
        text = (
            f"Leg to item {conflict.first_item + 1} comes within {conflict.horizontal_m:.0f} m of {other.name}, "
            f"{conflict.vertical_m:.0f} m apart in height,{when or f' at {conflict.at:%H:%M} UTC'}; {apart}."
        )
        place = Place("leg", conflict.first_item - 1, conflict.position)
        yield Finding("separation", Severity.WARNING, text, "Agree on times, heights or areas.", place)
        return
    for crossing in return_crossings(flights, uncertainty_s=uncertainty_s):
        if crossing.returning == _OWN:
            text = f"A return from the leg to item {crossing.returning_item + 1} may cross {other.name}'s way{when}."
            place = Place("leg", crossing.returning_item - 1, crossing.position)
        else:
            text = f"Leg to item {crossing.other_item + 1} lies on a way that {other.name} may return by{when}."
            place = Place("leg", crossing.other_item - 1, crossing.position)
        yield Finding("separation", Severity.WARNING, text, "Agree on times, heights or areas.", place)
