"""Planning patterns: put into a plan and changed, always as a whole.

A pattern is kept in `Plan.patterns`; the items that carry its id are its expansion. `put` replaces the items when
the description changes or the fence moves; DO_JUMPs keep pointing to the items they pointed to.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mission.commands import DO_JUMP, NAV_LAND, NAV_RETURN_TO_LAUNCH
from mission.context import Vehicle
from mission.pattern import Foreign, Pattern, PatternSpec
from mission.patterns.expansion import expand as expand
from mission.plan import MissionItem, Plan

_LAST = frozenset((NAV_RETURN_TO_LAUNCH, NAV_LAND))


def put(plan: Plan, pattern_id: str, spec: PatternSpec, vehicle: Vehicle | None = None, at: int | None = None) -> Plan:
    """The plan with this pattern, new or changed, expanded anew. Raises GeometryError where it cannot be flown.

    A changed pattern stays where it is. A new one goes to index `at`; without that, before the final return or
    landing.
    """
    items = expand(spec, plan, vehicle or Vehicle())
    marked = tuple(msgspec.structs.replace(item, pattern=pattern_id) for item in items)
    members = [index for index, item in enumerate(plan.items) if item.pattern == pattern_id]
    if members:
        first, last = members[0], members[-1] + 1
    else:
        first = last = _place_for_new(plan) if at is None else at
    pattern = Pattern(pattern_id, spec)
    others = [p for p in plan.patterns if p.pattern_id != pattern_id]
    known = [p.pattern_id for p in plan.patterns]
    others.insert(known.index(pattern_id) if pattern_id in known else len(others), pattern)
    return msgspec.structs.replace(_spliced(plan, first, last, marked), patterns=tuple(others))


def refresh(plan: Plan, vehicle: Vehicle | None = None) -> Plan:
    """Every pattern expanded anew, as after a change of the fence."""
    for pattern in plan.patterns:
        if not isinstance(pattern.spec, Foreign):
            plan = put(plan, pattern.pattern_id, pattern.spec, vehicle)
    return plan


def _place_for_new(plan: Plan) -> int:
    return len(plan.items) - 1 if plan.items and plan.items[-1].command in _LAST else len(plan.items)


def _spliced(plan: Plan, first: int, last: int, items: Sequence[MissionItem]) -> Plan:
    """Items first..last replaced by others, and every DO_JUMP's target moved along."""
    shift = len(items) - (last - first)
    moved = [*plan.items[:first], *items, *plan.items[last:]]
    for index, item in enumerate(moved):
        target = item.params[0]
        if item.command == DO_JUMP and target is not None and target - 1 >= last:
            moved[index] = msgspec.structs.replace(item, params=(target + shift, *item.params[1:]))
    return msgspec.structs.replace(plan, items=tuple(moved))
