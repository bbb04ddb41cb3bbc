"""A drone as small as a test needs: it says where it is, and answers commands. Over UDP, as a real one would."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from telemetry.mavlink.frame import Frame, FrameReader
from telemetry.mavlink.messages import decode, encode

ARM, SET_MODE, SET_INTERVAL, REQUEST_MESSAGE = 400, 176, 511, 512


class Drone(asyncio.DatagramProtocol):
    """`sent` and `heard` are all frames that left it and reached it."""

    def __init__(self, system_id: int = 7, pause_s: float = 0.02, armed: bool = False) -> None:
        self.system_id, self.pause_s = system_id, pause_s
        self.armed = armed
        self.mode = 4
        self.sent: list[bytes] = []
        self.heard: list[Frame] = []
        self.commands: list[int] = []
        self.silent = False
        self._reader = FrameReader("drone")
        self._booted = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def flying(cls, address: str, system_id: int = 7, pause_s: float = 0.02, armed: bool = False) -> Any:
        """A drone that sends to `address` (``host:port``) until the block ends."""
        host, port = address.rsplit(":", 1)
        _, drone = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: cls(system_id, pause_s, armed), remote_addr=(host, int(port))
        )
        try:
            yield drone
        finally:
            drone.stop()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._task = asyncio.get_running_loop().create_task(self._fly())

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for frame in self._reader.feed(data):
            self.heard.append(frame)
            message: Any = decode(frame)
            if type(message).__name__ == "COMMAND_LONG" and message.target_system == self.system_id:
                self._obey(message)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens just now: the gateway is being restarted."""

    def say(self, name: str, **fields: Any) -> None:
        frame = encode(name, fields, seq=len(self.sent) & 0xFF, sysid=self.system_id, compid=1)
        self.sent.append(frame)
        self._transport.sendto(frame)

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._transport.close()

    def _obey(self, message: Any) -> None:
        self.commands.append(message.command)
        refused = False
        if message.command == ARM:
            self.armed = bool(message.param1)
        elif message.command == SET_MODE:
            self.mode = int(message.param2)
        elif message.command == REQUEST_MESSAGE:
            self.say("AUTOPILOT_VERSION", flight_sw_version=0x04_06_03_FF, capabilities=64495)
        elif message.command != SET_INTERVAL:
            refused = True
            self.say("STATUSTEXT", severity=4, text="Unable to do that")
        self.say("COMMAND_ACK", command=message.command, result=4 if refused else 0, target_system=255)

    async def _fly(self) -> None:
        step = 0
        while True:
            if not self.silent:
                if step * self.pause_s % 1.0 < self.pause_s:
                    self.say(
                        "HEARTBEAT",
                        type=2,
                        autopilot=3,
                        base_mode=0x81 if self.armed else 1,
                        custom_mode=self.mode,
                        system_status=4 if self.armed else 3,
                    )
                self.say(
                    "GLOBAL_POSITION_INT",
                    time_boot_ms=int((time.monotonic() - self._booted) * 1000) + 1,
                    lat=515073500 + step,
                    lon=-1637000,
                    alt=64_000,
                    relative_alt=40_000,
                    hdg=9000,
                )
                step += 1
            await asyncio.sleep(self.pause_s)
