"""The data link of a .tlog: loss by sequence numbers, and silences."""

from __future__ import annotations

from typing import Final

import numpy as np

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Floats, Table
from telemetry.logs.telling_tlog import said_by_vehicle
from telemetry.review.observation import Observation, place_at, spans, while_armed
from telemetry.review.track import Track, held
from telemetry.words import mode_words

LOSS_WINDOW_S: Final = 10.0
LOSS_PCT: Final = 25.0
"""So much of ten seconds' frames missing is a link at its end; single frames are lost on any radio."""
SILENCE_S: Final = 5.0
"""MAVLink: five HEARTBEATs missed count as a connection lost."""
_HEARTBEAT_S: Final = 1.5
_BEATS_HZ: Final = 1.5
"""ArduPilot sends one HEARTBEAT a second on each link."""
_POSITION: Final = "GLOBAL_POSITION_INT"
_SEQUENCES: Final = 256
_ASTRAY: Final = 32
"""Numbers of one link lie within a few of what the positions let expect; those of several lie anywhere in 256."""


def loss_pct(clock: Floats, log: Log) -> Floats:
    """Share of the autopilot's frames missing by their sequence numbers over the `LOSS_WINDOW_S` before each time.

    NaN where they do not tell: before the first position, in other logs, and over several links, each of which counts
    by itself.
    """
    positions = said_by_vehicle(log, _POSITION) if log.kind == "tlog" else None
    if positions is None or len(positions) < 2 or _is_on_several_links(log):
        return np.full(len(clock), np.nan)
    # Positions come several times a second, so between two of them the numbers wrap around once at the most; every
    # other frame's number is then the one nearest to theirs.
    sent = np.cumsum(np.diff(_numbers(positions), prepend=0.0) % _SEQUENCES)
    first = int(sent[0]) - _SEQUENCES
    arrived = np.zeros(int(sent[-1]) + _SEQUENCES - first, dtype=np.int64)
    frames = astray = 0
    for table in _of_vehicle(log):
        near, number = np.interp(table.time_s, positions.time_s, sent), _numbers(table)
        received = number + _SEQUENCES * np.round((near - number) / _SEQUENCES)
        np.add.at(arrived, received.astype(np.int64) - first, 1)
        frames += len(table)
        astray += int(np.count_nonzero(np.abs(near - received) > _ASTRAY))
    if astray > frames / 2:
        return np.full(len(clock), np.nan)
    arrived_then = np.cumsum(arrived)[sent.astype(np.int64) - first]
    before = np.searchsorted(positions.time_s, positions.time_s - LOSS_WINDOW_S, side="left")
    expected = sent - sent[before]
    lost = np.where(expected > 0, 1.0 - (arrived_then - arrived_then[before]) / np.maximum(expected, 1.0), np.nan)
    return held(clock, positions.time_s, np.clip(100.0 * lost, 0.0, 100.0))


def _is_on_several_links(log: Log) -> bool:
    beats = said_by_vehicle(log, "HEARTBEAT")
    return beats is not None and len(beats) > 1 and len(beats) > _BEATS_HZ * float(np.ptp(beats.time_s))


def _of_vehicle(log: Log) -> list[Table]:
    said = (said_by_vehicle(log, table.name) for table in log)
    return [table for table in said if table is not None]


def _numbers(table: Table) -> Floats:
    return table["frame_sequence"].astype(np.float64)


def observe_link(log: Log, track: Track | None) -> list[Observation]:
    """Silences and heavy loss while armed; quiet on a link that loses a frame now and then."""
    said = _of_vehicle(log) if log.kind == "tlog" else []
    at = np.sort(np.concatenate([table.time_s for table in said])) if said else np.empty(0)
    if len(at) < 2:
        return []
    found = []
    for row in np.flatnonzero(np.diff(at) > SILENCE_S).tolist():
        if while_armed(log, at[row : row + 1])[0]:
            begin, end = float(at[row]), float(at[row + 1])
            text = f"Nothing was received from the drone for {end - begin:.1f} s.{_meanwhile(log, begin, end)}"
            found.append(_observation("link silence", Severity.ERROR, begin, end, text, track))
    clock = np.arange(at[0], at[-1], 1.0)
    loss = loss_pct(clock, log)
    heavy = (loss > LOSS_PCT) & while_armed(log, clock)
    for first, last in spans(clock, heavy, LOSS_WINDOW_S):
        begin, end = float(clock[first]), float(clock[last])
        silent = any(one.from_s <= end and begin <= (one.to_s or end) + LOSS_WINDOW_S for one in found)
        if end - begin >= LOSS_WINDOW_S and not silent:
            worst = float(np.nanmax(loss[first : last + 1]))
            text = f"Up to {worst:.0f} % of the drone's frames were lost over {end - begin:.0f} s."
            found.append(_observation("link loss", Severity.WARNING, begin, end, text, track))
    return found


def _meanwhile(log: Log, begin: float, end: float) -> str:
    """The mode that it came back in, if another; told by the first HEARTBEAT, up to a second late."""
    before = [mode_words(mode.name) for mode in log.story.modes if mode.time_s <= begin]
    after = [mode_words(mode.name) for mode in log.story.modes if mode.time_s <= end + _HEARTBEAT_S]
    return f" It went from {before[-1]} to {after[-1]} meanwhile." if before and before[-1] != after[-1] else ""


def _observation(
    check: str, severity: Severity, begin: float, end: float, text: str, track: Track | None
) -> Observation:
    position, height = place_at(track, begin)
    meaning = "Range, shadow by buildings or the airframe, interference, or a restart of the gateway."
    return Observation(check, severity, begin, end, text, meaning, "frame sequence numbers", position, height)
