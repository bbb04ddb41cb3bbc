"""What the search patterns of a plan promise, from the sweep width that a person gives (`mission.search`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import msgspec

from mission.context import Vehicle
from mission.pattern import Containment, ExpandingSquare, HastyRoute, PatternSpec, SectorSearch, TrackSearch
from mission.patterns.expansion import containment_radius_m
from mission.plan import Plan
from mission.search import barrier_coverage, coverage_factor, coverage_of_area, probability_of_detection


class Odds(msgspec.Struct, frozen=True):
    """Of one search pattern. `formula` says in words what the coverage factor was reckoned by."""

    pattern_id: str
    coverage: float
    probability: float
    formula: str


def odds(plan: Plan, vehicle: Vehicle) -> tuple[Odds, ...]:
    """Of every search pattern with a sweep width."""
    told = []
    for pattern in plan.patterns:
        found = _coverage(pattern.spec, vehicle)
        if found is not None:
            coverage, formula = found
            words = f"{formula}; POD = 1 - e^-C for a random pass"
            told.append(Odds(pattern.pattern_id, coverage, probability_of_detection(coverage), words))
    return tuple(told)


def _coverage(spec: PatternSpec, vehicle: Vehicle) -> tuple[float, str] | None:
    reckoned = _RECKONED.get(type(spec))
    width = getattr(spec, "sweep_width_m", None)
    return reckoned(spec, width, vehicle) if reckoned and width and width > 0.0 else None


def _by_spacing(spec: ExpandingSquare | TrackSearch, width: float, _: Vehicle) -> tuple[float, str]:
    return coverage_factor(width, spec.spacing_m), "C = W / S, sweep width over track spacing"


def _sector(spec: SectorSearch, width: float, _: Vehicle) -> tuple[float, str]:
    track, area = 9.0 * spec.radius_m * spec.passes, math.pi * spec.radius_m**2
    return coverage_of_area(width, track, area), "C = W L / A, nine legs a pass in the circle"


def _hasty(spec: HastyRoute, width: float, _: Vehicle) -> tuple[float, str]:
    passes = 2.0 if 0.0 < abs(spec.offset_m) <= width / 2.0 else 1.0
    return passes, "C = the passes within half a sweep width of the route, for somebody on it"


def _containment(spec: Containment, width: float, vehicle: Vehicle) -> tuple[float, str] | None:
    radius = containment_radius_m(spec)
    if not radius or not spec.travel_speed_m_s:
        return None
    speed = spec.speed_m_s or vehicle.cruise_speed_m_s
    coverage = barrier_coverage(width, 2.0 * math.pi * radius, speed, spec.travel_speed_m_s)
    return coverage, "C = W √(v² + u²) / (u L), a patrol of the whole ring without a break"


_RECKONED: Final[dict[type, Callable[[Any, float, Vehicle], tuple[float, str] | None]]] = {
    ExpandingSquare: _by_spacing,
    TrackSearch: _by_spacing,
    SectorSearch: _sector,
    HastyRoute: _hasty,
    Containment: _containment,
}
