"""One MAVLink system heard by the gateway: its routes, its recording, its state, and what is sent to it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from telemetry.gateway import traffic
from telemetry.gateway.command import Command
from telemetry.gateway.hearing import AUTOPILOT
from telemetry.gateway.route import Route, better
from telemetry.gateway.systems import Systems
from telemetry.gateway.twins import Twins
from telemetry.links import Link, Peer
from telemetry.mavlink.enums import MavAutopilot, MavState, MavType
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.messages import BY_ID, BY_NAME, Message, decode, framed, named
from telemetry.mavlink.signing import Signing
from telemetry.mavlink.tlog import STAMP
from telemetry.services.mailbox import Mailbox
from telemetry.vehicle import Vehicle
from telemetry.vehicle.readings import REBOOT_STEP_MS
from telemetry.wire import VehicleInfo

OWN_SYSTEM: Final = 255
OWN_COMPONENT: Final = 190
"""MAV_COMP_ID_MISSIONPLANNER: what ground stations use."""
STATUSTEXT, TIMESYNC, MISSION_ITEM_REACHED, AUTOPILOT_VERSION = 253, 111, 46, 148
TRAFFIC: Final = traffic.MESSAGES
NOTED: Final = TRAFFIC | {STATUSTEXT, TIMESYNC, MISSION_ITEM_REACHED, AUTOPILOT_VERSION}
"""Looked at one by one, besides what somebody listens for and what happens to the vehicle."""
TOLD_ON_EVERY_LINK: Final = frozenset({STATUSTEXT, MISSION_ITEM_REACHED})
"""What happens once, and the autopilot says once on each of its links, each time with that link's sequence number."""
HEARTBEAT: Final = BY_NAME["HEARTBEAT"]
HEARTBEAT_PAYLOAD: Final = HEARTBEAT.pack(
    {
        "type": MavType.GCS,
        "autopilot": MavAutopilot.INVALID,
        "system_status": MavState.ACTIVE,
        "mavlink_version": 3,
    }
)
TEXTS_KEPT: Final = 20
CLOCKS_KEPT: Final = 12
"""TIMESYNC answers, a minute of them: the one with the shortest round trip tells the clocks' offset."""
LATE_S: Final = 5.0
"""So long after one link brought something newer, what another one brings is known to be late, not from a reboot."""
CLOCK_AT: Final = {
    BY_NAME[name].id: BY_NAME[name].fields.index("time_boot_ms") for name in ("ATTITUDE", "GLOBAL_POSITION_INT")
}
"""Where the messages that make the live state carry the vehicle's own clock."""


class Contact:
    """Everything about one system id. `take` is given each of its frames that `telemetry.gateway.hearing` leaves."""

    def __init__(
        self,
        vehicle: Vehicle,
        command: Command,
        systems: Mapping[str, Systems],
        has_several_links: bool,
        hear_aircraft: traffic.Hear,
    ) -> None:
        self.vehicle, self.command = vehicle, command
        self.mailbox = Mailbox(vehicle.name, vehicle.system_id, AUTOPILOT, self.transmit, OWN_SYSTEM)
        self.routes: dict[str, Route] = {}
        self.texts: deque[str] = deque(maxlen=TEXTS_KEPT)
        self.onlookers: list[Callable[[Frame], None]] = []
        """Who is given every frame of the vehicle as well: its pilot's own tools."""
        self._systems = systems
        """By link."""
        self._home = systems[vehicle.link]
        """Where it is recorded and shown."""
        self._tape = self._home.meet(vehicle)
        self._hear_aircraft = hear_aircraft
        self._twins = Twins() if has_several_links else None
        self._clock_ms, self._clock_at, self._clock_on = 0, 0.0, -1
        """The newest of the vehicle's own clock, when it came, and the number of the link that brought it."""
        self._clocks: deque[tuple[float, float]] = deque(maxlen=CLOCKS_KEPT)
        """Round trip and offset, in seconds."""
        self._reboots = 0
        self.has_link_to_tell = False
        """It has several, or a signed one: its name is not all there is to tell."""
        self.mailbox.wanted.on_change = self._listen_anew

    def hear(self, link: Link, peer: Peer, signing: Mapping[str, Signing], now: float) -> Route:
        """The route for what comes from `peer`; a vehicle that comes from a new address is answered there."""
        route = self.routes.get(peer.link)
        if route is None:
            hearing = self._systems[peer.link].hearing(self.vehicle.system_id)
            route = self.routes[peer.link] = Route(len(self.routes), link, peer, signing.get(peer.link), hearing)
            self.has_link_to_tell = len(self.routes) > 1 or route.signing is not None
            if len(self.routes) == 1:
                self._use(route)
        elif route.peer is not peer:
            route.peer = peer
        self._collect(route)
        route.hearing.heard_at = now
        return route

    def listen_on(self, route: Route) -> None:
        """From now on what comes all the time on `route` need not be looked at, where nobody looks at everything."""
        if self._twins is None and not self.onlookers and route.signing is None:
            listened_for = NOTED | self.mailbox.wanted.listened_for
            route.hearing.open(route.peer, route.loss.expected(AUTOPILOT), listened_for)

    def _listen_anew(self) -> None:
        for route in self.routes.values():
            route.hearing.shut()

    def _collect(self, route: Route) -> None:
        """Counts what was heard without being looked at."""
        frames = route.hearing.collect()
        if frames:
            route.loss.went_on(AUTOPILOT, frames)

    def take(self, frame: Frame, route: Route, stamp: bytes, now: float) -> None:
        """One frame, whatever it is."""
        route.loss.count(frame.compid, frame.seq)
        if self._twins is not None and self._twins.repeats(frame.raw, 1 << route.number, now):
            return
        self._put(stamp, frame.raw)
        for onlooker in self.onlookers:
            onlooker(frame)
        is_on_every_link = self._twins is not None and frame.compid == AUTOPILOT and frame.verified
        if not (is_on_every_link and self._is_behind(frame, route, now)):
            self.look_at(frame, now)

    def look_at(self, frame: Frame, now: float) -> None:
        """A frame that is recorded already."""
        number = frame.msgid
        if number in TRAFFIC:
            self._hear_aircraft(decode(frame), self.vehicle.name, now)
        if frame.compid != AUTOPILOT or not frame.verified:
            return
        self.mailbox.hear_clock(self.vehicle.booted_ms)
        self.vehicle.hear(frame, now)
        self.mailbox.hear_clock(self.vehicle.booted_ms)
        if number == STATUSTEXT:
            self._hear_text(decode(frame))
        elif number == TIMESYNC:
            self._hear_timesync(decode(frame))
        elif number in self.mailbox.wanted:
            self.mailbox.deliver(decode(frame))

    def transmit(self, name: str, fields: Mapping[str, Any]) -> None:
        """Sends and records one message on the best route. Raises ValueError for fields that do not fit."""
        self.transmit_over(self.route, name, fields)

    def transmit_over(self, route: Route, name: str, fields: Mapping[str, Any]) -> None:
        message = named(name)
        self._send(route, message, message.pack(fields))

    def _send(self, route: Route, message: Message, payload: bytes) -> None:
        raw = framed(message, payload, route.next_sequence(), OWN_SYSTEM, OWN_COMPONENT, route.signing)
        route.send(raw)
        self.record(raw)

    def pass_on(self, frame: Frame) -> None:
        """Sends a frame of a pilot's own tool, already recorded."""
        self.route.pass_on(frame)

    def record(self, raw: bytes) -> None:
        """One frame to the vehicle, as of now."""
        self._put(STAMP.pack(time.time_ns() // 1000), raw)

    def _put(self, stamp: bytes, raw: bytes) -> None:
        if not self._tape.put(stamp, raw):
            self._home.rewind()
            self._tape.put(stamp, raw)

    def heartbeat(self) -> None:
        """Ours, once a second on every link: without it ArduPilot takes the ground station for lost."""
        for route in self.routes.values():
            self._send(route, HEARTBEAT, HEARTBEAT_PAYLOAD)

    def ask_for_time(self) -> None:
        """TIMESYNC: the answer gives the round trip and the clocks' offset."""
        self.transmit("TIMESYNC", {"tc1": 0, "ts1": time.monotonic_ns()})

    def over(self, route: Route) -> Mailbox:
        """The mailbox, sending on `route` whether it is the best or not."""
        return self.mailbox.over(lambda name, fields: self.transmit_over(route, name, fields))

    def greet_again(self) -> None:
        """The vehicle is to be asked for its messages anew, on every link."""
        for route in self.routes.values():
            route.greeted = False

    def to_greet(self, now: float) -> list[Route]:
        """Links on which the vehicle has not been asked for its messages, or has forgotten it. Once a second."""
        if self.mailbox.reboots != self._reboots:
            self._reboots = self.mailbox.reboots
            self._clocks.clear()
            self.mailbox.clock_offset_s = self.vehicle["clock_offset_s"] = None
            self.greet_again()
        found = []
        for route in self.routes.values():
            self._collect(route)
            route.beat(now)
            if not route.greeted and route.is_alive(now):
                found.append(route)
        self.vehicle["link_loss_pct"] = self.vehicle.loss.percent(now)
        return found

    def look_at_links(self, now: float) -> None:
        """Which one commands go over, and the quality of all of them, where `has_link_to_tell`."""
        if len(self.routes) > 1:
            self._choose_route(now)
        self.vehicle.links = tuple(route.quality(now) for route in self.routes.values())
        self.vehicle.reword()

    def _choose_route(self, now: float) -> None:
        """Stays on the route it has, unless that is silent or clearly worse than another one."""
        before, best = self.route, better(self.route, self.routes.values(), now)
        if best is not before:
            self._use(best)
            text = f"Commands go over {best.peer.link} now, no longer over {before.peer.link}."
            self.vehicle.happened.append(("link_changed", text, {"link": best.peer.link, "before": before.peer.link}))

    def info(self, gateway: str) -> VehicleInfo:
        vehicle, command = self.vehicle, self.command.authority
        return VehicleInfo(
            vehicle=vehicle.name,
            gateway=gateway,
            link=self.route.peer.link,
            system_id=vehicle.system_id,
            known=vehicle.known,
            autopilot=vehicle.autopilot,
            firmware=vehicle.firmware,
            serial=vehicle.serial,
            capabilities=vehicle.capabilities,
            statustexts=tuple(self.texts),
            commander=command.holder,
            command_since=command.since,
            command_offered_to=command.offered_to,
            command_override_reason=command.override_reason,
        )

    def _use(self, route: Route) -> None:
        self.route = route
        self.vehicle.link, self.vehicle.loss = route.peer.link, route.loss
        self.vehicle.reword()

    def _is_behind(self, frame: Frame, route: Route, now: float) -> bool:
        """Whether another link has already brought this, or something newer: it is recorded, but changes no state."""
        assert self._twins is not None
        if frame.msgid in TOLD_ON_EVERY_LINK:
            return self._twins.repeats(frame.payload, 1 << route.number, now)
        place = CLOCK_AT.get(frame.msgid)
        if place is None:
            return False
        clock_ms = BY_ID[frame.msgid].unpack(frame.payload)[place]
        fell = clock_ms < route.clock_ms - REBOOT_STEP_MS
        route.clock_ms = clock_ms if fell else max(clock_ms, route.clock_ms)
        is_newest = fell or self._clock_on == route.number or now - self._clock_at > LATE_S
        if not is_newest and clock_ms < self._clock_ms:
            return True
        self._clock_ms, self._clock_at, self._clock_on = clock_ms, now, route.number
        return False

    def _hear_text(self, message: Any) -> None:
        for text in self.mailbox.deliver(message):
            self.texts.append(text)
            self.vehicle.happened.append(("statustext", text, {"severity": message.severity}))

    def _hear_timesync(self, message: Any) -> None:
        if message.tc1 == 0:
            self.transmit("TIMESYNC", {"tc1": time.time_ns(), "ts1": message.ts1})
            return
        trip_s = (time.monotonic_ns() - message.ts1) / 1e9
        if 0.0 <= trip_s < 60.0:  # an answer to another ground station carries another clock
            self._clocks.append((trip_s, time.time() - trip_s / 2 - message.tc1 / 1e9))
            self.vehicle["round_trip_ms"] = round(trip_s * 1000, 1)
            self.mailbox.clock_offset_s = self.vehicle["clock_offset_s"] = round(min(self._clocks)[1], 4)
        if TIMESYNC in self.mailbox.wanted:
            self.mailbox.deliver(message)
