"""Serial ports, by pyserial."""

from __future__ import annotations

import asyncio

import serial

from telemetry.links.endpoint import Endpoint
from telemetry.links.link import BYTES_PER_WAKEUP, RETRY_FIRST_S, RETRY_LONGEST_S, Link, OnBytes, Peer, State


class SerialLink(Link):
    """``serial``: opened again when the device went away."""

    def __init__(self, name: str, endpoint: Endpoint, on_bytes: OnBytes) -> None:
        super().__init__(name, on_bytes)
        self._endpoint = endpoint
        self._peer = Peer(name, endpoint.place)
        self._port: serial.Serial | None = None
        self._lost = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._keep_open(), name=f"link {name}")

    def send(self, peer: Peer | None, data: bytes) -> None:
        port = self._port
        if port is None or peer not in (None, self._peer):
            self.counters.not_sent += 1
            return
        try:
            written = port.write(data) or 0
        except (serial.SerialException, OSError) as error:
            self._failed(error)
            return
        self.counters.bytes_out += written
        if written < len(data):
            self.counters.not_sent += 1

    async def close(self) -> None:
        self.state = State.CLOSED
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._shut()

    async def _keep_open(self) -> None:
        wait_s = RETRY_FIRST_S
        while True:
            try:
                self._port = serial.Serial(
                    self._endpoint.place, int(self._endpoint.number), timeout=0, write_timeout=0, exclusive=True
                )
            except (serial.SerialException, OSError, ValueError) as error:
                self._is_down(str(error))
            else:
                self._lost.clear()
                self._loop.add_reader(self._port.fileno(), self._readable)
                self._is_up()
                reads_before = self.counters.reads
                await self._lost.wait()
                self._shut()
                if self.counters.reads > reads_before:
                    wait_s = RETRY_FIRST_S
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, RETRY_LONGEST_S)

    def _readable(self) -> None:
        if self._port is None:
            return
        try:
            data = self._port.read(BYTES_PER_WAKEUP)
        except (serial.SerialException, OSError) as error:
            self._failed(error)
            return
        if data:
            self._received(self._peer, data)

    def _failed(self, error: Exception) -> None:
        self.counters.not_sent += 1
        if self._port is not None:
            self._loop.remove_reader(self._port.fileno())
        self._is_down(str(error))
        self._lost.set()

    def _shut(self) -> None:
        if self._port is not None:
            self._loop.remove_reader(self._port.fileno())
            self._port.close()
            self._port = None
