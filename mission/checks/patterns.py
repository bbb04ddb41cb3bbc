"""Check that what is flown is still what the patterns of the plan describe."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mission.errors import GeometryError
from mission.finding import Finding, Place, Severity
from mission.pattern import Foreign
from mission.patterns import expand
from mission.situation import Situation


def patterns(situation: Situation) -> Iterable[Finding]:
    """Every pattern's items lie together and are its expansion in the present fence."""
    plan, vehicle = situation.plan, situation.context.vehicle
    for pattern in plan.patterns:
        members = [index for index, item in enumerate(plan.items) if item.pattern == pattern.pattern_id]
        place = Place("item", members[0], plan.items[members[0]].position) if members else Place("plan")
        if not members or members[-1] - members[0] + 1 != len(members):
            text = f"The items of {pattern.pattern_id} are missing or scattered."
            yield Finding("patterns", Severity.WARNING, text, "Expand it again, or break it up.", place)
        elif not isinstance(pattern.spec, Foreign):
            flown = tuple(msgspec.structs.replace(plan.items[index], pattern=None) for index in members)
            try:
                changed = expand(pattern.spec, plan, vehicle) != flown
            except GeometryError as error:
                text = f"{pattern.pattern_id} can no longer be flown as described: {error}."
                yield Finding("patterns", Severity.WARNING, text, "Change it or the fence.", place)
                continue
            if changed:
                text = f"The items of {pattern.pattern_id} are not what it describes in this fence."
                yield Finding("patterns", Severity.WARNING, text, "Expand it again, or break it up.", place)
