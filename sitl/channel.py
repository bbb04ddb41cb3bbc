"""One MAVLink connection of one vehicle: frames in to its services, frames out to its transport."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sitl.packing import COMPONENT
from sitl.streams import GROUPS, Streams
from sitl.vehicle import Vehicle
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import decode, encode

log = logging.getLogger(__name__)


class Channel:
    """`port` is the number of ArduPilot's serial port it stands for: SR0_ rates for 0, SR1_ for 1…

    `write` takes whole frames, joined; it is called once per tick at most.
    """

    def __init__(self, vehicle: Vehicle, streams: Streams, write: Callable[[list[bytes]], None], port: int = 0) -> None:
        self.vehicle, self.streams, self._write, self.port = vehicle, streams, write, port
        self.version = 2
        self.outbox: list[bytes] = []
        self.reader = FrameReader(f"sysid {vehicle.system}")
        self._seen_2 = False
        self.row = streams.open(self, vehicle.row, vehicle.system)
        self.set_rates()
        vehicle.channels.append(self)

    def set_rates(self) -> None:
        """Rates from the port's SRx_ parameters."""
        for group in GROUPS:
            name = f"SR{self.port}_{group}"
            self.streams.set_group(self.row, group, self.vehicle.params.get(name, 0.0))

    def set_rate_to_default(self, name: str) -> None:
        """The rate of one message as the port's parameters have it."""
        for group, members in GROUPS.items():
            parameter = f"SR{self.port}_{group}"
            if name in members and parameter in self.vehicle.params:
                self.streams.set(self.row, name, self.vehicle.params[parameter])

    def send(self, name: str, **fields: Any) -> None:
        """Queues one message."""
        seq = int(self.streams.seq[self.row])
        try:
            frame = encode(
                name, fields, seq=seq & 0xFF, sysid=self.vehicle.system, compid=COMPONENT, version=self.version
            )
        except ValueError as error:
            log.error("not sent: %s", error)
            return
        self.streams.seq[self.row] = seq + 1
        self.outbox.append(frame)

    def receive(self, data: bytes) -> None:
        """Takes bytes from the ground and acts on every message in them at once."""
        for frame in self.reader.feed(data):
            if frame.version == 2:
                self._seen_2, self.version = True, 2
            elif not self._seen_2:
                self.version = 1
            message = decode(frame) if frame.verified else None
            if message is not None and self.vehicle.services is not None:
                self.vehicle.services.handle(self, frame, message)

    def flush(self) -> None:
        if self.outbox:
            out, self.outbox = self.outbox, []
            self._write(out)

    def close(self) -> None:
        if self in self.vehicle.channels:
            self.vehicle.channels.remove(self)
            self.streams.close(self.row)
