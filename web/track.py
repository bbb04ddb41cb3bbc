"""A recording as columns over one clock, for charts, maps and exports.

The clock is that of the vehicle's positions; what is reported more rarely holds its last value, and is NaN before
its first one.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.mavlink import tlog
from telemetry.mavlink.enums import mode_name
from telemetry.mavlink.messages import BY_ID, BY_NAME
from web import api

Column = npt.NDArray[np.float64]

MAX_ROWS: Final = 5000
LOSS_WINDOW_S: Final = 10.0
_WANTED: Final = {
    BY_NAME[name].id: name for name in ("HEARTBEAT", "GLOBAL_POSITION_INT", "SYS_STATUS", "BATTERY_STATUS")
}
_AUTOPILOT: Final = 1
"""MAV_COMP_ID_AUTOPILOT1."""


class Mode(NamedTuple):
    time_s: float
    mode: str


class Track(NamedTuple):
    """Columns of equal length; NaN is unknown. Units are in the names, times are seconds since 1970 (UTC)."""

    time_s: Column
    lat_deg: Column
    lon_deg: Column
    height_home_m: Column
    altitude_amsl_m: Column
    ground_speed_m_s: Column
    climb_m_s: Column
    heading_deg: Column
    battery_pct: Column
    battery_v: Column
    link_loss_pct: Column
    modes: tuple[Mode, ...]


def read(path: Path) -> Track:
    """Raises `RecordingError`. The last few are remembered: a closed recording does not change."""
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


@functools.lru_cache(maxsize=4)
def _read(path: Path, _changed_ns: int) -> Track:
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    numbers: list[tuple[float, int]] = []
    for time_us, frame in tlog.read(path):
        if frame.compid != _AUTOPILOT:
            continue
        time_s = time_us / 1e6
        numbers.append((time_s, frame.seq))
        name = _WANTED.get(frame.msgid)
        if name is not None:
            rows[name].append((time_s, BY_ID[frame.msgid].decode(frame.payload)))
    return _track(rows, numbers)


def _track(rows: dict[str, list[tuple[Any, ...]]], numbers: list[tuple[float, int]]) -> Track:
    fixes = [(at, fix) for at, fix in rows["GLOBAL_POSITION_INT"] if (fix.lat, fix.lon) != (0, 0)]
    clock = np.array([at for at, _ in fixes], dtype=np.float64)

    def column(values: list[float]) -> Column:
        return np.array(values, dtype=np.float64)

    status = rows["SYS_STATUS"]
    status_at = column([at for at, _ in status])
    return Track(
        time_s=clock,
        lat_deg=column([fix.lat / 1e7 for _, fix in fixes]),
        lon_deg=column([fix.lon / 1e7 for _, fix in fixes]),
        height_home_m=column([fix.relative_alt / 1000 for _, fix in fixes]),
        altitude_amsl_m=column([fix.alt / 1000 for _, fix in fixes]),
        ground_speed_m_s=column([float(np.hypot(fix.vx, fix.vy)) / 100 for _, fix in fixes]),
        climb_m_s=column([-fix.vz / 100 for _, fix in fixes]),
        heading_deg=column([np.nan if fix.hdg == 65535 else fix.hdg / 100 for _, fix in fixes]),
        battery_pct=_held(clock, status_at, column([_known(row.battery_remaining, -1) for _, row in status])),
        battery_v=_held(clock, status_at, column([_known(row.voltage_battery, 65535) / 1000 for _, row in status])),
        link_loss_pct=_loss(clock, numbers),
        modes=_modes(rows["HEARTBEAT"]),
    )


def _known(value: int, unknown: int) -> float:
    return np.nan if value == unknown else float(value)


def _held(clock: Column, at: Column, values: Column) -> Column:
    """`values` reported at `at`, each held until the next, at the times of `clock`."""
    if not len(at):
        return np.full(len(clock), np.nan)
    index = np.searchsorted(at, clock, side="right") - 1
    return np.where(index >= 0, values[np.maximum(index, 0)], np.nan)


def _loss(clock: Column, numbers: list[tuple[float, int]]) -> Column:
    """Share of the autopilot's frames missing by their sequence numbers over the last `LOSS_WINDOW_S`."""
    if len(numbers) < 2:
        return np.full(len(clock), np.nan)
    at, sequence = np.array(numbers, dtype=np.float64).T
    steps = np.diff(sequence, prepend=sequence[0] - 1) % 256
    # A step back by a few is a frame out of order, not 250 lost ones.
    sent = np.cumsum(np.where(steps > 128, 1, steps))
    last = np.searchsorted(at, clock, side="right") - 1
    first = np.searchsorted(at, clock - LOSS_WINDOW_S, side="left")
    valid = last > first
    expected = np.where(valid, sent[np.maximum(last, 0)] - sent[np.minimum(first, len(sent) - 1)], np.nan)
    return np.clip(100.0 * (1.0 - (last - first) / expected), 0.0, 100.0)


def _modes(heartbeats: list[tuple[Any, ...]]) -> tuple[Mode, ...]:
    found: list[Mode] = []
    for at, heartbeat in heartbeats:
        name = mode_name(heartbeat.custom_mode)
        if not found or found[-1].mode != name:
            found.append(Mode(at, name))
    return tuple(found)


def thinned(track: Track, rows: int = MAX_ROWS) -> npt.NDArray[np.intp]:
    """Indexes of at most `rows` rows in which every chart keeps its peaks: the extremes of each stretch of time."""
    count = len(track.time_s)
    if count <= rows:
        return np.arange(count)
    charts = (track.height_home_m, track.ground_speed_m_s, track.battery_pct, track.link_loss_pct)
    stretches = rows // (2 * len(charts) + 1)
    kept = set()
    for stretch in np.array_split(np.arange(count), stretches):
        kept.add(int(stretch[0]))
        for chart in charts:
            values = chart[stretch]
            if not np.all(np.isnan(values)):
                kept |= {int(stretch[np.nanargmin(values)]), int(stretch[np.nanargmax(values)])}
    return np.array(sorted({*kept, count - 1})[:rows], dtype=np.intp)


def series(path: Path) -> api.FlightSeries:
    """The recording for the charts. Raises `RecordingError`."""
    track = read(path)
    kept = thinned(track)

    def known(column: Column, digits: int) -> tuple[float | None, ...]:
        return tuple(None if value != value else round(value, digits) for value in column[kept].tolist())

    return api.FlightSeries(
        rows_recorded=len(track.time_s),
        time_s=tuple(np.round(track.time_s[kept], 3).tolist()),
        lat_deg=known(track.lat_deg, 7),
        lon_deg=known(track.lon_deg, 7),
        height_home_m=known(track.height_home_m, 2),
        altitude_amsl_m=known(track.altitude_amsl_m, 2),
        ground_speed_m_s=known(track.ground_speed_m_s, 2),
        climb_m_s=known(track.climb_m_s, 2),
        heading_deg=known(track.heading_deg, 1),
        battery_pct=known(track.battery_pct, 0),
        battery_v=known(track.battery_v, 2),
        link_loss_pct=known(track.link_loss_pct, 1),
        modes=tuple(api.FlightMode(mode.time_s, mode.mode) for mode in track.modes),
    )
