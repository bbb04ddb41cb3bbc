"""Check of endurance: the whole flight, and the way home from everywhere, on the battery with its reserve."""

from __future__ import annotations

from collections.abc import Iterable

from mission.finding import Finding, Severity
from mission.situation import Situation


def endurance(situation: Situation) -> Iterable[Finding]:
    """The flight leaves the reserve in the battery."""
    if situation.path.endless or not situation.path.legs:
        return
    total, rules = situation.totals, situation.context.rules
    left = 100.0 - total.battery_pct
    minutes = total.duration_s / 60.0
    if left < rules.battery_reserve_pct:
        text = (
            f"The flight takes {minutes:.0f} min and {total.battery_pct:.0f} % of the battery; "
            f"{max(left, 0.0):.0f} % would be left, and {rules.battery_reserve_pct:g} % must be."
        )
        yield Finding("endurance", Severity.ERROR, text, "Shorten it, or split it over several drones.")
