"""The fence checks' verdict against the vehicle's own fence: plans judged, and then flown.

A plan without a fence error must not breach; one whose path lies beyond the fence by more than the autopilot rounds
its corners must. In between is the margin, of which nothing is claimed but that it is reported as an error.
`make bench-plan` does the same with three hundred plans.
"""

from __future__ import annotations

import numpy as np

from tests.mission.fence_truth import flown, homes, judged, new_fleet, random_plan

PLANS = 24
SURELY_M = 3.0
"""The waypoint radius by which corners are rounded, and a metre of drift."""


def test_the_vehicles_own_fence_agrees_with_the_checks() -> None:
    rng = np.random.default_rng(20)
    fleet = new_fleet(PLANS, seed=20)
    plans = [random_plan(rng, home) for home in homes(fleet)]
    verdicts = [judged(plan) for plan in plans]
    breached = flown(plans, fleet)
    assert not any(was for verdict, was in zip(verdicts, breached, strict=True) if verdict.clean)
    assert all(was for verdict, was in zip(verdicts, breached, strict=True) if verdict.depth_m > SURELY_M)
    assert sum(verdict.clean for verdict in verdicts) > PLANS // 10
    assert sum(breached) > PLANS // 10
