"""The server's judgement of a plan: the findings a person sees, and whether it may be submitted."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from mission.context import Context
from mission.plan import Plan, digest
from mission.report import report
from web.api import PlanReport, ProfilePoint


def judge(plan: Plan, revision: int, world: Context) -> PlanReport:
    """Of `plan` as if it were flown in `world` now."""
    judged = report(plan, msgspec.structs.replace(world, at=datetime.now(UTC)))
    return PlanReport(
        revision=revision,
        plan_sha256=digest(plan),
        findings=judged.findings,
        profile=tuple(
            ProfilePoint(point.distance_m, point.height_home_m, point.ground_home_m, point.item)
            for point in judged.profile
        ),
        flown=judged.flown,
        searches=judged.searches,
        distance_m=judged.distance_m,
        duration_s=judged.duration_s,
        battery_pct=judged.battery_pct,
        may_submit=judged.may_submit,
        data_sets=world.airspace.sources if world.airspace else (),
    )
