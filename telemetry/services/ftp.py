"""MAVFTP: files of the vehicle, with as many requests under way as it takes.

https://mavlink.io/en/services/ftp.html. One payload of FILE_TRANSFER_PROTOCOL, little-endian:

    seq u16 · session u8 · opcode u8 · size u8 · req_opcode u8 · burst_complete u8 · padding u8 · offset u32 · data[239]

A reply carries the request's seq + 1. Facts of ArduPilot (4.6) that shape this client:

- It queues five requests and drops further ones silently, so requests go out evenly and never in clumps.
- A request with the seq and session of the one before is taken for its repetition and answered with the former reply,
  undone. A client that begins each transfer with the same numbers is told "done" for work that was never done: so
  both begin at random here, and only the requests that must not be done twice are repeated with the same seq.
- What is written to `@MISSION/…` takes effect when the session ends, and the answer to TerminateSession is Ack
  whether or not it did (an incomplete file or a refused item is dropped without a word, a mission perhaps half
  replaced). A client that does not wait for that answer reads the former mission, or a half one. So the end of `write`
  proves nothing: read back.
- A session left open stays open until another one begins 3 s later or more: only then is its file closed and, if it
  is whole, put in place of the mission that was written meanwhile by other means. `settle` brings that about at once.
- A read must use one size throughout.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from telemetry.errors import NotVerified, Refused, ServiceError, VehicleSilent
from telemetry.mavlink.enums import MavFtpErr, MavFtpOpcode
from telemetry.services.channel import Channel, Inbox, OnProgress

SILENCE_S: Final = 9.0
ASK_REPEAT_S: Final = 0.5
REPEAT_S: Final = 0.25
OVERTAKEN: Final = 3
"""A request counts as lost when so many later ones were answered."""
DATA: Final = 239
WINDOW: Final = 48
FASTEST_S, SLOWEST_S = 0.003, 0.1
"""Shortest and longest time between two requests."""
SESSION_IDLE_S: Final = 3.5
SETTLING_S: Final = 2.0
"""`settle` waits no longer than this: it comes before every upload, also to a vehicle whose MAVFTP does not work."""

ERRORS: Final = {
    1: "failed",
    2: "failed",
    3: "data size is invalid",
    4: "another session is open",
    5: "no session is free",
    6: "end of file",
    7: "not supported",
    8: "file exists",
    9: "file is protected",
    10: "no such file",
}
"""MAV_FTP_ERR in words."""

_HEAD: Final = struct.Struct("<HBBBBBxI")


@dataclass(frozen=True)
class Reply:
    seq: int
    session: int
    opcode: int
    of: int
    offset: int
    data: bytes


@dataclass
class _Request:
    offset: int
    data: bytes
    order: int = 0
    sent_at: float = -math.inf
    done: bool = False


async def read(
    channel: Channel, path: str, on_progress: OnProgress, length: Callable[[bytes], int | None] = lambda first: None
) -> bytes:
    """The file's contents. `length` may tell its true size in bytes from its first block: ArduPilot's virtual files
    claim 1 MiB. Raises `VehicleSilent`, `Refused` with the MAV_FTP_ERR, `Interrupted`.
    """
    async with _session(channel, f"read {path}") as session:
        claimed = await session.open_to_read(path)
        data = await _Reading(session, claimed, length, on_progress).run()
        await session.leave()
        return data


async def read_part(channel: Channel, path: str, size: int, start: int, end: int, on_progress: OnProgress) -> bytes:
    """Bytes `start` (a multiple of `DATA`) up to `end` of a real file of `size` bytes.

    Raises as `read`, and `NotVerified` when the file has another size: it is not the one that is meant.
    """
    async with _session(channel, f"read {path}") as session:
        claimed = await session.open_to_read(path)
        try:
            if claimed != size:
                raise NotVerified(f"read {path}", f"it has {claimed} bytes, not {size}")
            reading = _Reading(session, claimed, lambda first: None, on_progress, start, end)
            return (await reading.run())[: end - start]
        finally:
            await session.leave()


async def write(channel: Channel, path: str, data: bytes, on_progress: OnProgress) -> None:
    """Writes the whole file and ends the session. Only reading it back tells what came of it. Raises as `read`."""
    async with _session(channel, f"write {path}") as session:
        await session.open(MavFtpOpcode.CREATEFILE, path)
        blocks = [_Request(offset, data[offset : offset + DATA]) for offset in range(0, len(data), DATA)]
        await _Writing(session, blocks, len(data), on_progress).run()
        await session.ask(MavFtpOpcode.TERMINATESESSION, b"")


async def settle(channel: Channel) -> None:
    """Makes the vehicle close a session left open, so that its file cannot take effect later. Raises as `read`."""
    async with _session(channel, "settle file sessions") as session:
        await session.ask_when_free(MavFtpOpcode.NONE, b"", SETTLING_S)


@asynccontextmanager
async def _session(channel: Channel, service: str) -> AsyncIterator[_Session]:
    async with channel.lock("ftp"):
        with channel.listen("FILE_TRANSFER_PROTOCOL") as inbox:
            yield _Session(channel, inbox, service)


def _now() -> float:
    return asyncio.get_running_loop().time()


class _Session:
    def __init__(self, channel: Channel, inbox: Inbox, service: str) -> None:
        self.channel, self.inbox, self.service = channel, inbox, service
        self.session = secrets.randbelow(255)
        self._seq = secrets.randbelow(1 << 16)

    def send(self, opcode: int, data: bytes, offset: int = 0, size: int | None = None, seq: int | None = None) -> int:
        """Sends a request and gives the seq that its reply will have."""
        if seq is None:
            self._seq = seq = (self._seq + 1) % (1 << 16)
        head = _HEAD.pack(seq, self.session, opcode, len(data) if size is None else size, 0, 0, offset)
        self.channel.send("FILE_TRANSFER_PROTOCOL", payload=(head + data).ljust(_HEAD.size + DATA, b"\0"))
        return (seq + 1) % (1 << 16)

    async def hear(self, until: float) -> Reply | None:
        """The next reply, or None when there is none until then."""
        while (message := await self.inbox.get(until - _now())) is not None:
            payload = bytes(message.payload)
            seq, session, opcode, size, of, _, offset = _HEAD.unpack_from(payload)
            if opcode in (MavFtpOpcode.ACK, MavFtpOpcode.NAK):
                return Reply(seq, session, opcode, of, offset, payload[_HEAD.size : _HEAD.size + min(size, DATA)])
        return None

    async def ask(self, opcode: int, data: bytes, silence_s: float = SILENCE_S) -> Reply:
        """One request that must not be done twice, so its repetitions keep their seq."""
        self._seq = seq = (self._seq + 1) % (1 << 16)
        silent_at = _now() + silence_s
        while _now() < silent_at:
            expected = self.send(opcode, data, seq=seq)
            until = _now() + ASK_REPEAT_S
            while (reply := await self.hear(until)) is not None:
                if (reply.seq, reply.of) == (expected, opcode):
                    if reply.opcode == MavFtpOpcode.NAK:
                        raise self.refusal(reply)
                    return reply
        raise self.silence(silence_s)

    async def open(self, opcode: int, path: str) -> Reply:
        return await self.ask_when_free(opcode, path.encode(), SILENCE_S)

    async def open_to_read(self, path: str) -> int:
        """The size that the file claims."""
        return int.from_bytes((await self.open(MavFtpOpcode.OPENFILERO, path)).data[:4], "little")

    async def ask_when_free(self, opcode: int, data: bytes, silence_s: float) -> Reply:
        """As `ask`, but waits for a session that someone left open to expire."""
        until = _now() + 2 * SESSION_IDLE_S
        while True:
            try:
                return await self.ask(opcode, data, silence_s)
            except Refused as error:
                if error.code not in (MavFtpErr.INVALIDSESSION, MavFtpErr.NOSESSIONSAVAILABLE) or _now() > until:
                    raise
            await asyncio.sleep(SESSION_IDLE_S)

    async def leave(self) -> None:
        """Ends a read session, so that the next one need not wait until this expires."""
        try:
            await self.ask(MavFtpOpcode.TERMINATESESSION, b"", SETTLING_S)
        except VehicleSilent:
            return  # the file is here; the vehicle ends the session itself

    def refusal(self, reply: Reply) -> Refused:
        code = reply.data[0] if reply.data else 1
        detail = f" (errno {reply.data[1]})" if len(reply.data) > 1 else ""
        return Refused(self.service, ERRORS.get(code, f"MAV_FTP_ERR {code}") + detail, code)

    def silence(self, silence_s: float) -> ServiceError:
        return VehicleSilent(self.service, f"no answer for {silence_s:.0f} s")


class _Pipeline:
    """Requests by offset, up to `WINDOW` under way at once, each repeated until it is answered.

    They go out one by one, `pace_s` apart: a clump would overflow the vehicle's queue. The pace falls when a request
    was lost, at most once per round trip, and recovers with each reply.
    """

    opcode: int

    def __init__(self, session: _Session) -> None:
        self.session = session
        self.pace_s = FASTEST_S
        self.round_trip_s = REPEAT_S
        self.sent_at = self.slowed_at = -math.inf
        self.order = 0
        self.queue: deque[_Request] = deque()
        self.under_way: dict[int, _Request] = {}
        self.by_seq: dict[int, _Request] = {}

    def next_request(self) -> _Request | None:
        """The next block not yet asked for."""
        raise NotImplementedError

    def size_of(self, request: _Request) -> int:
        """What the request's size field says."""
        raise NotImplementedError

    def take(self, request: _Request, reply: Reply) -> None:
        """Takes in the reply to `request`."""
        raise NotImplementedError

    async def work(self) -> None:
        """Until every block is answered. Raises `VehicleSilent`, `Refused`, `Interrupted`."""
        heard_at = _now()
        self._refill()
        while self.queue or self.under_way:
            if self.queue and _now() >= self.sent_at + self.pace_s:
                self._send(self.queue.popleft())
                self._refill()
            reply = await self.session.hear(self._next_deadline())
            if reply is not None and reply.session == self.session.session:
                heard_at = _now()
                self._answered(reply)
            elif _now() - heard_at > SILENCE_S:
                raise self.session.silence(SILENCE_S)
            now, patience_s = _now(), self._patience_s()
            self._lose([request for request in self.under_way.values() if request.sent_at + patience_s <= now])
            self._refill()

    def _refill(self) -> None:
        """One request waits in the queue as long as there are more and the window has room."""
        if not self.queue and len(self.under_way) < WINDOW and (request := self.next_request()) is not None:
            self.queue.append(request)

    def _patience_s(self) -> float:
        return max(REPEAT_S, 2 * self.round_trip_s)

    def _next_deadline(self) -> float:
        first_sent_at = min((request.sent_at for request in self.under_way.values()), default=math.inf)
        return min(first_sent_at + self._patience_s(), self.sent_at + self.pace_s if self.queue else math.inf)

    def _send(self, request: _Request) -> None:
        self.order += 1
        request.order, request.sent_at = self.order, _now()
        self.sent_at = request.sent_at
        self.under_way[request.offset] = request
        seq = self.session.send(self.opcode, request.data, request.offset, self.size_of(request))
        self.by_seq[seq] = request

    def _lose(self, lost: list[_Request]) -> None:
        for request in lost:
            del self.under_way[request.offset]
            self.queue.append(request)
        if lost and _now() - self.slowed_at > self.round_trip_s:
            self.slowed_at = _now()
            self.pace_s = min(SLOWEST_S, self.pace_s * 1.5)

    def _answered(self, reply: Reply) -> None:
        request = self.by_seq.pop(reply.seq, None)
        if request is None or request.done:
            return
        request.done = True
        self.forget(lambda other: other is request)
        self.round_trip_s += 0.2 * (_now() - request.sent_at - self.round_trip_s)
        self.pace_s = max(FASTEST_S, self.pace_s * 0.97)
        self.take(request, reply)
        self._lose([other for other in self.under_way.values() if other.order < request.order - OVERTAKEN])

    def forget(self, which: Callable[[_Request], bool]) -> None:
        self.under_way = {offset: request for offset, request in self.under_way.items() if not which(request)}
        self.queue = deque(request for request in self.queue if not which(request))


class _Writing(_Pipeline):
    opcode = MavFtpOpcode.WRITEFILE

    def __init__(self, session: _Session, blocks: list[_Request], size: int, on_progress: OnProgress) -> None:
        super().__init__(session)
        self.blocks, self.size, self.on_progress = blocks[::-1], size, on_progress
        self.done = 0

    async def run(self) -> None:
        await self.work()

    def next_request(self) -> _Request | None:
        return self.blocks.pop() if self.blocks else None

    def size_of(self, request: _Request) -> int:
        return len(request.data)

    def take(self, request: _Request, reply: Reply) -> None:
        if reply.opcode == MavFtpOpcode.NAK:
            raise self.session.refusal(reply)
        self.done += len(request.data)
        self.on_progress(self.done, self.size)


class _Reading(_Pipeline):
    opcode = MavFtpOpcode.READFILE

    def __init__(
        self,
        session: _Session,
        claimed: int,
        length: Callable[[bytes], int | None],
        on_progress: OnProgress,
        start: int = 0,
        end: float = math.inf,
    ) -> None:
        super().__init__(session)
        self.claimed, self.length, self.on_progress = claimed, length, on_progress
        self.following, self.end = start, end
        self.done = 0
        self.blocks: dict[int, bytes] = {}

    async def run(self) -> bytes:
        await self.work()
        return b"".join(data for _, data in sorted(self.blocks.items()))

    def next_request(self) -> _Request | None:
        if self.following >= self.end:
            return None
        request = _Request(self.following, b"")
        self.following += DATA
        return request

    def size_of(self, request: _Request) -> int:
        return DATA

    def take(self, request: _Request, reply: Reply) -> None:
        if reply.opcode == MavFtpOpcode.NAK:
            if not reply.data or reply.data[0] != MavFtpErr.EOF:
                raise self.session.refusal(reply)
            self._ends_at(request.offset)
            return
        self.blocks[request.offset] = reply.data
        self.done += len(reply.data)
        if request.offset == 0:
            known = self.length(reply.data)
            self.claimed = known if known is not None else self.claimed
            self._ends_at(math.inf if known is None else known)
        if len(reply.data) < DATA:
            self._ends_at(request.offset + len(reply.data))
        self.on_progress(self.done, max(self.done, self.claimed))

    def _ends_at(self, end: float) -> None:
        self.end = min(self.end, end)
        self.forget(lambda request: request.offset >= self.end)
