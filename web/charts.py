"""What charts of a flight show: any value of any of its logs, over the clock of its own recording."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from telemetry.errors import RecordingError
from telemetry.logs import Log, Table
from web import recordings, track
from web.api_charts import ChartWindow, FlightLog, FlightLogs, LoggedField, LoggedMessage
from web.api_flights import Attachment, Taken

KINDS: Final = {
    "tlog": "application/x-mavlink-tlog",
    "dataflash": "application/x-ardupilot-dataflash",
    "ulog": "application/x-px4-ulog",
}
"""Media type of an attached log by `Log.kind`."""
MEDIA_TYPES: Final = frozenset(KINDS.values())


class Asked(NamedTuple):
    """None for the times: from the beginning, to the end."""

    message: str | None
    field: str
    instance: int | None
    from_s: float | None
    to_s: float | None
    stretches: int


def readable(path: Path) -> Log:
    """A log whose kind its bytes tell. Raises `RecordingError`."""
    log = recordings.opened(path)
    if log.kind not in KINDS or not log.messages:
        raise RecordingError(str(path), 0, "it holds nothing that could be read")
    return log


def begun(log: Log) -> Taken:
    """When the log begins, where it tells the date."""
    span = log.span_s if log.utc else None
    return Taken(datetime.fromtimestamp(span[0], UTC), "file") if span else Taken(None, None)


def logs(own: Path, attached: list[tuple[Attachment, Path]]) -> FlightLogs:
    found = [_log(own, own, "recording", own.name)]
    found += [_log(own, path, str(one.attachment_id), one.name) for one, path in attached]
    return FlightLogs(tuple(found))


def _log(own: Path, path: Path, source: str, name: str) -> FlightLog:
    try:
        log = recordings.opened(path)
    except RecordingError as error:
        return FlightLog(source, name, None, 0, None, (), error.what)
    messages = tuple(_message(table) for _, table in sorted(log.tables.items()) if table.numbers)
    return FlightLog(source, name, log.kind, log.size, _offset(own, path), messages)


def _message(table: Table) -> LoggedMessage:
    fields = tuple(LoggedField(field, recordings.unit_of(table, field)) for field in table.numbers)
    return LoggedMessage(table.name, len(table), fields)


def _offset(own: Path, path: Path) -> float | None:
    """A recording that cannot be read aligns nothing."""
    if path == own:
        return 0.0
    try:
        return recordings.offset(own, path)
    except RecordingError:
        return None


def window(own: Path, path: Path, asked: Asked) -> ChartWindow:
    """Raises `RecordingError`, and `KeyError` for a value that the log does not hold."""
    if asked.message is None:
        return _window(track.column(path, asked.field), 0.0, asked, None, ())
    known = recordings.instances(path, asked.message)
    instance = asked.instance if asked.instance is not None or not known else known[0]
    values = recordings.values(path, asked.message, asked.field, instance)
    return _window(values, _offset(own, path) or 0.0, asked, instance, known)


def _window(
    of: recordings.Values, offset_s: float, asked: Asked, instance: int | None, instances: tuple[int, ...]
) -> ChartWindow:
    begin, end = 0, len(of.time_s)
    if asked.from_s is not None:
        begin = max(0, int(np.searchsorted(of.time_s, asked.from_s - offset_s)) - 1)
    if asked.to_s is not None:
        end = max(begin, min(end, int(np.searchsorted(of.time_s, asked.to_s - offset_s, side="right")) + 1))
    rows = of.levels.rows(begin, end, asked.stretches)
    values = of.values[rows]
    finite = np.isfinite(values)
    return ChartWindow(
        rows=end - begin,
        time_s=tuple(np.round(of.time_s[rows] + offset_s, 4).tolist()),
        values=tuple(value if known else None for value, known in zip(values.tolist(), finite.tolist(), strict=True)),
        instance=instance,
        instances=instances,
    )
