"""When people must be told: pure rules over the state of the fleet, no clock, no bus.

- `fleet`: what the rules look at
- `ground`: where each drone lies to its fence and its path; `pairs`: to the others; for the whole fleet at once
- `verdict`: how a rule answers
- `condition`: the rules about one drone's own state; `place`: those about where it is; `traffic`: other aircraft
- `watch`: raises an alert once, ends it once
"""

from __future__ import annotations

from typing import Final

from telemetry.rules import condition, place, traffic
from telemetry.rules.fleet import Drone, Fleet
from telemetry.rules.verdict import Rule
from telemetry.rules.watch import Change, Watch

RULES: Final[tuple[Rule, ...]] = (
    Rule("breach", "critical", place.breach),
    Rule("breach_reported", "critical", condition.breach_reported),
    Rule("link_lost", "critical", condition.link_lost),
    Rule("battery_critical", "critical", condition.battery_critical, after_s=2.0),
    Rule("way_home", "critical", condition.way_home, after_s=5.0),
    Rule("separation", "critical", place.separation, of_pairs=True),
    Rule("collision", "critical", traffic.collision, after_s=0.2, ends_after_s=4.0, of_pairs=True),
    Rule("ekf", "critical", condition.ekf, after_s=2.0),
    Rule("height", "critical", place.height, after_s=0.5),
    Rule("fence_disabled", "critical", condition.fence_disabled, after_s=3.0),
    Rule("recorder_behind", "critical", condition.recorder_behind),
    Rule("disk", "critical", condition.disk),
    Rule("frames_lost", "critical", condition.frames_lost),
    Rule("signature", "critical", condition.signature_refused),
    Rule("breach_predicted", "warning", place.breach_predicted, after_s=0.2, ends_after_s=3.0),
    Rule("approach", "warning", place.approach, after_s=0.5, ends_after_s=3.0, of_pairs=True),
    Rule("traffic", "warning", traffic.traffic, after_s=0.5, ends_after_s=4.0, of_pairs=True),
    Rule("fence_margin", "warning", place.fence_margin, after_s=0.3),
    Rule("link_late", "warning", condition.link_late),
    Rule("battery_low", "warning", condition.battery_low, after_s=2.0),
    Rule("gps", "warning", condition.gps, after_s=2.0),
    Rule("vibration", "warning", condition.vibration, after_s=3.0),
    Rule("off_track", "warning", place.off_track, after_s=2.0),
    Rule("mode", "warning", condition.unexpected_mode, after_s=1.0),
    Rule("unknown_drone", "warning", condition.unknown_drone),
)
"""In order of importance: what is listed first is shown first."""

__all__ = ["RULES", "Change", "Drone", "Fleet", "Rule", "Watch"]
