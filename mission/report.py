"""One state of a plan judged in full: what the plan page and the command line show."""

from __future__ import annotations

import msgspec
import numpy as np

from mission.checks import check_situation, may_submit
from mission.context import DEFAULT, Context
from mission.finding import Finding
from mission.geodesy import positions_of
from mission.patterns.odds import Odds, odds
from mission.plan import Plan
from mission.profile import ProfilePoint, profile
from mission.situation import Situation


class FlownPoint(msgspec.Struct, frozen=True, array_like=True):
    """One point of the line that the autopilot flies, on the way to item `item`."""

    lat_deg: float
    lon_deg: float
    height_home_m: float
    item: int


class Report(msgspec.Struct, frozen=True):
    """`battery_pct` is what the flight uses of a full battery; None where the plan is too broken to tell.

    `flown` is the line over the ground as the autopilot flies it: splines as curves, corners rounded, the way home.
    """

    findings: tuple[Finding, ...]
    profile: tuple[ProfilePoint, ...]
    flown: tuple[FlownPoint, ...]
    searches: tuple[Odds, ...]
    """What the plan's search patterns promise, those of which the sweep width is given."""
    distance_m: float
    duration_s: float
    battery_pct: float | None
    may_submit: bool


def report(plan: Plan, context: Context = DEFAULT) -> Report:
    """Findings, altitude profile and totals. Never raises: what cannot be worked out is a finding."""
    situation = Situation(plan, context)
    findings = check_situation(situation)
    if not positions_of(plan) or any(finding.check == "coordinates" for finding in findings):
        return Report(findings, (), (), (), 0.0, 0.0, None, False)
    total = situation.totals
    return Report(
        findings=findings,
        profile=profile(situation.distinct_legs if situation.path.endless else situation.path.legs, situation.ground),
        flown=flown_points(situation),
        searches=odds(plan, context.vehicle),
        distance_m=total.distance_m,
        duration_s=total.duration_s,
        battery_pct=total.battery_pct,
        may_submit=may_submit(findings),
    )


def flown_points(situation: Situation) -> tuple[FlownPoint, ...]:
    """The flown line in degrees, to 1e-7."""
    line = situation.flown
    degrees = situation.frame.xy_to_degrees(line.points[:, :2])
    heights = np.round(line.points[:, 2], 2).tolist()
    items = [situation.distinct_legs[leg].item for leg in line.leg.tolist()]
    places = np.round(degrees, 7).tolist()
    return tuple(
        FlownPoint(lat, lon, height, item) for (lon, lat), height, item in zip(places, heights, items, strict=True)
    )
