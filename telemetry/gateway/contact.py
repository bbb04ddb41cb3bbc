"""One MAVLink system heard by the gateway: its routes, its recording, its state, and what is sent to it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from telemetry.gateway import traffic
from telemetry.links import Link, Peer
from telemetry.mavlink.enums import MavAutopilot, MavState, MavType
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.messages import BY_ID, decode, encode
from telemetry.mavlink.tlog import STAMP
from telemetry.services.mailbox import Mailbox
from telemetry.vehicle import HANDLERS, Vehicle
from telemetry.vehicle_loss import SequenceLoss
from telemetry.wire import VehicleInfo

OWN_SYSTEM: Final = 255
OWN_COMPONENT: Final = 190
"""MAV_COMP_ID_MISSIONPLANNER: what ground stations use."""
AUTOPILOT: Final = 1
"""MAV_COMP_ID_AUTOPILOT1."""
STATUSTEXT, TIMESYNC, GLOBAL_POSITION_INT = 253, 111, 33
TEXTS_KEPT: Final = 20
ROUTE_SILENT_S: Final = 2.0
"""A link that has brought nothing for this long gives way to one that has."""
ROUTE_WORSE_PCT: Final = 20.0
"""A link that loses this much more gives way too."""


class Route:
    """One link that a vehicle is heard on."""

    def __init__(self, link: Link, peer: Peer) -> None:
        self.link, self.peer = link, peer
        self.loss = SequenceLoss()
        self.heard_at = 0.0
        self.sequence = 0
        """Of the next frame that we send on it."""


class Contact:
    """Everything about one system id. `take` is called for each of its frames, and is what must be quick."""

    def __init__(
        self, name: str, system_id: int, known: bool, route: Route, hear_aircraft: Callable[[Any, str, float], None]
    ) -> None:
        self._hear_aircraft = hear_aircraft
        self.vehicle = Vehicle(name, system_id, route.peer.link, known)
        self.vehicle.loss = route.loss
        self.mailbox = Mailbox(name, system_id, AUTOPILOT, self.transmit, OWN_SYSTEM)
        self.routes: dict[str, Route] = {route.peer.link: route}
        self.route = route
        self.texts: deque[str] = deque(maxlen=TEXTS_KEPT)
        self.onlookers: list[Callable[[Frame], None]] = []
        """Who is given every frame of the vehicle as well: its pilot's own tools."""
        self.greeted = False
        """It has been asked for its messages and its version since it was last heard anew."""
        self.pieces: list[bytes] = []
        """tlog entries that no chunk holds yet: stamp, frame, stamp, frame, …"""
        self.frames = 0
        """Frames recorded, both directions."""
        self.frames_taken = 0
        """Those of them that chunks hold."""
        self.area: str | None = None
        self.shown_at = 0.0

    def hear(self, link: Link, peer: Peer) -> Route:
        """The route for what comes from `peer`; a vehicle that comes from a new address is answered there."""
        route = self.routes.get(peer.link)
        if route is None:
            route = self.routes[peer.link] = Route(link, peer)
        elif route.peer is not peer:
            route.peer = peer
        return route

    def take(self, frame: Frame, route: Route, stamp: bytes, now: float) -> None:
        self.pieces.append(stamp)
        self.pieces.append(frame.raw)
        self.frames += 1
        route.heard_at = now
        route.loss.count(frame.compid, frame.seq)
        for onlooker in self.onlookers:
            onlooker(frame)
        number = frame.msgid
        if number in traffic.MESSAGES:
            self._hear_aircraft(decode(frame), self.vehicle.name, now)
        if frame.compid != AUTOPILOT or not frame.verified:
            return
        if number in HANDLERS:
            message = decode(frame)
            self.vehicle.update(number, message, now)
            if number == GLOBAL_POSITION_INT or self.mailbox.hears(type(message).__name__):
                self.mailbox.deliver(message)
        elif number == STATUSTEXT:
            self._hear_text(decode(frame))
        elif number == TIMESYNC:
            self._hear_timesync(decode(frame))
        elif self.mailbox.hears(BY_ID[number].name):
            self.mailbox.deliver(decode(frame))

    def transmit(self, name: str, fields: Mapping[str, Any]) -> None:
        """Sends and records one message on the best route. Raises ValueError for fields that do not fit."""
        route = self.route
        raw = encode(name, fields, seq=route.sequence, sysid=OWN_SYSTEM, compid=OWN_COMPONENT)
        route.sequence = (route.sequence + 1) & 0xFF
        route.link.send(route.peer, raw)
        self.record(raw)

    def pass_on(self, frame: Frame) -> None:
        """Sends a frame of a pilot's own tool, already recorded, as it is."""
        self.route.link.send(self.route.peer, frame.raw)

    def record(self, raw: bytes) -> None:
        """One frame to the vehicle, as of now."""
        self.pieces.append(STAMP.pack(time.time_ns() // 1000))
        self.pieces.append(raw)
        self.frames += 1

    def heartbeat(self) -> None:
        """Ours, once a second: without it ArduPilot takes the ground station for lost."""
        self.transmit(
            "HEARTBEAT",
            {
                "type": MavType.GCS,
                "autopilot": MavAutopilot.INVALID,
                "system_status": MavState.ACTIVE,
                "mavlink_version": 3,
            },
        )

    def ask_for_time(self) -> None:
        """TIMESYNC: the answer gives the round trip."""
        self.transmit("TIMESYNC", {"tc1": 0, "ts1": time.monotonic_ns()})

    def choose_route(self, now: float) -> None:
        """Stays on the route it has, unless that is silent or clearly worse than another one."""
        if len(self.routes) == 1:
            return
        alive = [route for route in self.routes.values() if now - route.heard_at < ROUTE_SILENT_S]
        if not alive or (self.route in alive and len(alive) == 1):
            return
        best = min(alive, key=lambda route: route.loss.percent(now) or 0.0)
        current = self.route.loss.percent(now) or 0.0
        if self.route not in alive or current - (best.loss.percent(now) or 0.0) > ROUTE_WORSE_PCT:
            before, self.route = self.route, best
            self.vehicle.link, self.vehicle.loss = best.peer.link, best.loss
            text = f"Commands go over {best.peer.link} now, no longer over {before.peer.link}."
            self.vehicle.happened.append(("link_changed", text, {"link": best.peer.link, "before": before.peer.link}))

    def drain(self, into: Callable[[str, list[bytes], int, int], None]) -> None:
        """Gives what was recorded since the last time to `into`: name, pieces, frames, frames before."""
        if self.pieces:
            pieces, self.pieces = self.pieces, []
            before, self.frames_taken = self.frames_taken, self.frames
            into(self.vehicle.name, pieces, self.frames - before, before)

    def info(self, gateway: str) -> VehicleInfo:
        vehicle = self.vehicle
        autopilots = {int(kind): kind.name for kind in MavAutopilot}
        return VehicleInfo(
            vehicle=vehicle.name,
            gateway=gateway,
            link=vehicle.link,
            system_id=vehicle.system_id,
            known=vehicle.known,
            autopilot=None if vehicle.autopilot is None else autopilots.get(vehicle.autopilot, str(vehicle.autopilot)),
            firmware=vehicle.firmware,
            serial=vehicle.serial,
            capabilities=vehicle.capabilities,
            statustexts=tuple(self.texts),
        )

    def _hear_text(self, message: Any) -> None:
        for text in self.mailbox.deliver(message):
            self.texts.append(text)
            self.vehicle.happened.append(("statustext", text, {"severity": message.severity}))

    def _hear_timesync(self, message: Any) -> None:
        if message.tc1 == 0:
            self.transmit("TIMESYNC", {"tc1": time.time_ns(), "ts1": message.ts1})
        else:
            trip_ms = (time.monotonic_ns() - message.ts1) / 1e6
            if 0.0 <= trip_ms < 60_000.0:  # an answer to another ground station carries another clock
                self.vehicle.round_trip_ms = round(trip_ms, 1)
