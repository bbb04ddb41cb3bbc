"""The data link of a .tlog: loss by sequence numbers, and silences."""

from __future__ import annotations

from typing import Final

import numpy as np

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.logs.telling_tlog import vehicle_of
from telemetry.review.observation import Observation, place_at, spans, while_armed
from telemetry.review.track import Track

LOSS_WINDOW_S: Final = 10.0
LOSS_PCT: Final = 25.0
"""So much of ten seconds' frames missing is a link at its end; single frames are lost on any radio."""
SILENCE_S: Final = 5.0
"""MAVLink: five HEARTBEATs missed count as a connection lost."""
_AUTOPILOT: Final = 1


def frames_of(log: Log) -> tuple[Floats, Floats] | None:
    """Time and sequence number of every frame of the autopilot, in the order received; None for other logs."""
    vehicle = vehicle_of(log) if log.kind == "tlog" else None
    if vehicle is None:
        return None
    times, numbers = [], []
    for table in log:
        own = (table["src_system"] == vehicle) & (table["src_component"] == _AUTOPILOT)
        times.append(table.time_s[own])
        numbers.append(table["frame_sequence"][own])
    time_s, sequence = np.concatenate(times), np.concatenate(numbers).astype(np.float64)
    order = np.lexsort((sequence, time_s))
    return time_s[order], sequence[order]


def loss_pct(clock: Floats, frames: tuple[Floats, Floats] | None) -> Floats:
    """Share of frames missing over the `LOSS_WINDOW_S` before each time of `clock`.

    1 - received / (sum of the steps of the sequence number, modulo 256). A step back by a few is a frame out of order.
    """
    if frames is None or len(frames[0]) < 2:
        return np.full(len(clock), np.nan)
    at, sequence = frames
    steps = np.diff(sequence, prepend=sequence[0] - 1) % 256
    sent = np.cumsum(np.where(steps > 128, 1, steps))
    last = np.searchsorted(at, clock, side="right") - 1
    first = np.searchsorted(at, clock - LOSS_WINDOW_S, side="left")
    known = last > first
    expected = np.where(known, sent[np.maximum(last, 0)] - sent[np.minimum(first, len(sent) - 1)], np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(100.0 * (1.0 - (last - first) / expected), 0.0, 100.0)


def observe_link(log: Log, track: Track | None) -> list[Observation]:
    """Silences and heavy loss while armed; quiet on a link that loses a frame now and then."""
    frames = frames_of(log)
    if frames is None or len(frames[0]) < 2:
        return []
    found = []
    at = frames[0]
    for row in np.flatnonzero(np.diff(at) > SILENCE_S).tolist():
        if while_armed(log, at[row : row + 1])[0]:
            begin, end = float(at[row]), float(at[row + 1])
            text = f"Nothing was received from the drone for {end - begin:.1f} s."
            found.append(_observation("link silence", Severity.ERROR, begin, end, text, track))
    clock = np.arange(at[0], at[-1], 1.0)
    loss = loss_pct(clock, frames)
    heavy = (loss > LOSS_PCT) & while_armed(log, clock)
    for first, last in spans(clock.tolist(), heavy.tolist(), LOSS_WINDOW_S):
        begin, end = float(clock[first]), float(clock[last])
        silent = any(one.from_s <= end and begin <= (one.to_s or end) + LOSS_WINDOW_S for one in found)
        if end - begin >= LOSS_WINDOW_S and not silent:
            worst = float(np.nanmax(loss[first : last + 1]))
            text = f"Up to {worst:.0f} % of the drone's frames were lost over {end - begin:.0f} s."
            found.append(_observation("link loss", Severity.WARNING, begin, end, text, track))
    return found


def _observation(
    check: str, severity: Severity, begin: float, end: float, text: str, track: Track | None
) -> Observation:
    position, height = place_at(track, begin)
    meaning = "Range, shadow by buildings or the airframe, interference, or a restart of the gateway."
    return Observation(check, severity, begin, end, text, meaning, "frame sequence numbers", position, height)
