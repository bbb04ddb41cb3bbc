"""Is this plan safe to fly? An ordered list of checks, each of which looks at one thing.

`check` runs them all. A check that crashes is itself an ERROR finding: a plan is never passed because its judge
fell over. Findings come in the order of `CHECKS`, the first ones being about what later ones rely on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from mission.checks.airspace import data_sets, obstacles, zones
from mission.checks.energy import endurance, return_energy
from mission.checks.fence import fence_legs, fence_places, fence_returns, fence_shapes, fence_storage
from mission.checks.ground_risk import ground_risk
from mission.checks.heights import ceiling, datums, heights
from mission.checks.items import commands, coordinates, jumps, order, storage
from mission.checks.patterns import patterns
from mission.checks.people import people
from mission.checks.radio import radio_link
from mission.checks.separation import separation
from mission.checks.sight import daylight, line_of_sight
from mission.context import DEFAULT, Context
from mission.finding import Finding, Severity
from mission.plan import Plan
from mission.situation import Situation

Check = Callable[[Situation], Iterable[Finding]]

CHECKS: Final[tuple[Check, ...]] = (
    storage,
    commands,
    order,
    jumps,
    patterns,
    fence_storage,
    fence_shapes,
    fence_places,
    fence_legs,
    ceiling,
    datums,
    heights,
    endurance,
    return_energy,
    line_of_sight,
    radio_link,
    daylight,
    people,
    ground_risk,
    data_sets,
    zones,
    obstacles,
    separation,
    fence_returns,
)


def check(plan: Plan, context: Context = DEFAULT) -> tuple[Finding, ...]:
    """Everything that is wrong with the plan, or worth a person's look."""
    return check_situation(Situation(plan, context))


def check_situation(situation: Situation) -> tuple[Finding, ...]:
    """As `check`, of a plan already prepared. Without sound coordinates nothing else can be judged."""
    unsound = _run(coordinates, situation)
    if unsound:
        return unsound
    return tuple(finding for one in CHECKS for finding in _run(one, situation))


def may_submit(findings: Iterable[Finding]) -> bool:
    return all(finding.severity is not Severity.ERROR for finding in findings)


def _run(one: Check, situation: Situation) -> tuple[Finding, ...]:
    try:
        return tuple(one(situation))
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the plan has not been judged
        return (
            Finding(
                check=one.__name__,
                severity=Severity.ERROR,
                text=f"The check '{one.__name__}' could not be finished: {type(error).__name__}: {error}",
                remedy="Undo the last change; report this text with the plan if it stays.",
            ),
        )
