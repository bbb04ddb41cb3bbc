"""MAVLink FTP: parameters as ``@PARAM/param.pck``, missions as ``@MISSION/*.dat``, and the logs.

    payload   seq(2) session opcode size request_opcode burst_complete padding offset(4) data(239)

See https://mavlink.io/en/services/ftp.html; the packed files are ArduPilot's (AP_Filesystem_Param, _Mission).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sitl.services import packed

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.services.transfer import Transfers
    from sitl.vehicle import Vehicle
    from telemetry.mavlink.frame import Frame

HEAD: Final = struct.Struct("<HBBBBBBI")
DATA: Final = 239
TERMINATE, RESET, LIST, OPEN, READ, CREATE, WRITE, REMOVE = 1, 2, 3, 4, 5, 6, 7, 8
OPEN_WRITE, TRUNCATE, CRC, BURST, ACK, NACK = 11, 12, 14, 15, 128, 129
FAIL, INVALID_SESSION, NO_SESSIONS, END_OF_FILE, UNKNOWN_COMMAND, NOT_FOUND = 1, 4, 5, 6, 7, 10
SESSIONS: Final = 5
PER_RUN: Final = 80
"""Packets of a burst sent in a tenth of a second."""
BURST_PACKETS: Final = 500
LARGEST_UPLOAD: Final = 1 << 20
LOGS: Final = "/APM/LOGS"
MISSIONS: Final = {"@MISSION/mission.dat": 0, "@MISSION/fence.dat": 1, "@MISSION/rally.dat": 2}


@dataclass
class Open:
    """An open file: `data` of one being read, `written` of one being written."""

    path: str
    data: bytes = b""
    writing: bool = False
    written: bytearray = field(default_factory=bytearray)


@dataclass
class Burst:
    channel: Channel
    frame: Frame
    seq: int
    session: int
    offset: int
    size: int
    left: int


@dataclass(frozen=True)
class Call:
    """One request, unpacked."""

    channel: Channel
    frame: Frame
    seq: int
    session: int
    opcode: int
    offset: int
    size: int
    data: bytes


class Files:
    def __init__(self, vehicle: Vehicle, transfers: Transfers) -> None:
        self.v, self.transfers = vehicle, transfers
        self._open: dict[int, Open] = {}
        self._burst: Burst | None = None
        self._latest: tuple[int, int, bytes] | None = None
        self.handlers = {"FILE_TRANSFER_PROTOCOL": self._request}

    def reset(self) -> None:
        self._open.clear()
        self._burst = None

    def run(self) -> None:
        """Goes on with the burst under way."""
        burst = self._burst
        if burst is None:
            return
        file = self._open.get(burst.session)
        for _ in range(PER_RUN):
            part = file.data[burst.offset : burst.offset + burst.size] if file is not None else b""
            call = Call(burst.channel, burst.frame, burst.seq, burst.session, BURST, burst.offset, burst.size, b"")
            burst.seq = burst.seq + 1 & 0xFFFF
            if not part:
                self._refuse(call, END_OF_FILE)
                self._burst = None
                return
            burst.left -= 1
            self._answer(call, ACK, part, complete=burst.left == 0)
            burst.offset += len(part)
            if burst.left == 0:
                self._burst = None
                return

    def _request(self, channel: Channel, frame: Frame, message: Any) -> None:
        raw = bytes(message.payload)
        seq, session, opcode, size, _, _, _, offset = HEAD.unpack_from(raw)
        call = Call(channel, frame, seq, session, opcode, offset, size, raw[HEAD.size : HEAD.size + min(size, DATA)])
        if self._latest is not None and self._latest[:2] == (frame.sysid, seq) and opcode not in (BURST, RESET):
            channel.send(
                "FILE_TRANSFER_PROTOCOL",
                target_system=frame.sysid,
                target_component=frame.compid,
                payload=tuple(self._latest[2]),
            )
            return
        actions = {
            TERMINATE: self._terminate,
            RESET: self._reset,
            LIST: self._list,
            OPEN: self._open_read,
            READ: self._read,
            CREATE: self._create,
            OPEN_WRITE: self._create,
            WRITE: self._write,
            REMOVE: self._remove,
            CRC: self._crc,
            BURST: self._begin_burst,
        }
        action = actions.get(opcode)
        if action is None:
            self._refuse(call, UNKNOWN_COMMAND)
        else:
            action(call)

    def _answer(self, call: Call, opcode: int, data: bytes = b"", *, complete: bool = False) -> None:
        seq = call.seq + 1 & 0xFFFF
        head = HEAD.pack(seq, call.session, opcode, len(data), call.opcode, complete, 0, call.offset)
        payload = (head + data).ljust(HEAD.size + DATA, b"\0")
        self._latest = (call.frame.sysid, call.seq, payload)
        call.channel.send(
            "FILE_TRANSFER_PROTOCOL",
            target_system=call.frame.sysid,
            target_component=call.frame.compid,
            payload=tuple(payload),
        )

    def _refuse(self, call: Call, error: int) -> None:
        self._answer(call, NACK, bytes((error,)))

    # sessions
    def _terminate(self, call: Call) -> None:
        file = self._open.pop(call.session, None)
        if file is not None and file.writing and not self._store(file):
            self._refuse(call, FAIL)
            return
        if self._burst is not None and self._burst.session == call.session:
            self._burst = None
        self._answer(call, ACK)

    def _reset(self, call: Call) -> None:
        for file in self._open.values():
            if file.writing:
                self._store(file)
        self.reset()
        self._answer(call, ACK)

    def _new(self, call: Call, file: Open) -> bool:
        """Opens under the session number the client chose, as ArduPilot does."""
        if len(self._open) >= SESSIONS and call.session not in self._open:
            self._refuse(call, NO_SESSIONS)
            return False
        self._open[call.session] = file
        return True

    # reading
    def _contents(self, path: str) -> bytes | None:
        plain, _, query = path.partition("?")
        if plain == "@PARAM/param.pck":
            return packed.parameters(self.v.params, query)
        if plain in MISSIONS:
            kind = MISSIONS[plain]
            return packed.items(self.transfers.items(kind), kind)
        if plain.startswith(f"{LOGS}/"):
            number = plain.removeprefix(f"{LOGS}/").upper().removesuffix(".BIN")
            logs = self.v.log.logs()
            if number.isdigit() and 1 <= int(number) <= len(logs):
                return logs[int(number) - 1].read_bytes()
        return None

    def _open_read(self, call: Call) -> None:
        path = _path(call.data)
        data = self._contents(path)
        if data is None:
            self._refuse(call, NOT_FOUND)
            return
        if self._new(call, Open(path, data)):
            self._answer(call, ACK, struct.pack("<I", len(data)))

    def _read(self, call: Call) -> None:
        file = self._open.get(call.session)
        if file is None or file.writing:
            self._refuse(call, INVALID_SESSION)
        elif call.offset >= len(file.data):
            self._refuse(call, END_OF_FILE)
        else:
            size = min(call.size or DATA, DATA)
            self._answer(call, ACK, file.data[call.offset : call.offset + size])

    def _begin_burst(self, call: Call) -> None:
        if call.session not in self._open:
            self._refuse(call, INVALID_SESSION)
            return
        size = min(call.size or DATA, DATA)
        self._burst = Burst(call.channel, call.frame, call.seq, call.session, call.offset, size, BURST_PACKETS)
        self.run()

    def _crc(self, call: Call) -> None:
        data = self._contents(_path(call.data))
        if data is None:
            self._refuse(call, NOT_FOUND)
        else:
            self._answer(call, ACK, struct.pack("<I", packed.crc32(data)))

    def _list(self, call: Call) -> None:
        path = _path(call.data).rstrip("/")
        names = {
            "": ["D@MISSION", "D@PARAM", "DAPM"],
            "@PARAM": ["Fparam.pck\t0"],
            "@MISSION": ["Fmission.dat\t0", "Ffence.dat\t0", "Frally.dat\t0"],
            "/APM": ["DLOGS"],
        }.get(path)
        if path == LOGS:
            names = [f"F{number:08d}.BIN\t{log.stat().st_size}" for number, log in enumerate(self.v.log.logs(), 1)]
        if names is None:
            self._refuse(call, NOT_FOUND)
            return
        data = b""
        for name in names[call.offset :]:
            entry = name.encode() + b"\0"
            if len(data) + len(entry) > DATA:
                break
            data += entry
        if data:
            self._answer(call, ACK, data)
        else:
            self._refuse(call, END_OF_FILE)

    # writing
    def _create(self, call: Call) -> None:
        path = _path(call.data)
        if path not in MISSIONS and path != "@PARAM/param.pck":
            self._refuse(call, FAIL)
            return
        if self._new(call, Open(path, writing=True)):
            self._answer(call, ACK)

    def _write(self, call: Call) -> None:
        file = self._open.get(call.session)
        if file is None or not file.writing or call.offset + len(call.data) > LARGEST_UPLOAD:
            self._refuse(call, INVALID_SESSION)
            return
        end = call.offset + len(call.data)
        if len(file.written) < end:
            file.written.extend(bytes(end - len(file.written)))
        file.written[call.offset : end] = call.data
        self._answer(call, ACK)

    def _remove(self, call: Call) -> None:
        self._refuse(call, FAIL)

    def _store(self, file: Open) -> bool:
        """Takes up a written file as a whole, or not at all."""
        data = bytes(file.written)
        if file.path == "@PARAM/param.pck":
            values = packed.read_parameters(data)
            for name, value in values.items():
                self.v.params.set(name, value)
            return bool(values)
        items = packed.read_items(data, MISSIONS[file.path])
        return items is not None and self.transfers.replace(MISSIONS[file.path], *items)


def _path(data: bytes) -> str:
    path = data.split(b"\0", 1)[0].decode("ascii", "replace")
    return path[1:] if path.startswith("/@") else path
