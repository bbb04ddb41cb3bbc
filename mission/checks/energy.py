"""Check of endurance: the whole flight, and the way home from everywhere, on the battery with its reserve."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mission.checks.legs import leg_name, leg_place
from mission.finding import Finding, Severity
from mission.path import FlightPath
from mission.profile import Costs
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


def return_energy(situation: Situation) -> Iterable[Finding]:
    """From the end of every leg the battery still brings the drone home with the reserve."""
    legs = situation.path.legs
    if situation.path.endless or not legs:
        return
    battery, rules = situation.context.vehicle.battery_wh, situation.context.rules
    ways = [situation.returns.legs(leg.end, leg.item) for leg in legs]
    home = Costs(FlightPath(tuple(leg for way in ways for leg in way), lands=True, endless=False), situation.context)
    per_way = np.add.reduceat(home.watt_hours, np.arange(0, len(home.watt_hours), len(ways[0])))
    used = np.cumsum(situation.costs.watt_hours)
    short = np.flatnonzero(used + per_way > battery * (1.0 - rules.battery_reserve_pct / 100.0))
    if not len(short):
        return
    first = int(short[0])
    left = 100.0 * (1.0 - (used[first] + per_way[first]) / battery)
    text = (
        f"{leg_name(legs[first])} is beyond the point of no return: flown home from its end, {max(left, 0.0):.0f} % "
        f"would be left, and {rules.battery_reserve_pct:g} % must be."
    )
    yield Finding("return_energy", Severity.ERROR, text, "Return earlier.", leg_place(situation, legs[first], None))
