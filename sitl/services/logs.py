"""Log download: LOG_REQUEST_LIST, LOG_REQUEST_DATA, LOG_ERASE, LOG_REQUEST_END."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.vehicle import Vehicle
    from telemetry.mavlink.frame import Frame

PART: Final = 90
PER_RUN: Final = 200
"""LOG_DATA messages in a tenth of a second."""


class Logs:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self._sending: tuple[Channel, int, bytes, int, int] | None = None
        self.handlers = {
            "LOG_REQUEST_LIST": self._list,
            "LOG_REQUEST_DATA": self._data,
            "LOG_ERASE": self._erase,
            "LOG_REQUEST_END": self._end,
        }

    def run(self) -> None:
        """Sends the next parts of the log being downloaded."""
        if self._sending is None:
            return
        channel, number, data, at, end = self._sending
        for _ in range(PER_RUN):
            if at >= end:
                self._sending = None
                return
            part = data[at : min(end, at + PART)]
            channel.send("LOG_DATA", id=number, ofs=at, count=len(part), data=tuple(part.ljust(PART, b"\0")))
            at += len(part)
        self._sending = (channel, number, data, at, end)

    def _list(self, channel: Channel, frame: Frame, message: Any) -> None:
        logs = self.v.log.logs()
        if not logs:
            channel.send("LOG_ENTRY", id=0, num_logs=0, last_log_num=0, time_utc=0, size=0)
            return
        first, last = max(1, message.start), min(len(logs), message.end)
        for number in range(first, last + 1):
            status = logs[number - 1].stat()
            channel.send(
                "LOG_ENTRY",
                id=number,
                num_logs=len(logs),
                last_log_num=len(logs),
                time_utc=int(status.st_mtime),
                size=status.st_size,
            )

    def _data(self, channel: Channel, frame: Frame, message: Any) -> None:
        logs = self.v.log.logs()
        if not 1 <= message.id <= len(logs):
            return
        data = self._read(logs[message.id - 1])
        end = min(len(data), message.ofs + message.count)
        if message.ofs >= len(data):
            channel.send("LOG_DATA", id=message.id, ofs=message.ofs, count=0, data=(0,) * PART)
            return
        self._sending = (channel, message.id, data, message.ofs, end)

    def _read(self, path: Path) -> bytes:
        if self._sending is not None and getattr(self, "_path", None) == path:
            return self._sending[2]
        self._path = path
        return path.read_bytes()

    def _erase(self, channel: Channel, frame: Frame, message: Any) -> None:
        self.v.log.erase()

    def _end(self, channel: Channel, frame: Frame, message: Any) -> None:
        self._sending = None
