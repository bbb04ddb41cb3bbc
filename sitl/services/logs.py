"""Log download: LOG_REQUEST_LIST, LOG_REQUEST_DATA, LOG_ERASE, LOG_REQUEST_END."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.vehicle import Vehicle
    from telemetry.mavlink.frame import Frame

ERROR, INFO = 3, 6
PART: Final = 90
PER_RUN: Final = 200
"""LOG_DATA messages in a tenth of a second."""


class Logs:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self._sending: tuple[Channel, int, bytes, int, int] | None = None
        self._read: tuple[Path, int, bytes] | None = None
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
        if self._busy(channel):
            return
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
        """Its first parts at once."""
        if self._busy(channel):
            return
        logs = self.v.log.logs()
        if not 1 <= message.id <= len(logs):
            return
        data = self._contents(logs[message.id - 1])
        end = min(len(data), message.ofs + message.count)
        if message.ofs >= len(data):
            channel.send("LOG_DATA", id=message.id, ofs=message.ofs, count=0, data=(0,) * PART)
            return
        self._sending = (channel, message.id, data, message.ofs, end)
        self.run()

    def _busy(self, channel: Channel) -> bool:
        """Whether a request is dropped, as ArduPilot drops it: while armed, and during another download."""
        if self.v.armed:
            self.v.text(ERROR, "Disarm for log download")
            return True
        if self._sending is None or self._sending[0] not in self.v.channels:
            return False
        if self._sending[0] is not channel:
            self.v.text(INFO, "Log download in progress")
        return True

    def _contents(self, path: Path) -> bytes:
        """Kept from request to request: a ground station fills its gaps piece by piece."""
        size = path.stat().st_size
        if self._read is None or self._read[:2] != (path, size):
            self._read = (path, size, path.read_bytes())
        return self._read[2]

    def _erase(self, channel: Channel, frame: Frame, message: Any) -> None:
        self.v.log.erase()

    def _end(self, channel: Channel, frame: Frame, message: Any) -> None:
        self._sending = None
