"""What the flight page and the server say to each other of charts: which values a flight's logs hold, and windows."""

from __future__ import annotations

from datetime import datetime

import msgspec

from telemetry.wire import LogFetch


class LoggedField(msgspec.Struct, frozen=True):
    """`unit` is what a chart's values are in: SI, degrees, times as logged; None where the log does not tell."""

    name: str
    unit: str | None


class LoggedMessage(msgspec.Struct, frozen=True):
    """Its fields that a chart can show: single numbers."""

    name: str
    rows: int
    fields: tuple[LoggedField, ...]


class FlightLog(msgspec.Struct, frozen=True):
    """One log of a flight. `source` is ``recording`` for our own, else the number of the attachment.

    `offset_s` is what was added to its times so that it tells the same as the recording; None: they have nothing in
    common to go by, and its own times stand. `problem` says why a log cannot be read.
    """

    source: str
    name: str
    kind: str | None
    bytes: int
    offset_s: float | None
    messages: tuple[LoggedMessage, ...]
    problem: str | None = None


class FlightLogs(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/logs``: our own recording first."""

    logs: tuple[FlightLog, ...]


class ChartWindow(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/chart?source=&message=&field=&instance=&from=&to=&stretches=``.

    Of the rows between the two times (and one beyond either end) the extremes of so many stretches: the line drawn of
    them is that of all rows. Without `message`, `field` names a column of `FlightSeries`. Times as there.
    """

    rows: int
    """Recorded rows in the window, before they were thinned."""
    time_s: tuple[float, ...]
    values: tuple[float | None, ...]
    instance: int | None = None
    instances: tuple[int, ...] = ()


class DroneLog(msgspec.Struct, frozen=True):
    """A log on board of the drone. `written_at`: when last, as it tells."""

    number: int
    size: int
    written_at: datetime | None


class DroneLogs(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/drone-logs``: newest first. `likely` is the one that should hold the flight."""

    logs: tuple[DroneLog, ...]
    likely: int | None


class DroneLogFetch(msgspec.Struct, frozen=True):
    """Answer of ``POST /api/flights/<id>/drone-logs/<number>`` and of ``GET …/fetching``: None where none is asked."""

    fetch: LogFetch | None
