"""A ground station over TCP whose clock is the vehicle's own, so that a flight at any speed is told in its seconds."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import decode, encode

SYSTEM, COMPONENT = 255, 190
HEARTBEAT_S = 0.1
"""In real time: at several times real time the vehicle still hears one every second."""
SILENCE_S = 60.0


class Ground(Protocol):
    """What a sortie needs of a ground station, over TCP or inside the test."""

    said: list[tuple[float, Any]]

    def send(self, name: str, **fields: Any) -> None: ...
    def run(self, seconds: float) -> None: ...
    def until(self, condition: Callable[[], bool], limit_s: float = 600.0) -> float: ...
    def latest(self, name: str) -> Any: ...


class Station:
    """`said` holds (seconds since boot, message) of everything the vehicle sent."""

    def __init__(self, port: int, system: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SILENCE_S)
        self.system = system
        self.now = 0.0
        self.said: list[tuple[float, Any]] = []
        self.frames: list[bytes] = []
        """As they came, one for each row of `said`."""
        self._reader = FrameReader("station")
        self._seq = 0
        self._beat_at = 0.0

    def close(self) -> None:
        self._socket.close()

    def send(self, name: str, **fields: Any) -> None:
        fields = {"target_system": self.system, "target_component": 1, **fields}
        self._write(name, fields)

    def _write(self, name: str, fields: dict[str, Any]) -> None:
        self._socket.sendall(encode(name, fields, seq=self._seq & 0xFF, sysid=SYSTEM, compid=COMPONENT))
        self._seq += 1

    def _listen(self) -> None:
        if time.monotonic() >= self._beat_at:
            self._beat_at = time.monotonic() + HEARTBEAT_S
            self._write("HEARTBEAT", {"type": 6, "autopilot": 8})
        data = self._socket.recv(65536)
        assert data, "the vehicle hung up"
        for frame in self._reader.feed(data):
            message = decode(frame)
            self.now = getattr(message, "time_boot_ms", self.now * 1000.0) / 1000.0
            self.said.append((self.now, message))
            self.frames.append(frame.raw)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self._listen()

    def until(self, condition: Callable[[], bool], limit_s: float = 600.0) -> float:
        begin = self.now
        while not condition():
            assert self.now - begin < limit_s, f"not within {limit_s} s"
            self._listen()
        return self.now - begin

    def latest(self, name: str) -> Any:
        return next(m for _, m in reversed(self.said) if type(m).__name__ == name)
