"""One event told once: what went wrong with a failure, or because of it, is told by one observation.

A lost GPS makes the estimator begin anew, go over to other sensors and drop the way back; a dead motor tips the drone
over, makes it fall and hit the ground. An examiner writes that down as one event, in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec.structs import replace

from mission.finding import Severity
from telemetry.review.observation import Observation

_NEAR_S: Final = 10.0
"""ArduCopter's EKF gives GPS up, and takes it back, within ten seconds (EKF3, frontend retry and aiding timeouts)."""
_TOGETHER_S: Final = 1.5
"""A .tlog tells a second late."""


class Family(NamedTuple):
    """Checks of one kind of event; the first of them that is found names it.

    Errors keep an observation each, for each has its own action, unless the event is `one`.
    """

    checks: tuple[str, ...]
    one: bool


_FAMILIES: Final = (
    Family(
        (
            "GPS fix",
            "dead reckoning",
            "EKF failsafe",
            "GPS glitch",
            "GPS jump",
            "GPS quality",
            "compass",
            "magnetic interference",
            "barometer",
            "height",
            "EKF compass",
            "EKF position",
            "EKF velocity",
            "EKF height",
            "EKF reset",
            "Smart RTL",
        ),
        one=False,
    ),
    Family(
        (
            "crash",
            "parachute",
            "emergency stop",
            "motors stopped in the air",
            "thrust loss",
            "tilt",
            "fall",
            "impact",
            "motor at its limit",
            "motor balance",
        ),
        one=True,
    ),
    Family(("vibration", "accelerometer clipping"), one=True),
)


def told_once(found: Iterable[Observation]) -> list[Observation]:
    """All that is of no family, and one observation for each event of a family."""
    alone: list[Observation] = []
    members: dict[Family, list[Observation]] = {family: [] for family in _FAMILIES}
    for observation in found:
        family = _family(observation)
        (alone if family is None else members[family]).append(observation)
    return [*alone, *(_event(event, family) for family, those in members.items() for event in _events(those, family))]


def outranks(one: Observation, other: Observation) -> bool | None:
    """Whether two observations at one time are of one event, and `one` names it; None: they are of two events."""
    family = _family(one)
    if one.check == other.check:
        return False
    if family is None or other.check not in family.checks:
        return None
    if one.severity is other.severity is Severity.ERROR and not family.one:
        return None
    return family.checks.index(one.check) < family.checks.index(other.check)


def _family(one: Observation) -> Family | None:
    return next((family for family in _FAMILIES if one.check in family.checks), None)


def _events(found: list[Observation], family: Family) -> list[list[Observation]]:
    """Errors that are told each by itself come first, so that what is lesser joins them."""
    events: list[list[Observation]] = []
    for one in sorted(found, key=lambda one: (not family.one and one.severity is not Severity.ERROR, one.from_s)):
        own = one.severity is Severity.ERROR and not family.one
        event = next((event for event in events if not own and any(_near(one, other) for other in event)), None)
        if event is None:
            events.append([one])
        else:
            event.append(one)
    return events


def _end(one: Observation) -> float:
    return one.from_s if one.to_s is None else one.to_s


def _near(one: Observation, other: Observation) -> bool:
    return one.from_s <= _end(other) + _NEAR_S and other.from_s <= _end(one) + _NEAR_S


def _event(event: list[Observation], family: Family) -> Observation:
    """From its first error on, if it has any, until the last one is over."""
    if len(event) == 1:
        return event[0]
    grave = [one for one in event if one.severity is Severity.ERROR] or event
    begin = min(one.from_s for one in grave)
    ends = [one.to_s for one in grave if one.to_s is not None]

    def rank(one: Observation) -> int:
        return family.checks.index(one.check)

    first = min((one for one in grave if one.from_s <= begin + _TOGETHER_S), key=rank)
    named = min(event, key=rank)
    rest = sorted((one for one in event if one is not first), key=lambda one: one.from_s)
    return replace(
        first,
        check=named.check,
        from_s=begin,
        to_s=max(ends) if ends else None,
        text=" ".join([first.text, *_then(rest, begin)]),
        meaning=named.meaning,
        evidence="; ".join(dict.fromkeys(one.evidence for one in event)),
    )


def _then(rest: list[Observation], since_s: float) -> list[str]:
    """What else, each with its time; what came again only by how often."""
    checks = [one.check for one in rest]
    told = []
    for row, one in enumerate(rest):
        if one.check in checks[:row]:
            continue
        after = one.from_s - since_s
        when = "With it" if abs(after) <= _TOGETHER_S else f"{abs(after):.0f} s {'later' if after > 0 else 'before'}"
        again = checks.count(one.check)
        text = one.text if one.text[1:2].isupper() else one.text[0].lower() + one.text[1:]
        told.append(f"{when}: {text}{f' (The first of {again}.)' if again > 1 else ''}")
    return told
