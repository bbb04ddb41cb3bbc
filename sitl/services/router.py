"""What a vehicle does with each message it receives: one table from message to handler."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sitl.services.commands import Commands
from sitl.services.compass import CompassCalibration
from sitl.services.files import Files
from sitl.services.guided import GuidedTargets
from sitl.services.logs import Logs
from sitl.services.parameters import ParameterService
from sitl.services.transfer import Transfers

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.vehicle import Vehicle
    from telemetry.mavlink.frame import Frame

log = logging.getLogger(__name__)
Handler = Callable[["Channel", "Frame", Any], None]
TIMESYNC_S: Final = 10.0
TERRAIN_REQUEST_S: Final = 2.0


class Services:
    """All services of one vehicle."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        vehicle.services = self
        self.parameters = ParameterService(vehicle)
        self.transfers = Transfers(vehicle)
        self.compass = CompassCalibration(vehicle)
        self.commands = Commands(vehicle, self)
        self.files = Files(vehicle, self.transfers)
        self.logs = Logs(vehicle)
        self.guided = GuidedTargets(vehicle)
        self._timesync_at = 0.0
        self._terrain_at = 0.0
        self._table: dict[str, Handler] = {
            "HEARTBEAT": self._heartbeat,
            "PING": self._ping,
            "TIMESYNC": self._timesync,
            "RC_CHANNELS_OVERRIDE": self._override,
            "MANUAL_CONTROL": self._manual,
            **self.parameters.handlers,
            **self.transfers.handlers,
            **self.commands.handlers,
            **self.files.handlers,
            **self.logs.handlers,
            **self.guided.handlers,
        }

    def handle(self, channel: Channel, frame: Frame, message: Any) -> None:
        """Acts on one message if it is for this vehicle."""
        handler = self._table.get(type(message).__name__)
        if handler is None:
            return
        target = getattr(message, "target_system", 0)
        if target not in (0, self.v.system) or getattr(message, "target_component", 0) not in (0, 1, 190):
            return
        if frame.sysid == self.v.params["SYSID_MYGCS"] and type(message).__name__ == "HEARTBEAT":
            self.v.gcs_seen = self.v.now
        try:
            handler(channel, frame, message)
        except (ValueError, OverflowError, ArithmeticError, IndexError, KeyError):
            # Numbers from outside may be anything; a vehicle does not fall out of the sky for one. Kept loud.
            log.exception("sysid %d: %s could not be handled: %r", self.v.system, type(message).__name__, message)

    def run(self) -> None:
        """Ten times a second: what services do by themselves."""
        self.transfers.run()
        self.parameters.run()
        self.files.run()
        self.logs.run()
        self.compass.run()
        now = self.v.now
        if now >= self._timesync_at:
            self._timesync_at = now + TIMESYNC_S
            if now > 5.0:
                self.v.send("TIMESYNC", tc1=0, ts1=int(now * 1e9) + self.v.system)
        if now >= self._terrain_at:
            self._terrain_at = now + TERRAIN_REQUEST_S
            self._request_terrain()

    def _request_terrain(self) -> None:
        """ArduPilot asks the ground for heights around it, again and again until it gets them."""
        if self.v.home is None or self.v.params["TERRAIN_ENABLE"] <= 0:
            return
        self.v.send(
            "TERRAIN_REQUEST",
            lat=self.v.origin.lat - 114771,
            lon=self.v.origin.lon - 326285,
            grid_spacing=int(self.v.params["TERRAIN_SPACING"]),
            mask=0xFFFFFFFFFFFFFF,
        )

    def heartbeat(self) -> None:
        """A heartbeat now, on every connection."""
        from sitl import report  # report reads the vehicle, which owns these services

        report.write(self.v)
        for channel in self.v.channels:
            channel.streams.once(channel.row, "HEARTBEAT")

    def reset(self) -> None:
        """The vehicle reboots."""
        self.transfers.reset()
        self.files.reset()

    def _heartbeat(self, channel: Channel, frame: Frame, message: Any) -> None:
        pass  # its arrival is noted in `handle`

    def _ping(self, channel: Channel, frame: Frame, message: Any) -> None:
        if message.target_system == 0:
            channel.send(
                "PING",
                time_usec=message.time_usec,
                seq=message.seq,
                target_system=frame.sysid,
                target_component=frame.compid,
            )

    def _timesync(self, channel: Channel, frame: Frame, message: Any) -> None:
        if message.tc1 == 0:
            channel.send("TIMESYNC", tc1=int(self.v.now * 1e9), ts1=message.ts1)

    def _override(self, channel: Channel, frame: Frame, message: Any) -> None:
        if frame.sysid == self.v.params["SYSID_MYGCS"]:
            self.v.pilot.take(message)

    def _manual(self, channel: Channel, frame: Frame, message: Any) -> None:
        if frame.sysid == self.v.params["SYSID_MYGCS"] and message.target == self.v.system:
            self.v.pilot.manual(message)
