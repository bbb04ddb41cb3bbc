"""A wall clock that is stepped raises nothing, ends nothing, and makes no two alerts one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telemetry.alert_book import event_of
from telemetry.rules import Change, Fleet
from tests.telemetry.sky import AT, Sky


class Clock(Sky):
    """A sky whose wall clock is `ahead` of what has passed."""

    ahead = timedelta()

    def tick(self, seconds: float = 0.1) -> list[Change]:
        found: list[Change] = []
        for _ in range(max(1, round(seconds / 0.1))):
            self.now += 0.1
            at = AT + timedelta(seconds=self.now - 1000.0) + self.ahead
            found += self.watch.step(Fleet(self.now, self.drones, self.ground), at)
        return found


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400)])
def test_a_stepped_wall_clock_changes_nothing(step: timedelta) -> None:
    sky = Clock()
    sky.set("UAV-07", battery_pct=25.0)
    sky.set("UAV-08", north_m=120.0)
    assert sky.stay(1.0) == []
    sky.ahead = step
    (raised,) = sky.stay(1.2)
    assert raised.alert.rule == "battery_low", "after 2 s of the monotonic clock, not sooner and not later"
    sky.ahead = -step
    assert sky.stay(10.0) == [], "nobody is silent, nothing is over"
    sky.set("UAV-07", battery_pct=80.0)
    (ended,) = sky.stay(2.0)
    assert (ended.kind, ended.alert.alert_id) == ("alert_ended", raised.alert.alert_id)
    assert event_of(raised, 4).event_id != event_of(ended, 5).event_id
    sky.set("UAV-07", battery_pct=25.0)
    (again,) = sky.stay(3.0)
    assert again.alert.alert_id == raised.alert.alert_id, "nobody has acknowledged it: the same alert"
