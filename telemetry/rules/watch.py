"""Raises an alert once when a rule has found something wrong for long enough, and ends it once when that is over.

What comes back while its alert has ended but nobody has acknowledged it is the same alert again: a value that swings
about its limit does not fill the list.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from telemetry.rules.fleet import Fleet
from telemetry.rules.verdict import GOOD, SYSTEM, Rule, Verdicts
from telemetry.wire import Alert

log = logging.getLogger(__name__)

Kind = Literal["alert_raised", "alert_ended", "alert_acknowledged"]


class Change(NamedTuple):
    kind: Kind
    alert: Alert
    is_closed: bool = False
    """Ended and acknowledged: it leaves the list."""


@dataclass(slots=True)
class _Matter:
    """One rule about one drone or pair."""

    alert: Alert | None = None
    wrong_since: float | None = None
    wrong_at: float | None = None
    """The last moment at which it was wrong; one between that was not begins the waiting anew."""
    good_since: float | None = None

    @property
    def is_open(self) -> bool:
        return self.alert is not None and self.alert.ended_at is None


class Watch:
    """`kept` are the alerts of a former watch that are still open or not acknowledged.

    `name` tells the rules that fail here from those that fail in another watch of the same fleet.
    """

    def __init__(self, rules: Sequence[Rule], kept: Iterable[Alert] = (), name: str = "") -> None:
        self._rules = rules
        self._system = f"{SYSTEM}+{name}" if name else SYSTEM
        self._matters: defaultdict[str, dict[str, _Matter]] = defaultdict(dict)
        """By rule and drone or pair."""
        self._before: float | None = None
        """The moment of the step before this one."""
        for alert in kept:
            self._matters[alert.rule][subject_of(alert)] = _Matter(alert)

    @property
    def alerts(self) -> list[Alert]:
        """All that are open or not acknowledged."""
        return [matter.alert for _, _, matter in self._all() if matter.alert is not None]

    def _all(self) -> Iterator[tuple[str, str, _Matter]]:
        return ((rule, subject, matter) for rule, of in self._matters.items() for subject, matter in of.items())

    def adopt(self, alert: Alert) -> None:
        """Another watch has changed this alert, and its word holds."""
        matter = self._matters[alert.rule].setdefault(subject_of(alert), _Matter())
        matter.alert, matter.good_since = alert, None

    def drop(self, alert: Alert) -> None:
        """Another watch has closed this alert."""
        self._matters[alert.rule].pop(subject_of(alert), None)

    def step(self, fleet: Fleet, at: datetime) -> list[Change]:
        """What changes at this moment. `at` is UTC, for people; durations are by `fleet.now`."""
        changes: list[Change] = []
        for rule in self._rules:
            verdicts, matters = self._judged(rule, fleet, at, changes), self._matters[rule.name]
            for subject, verdict in verdicts.items():
                if verdict:
                    self._wrong(rule, subject, verdict, fleet, at, changes)
                elif verdict == GOOD and subject in matters:
                    self._good(rule, subject, fleet.now, at, changes)
            if rule.of_pairs:
                for subject in list(matters):
                    if subject not in verdicts and fleet.knows(subject):
                        self._good(rule, subject, fleet.now, at, changes)
        self._before = fleet.now
        return changes

    def _judged(self, rule: Rule, fleet: Fleet, at: datetime, changes: list[Change]) -> Verdicts:
        """A rule that crashes watches nothing: that itself is told, and the other rules go on."""
        failure = rule._replace(name=f"{rule.name}_failed", severity="critical", after_s=0.0)
        try:
            verdicts = rule.judge(fleet)
        except Exception as error:  # whatever it is, it must not silence the monitor
            if self._system not in self._matters[failure.name]:
                log.exception("rule %s", rule.name)
            text = f"The rule “{rule.name}” has failed and watches nothing now: {error!r}."
            self._wrong(failure, self._system, text, fleet, at, changes)
            return {}
        if self._system in self._matters[failure.name]:
            self._good(failure, self._system, fleet.now, at, changes)
        return verdicts

    def acknowledge(self, alert_id: str, by: str, at: datetime, still_heard: bool) -> Change | None:
        """`by` has seen it; None for an alert that is not in the list or has been acknowledged before.

        `still_heard` is False for a drone that no gateway speaks of any more: nothing else could end its alert.
        """
        for rule, subject, matter in self._all():
            alert = matter.alert
            if alert is None or alert.alert_id != alert_id or alert.acknowledged_at is not None:
                continue
            seen = msgspec.structs.replace(alert, acknowledged_at=at, acknowledged_by=by)
            if not still_heard and seen.ended_at is None:
                seen = msgspec.structs.replace(seen, ended_at=at)
            is_closed = seen.ended_at is not None
            if is_closed:
                del self._matters[rule][subject]
            else:
                matter.alert = seen
            return Change("alert_acknowledged", seen, is_closed)
        return None

    def _wrong(self, rule: Rule, subject: str, text: str, fleet: Fleet, at: datetime, changes: list[Change]) -> None:
        matter = self._matters[rule.name].setdefault(subject, _Matter())
        matter.good_since = None
        if matter.is_open:
            return
        if matter.wrong_since is None or matter.wrong_at != self._before:
            matter.wrong_since = fleet.now
        matter.wrong_at = fleet.now
        if fleet.now - matter.wrong_since < rule.after_s:
            return
        if matter.alert is not None:
            matter.alert = msgspec.structs.replace(matter.alert, text=text, ended_at=None)
        else:
            matter.alert = _alert(rule, subject, text, fleet, at)
        changes.append(Change("alert_raised", matter.alert))

    def _good(self, rule: Rule, subject: str, now: float, at: datetime, changes: list[Change]) -> None:
        matter = self._matters[rule.name][subject]
        matter.wrong_since = None
        if matter.alert is None:
            del self._matters[rule.name][subject]
            return
        if not matter.is_open:
            return
        if matter.good_since is None:
            matter.good_since = now
        if now - matter.good_since < rule.ends_after_s:
            return
        ended = msgspec.structs.replace(matter.alert, ended_at=at)
        is_closed = ended.acknowledged_at is not None
        if is_closed:
            del self._matters[rule.name][subject]
        else:
            matter.alert = ended
        changes.append(Change("alert_ended", ended, is_closed))


def _alert(rule: Rule, subject: str, text: str, fleet: Fleet, at: datetime) -> Alert:
    vehicle = subject.partition("+")[0]
    drone = fleet.drones.get(vehicle)
    return Alert(
        alert_id=f"{rule.name}.{subject}.{at:%Y%m%dT%H%M%S%f}",
        vehicle=vehicle,
        rule=rule.name,
        severity=rule.severity,
        text=text,
        raised_at=at,
        lat_deg=drone.live.lat_deg if drone else None,
        lon_deg=drone.live.lon_deg if drone else None,
    )


def subject_of(alert: Alert) -> str:
    """The drone or pair, out of the alert's id."""
    return alert.alert_id.removeprefix(alert.rule + ".").rpartition(".")[0]
