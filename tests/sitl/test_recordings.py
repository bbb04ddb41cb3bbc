"""The built-in vehicle flies the recorded sorties again, on the recorded commands, and is laid beside ArduCopter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from sitl.fleet import Fleet
from sitl.geo import offset_m
from telemetry.mavlink.messages import decode
from tests.sitl.probe import Probe
from tests.sitl.sorties import Flight, cross_track, flight, legs, own_time, recording

BOOT_BEFORE_RECORDING_S = 1.04
"""ArduPilot SITL boots when its TCP port is connected; the first heartbeat comes a second later."""
QUIET = {f"SR0_{group}": 0.0 for group in ("RAW_SENS", "EXT_STAT", "RC_CHAN", "EXTRA1", "EXTRA2", "EXTRA3")}
"""Nothing is compared of these streams."""
PARAMETERS: dict[str, dict[str, float]] = {
    "survey": {},
    "fence-breach": {"AVOID_ENABLE": 0},
    "battery-failsafe": {
        "FENCE_ENABLE": 0,
        "BATT_LOW_MAH": 3000,
        "BATT_CRT_MAH": 2600,
        "BATT_FS_LOW_ACT": 2,
        "BATT_FS_CRT_ACT": 1,
    },
}


def fly_again(name: str) -> tuple[Flight, Flight, list[tuple[float, float]]]:
    """The recorded flight, the built-in one, and the path both were to fly."""
    sent, said = recording(name)
    probe = Probe(Fleet(base_port=None, parameters={**QUIET, **PARAMETERS[name]}))
    vehicle = probe.vehicle
    end = said[-1][0]
    waiting = list(reversed(sent))
    while vehicle.now - BOOT_BEFORE_RECORDING_S < end + 5.0:
        while waiting and waiting[-1][0] <= vehicle.now - BOOT_BEFORE_RECORDING_S:
            probe.deliver(waiting.pop()[1].raw)
        probe.run(0.02)
    flown = flight((at - BOOT_BEFORE_RECORDING_S, m) for at, m in probe.said)
    expected = flight(said)
    return expected, flown, path(sent, expected)


def path(sent: list[tuple[float, Any]], expected: Flight) -> list[tuple[float, float]]:
    """Home, the mission's places, and where it came down; without a mission, the farthest point instead."""
    items: list[Any] = [decode(frame) for _, frame in sent if frame.msgid == 73]
    waypoints = [m for m in items if m.mission_type == 0 and m.command == 16 and m.seq > 0]
    places = [offset_m(515073499, -1636999, m.x, m.y) for m in waypoints]
    if 2 not in expected.reached:
        far = max(expected.track, key=lambda row: row[1] ** 2 + row[2] ** 2)
        places = [(far[1], far[2])]
    return [(0.0, 0.0), *places, (expected.track[-1][1], expected.track[-1][2])]


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_flies_as_arducopter_did(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected, flown, planned = fly_again(name)
    assert flown.modes == expected.modes
    assert flown.reached == expected.reached
    assert flown.answers == expected.answers
    for when in (True, False):
        said, wanted = ([text for _, text in one.texts if own_time(text) is when] for one in (flown, expected))
        if when:
            said, wanted = sorted(said), sorted(wanted)
        assert said == wanted
    compared = legs(expected, flown)
    off_expected = float(np.percentile(cross_track(expected, planned), 95))
    off_flown = float(np.percentile(cross_track(flown, planned), 95))
    height = float(np.percentile(np.concatenate([leg.height_m for leg in compared]), 95))
    table = Table(title=f"{name}: ArduCopter 4.6.3 and the built-in vehicle")
    for column in ("leg", "ArduCopter s", "built-in s", "difference"):
        table.add_column(column, justify="left" if column == "leg" else "right")
    for leg in compared:
        gap = f"{100 * (leg.flown_s / leg.expected_s - 1):+.1f} %" if leg.expected_s > 1 else ""
        table.add_row(leg.name, f"{leg.expected_s:.2f}", f"{leg.flown_s:.2f}", gap)
    table.add_row("cross-track p95 (m)", f"{off_expected:.2f}", f"{off_flown:.2f}", "")
    table.add_row("height apart p95 (m)", "", f"{height:.2f}", "")
    with capsys.disabled():
        Console(width=110).print(table)
    for leg in compared:
        assert leg.flown_s == pytest.approx(leg.expected_s, rel=0.1, abs=0.5), leg.name
    assert abs(off_flown - off_expected) < 2.0
    assert height < 1.0
