"""Two flights of one sortie side by side: their events, and how far apart their paths are."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry.mavlink import tlog
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.messages import decode

RECORDINGS = Path(__file__).parent / "recordings"
GROUND = 255


@dataclass
class Flight:
    """What one flight showed, in seconds since the first message."""

    modes: list[int] = field(default_factory=list)
    texts: list[tuple[float, str]] = field(default_factory=list)
    reached: list[int] = field(default_factory=list)
    answers: list[tuple[int, int]] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)
    """Moments both flights must have: armed, modes, items, breaches, touch-down."""
    track: list[tuple[float, float, float, float]] = field(default_factory=list)
    """Time, metres north, east and up."""


def recording(name: str) -> tuple[list[tuple[float, Frame]], list[tuple[float, Any]]]:
    """What the ground sent, and what the vehicle said, with seconds since the first of all."""
    rows = list(tlog.read(gzip.decompress((RECORDINGS / f"{name}.tlog.gz").read_bytes())))
    begin = rows[0][0]
    sent = [((at - begin) / 1e6, frame) for at, frame in rows if frame.sysid == GROUND]
    said = [((at - begin) / 1e6, decode(frame)) for at, frame in rows if frame.sysid != GROUND]
    return sent, said


def flight(said: Iterable[tuple[float, Any]]) -> Flight:
    found = Flight()
    armed = False
    for at, m in said:
        kind = type(m).__name__
        if kind == "HEARTBEAT":
            if not found.modes or found.modes[-1] != m.custom_mode:
                found.modes.append(m.custom_mode)
                found.marks.append((at, f"mode {m.custom_mode}"))
            armed = bool(m.base_mode & 128)
        elif kind == "STATUSTEXT":
            text = plain(m.text)
            found.texts.append((at, text))
            if text.startswith(("Arming", "Disarming", "SIM Hit", "Fence breach", "Polygon", "Battery 1")):
                found.marks.append((at, text))
        elif kind == "MISSION_ITEM_REACHED":
            found.reached.append(m.seq)
            found.marks.append((at, f"reached {m.seq}"))
        elif kind == "COMMAND_ACK":
            found.answers.append((m.command, m.result))
        elif kind == "LOCAL_POSITION_NED" and armed:
            found.track.append((at, m.x, m.y, -m.z))
    return found


def plain(text: str) -> str:
    """A text without the numbers that are never the same twice: a touch-down's speed, a charge's last digits."""
    return re.sub(r"used (\d+)\d\d mAh", r"used \1xx mAh", re.sub(r"(SIM Hit ground) .*", r"\1", text))


def own_time(text: str) -> bool:
    """Said when the filter is ready, or tries its other core, whatever the ground does meanwhile."""
    return text.startswith(("EKF3", "EKF primary"))


@dataclass
class Leg:
    """From one mark to the next, in both flights. `height_m` is how far apart the heights were, point by point."""

    name: str
    expected_s: float
    flown_s: float
    height_m: NDArray[np.float64]


def legs(expected: Flight, flown: Flight) -> list[Leg]:
    """Both flights cut at their marks. Heights are compared at the same share of each leg."""
    found = []
    pairs = zip(pairwise(expected.marks), pairwise(flown.marks), strict=True)
    for (start, end), (own_start, own_end) in pairs:
        one, other = _heights(expected, start[0], end[0]), _heights(flown, own_start[0], own_end[0])
        gap = np.abs(one - other) if len(one) and len(other) else np.zeros(0)
        found.append(Leg(f"{start[1]} → {end[1]}", end[0] - start[0], own_end[0] - own_start[0], gap))
    return found


def _heights(one: Flight, begin: float, end: float) -> NDArray[np.float64]:
    rows = np.array([(at, up) for at, _, _, up in one.track if begin <= at <= end])
    if len(rows) < 2 or end - begin < 0.5:
        return np.zeros(0)
    share = (rows[:, 0] - begin) / (end - begin)
    resampled: NDArray[np.float64] = np.interp(np.linspace(0, 1, 50), share, rows[:, 1])
    return resampled


def cross_track(one: Flight, path: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Distance of every point of the track to the planned path."""
    return np.array([min(_off(n, e, a, b) for a, b in pairwise(path)) for _, n, e, _ in one.track])


def _off(north: float, east: float, a: tuple[float, float], b: tuple[float, float]) -> float:
    dn, de = b[0] - a[0], b[1] - a[1]
    size = dn * dn + de * de
    share = 0.0 if size == 0 else max(0.0, min(1.0, ((north - a[0]) * dn + (east - a[1]) * de) / size))
    return math.hypot(north - a[0] - share * dn, east - a[1] - share * de)
