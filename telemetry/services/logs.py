"""DataFlash logs of the vehicle: the list, and a log into a file, taken up again where it broke off.

LOG_REQUEST_LIST → LOG_ENTRY, LOG_REQUEST_DATA → LOG_DATA (90 bytes each). ArduPilot answers only while disarmed, one
request at a time, and drops requests that come while it is sending: so what is missing is asked for after a silence. A
vehicle that does not answer so is asked by MAVFTP, which ArduCopter serves nine times slower over the same link. What
has come is kept in ``FILE.part`` as far as it is without a hole; the next download goes on there.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from telemetry.errors import NotVerified, Refused, VehicleSilent
from telemetry.services import ftp, storing
from telemetry.services.channel import Channel, Inbox, OnProgress

TIMEOUT_S: Final = 1.5
QUIET_S: Final = 0.4
PATIENCE_S: Final = 60.0
"""How long a link may be out before the download gives up: it goes on by itself after a shorter outage."""
DATA: Final = 90
CHUNK: Final = 4000 * DATA
"""Bytes asked for, and written to the file, at a time."""
STREAM_FROM: Final = 1000
"""Missing pieces from which streaming all from the first to the last of them is quicker than asking for each."""
AT_ONCE: Final = 24
FOLDERS: Final = ("/APM/LOGS", "logs")
"""Where ArduPilot keeps them: on a flight controller's card, and in simulation."""
FILE_CHUNK: Final = 4096 * ftp.DATA
"""Bytes read by MAVFTP, and written to the file, at a time."""
ALL: Final = 0xFFFF


class Log(msgspec.Struct, frozen=True):
    """`written_at`: when last; None where the vehicle did not know the time."""

    number: int
    size: int
    written_at: datetime | None


async def listing(channel: Channel) -> tuple[Log, ...]:
    """The logs on board, oldest first. Raises `VehicleSilent` (also while armed, with its words), `Interrupted`."""
    entries: dict[int, Any] = {}
    async with channel.lock("log"):
        with channel.overhear() as said, channel.listen("LOG_ENTRY") as inbox:
            channel.send("LOG_REQUEST_LIST", start=0, end=ALL)
            heard_at = _now()
            while not (wanted := _wanted(entries)) <= entries.keys():
                entry = await inbox.get(TIMEOUT_S)
                if entry is not None:
                    heard_at = _now()
                    entries[entry.id] = entry
                elif _now() - heard_at > 6 * TIMEOUT_S:
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
    if _size(part) > log.size:  # left over from another log of the same name
        _keep(part, b"", 0)
    try:
        await _by_log_data(channel, log, part, on_progress)
    except VehicleSilent:
        await _by_file(channel, log, part, on_progress)
        if _size(part) < log.size:
            raise
    on_progress(log.size, log.size)
    part.replace(file)


async def _by_log_data(channel: Channel, log: Log, part: Path, on_progress: OnProgress) -> None:
    async with channel.lock("log"):
        with channel.overhear() as said, channel.listen("LOG_DATA") as inbox:
            done = _size(part)
            while done < log.size:
                chunk = _Chunk(inbox, channel, log, done, on_progress)
                done = _keep(part, await chunk.fetch(said), done)
            channel.send("LOG_REQUEST_END")


async def _by_file(channel: Channel, log: Log, part: Path, on_progress: OnProgress) -> None:
    """As much of it as MAVFTP brings, where the vehicle shows it as a file of the very size that the list names."""
    if not await storing.offers_ftp(channel):
        return
    for folder in FOLDERS:
        path = f"{folder}/{log.number:08}.BIN"
        try:
            while (done := _size(part)) < log.size:
                start = done // ftp.DATA * ftp.DATA
                end = min(start + FILE_CHUNK, log.size)
                data = await ftp.read_part(channel, path, log.size, start, end, _behind(start, log.size, on_progress))
                if not data:
                    return
                _keep(part, data, start)
            return
        except (Refused, NotVerified):
            continue  # not there, or another log
        except VehicleSilent:
            return


def _behind(start: int, size: int, on_progress: OnProgress) -> OnProgress:
    return lambda done, _: on_progress(min(start + done, size), size)


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
    """The bytes from `start` on, up to `CHUNK` of them, in pieces of `DATA`.

    Long runs are streamed. What was lost of them is asked for piece by piece, many at once: ArduPilot answers a request
    for one piece on the spot, so that the next one does not find it busy.
    """

    def __init__(self, inbox: Inbox, channel: Channel, log: Log, start: int, on_progress: OnProgress) -> None:
        self.inbox, self.channel, self.log, self.start, self.on_progress = inbox, channel, log, start, on_progress
        self.size = min(CHUNK, log.size - start)
        self.pieces: dict[int, bytes] = {}
        self.count = math.ceil(self.size / DATA)
        self.heard_at = _now()

    async def fetch(self, said: Sequence[str]) -> bytes:
        while missing := [number for number in range(self.count) if number not in self.pieces]:
            if len(missing) >= STREAM_FROM:
                await self._stream(missing[0], missing[-1] + 1)
            else:
                await self._fill(missing)
            if _now() - self.heard_at > PATIENCE_S:
                what = f"{self.start + len(self.pieces) * DATA} of {self.log.size} bytes came, then nothing"
                raise VehicleSilent(f"log {self.log.number}", what, tuple(said))
        return b"".join(self.pieces[number] for number in range(self.count))[: self.size]

    async def _stream(self, first: int, end: int) -> None:
        """Until the last piece, or silence."""
        self._request(first, end)
        while (message := await self.inbox.get(QUIET_S)) is not None:
            if self._take(message) == end - 1:
                return

    async def _fill(self, missing: list[int]) -> None:
        """Each piece asked for once; those that do not come are for the next round."""
        waiting = deque(missing)
        asked: set[int] = set()
        while waiting or asked:
            while waiting and len(asked) < AT_ONCE:
                self._request(waiting[0], waiting[0] + 1)
                asked.add(waiting.popleft())
            message = await self.inbox.get(QUIET_S)
            if message is None:
                return
            asked.discard(self._take(message))

    def _request(self, first: int, end: int) -> None:
        start, size = self.start + first * DATA, (end - first) * DATA
        self.channel.send("LOG_REQUEST_DATA", id=self.log.number, ofs=start, count=size)

    def _take(self, message: Any) -> int:
        """The number of the piece that came, -1 for none of this chunk."""
        number, within = divmod(message.ofs - self.start, DATA)
        whole = message.count == DATA or message.ofs + message.count >= self.log.size
        if message.id != self.log.number or within or not 0 <= number < self.count or not whole:
            return -1
        self.heard_at = _now()
        self.pieces[number] = bytes(message.data[: message.count])
        self.on_progress(self.start + min(self.size, len(self.pieces) * DATA), self.log.size)
        return int(number)


def _now() -> float:
    return asyncio.get_running_loop().time()
