"""Sorties flown by ArduCopter and by the built-in vehicle on the same orders, laid side by side.

ArduCopter's flights are recorded; where $ARDUPILOT_SITL names its program it flies each again, besides.
"""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from sitl.ardupilot import ENVIRONMENT
from sitl.fleet import Fleet
from tests.sitl.flown import SORTIES
from tests.sitl.probe import Probe
from tests.sitl.record import on_arducopter
from tests.sitl.sorties import Flight, Leg, cross_track, flight, legs, own_time, recording

pytestmark = pytest.mark.timeout(600)
LEFT_M, LOW_M = 0.3, 15.0
Said = list[tuple[float, Any]]


def told(said: Said) -> Flight:
    """The flight from arming on, marked where it leaves the ground and where it comes down for good: how long orders
    were under way is no matter of the sortie, nor when the filter was ready.
    """
    begin = next(k for k, (_, m) in enumerate(said) if type(m).__name__ == "STATUSTEXT" and m.text == "Arming motors")
    found = flight(said[begin:])
    left = next(at for at, _, _, up in found.track if up > LEFT_M)
    down = max(at for at, _, _, up in found.track if up > LOW_M)
    # A mode of a moment on the ground is told by a heartbeat of either vehicle, or by none.
    waiting = [mark for mark in found.marks if mark[0] < left and mark[1].startswith("mode")]
    for passed in waiting[:-1]:
        found.marks.remove(passed)
        found.modes.pop(0)
    own = [(left, "off the ground"), (down, f"below {LOW_M:.0f} m")]
    found.marks = sorted([*found.marks, *own], key=lambda mark: mark[0])
    return found


def headings(said: Said, one: Flight) -> list[float]:
    """Degrees, in the middle between every two marks."""
    rows = [(at, math.degrees(m.yaw)) for at, m in said if type(m).__name__ == "ATTITUDE"]
    times = [(a[0] + b[0]) / 2 for a, b in zip(one.marks, one.marks[1:], strict=False)]
    return [min(rows, key=lambda row: abs(row[0] - at))[1] for at in times]


def off_track(expected: Flight, flown: Flight) -> float:
    """Metres of the flown track from ArduCopter's: nineteen points of twenty are nearer."""
    path = [(north, east) for _, north, east, _ in expected.track]
    return float(np.percentile(cross_track(flown, path), 95))


def compare(name: str, said: Said) -> None:
    """Flies the sortie on the built-in vehicle and holds it against what ArduCopter `said`."""
    sortie = SORTIES[name]
    probe = Probe(Fleet(base_port=None, parameters=sortie.parameters))
    sortie.fly(probe)
    expected, flown = told(said), told(probe.said)
    compared = legs(expected, flown) if len(expected.marks) == len(flown.marks) else []
    away = off_track(expected, flown)
    turned = list(zip(headings(said, expected), headings(probe.said, flown), strict=False))
    show(name, compared, turned, away)
    assert flown.modes == expected.modes
    assert flown.reached == expected.reached
    heard, wanted = ([text for _, text in one.texts if not own_time(text)] for one in (flown, expected))
    assert heard == wanted
    assert [mark for _, mark in flown.marks] == [mark for _, mark in expected.marks]
    for leg in compared:
        assert leg.flown_s == pytest.approx(leg.expected_s, rel=0.1, abs=0.5), leg.name
    assert away < 2.0
    assert float(np.percentile(np.concatenate([leg.height_m for leg in compared]), 95)) < 1.0


def show(name: str, compared: list[Leg], turned: list[tuple[float, float]], away: float) -> None:
    table = Table(title=f"{name}: ArduCopter and the built-in vehicle, tracks {away:.2f} m apart (p95)")
    for column in ("leg", "ArduCopter s", "built-in s", "apart", "height p95 m", "heading °"):
        table.add_column(column, justify="left" if column == "leg" else "right")
    for leg, (own, other) in zip(compared, turned, strict=False):
        gap = f"{100 * (leg.flown_s / leg.expected_s - 1):+.1f} %" if leg.expected_s > 1 else ""
        height = f"{np.percentile(leg.height_m, 95):.2f}" if len(leg.height_m) else ""
        times = f"{leg.expected_s:.2f}", f"{leg.flown_s:.2f}"
        table.add_row(leg.name, *times, gap, height, f"{own:.0f} / {other:.0f}")
    Console(width=120).print(table)


@pytest.mark.parametrize("name", SORTIES)
def test_flies_as_arducopter_did(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, said = recording(name)
    with capsys.disabled():
        compare(name, said)


@pytest.mark.ardupilot
@pytest.mark.parametrize("name", SORTIES)
def test_flies_as_arducopter_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if ENVIRONMENT not in os.environ:
        pytest.skip(f"${ENVIRONMENT} names no ArduCopter SITL program")
    instance = 24 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    with on_arducopter(SORTIES[name], instance) as station:
        said = station.said
    with capsys.disabled():
        compare(name, said)
