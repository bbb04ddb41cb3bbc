"""The camera: by distance flown on a mission, by order, at an interval; every picture is told."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from sitl.fleet import Fleet
from tests.sitl.probe import Probe, waypoint

SPACING_M = 10.0
SURVEY = [
    waypoint(0, 0, 24.0, frame=0),
    {"command": 22, "z": 20.0},
    waypoint(1000, 0, 20.0),
    {"command": 206, "param1": SPACING_M, "param3": 1.0},
    waypoint(10000, 0, 20.0),
    {"command": 206, "param1": 0.0},
    waypoint(14000, 0, 20.0),
    {"command": 203, "x": 1},
    {"command": 20},
]


@pytest.fixture
def probe() -> Probe:
    made = Probe(Fleet(base_port=None, parameters={"CAM1_TYPE": 1.0}))
    made.boot()
    return made


def metres(a: Any, b: Any) -> float:
    north, east = (a.lat - b.lat) * 1.113e-2, (a.lng - b.lng) * 1.113e-2 * math.cos(math.radians(51.5))
    return math.hypot(north, east)


def test_pictures_lie_as_far_apart_as_ordered(probe: Probe) -> None:
    probe.upload(SURVEY)
    probe.fly_mission()
    pictures = probe.all("CAMERA_FEEDBACK")
    gaps = [metres(a, b) for a, b in itertools.pairwise(pictures)]
    assert [picture.img_idx for picture in pictures] == list(range(1, len(pictures) + 1))
    assert len(pictures) == pytest.approx(100.0 / SPACING_M, abs=2)
    assert all(SPACING_M <= gap < SPACING_M + 0.5 for gap in gaps[:-1]), gaps
    assert gaps[-1] > 2 * SPACING_M  # ordered by the item, long after the distance was switched off


def test_pictures_by_order_and_at_an_interval(probe: Probe) -> None:
    assert probe.command(203, 0, 0, 0, 0, 1) == 0
    probe.run(1.0)
    assert len(probe.all("CAMERA_FEEDBACK")) == 1
    assert probe.command(2000, 0, 2.0, 3) == 0
    probe.run(12.0)
    assert len(probe.all("CAMERA_FEEDBACK")) == 4
    assert probe.command(2000, 0, 2.0, 0) == 0
    probe.run(5.0)
    assert probe.command(2001, 0) == 0
    taken = len(probe.all("CAMERA_FEEDBACK"))
    probe.run(5.0)
    assert len(probe.all("CAMERA_FEEDBACK")) == taken > 4


def test_without_a_camera_nothing_is_taken() -> None:
    probe = Probe(Fleet(base_port=None))
    probe.boot()
    assert probe.command(2000, 0, 0, 1) != 0
    assert not probe.all("CAMERA_FEEDBACK")
