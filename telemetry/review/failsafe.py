"""Failsafes and alarms: what the autopilot said, why, what it did, and what was left then.

The rules are ArduCopter 4.6's own words (ArduCopter/events.cpp, ekf_check.cpp, crash_check.cpp, AP_BattMonitor.cpp)
and the subsystems of its ERR records. Words said before arming are not of the flight.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.review.battery import battery_of, capacity_of, state_at
from telemetry.review.observation import Observation, mode_change_after, place_at
from telemetry.review.track import Track

_SAME_S: Final = 2.0
"""Words and records of one check this near are one occurrence."""
_ACTION_S: Final = 3.0


class Rule(NamedTuple):
    """`words` match a text or an ERR record's words; `cause` matches the text beside it that says why."""

    check: str
    severity: Severity
    words: re.Pattern[str]
    meaning: str
    cause: re.Pattern[str] | None = None


def _rule(check: str, severity: Severity, words: str, meaning: str, cause: str | None = None) -> Rule:
    return Rule(
        check, severity, re.compile(words, re.IGNORECASE), meaning, re.compile(cause, re.IGNORECASE) if cause else None
    )


RULES: Final = (
    _rule(
        "battery failsafe",
        Severity.ERROR,
        r"^battery failsafe(?!: resolved)",
        "The battery reached its low or critical limit in flight: too much was planned for it, it was not full, or it "
        "is worn.",
        r"^battery \d+ is (low|critical)",
    ),
    _rule(
        "radio failsafe",
        Severity.ERROR,
        r"^radio( \+ battery)? failsafe(?!( cleared|: resolved))",
        "The pilot's remote control was not received: range, shadow, or it was switched off.",
    ),
    _rule(
        "ground station failsafe",
        Severity.ERROR,
        r"^(gcs( \+ battery)?|ground station) failsafe(?!( cleared|: resolved))",
        "The ground station's HEARTBEAT was not received: the data link was lost or the gateway stopped.",
    ),
    _rule(
        "EKF failsafe",
        Severity.ERROR,
        r"^(ekf failsafe(?!( cleared|: resolved))|ekf variance|ekf check: bad variance)",
        "The position estimate contradicted its sensors: GPS glitch, magnetic interference, or vibration.",
    ),
    _rule(
        "GPS glitch",
        Severity.WARNING,
        r"^(gps glitch|gps: glitch)",
        "GPS position or compass did not fit the other sensors: reflections, jamming, or interference.",
    ),
    _rule(
        "dead reckoning",
        Severity.ERROR,
        r"^(dead reckoning (started|timeout)|dead reckoning failsafe: occurred)",
        "No GPS: the position was only estimated from the attitude and wind.",
    ),
    _rule(
        "terrain failsafe",
        Severity.ERROR,
        r"^(failsafe: terrain data missing|terrain failsafe: occurred|terrain: terrain data missing)",
        "Heights above ground could not be known: no terrain data on board for the place.",
    ),
    _rule(
        "crash",
        Severity.ERROR,
        r"^(crash: disarming|crash check: (crash|loss of control))",
        "The attitude stayed far from the one wanted: the drone had fallen or hit something.",
    ),
    _rule(
        "thrust loss",
        Severity.ERROR,
        r"^(potential thrust loss|thrust loss: occurred)",
        "Full throttle did not hold the height: a motor, propeller or ESC failed, or the load was too heavy.",
    ),
    _rule(
        "yaw imbalance",
        Severity.WARNING,
        r"^yaw imbalance",
        "The motors worked against each other in yaw: a twisted arm or motor mount.",
    ),
    _rule(
        "vibration failsafe",
        Severity.ERROR,
        r"^(vibration compensation on|vibration failsafe: occurred)",
        "Vibration made the height estimate useless: a damaged propeller, loose mount, or motor bearing.",
    ),
    _rule(
        "parachute",
        Severity.ERROR,
        r"^parachute(: released| released)",
        "The parachute was released.",
    ),
    _rule(
        "emergency stop",
        Severity.ERROR,
        r"^motors stopped in emergency",
        "The motors were stopped by the pilot's emergency switch.",
    ),
    _rule(
        "internal error",
        Severity.WARNING,
        r"^internal error(s)?( 0x|: occurred)",
        "The autopilot's software noticed a fault of its own.",
    ),
    _rule(
        "compass",
        Severity.WARNING,
        r"^compass: (occurred|code 4)",
        "A compass failed or could not be used.",
    ),
    _rule(
        "barometer",
        Severity.WARNING,
        r"^barometer: (occurred|glitch|code 4)",
        "The barometer failed or jumped.",
    ),
)


def observe_failsafes(log: Log, track: Track | None) -> list[Observation]:
    """One observation for each occurrence, with its cause, action and the battery left; quiet without any."""
    armed_s = min((a.from_s for a in log.story.armings if a.from_s is not None), default=float("-inf"))
    if log.story.armings and log.story.armings[0].from_s is None:
        armed_s = float("-inf")
    said = [(text.time_s, text.text) for text in log.story.texts]
    said += [(h.time_s, h.text) for h in log.story.happenings if h.kind != "fence"]
    said = sorted(line for line in said if line[0] >= armed_s)
    last: dict[str, float] = {}
    found = []
    for at, words in said:
        rule = next((rule for rule in RULES if rule.words.search(words)), None)
        if rule is not None and at - last.get(rule.check, float("-inf")) > _SAME_S:
            last[rule.check] = at
            found.append(_observation(rule, at, words, log, track, said))
    return found


def _observation(
    rule: Rule, at: float, words: str, log: Log, track: Track | None, said: list[tuple[float, str]]
) -> Observation:
    near = [text for time_s, text in said if abs(time_s - at) <= _SAME_S]
    cause = next((text for text in near if rule.cause and rule.cause.search(text)), words)
    action = mode_change_after(log, at, _ACTION_S)
    battery, capacity = battery_of(log), capacity_of(log)
    left, at_end = state_at(battery, capacity, at), ""
    landed = next((a.to_s for a in log.story.armings if a.to_s is not None and a.to_s > at), None)
    if landed is not None:
        at_end = state_at(battery, capacity, landed)
    position, height = place_at(track, at)
    text = f"{rule.check[0].upper()}{rule.check[1:]}: “{cause}”. "
    text += f"The autopilot changed from {action}. " if action else "The autopilot did not change its mode. "
    text += f"Left in the battery then: {left}. " if left else ""
    if landed is not None:
        text += f"Disarmed {landed - at:.0f} s later{f' with {at_end}' if at_end else ''}."
    return Observation(
        check=rule.check,
        severity=rule.severity,
        from_s=at,
        to_s=None,
        text=text.strip(),
        meaning=rule.meaning,
        evidence="; ".join(dict.fromkeys(near)),
        position=position,
        height_home_m=height,
    )
