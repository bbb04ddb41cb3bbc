"""DataFlash logs of the vehicle: the list, and a log into a file, taken up again where it broke off.

LOG_REQUEST_LIST → LOG_ENTRY, LOG_REQUEST_DATA → LOG_DATA (90 bytes each). ArduPilot answers only while disarmed, one
request at a time, and drops requests that come while it is sending: so what is missing is asked for after a silence.
What has come is kept in ``FILE.part`` as far as it is without a hole; the next download goes on from there.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from telemetry.errors import VehicleSilent
from telemetry.services.channel import Channel, Inbox

TIMEOUT_S: Final = 1.5
QUIET_S: Final = 0.4
PATIENCE_S: Final = 60.0
"""How long a link may be out before the download gives up: it goes on by itself after a shorter outage."""
DATA: Final = 90
CHUNK: Final = 4000 * DATA
"""Bytes asked for, and written to the file, at a time."""
ALL: Final = 0xFFFF

OnProgress = Callable[[int, int], None]


class Log(msgspec.Struct, frozen=True):
    """`started_at` is None where the vehicle did not know the time."""

    number: int
    size: int
    started_at: datetime | None


async def listing(channel: Channel) -> tuple[Log, ...]:
    """The logs on board, oldest first. Raises `VehicleSilent` (also while armed, with its words), `Interrupted`."""
    now = asyncio.get_running_loop().time
    entries: dict[int, Any] = {}
    async with channel.lock("log"):
        with channel.overhear() as said, channel.listen("LOG_ENTRY") as inbox:
            channel.send("LOG_REQUEST_LIST", start=0, end=ALL)
            heard_at = now()
            while not (wanted := _wanted(entries)) <= entries.keys():
                entry = await inbox.get(TIMEOUT_S)
                if entry is not None:
                    heard_at = now()
                    entries[entry.id] = entry
                elif now() - heard_at > 6 * TIMEOUT_S:
                    raise VehicleSilent("list logs", f"{len(entries)} entries came, then nothing", tuple(said))
                else:
                    first_missing = min(wanted - entries.keys())
                    channel.send("LOG_REQUEST_LIST", start=first_missing, end=ALL)
    return tuple(_log(entries[number]) for number in sorted(entries) if entries[number].num_logs)


async def download(channel: Channel, log: Log, file: Path, on_progress: OnProgress) -> None:
    """`log` into `file`, going on from what an earlier attempt left. `on_progress` counts bytes.

    Raises `VehicleSilent` (also while armed, with its words) and `Interrupted`; what has come is kept.
    """
    part = file.with_name(file.name + ".part")
    async with channel.lock("log"):
        with channel.overhear() as said, channel.listen("LOG_DATA") as inbox:
            done = _size(part)
            if done > log.size:  # left over from another log of the same name
                done = _keep(part, b"", 0)
            while done < log.size:
                chunk = _Chunk(channel, log, done, on_progress)
                done = _keep(part, await chunk.fetch(inbox, said), done)
            channel.send("LOG_REQUEST_END")
    on_progress(log.size, log.size)
    part.replace(file)


def _wanted(entries: dict[int, Any]) -> set[int]:
    """Numbers of the logs there are; 0 stands for "not known yet", and for the entry that says there is none."""
    if not entries:
        return {0}
    latest = next(reversed(entries.values()))
    first = latest.last_log_num - latest.num_logs + 1
    return set(range(first, latest.last_log_num + 1)) if latest.num_logs else {0}


def _log(entry: Any) -> Log:
    return Log(entry.id, entry.size, datetime.fromtimestamp(entry.time_utc, UTC) if entry.time_utc else None)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _keep(part: Path, data: bytes, at: int) -> int:
    """Writes `data` behind the first `at` bytes of the part and gives its new size."""
    with part.open("r+b" if part.exists() else "w+b") as out:
        out.truncate(at)
        out.seek(at)
        out.write(data)
    return at + len(data)


class _Chunk:
    """The bytes from `start` on, up to `CHUNK` of them, in pieces of `DATA`."""

    def __init__(self, channel: Channel, log: Log, start: int, on_progress: OnProgress) -> None:
        self.channel, self.log, self.start, self.on_progress = channel, log, start, on_progress
        self.size = min(CHUNK, log.size - start)
        self.pieces: dict[int, bytes] = {}
        self.count = math.ceil(self.size / DATA)

    async def fetch(self, inbox: Inbox, said: Any) -> bytes:
        now = asyncio.get_running_loop().time
        heard_at = now()
        self._request()
        while len(self.pieces) < self.count:
            message = await inbox.get(QUIET_S)
            if message is not None:
                heard_at = now()
                self._take(message)
            elif now() - heard_at > PATIENCE_S:
                what = f"{self.start + len(self.pieces) * DATA} of {self.log.size} bytes came, then nothing"
                raise VehicleSilent(f"log {self.log.number}", what, tuple(said))
            else:
                self._request()
        return b"".join(self.pieces[number] for number in range(self.count))[: self.size]

    def _request(self) -> None:
        """Asks for the first run of missing pieces."""
        first = next(number for number in range(self.count) if number not in self.pieces)
        end = next((number for number in range(first, self.count) if number in self.pieces), self.count)
        start, size = self.start + first * DATA, (end - first) * DATA
        self.channel.send("LOG_REQUEST_DATA", id=self.log.number, ofs=start, count=size)

    def _take(self, message: Any) -> None:
        number, within = divmod(message.ofs - self.start, DATA)
        whole = message.count == DATA or message.ofs + message.count >= self.log.size
        if message.id == self.log.number and not within and 0 <= number < self.count and whole:
            self.pieces[number] = bytes(message.data[: message.count])
            self.on_progress(self.start + min(self.size, len(self.pieces) * DATA), self.log.size)
