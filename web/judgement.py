"""The server's judgement of a plan: the findings a person sees, and whether it may be submitted."""

from __future__ import annotations

from mission.plan import Plan, digest
from mission.report import report
from web.api import PlanReport, ProfilePoint


def judge(plan: Plan, revision: int) -> PlanReport:
    judged = report(plan)
    return PlanReport(
        revision=revision,
        plan_sha256=digest(plan),
        findings=judged.findings,
        profile=tuple(
            ProfilePoint(point.distance_m, point.height_home_m, point.ground_home_m, point.item)
            for point in judged.profile
        ),
        distance_m=judged.distance_m,
        duration_s=judged.duration_s,
        battery_pct=judged.battery_pct,
        may_submit=judged.may_submit,
    )
