"""The built-in fleet: N vehicles in one process, their sockets, and the clock they all fly by.

async with Fleet(count=3, base_port=0) as fleet:
    fleet.vehicles[0]      # TCP at ("127.0.0.1", fleet.ports[0])
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import resource
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

from sitl import guidance, physics, report
from sitl.geo import METRES_PER_E7
from sitl.link import PERFECT, Conditions
from sitl.sensors import Sensors
from sitl.services.router import Services
from sitl.sockets import TcpLink, UdpLink
from sitl.state import State
from sitl.streams import Streams
from sitl.vehicle import Place, Vehicle
from sitl.watchdog import Watchdog

log = logging.getLogger(__name__)
TICK_S: Final = 0.02
LOGIC_EVERY: Final = 5
"""Ticks between two runs of one vehicle's rare logic: 10 Hz."""
SPACING_M: Final = 10.0
PORT_STEP: Final = 10
WARN_EVERY_S: Final = 30.0
LARGE_FLEET, LARGE_FLEET_LOG_S = 100, 0.5
"""A larger fleet than this logs less often, so that it still flies in real time."""
FILES_EACH, FILES_BESIDE = 4, 100
"""Open files: a socket that listens, a connection, a log, and one to spare."""
CATCH_UP_S: Final = 0.5
"""A process that was held up longer than this does not try to make up for it."""


@dataclass(frozen=True)
class FleetOptions:
    """What a fleet is. `home` is latitude, longitude (degrees), AMSL (m), heading (degrees)."""

    count: int = 1
    home: tuple[float, float, float, float] = (51.50735, -0.16370, 24.0, 0.0)
    speedup: float = 1.0
    host: str = "127.0.0.1"
    base_port: int | None = 5760
    """First TCP port, the next vehicle 10 further; 0 takes free ones; None opens none."""
    udp: tuple[str, int] | None = None
    """Where every vehicle sends to by UDP, with its own system id."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    first_system: int = 1
    link: Conditions = PERFECT
    """What lies between every vehicle and the ground."""


def _allow_files(wanted: int) -> None:
    """Raises the process's limit of open files where that is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


class Fleet:
    """See the module. The clock runs from `start` to `stop`."""

    def __init__(self, options: FleetOptions | None = None, **changes: object) -> None:
        self.options = options or FleetOptions(**changes)  # type: ignore[arg-type]
        self.state = State(self.options.count)
        self.state.epoch = time.time()
        self.streams = Streams(self.state)
        self.vehicles = [self._vehicle(i) for i in range(self.options.count)]
        self.ports: list[int] = []
        self.late_ticks = 0
        """Ticks that began more than a whole tick late."""
        self.ticks = 0
        self._rng = np.random.default_rng(self.options.seed)
        self._sensors = Sensors(self.state, self._rng)
        self._servers: list[asyncio.Server] = []
        self._transports: list[asyncio.DatagramTransport] = []
        self._task: asyncio.Task[None] | None = None
        self._watchdog: Watchdog | None = None

    def _vehicle(self, i: int) -> Vehicle:
        lat, lon, amsl, heading = self.options.home
        across = math.ceil(math.sqrt(self.options.count))
        north, east = SPACING_M * (i // across), SPACING_M * (i % across)
        lat_e7 = round(lat * 1e7 + north / METRES_PER_E7)
        lon_e7 = round(lon * 1e7 + east / METRES_PER_E7 / math.cos(math.radians(lat)))
        system = (self.options.first_system - 1 + i) % 255 + 1
        vehicle = Vehicle(self.state, i, system, Place(lat_e7, lon_e7, amsl), heading)
        vehicle.params.set("SYSID_THISMAV", system)
        for name, value in self.options.parameters.items():
            vehicle.params.set(name, value)
        Services(vehicle)
        if self.options.parameters:
            vehicle.reboot()  # they hold from power-on, as from a file of defaults
        report.write(vehicle)
        return vehicle

    async def __aenter__(self) -> Fleet:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Opens the sockets and starts the clock. OSError where a port is taken.

        Logs are kept in a folder that goes when the fleet ends, however it ends.
        """
        _allow_files(FILES_EACH * self.options.count + FILES_BESIDE)
        folder = Path(tempfile.mkdtemp(prefix="airbeat-sitl-"))
        self._watchdog = Watchdog(folder)
        for vehicle in self.vehicles:
            vehicle.log.folder = folder / str(vehicle.row)
            vehicle.log.every_s = LARGE_FLEET_LOG_S if self.options.count > LARGE_FLEET else vehicle.log.every_s
            if self.options.base_port is not None:
                await self._listen(vehicle)
            if self.options.udp is not None:
                await self._send_udp(vehicle, self.options.udp)
        self._task = asyncio.get_running_loop().create_task(self._run(), name="sitl fleet")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for server in self._servers:
            server.close()
        for vehicle in self.vehicles:
            for channel in list(vehicle.channels):
                channel.close()
        for transport in self._transports:
            transport.close()
        self._servers.clear()
        self._transports.clear()
        for vehicle in self.vehicles:
            vehicle.log.stop()
        if self._watchdog is not None:
            await self._watchdog.stop()
            self._watchdog = None

    async def wait(self) -> None:
        """Until the fleet is stopped; raises what stopped it by itself."""
        if self._task is not None:
            await self._task

    # sockets
    async def _listen(self, vehicle: Vehicle) -> None:
        base = self.options.base_port or 0
        port = base + PORT_STEP * vehicle.row if base else 0
        server = await asyncio.get_running_loop().create_server(
            lambda: TcpLink(vehicle, self.streams, self._link(vehicle)), self.options.host, port
        )
        self._servers.append(server)
        self.ports.append(int(server.sockets[0].getsockname()[1]))

    async def _send_udp(self, vehicle: Vehicle, target: tuple[str, int]) -> None:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: UdpLink(vehicle, self.streams, self._link(vehicle)), remote_addr=target
        )
        self._transports.append(transport)

    def _link(self, vehicle: Vehicle) -> tuple[Conditions, int]:
        return self.options.link, self.options.seed * 100_003 + vehicle.row

    # clock
    async def _run(self) -> None:
        clock = time.monotonic
        begin, done, warn_at = clock(), 0, 0.0
        pause = TICK_S / self.options.speedup if self.options.speedup < 1 else TICK_S
        while True:
            due = int((clock() - begin) * self.options.speedup / TICK_S)
            behind = (due - done) * TICK_S / self.options.speedup
            if behind > CATCH_UP_S:
                if clock() > warn_at:
                    log.warning("the simulation is %.1f s behind real time", behind)
                    warn_at = clock() + WARN_EVERY_S
                begin, done = clock(), 0
                continue
            if behind > 2 * pause:
                self.late_ticks += 1
            while done < due:
                self.step()
                done += 1
            self.flush()
            next_at = begin + (done + 1) * TICK_S / self.options.speedup
            await asyncio.sleep(max(pause / 4, next_at - clock()))

    def step(self) -> None:
        """One tick of simulated time."""
        s = self.state
        s.time = self.ticks * TICK_S
        guidance.step(s, TICK_S)
        physics.step(s, TICK_S, self._rng)
        self._sensors.step(TICK_S)
        for i in np.flatnonzero(s.reached & (s.xy == 1) & ~s.told).tolist():
            s.told[i] = True
            if s.armed[i]:
                self.vehicles[i].attempt(self.vehicles[i].arrived)
        for i in np.flatnonzero(s.shooting).tolist():
            self.vehicles[i].attempt(self.vehicles[i].camera.run)
        for vehicle in self.vehicles[self.ticks % LOGIC_EVERY :: LOGIC_EVERY]:
            vehicle.attempt(partial(_think, vehicle))
        self.streams.step()
        self.ticks += 1

    def flush(self) -> None:
        """Hands everything queued to the sockets."""
        for vehicle in self.vehicles:
            for channel in vehicle.channels:
                channel.flush()


def _think(vehicle: Vehicle) -> None:
    vehicle.run()
    if vehicle.services is not None:
        vehicle.services.run()
    report.write(vehicle)
    if vehicle.messages:
        vehicle.flush()
