"""The phases of a flight."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from telemetry.logs.log import Log
from telemetry.review.observation import while_armed
from telemetry.review.track import Track, held

ON_THE_GROUND: Final = "on the ground"
AIRBORNE_M: Final = 1.0
"""Higher above home than this, or climbing, is in the air: GPS heights wander by less on the ground."""
CLIMB_M_S: Final = 0.5
MOVING_M_S: Final = 1.0
_SHORTEST_S: Final = 2.0
"""A phase shorter than this belongs to the one before it."""


class Phase(msgspec.Struct, frozen=True):
    """`name`: on the ground, climb, descent, hover, flight; `mode` is the one it began in."""

    name: str
    mode: str | None
    from_s: float
    to_s: float


def phases(log: Log, track: Track) -> tuple[Phase, ...]:
    """What the drone was doing, by height above home, climb rate and ground speed while armed, and by mode.

    Not armed, or lower than `AIRBORNE_M` without climbing: on the ground. Else faster than `MOVING_M_S`: flight; else
    by the sign of a climb beyond `CLIMB_M_S`: climb, descent; else hover.
    """
    modes = log.story.modes
    number = held(track.time_s, np.array([mode.time_s for mode in modes]), np.arange(len(modes), dtype=np.float64))
    up = track.climb_m_s
    low = (track.height_home_m < AIRBORNE_M) & ~(up > CLIMB_M_S)
    conditions = [~while_armed(log, track.time_s) | low, track.ground_speed_m_s > MOVING_M_S, up > CLIMB_M_S]
    names = np.select(
        [*conditions, up < -CLIMB_M_S], [ON_THE_GROUND, "flight", "climb", "descent"], default="hover"
    ).tolist()
    found: list[Phase] = []
    for row, (name, at) in enumerate(zip(names, track.time_s.tolist(), strict=True)):
        mode = None if np.isnan(number[row]) else modes[int(number[row])].name
        if found and (found[-1].name, found[-1].mode) == (name, mode):
            found[-1] = msgspec.structs.replace(found[-1], to_s=at)
        else:
            if found:
                found[-1] = msgspec.structs.replace(found[-1], to_s=at)
            found.append(Phase(name, mode, at, at))
    return _joined(found)


def took_off_s(log: Log, track: Track) -> float | None:
    """When it left the ground for the first time; None where it never did."""
    return next((phase.from_s for phase in phases(log, track) if phase.name != ON_THE_GROUND), None)


def _joined(found: list[Phase]) -> tuple[Phase, ...]:
    joined: list[Phase] = []
    for phase in found:
        last = joined[-1] if joined else None
        same = last is not None and (last.name, last.mode) == (phase.name, phase.mode)
        short = phase.to_s - phase.from_s < _SHORTEST_S and last is not None and last.mode == phase.mode
        if last is not None and (same or short):
            joined[-1] = msgspec.structs.replace(last, to_s=phase.to_s)
        else:
            joined.append(phase)
    return tuple(joined)
