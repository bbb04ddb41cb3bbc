"""Failsafes and alarms: what the autopilot said, why, what it did, and what was left then.

The rules are ArduCopter 4.6's own words (ArduCopter/events.cpp, ekf_check.cpp, crash_check.cpp, AP_BattMonitor.cpp)
and the subsystems of its ERR records. Words said while disarmed are not of the flight.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.review.battery import battery_of, capacity_of, state_at
from telemetry.review.observation import Observation, action_after, place_at, stayed, while_armed
from telemetry.review.track import Track

_SAME_S: Final = 2.0
"""Words and records of one check this near are one occurrence."""
_AGAIN_S: Final = 10.0
"""What begins anew this soon after it ended had not ended."""
_ACTION_S: Final = 3.0
_ACTS: Final = ("failsafe", "dead reckoning")
"""What the autopilot is set to answer with a change of mode, and the battery must suffice for."""
_ARMING: Final = {"Arming motors": False, "Disarming motors": True}
"""The autopilot's words, and whether the flight is over with them."""


class Rule(NamedTuple):
    """`words` match a text or an ERR record's words; `cause` matches the text beside it that says why.

    `over` matches the words that end it; None for what happens at a moment.
    """

    check: str
    severity: Severity
    words: re.Pattern[str]
    meaning: str
    cause: re.Pattern[str] | None = None
    over: re.Pattern[str] | None = None


class Occurrence(NamedTuple):
    """`to_s` is None for a moment, and for what was not said to be over."""

    rule: Rule
    from_s: float
    to_s: float | None
    words: str


def _rule(
    check: str, severity: Severity, words: str, meaning: str, cause: str | None = None, over: str | None = None
) -> Rule:
    why, ends = (re.compile(said, re.IGNORECASE) if said else None for said in (cause, over))
    return Rule(check, severity, re.compile(words, re.IGNORECASE), meaning, why, ends)


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
        over=r"^radio failsafe( cleared|: resolved)",
    ),
    _rule(
        "ground station failsafe",
        Severity.ERROR,
        r"^(gcs( \+ battery)?|ground station) failsafe(?!( cleared|: resolved))",
        "The ground station's HEARTBEAT was not received: the data link was lost or the gateway stopped.",
        over=r"^(gcs|ground station) failsafe( cleared|: resolved)",
    ),
    _rule(
        "EKF failsafe",
        Severity.ERROR,
        r"^(ekf failsafe(?!( cleared|: resolved))|ekf variance|ekf check: bad variance)",
        "The position estimate contradicted its sensors: GPS glitch, magnetic interference, or vibration.",
        over=r"^ekf (failsafe( cleared|: resolved)|check: resolved)",
    ),
    _rule(
        "EKF reset",
        Severity.WARNING,
        r"^(ekf primary changed|ekf core \d+ is now used|ekf3 lane switch"
        r"|ekf3 imu\d+ (stopped aiding|forced reset|emergency yaw reset|yaw aligned using gps))",
        "The estimator went over to other sensors or began anew, because those it used could not be right.",
    ),
    _rule(
        "GPS glitch",
        Severity.WARNING,
        r"^(gps glitch|gps: glitch)",
        "GPS position or compass did not fit the other sensors: reflections, jamming, or interference.",
        over=r"^(glitch cleared|gps: resolved)",
    ),
    _rule(
        "dead reckoning",
        Severity.ERROR,
        r"^(dead reckoning (started|timeout)|dead reckoning failsafe: occurred)",
        "No GPS: the position was only estimated from the attitude and wind.",
        over=r"^dead reckoning (stopped|failsafe: resolved)",
    ),
    _rule(
        "terrain failsafe",
        Severity.ERROR,
        r"(terrain data missing|no terrain data)|^terrain failsafe: occurred",
        "Heights above ground could not be known: no terrain data on board for the place.",
        over=r"^terrain failsafe: resolved",
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
        "Full throttle did not hold the height: a motor, propeller or ESC failed, or the load was too heavy. The "
        "number is that of the motor told the most, often the failed one.",
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
        "The height estimate became useless: vibration, a failing accelerometer or wrong GPS velocities.",
        over=r"^vibration (compensation off|failsafe: resolved)",
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
        over=r"^emergency stop cleared",
    ),
    _rule(
        "internal error",
        Severity.WARNING,
        r"^internal error(s)?( 0x|: occurred)",
        "The autopilot's software noticed a fault of its own.",
    ),
    _rule(
        "order refused",
        Severity.WARNING,
        r"^(mode change to .* failed|flight mode \d+ could not be entered|navigation: destination)",
        "The mode or place that was ordered was not possible then: no position, no mission, or outside the fence.",
    ),
    _rule(
        "Smart RTL",
        Severity.WARNING,
        r"^smartrtl (deactivated|unavailable)",
        "The way back along the flown path was lost: no position, or too long a flight.",
    ),
    _rule(
        "compass",
        Severity.WARNING,
        r"^compass: (occurred|unhealthy)",
        "A compass failed or could not be used.",
        over=r"^compass: resolved",
    ),
    _rule(
        "barometer",
        Severity.WARNING,
        r"^barometer: (occurred|glitch|unhealthy)",
        "The barometer failed or jumped.",
        over=r"^barometer: resolved",
    ),
)


def observe_failsafes(log: Log, track: Track | None) -> list[Observation]:
    """One observation for each occurrence, with its cause, action, end and the battery left; quiet without any."""
    said = _said_in_flight(log)
    spoken = {text.text for text in log.story.texts}
    return [_observation(one, log, track, said, spoken) for one in occurrences(said)]


def _said_in_flight(log: Log) -> list[tuple[float, str]]:
    """Texts, then records of the same moment. From its word of disarming on, for a HEARTBEAT tells that later."""
    texts = [(text.time_s, text.text) for text in log.story.texts]
    said = texts + [(h.time_s, h.text) for h in log.story.happenings if h.kind != "fence"]
    said.sort(key=lambda line: line[0])
    armed = while_armed(log, np.array([at for at, _ in said])).tolist()
    found, over = [], False
    for (at, words), flying in zip(said, armed, strict=True):
        if words in _ARMING:
            over = _ARMING[words]
        if flying and not over:
            found.append((at, words))
    return found


def occurrences(said: list[tuple[float, str]]) -> list[Occurrence]:
    """What the words tell of, each check's repetitions until it is over as one."""
    found: list[Occurrence] = []
    latest: dict[str, int] = {}
    for at, words in said:
        rule = next((rule for rule in RULES if rule.words.search(words)), None)
        if rule is None:
            for index in latest.values():
                ends = found[index].rule.over
                if ends and ends.search(words):
                    found[index] = found[index]._replace(to_s=at)
        elif rule.check in latest and _goes_on(found[latest[rule.check]], at):
            found[latest[rule.check]] = found[latest[rule.check]]._replace(to_s=None)
        else:
            latest[rule.check] = len(found)
            found.append(Occurrence(rule, at, None, words))
    return found


def _goes_on(before: Occurrence, at: float) -> bool:
    if before.rule.over is None:
        return at - before.from_s <= _SAME_S
    return before.to_s is None or at - before.to_s <= _AGAIN_S


def _observation(
    one: Occurrence, log: Log, track: Track | None, said: list[tuple[float, str]], spoken: set[str]
) -> Observation:
    rule, at = one.rule, one.from_s
    near = [text for time_s, text in said if abs(time_s - at) <= _SAME_S]
    why = rule.cause or rule.words
    cause = next((text for text in near if text in spoken and why.search(text)), one.words)
    told = f"he autopilot {'said' if cause in spoken else 'recorded'} “{cause}”."
    named = rule.check.lower() in cause.lower()
    text = f"T{told}" if named else f"{rule.check[0].upper()}{rule.check[1:]}: t{told}"
    acts = rule.check.endswith(_ACTS)
    action = action_after(log, at, _ACTION_S) or (stayed(log, at) if acts else "")
    if rule.severity is Severity.ERROR and action:
        text += f" {action[0].upper()}{action[1:]}."
    text += f" It lasted {one.to_s - at:.1f} s." if one.to_s is not None else ""
    text += " Its end was not reported." if rule.over and one.to_s is None else ""
    position, height = place_at(track, at)
    return Observation(
        check=rule.check,
        severity=rule.severity,
        from_s=at,
        to_s=one.to_s,
        text=text + (_left(log, at) if acts else ""),
        meaning=rule.meaning,
        evidence="; ".join(dict.fromkeys(near)),
        position=position,
        height_home_m=height,
    )


def _left(log: Log, at: float) -> str:
    """What the battery held then and at disarming, and how long after that was."""
    battery, capacity = battery_of(log), capacity_of(log)
    then = state_at(battery, capacity, at)
    text = f" Left in the battery then: {then}." if then else ""
    disarmed = next((a.to_s for a in log.story.armings if a.to_s is not None and a.to_s > at + _SAME_S), None)
    if disarmed is None:
        return text
    at_end = state_at(battery, capacity, disarmed)
    return f"{text} Disarmed {disarmed - at:.0f} s later{f' with {at_end}' if at_end else ''}."
