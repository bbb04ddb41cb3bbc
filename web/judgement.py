"""The server's judgement of a plan: the findings a person sees, and whether it may be submitted."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from mission.airspace import DataSet
from mission.context import Context, OtherFlight
from mission.plan import Plan, digest
from mission.report import report
from web.api import PlanReport


def judge(plan: Plan, revision: int, world: Context, others: tuple[OtherFlight, ...] = ()) -> PlanReport:
    """Of `plan` as if it were flown in `world` now, beside the `others` that are approved."""
    judged = report(plan, msgspec.structs.replace(world, at=datetime.now(UTC), others=others))
    return PlanReport(
        revision=revision,
        plan_sha256=digest(plan),
        findings=judged.findings,
        profile=judged.profile,
        flown=judged.flown,
        searches=judged.searches,
        distance_m=judged.distance_m,
        duration_s=judged.duration_s,
        battery_pct=judged.battery_pct,
        may_submit=judged.may_submit,
        data_sets=data_sets(world),
    )


def data_sets(world: Context) -> tuple[DataSet, ...]:
    """The files of airspace and population that plans are judged against, with their SHA-256 and AIRAC date."""
    airspace = world.airspace.sources if world.airspace else ()
    return (*airspace, world.population.source) if world.population else airspace
