"""How findings name a leg of the path, and a place on it."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from mission.finding import Place
from mission.leg import Leg, LegKind
from mission.situation import Situation


def leg_name(leg: Leg) -> str:
    """How a person finds the leg: by the number of the item it leads to."""
    return (
        f"{leg.kind.capitalize()} at item {leg.item + 1}"
        if leg.kind is not LegKind.TRAVEL
        else f"Leg to item {leg.item + 1}"
    )


def leg_place(situation: Situation, leg: Leg, spot: BaseGeometry | None) -> Place:
    """The leg from the item before, and where on it."""
    x, y = leg.end[:2]
    position = situation.position(spot) if spot is not None and not spot.is_empty else situation.frame.position(x, y)
    return Place("leg", leg.item - 1, position)


def at_sample(situation: Situation, number: int) -> tuple[Leg, Place]:
    """The leg that one of the path's samples lies on, and where that is."""
    samples = situation.samples
    leg = situation.distinct_legs[samples.leg[number]]
    return leg, leg_place(situation, leg, shapely.Point(samples.xy[number]))
