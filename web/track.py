"""A recording as columns over one clock, for charts, maps and exports.

The clock is that of the vehicle's positions; what is reported more rarely holds its last value, and is NaN before
its first one.
"""

from __future__ import annotations

import csv
import functools
import io
import math
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from telemetry.logs import Log
from telemetry.logs.scan import keep
from telemetry.logs.table import Floats
from telemetry.logs.telling_tlog import said_by_vehicle
from telemetry.review.export import utc_text
from telemetry.review.levels import Levels
from telemetry.review.link import loss_pct
from telemetry.review.track import held, track_of
from web import api_flights, recordings

MAX_ROWS: Final = 5000


class Mode(NamedTuple):
    time_s: float
    mode: str


class Track(NamedTuple):
    """Columns of equal length; NaN is unknown. Units are in the names, times are seconds since 1970 (UTC)."""

    time_s: Floats
    lat_deg: Floats
    lon_deg: Floats
    height_home_m: Floats
    altitude_amsl_m: Floats
    ground_speed_m_s: Floats
    climb_m_s: Floats
    heading_deg: Floats
    battery_pct: Floats
    battery_v: Floats
    link_loss_pct: Floats
    modes: tuple[Mode, ...]


def read(path: Path) -> Track:
    """Raises `RecordingError`. The last few are remembered: a closed recording does not change."""
    return _read(recordings.state(path))


def forget() -> None:
    """Drops what is remembered: a recording was erased."""
    _read.cache_clear()
    _column.cache_clear()
    recordings.forget()


@functools.lru_cache(maxsize=4)
def _read(of: recordings.State) -> Track:
    file = recordings.kept_file(of, "track")
    if file is not None and file.is_file():
        return _unpacked(file.read_bytes())
    made = _of_log(recordings.opened(of[0]))
    if file is not None:
        keep(file, [_packed(made)])
    return made


class _Kept(msgspec.Struct, frozen=True):
    """A track in a file: its columns by their order, float64 little-endian."""

    columns: tuple[bytes, ...]
    modes: tuple[Mode, ...]


def _packed(track: Track) -> bytes:
    *columns, modes = track
    return msgspec.msgpack.encode(_Kept(tuple(column.astype("<f8").tobytes() for column in columns), modes))


def _unpacked(content: bytes) -> Track:
    kept = msgspec.msgpack.decode(content, type=_Kept)
    return Track._make([*(np.frombuffer(column, dtype="<f8") for column in kept.columns), kept.modes])


def _of_log(log: Log) -> Track:
    modes = tuple(Mode(mode.time_s, mode.name) for mode in log.story.modes)
    flown = track_of(log)
    if flown is None:
        return Track._make([*(np.empty(0) for _ in Track._fields[:-1]), modes])
    return Track(
        time_s=flown.time_s,
        lat_deg=flown.lat_deg,
        lon_deg=flown.lon_deg,
        height_home_m=flown.height_home_m,
        altitude_amsl_m=flown.altitude_amsl_m,
        ground_speed_m_s=flown.ground_speed_m_s,
        climb_m_s=flown.climb_m_s,
        heading_deg=flown.heading_deg,
        battery_pct=_status(log, flown.time_s, "battery_remaining", unknown=-1),
        battery_v=_status(log, flown.time_s, "voltage_battery", unknown=65535),
        link_loss_pct=loss_pct(flown.time_s, log),
        modes=modes,
    )


def _status(log: Log, clock: Floats, field: str, unknown: int) -> Floats:
    table = said_by_vehicle(log, "SYS_STATUS")
    if table is None:
        return np.full(len(clock), np.nan)
    return held(clock, table.time_s, np.where(table[field] == unknown, np.nan, table.si(field)))


def column(path: Path, name: str) -> recordings.Values:
    """One column for a chart. Raises `RecordingError`, and `KeyError` for what is no column of a track."""
    if name not in Track._fields or name in ("time_s", "modes"):
        raise KeyError(name)
    return _column(recordings.state(path), name)


@functools.lru_cache(maxsize=4 * len(Track._fields))
def _column(of: recordings.State, name: str) -> recordings.Values:
    known = _read(of)
    return recordings.over(known.time_s, getattr(known, name))


def thinned(track: Track, rows: int = MAX_ROWS) -> npt.NDArray[np.intp]:
    """Indexes of at most `rows` rows in which every chart keeps its peaks: the extremes of each stretch of time."""
    count = len(track.time_s)
    if count <= rows:
        return np.arange(count)
    charts = (track.height_home_m, track.ground_speed_m_s, track.battery_pct, track.link_loss_pct)
    stretches = (rows - 2) // (2 * len(charts))
    return np.unique(np.concatenate([Levels(chart).rows(0, count, stretches) for chart in charts]))


def series(path: Path) -> api_flights.FlightSeries:
    """The recording for the charts. Raises `RecordingError`."""
    track = read(path)
    kept = thinned(track)

    def known(column: Floats, digits: int) -> tuple[float | None, ...]:
        return tuple(None if value != value else round(value, digits) for value in column[kept].tolist())

    return api_flights.FlightSeries(
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
        modes=tuple(api_flights.FlightMode(mode.time_s, mode.mode) for mode in track.modes),
    )


def csv_table(track: Track) -> bytes:
    """Every row under its columns' names; an unknown value is empty."""
    columns = [name for name in track._fields if name != "modes"]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["time_utc", *columns])
    for row in zip(*(getattr(track, name).tolist() for name in columns), strict=True):
        writer.writerow([utc_text(row[0]), *("" if math.isnan(value) else f"{value:.14g}" for value in row)])
    return out.getvalue().encode()
