"""The loop: everything that arrives goes through `Gateway.receive`, everything that leaves through `Gateway.tick`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from mission.errors import PlanFormatError
from mission.terrain import Terrain
from telemetry import settings as settings_file
from telemetry import subjects
from telemetry.bus import Bus, joined, new_id
from telemetry.errors import ServiceError
from telemetry.gateway.command import Command
from telemetry.gateway.contact import OWN_SYSTEM, Contact
from telemetry.gateway.desk import BrokenUploads, Desk
from telemetry.gateway.intake import Intake
from telemetry.gateway.outbox import TICK_S, EventOutbox, RawOutbox, Register
from telemetry.gateway.pilot_port import PilotPorts
from telemetry.gateway.route import Route
from telemetry.gateway.systems import Shown, Systems, warm_up
from telemetry.gateway.traffic import Traffic
from telemetry.links import Datagrams, Link, Peer, open_link
from telemetry.mavlink.frame import Frame, frame_at
from telemetry.mavlink.tlog import STAMP
from telemetry.running import Beside, paced, run_service, told_to_end, within
from telemetry.services import intervals, terrain
from telemetry.settings import LinkSettings, Settings, VehicleSettings
from telemetry.vehicle import Vehicle
from telemetry.vehicle.numbers import NOWHERE
from telemetry.wire import Event, LiveFrame, TrafficFrame, VehicleInfo, area, filled

log = logging.getLogger(__name__)

KEPT_EVERY_S: Final = 0.15
"""With every second tick frames go to the recorder: of thousands of vehicles each share of a chunk has its price."""
TIMESYNC_EVERY: Final = 5
"""Heartbeats."""
FLEET_EVERY_S: Final = 1.0
"""All vehicles at once, for those who see only some areas at the full rate, and for looking back. Vehicles of which
nothing changes are shown this often, too, with their growing ages."""
PULSE_WITHIN_S: Final = 5.0
"""With the fleet it says that it is at work, and that it will say so again by then."""
GONE_S: Final = 60.0
"""After this long without a HEARTBEAT, what waits for the vehicle waits in vain."""
LOSS_TOLD_EVERY_S: Final = 5.0
SYSTEM: Final = "airbeat"
"""The vehicle of events about the system itself."""
GREET_AGAIN_S: Final = 5.0
GREETED_AT_ONCE: Final = 100
GREETING_S: Final = 1.0
"""Each is asked for some 18 messages, one by one, which costs a millisecond: of a fleet that appears all at once no
more than `GREETED_AT_ONCE` are asked in `GREETING_S`, so that it does not lose its own frames."""
BEATS_IN_A_ROW: Final = 50
"""Vehicles served before what has arrived meanwhile is taken."""
FLUSH_S: Final = 5.0
LISTENING: Final = 3.0
"""Times as long as a tick took are left for what arrives before the next one: the recording comes before the picture.
It shows from some 5,000 vehicles on: they are seen less than ten times a second, and none of their frames is lost."""


class Gateway:
    def __init__(self, settings: Settings, bus: Bus) -> None:
        self._settings, self._bus = settings, bus
        self._links: dict[str, Link] = {}
        known = frozenset(vehicle.system_id for vehicle in settings.vehicles)
        self._intake = Intake(settings.links, settings_file.home() / "keys", known)
        self._contacts: dict[tuple[str, int], Contact] = {}
        """By link and system id; a vehicle on several links is there once per link."""
        self._systems = {link.name: Systems() for link in settings.links}
        self._by_name: dict[str, Contact] = {}
        self._raw = RawOutbox(settings.gateway)
        self._loss_told, self._loss_told_at = 0, 0.0
        self._events = EventOutbox()
        self._terrain = None if settings.planning.terrain is None else _terrain(Path(settings.planning.terrain))
        self._broken = BrokenUploads(bus)
        self._needs_hz = intervals.NEEDS_HZ | (intervals.TERRAIN_HZ if self._terrain else {})
        self._traffic = Traffic()
        self.pilot_ports = PilotPorts(settings.vehicles, settings_file.home() / "keys", bus, self._events.add)
        self._frame_numbers: Counter[str] = Counter()
        self._fleet_at = self._kept_at = 0.0
        self._register = Register()
        self._were: dict[str, VehicleInfo] = {}
        """Vehicles as the bus knows them from before this start, until they are heard again."""
        self._beside = Beside("a task of the gateway failed")
        self._heartbeats = 0
        self._greeting = asyncio.Semaphore(GREETED_AT_ONCE)

    @property
    def links(self) -> dict[str, Link]:
        return self._links

    async def run(self) -> None:
        """Until cancelled; then what was received is still stored, if the bus takes it in time."""
        warm_up()
        self._were = await self._bus.entries(subjects.VEHICLES_BUCKET, VehicleInfo)
        await self._broken.load(self._is_ours)
        for link in self._settings.links:
            self._open(link)
        self.pilot_ports.open()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.pilot_ports.run())
                tasks.create_task(self._broken.give_up())
                tasks.create_task(self._tick_for_ever())
                tasks.create_task(self._beat_for_ever())
                tasks.create_task(self._raw.run(self._bus))
                tasks.create_task(self._events.run(self._bus))
                tasks.create_task(self._register.run(self._bus))
        finally:
            await self._end()

    def _open(self, settings: LinkSettings) -> None:
        link = self._links[settings.name] = open_link(
            settings.name,
            settings.endpoint,
            lambda peer, data: self.receive_bytes(link, peer, data),
            lambda arrived: self.receive(link, arrived),
        )

    def receive(self, link: Link, arrived: Datagrams) -> int:
        """All that a look at a UDP link brought: checked, recorded, and taken into the state of whom it is from. Gives
        the number of frames."""
        systems = self._systems[link.name]
        now_us, now = _read_now(link)
        taken = systems.take(arrived, now, now_us)
        for at in taken.noted:
            frame = frame_at(arrived.data, at)
            assert frame is not None
            self._contacts[link.name, frame.sysid].look_at(frame, now)
        return taken.frames + sum(self.receive_bytes(link, arrived.peers[one], arrived[one]) for one in taken.left)

    def receive_bytes(self, link: Link, peer: Peer, data: bytes) -> int:
        """The same of anything that arrived, frame by frame."""
        frames = self._intake.frames(peer, data)
        self._systems[link.name].goes_on(peer, self._intake.is_between_frames(peer))
        if not frames:
            return 0
        now_us, now = _read_now(link)
        stamp = STAMP.pack(now_us)
        contact, last = None, -1
        heard: dict[Contact, Route] = {}
        for frame in frames:
            if frame.sysid != last:
                last = frame.sysid
                contact = self._contacts.get((peer.link, last)) or self._meet(peer, frame)
                if contact is not None:
                    heard[contact] = contact.hear(link, peer, self._intake.signing, now)
            if contact is not None:
                contact.take(frame, heard[contact], stamp, now)
        for contact, route in heard.items():
            contact.listen_on(route)
        return len(frames)

    async def _tick_for_ever(self) -> None:
        async for now in paced(TICK_S, LISTENING):
            await self.tick(now)

    async def tick(self, now: float) -> None:
        """What is new since the last one: raw frames, events, live state."""
        for systems in self._systems.values():
            for vehicle in systems.silent(now):
                waited_s = self._by_name[vehicle.name].route.link.waited_s
                vehicle.check_link(now - waited_s)  # it is not silent if we have not read on
        for contact in self._by_name.values():
            if contact.has_link_to_tell:
                contact.look_at_links(now)
            if contact.vehicle.happened:
                self._tell_happenings(contact)
        if now - self._kept_at >= KEPT_EVERY_S:
            self._keep(now)
        self._frames_lost(now)
        self._frames_refused(now)
        everyone = now - self._fleet_at >= FLEET_EVERY_S
        tiles: defaultdict[int, list[Shown]] = defaultdict(list)
        for systems in self._systems.values():
            for shown in systems.shown(now, everyone):
                tiles[shown.tile].append(shown)
        for tile, those in tiles.items():
            name = area(None if tile == NOWHERE else tile)
            await self._show(subjects.live(name), name, those)
        if everyone:
            self._fleet_at = now
            await self._bus.pulse(self._settings.gateway, PULSE_WITHIN_S)
            fleet = [shown for those in tiles.values() for shown in those]
            await self._show(subjects.fleet(self._settings.gateway), subjects.EVERYWHERE, fleet)

    def _keep(self, now: float) -> None:
        self._kept_at = now
        for systems in self._systems.values():
            for recorded in systems.recorded():
                self._raw.add(recorded)

    async def _show(self, subject: str, area: str, those: list[Shown]) -> None:
        self._frame_numbers[area] += 1
        frame = LiveFrame(self._settings.gateway, area, self._frame_numbers[area], datetime.now(UTC), ())
        vehicles = sum(shown.vehicles for shown in those)
        await self._bus.publish(subject, filled(frame, vehicles, (shown.encoded for shown in those)))

    async def _beat_for_ever(self) -> None:
        """Once a second: our HEARTBEAT, and what changes slowly."""
        while not told_to_end():
            await asyncio.sleep(1.0)
            self._heartbeats += 1
            now = time.monotonic()
            for number, contact in enumerate(list(self._by_name.values()), start=1):
                if contact.vehicle.is_autopilot:
                    self._beat(contact, now)
                if number % BEATS_IN_A_ROW == 0:
                    await asyncio.sleep(0)
            await self._show_traffic(now)

    def _beat(self, contact: Contact, now: float) -> None:
        contact.heartbeat()
        for route in contact.routes.values():
            route.refused = self._intake.refused[route.peer.link, contact.vehicle.system_id]
        if self._heartbeats % TIMESYNC_EVERY == 0:
            contact.ask_for_time()
        heard_at = contact.vehicle.heartbeat_at
        if heard_at is not None and now - heard_at > GONE_S:
            contact.mailbox.interrupt(f"nothing was heard for {GONE_S:.0f} s")
        for route in contact.to_greet(now):
            route.greeted, route.greeted_at = True, now
            self._beside.start(self._greet(contact, route))
        contact.command.beat()
        self._register.note(contact.info(self._settings.gateway))

    async def _show_traffic(self, now: float) -> None:
        aircraft = self._traffic.news(now)
        if aircraft:
            frame = TrafficFrame(self._settings.gateway, datetime.now(UTC), aircraft)
            await self._bus.publish(subjects.traffic(frame.gateway), frame)

    async def _greet(self, contact: Contact, route: Route) -> None:
        """Asks a vehicle on one link for the messages we need, and for who it is. What fails is tried again."""
        channel = contact.over(route)
        try:
            async with self._greeting:
                refused = await intervals.ask_for(channel, self._needs_hz)
                if refused:
                    log.info("%s does not send %s", contact.vehicle.name, ", ".join(refused))
                await intervals.request(channel, "AUTOPILOT_VERSION")
                await asyncio.sleep(GREETING_S)
        except ServiceError as error:
            log.warning("%s on %s: %s", contact.vehicle.name, route.peer.link, error)
            await asyncio.sleep(GREET_AGAIN_S)
            route.greeted = False

    def _meet(self, peer: Peer, frame: Frame) -> Contact | None:
        """A system id heard for the first time on this link; not our own, which vehicles forward from link to link."""
        if not frame.verified or frame.sysid == OWN_SYSTEM:
            return None
        known = self._known(peer.link, frame.sysid)
        name = known.callsign if known else f"{peer.link}-{frame.sysid}"
        contact = self._by_name.get(name)
        if contact is None:
            several = known is not None and len(known.links or self._settings.links) > 1
            numbers = self._systems[peer.link].numbers(frame.sysid)
            vehicle = Vehicle(name, frame.sysid, peer.link, known is not None, numbers)
            vehicle.serial = known.serial if known else None
            command = Command(vehicle, self._were.pop(subjects.token(name), None), self._events.add)
            contact = self._by_name[name] = Contact(vehicle, command, self._systems, several, self._traffic.hear)
            self.pilot_ports.join(contact)
            if self._terrain is not None:
                self._beside.start(terrain.serve(contact.mailbox, partial(_heights, self._terrain)))
            self._beside.start(Desk(self._bus, contact, self._events.add, self._broken.of(name)).open())
            log.info("%s: first heard on %s from %s", name, peer.link, peer.address)
        self._contacts[peer.link, frame.sysid] = contact
        return contact

    def _known(self, link: str, system_id: int) -> VehicleSettings | None:
        for vehicle in self._settings.vehicles:
            if vehicle.system_id == system_id and (not vehicle.links or link in vehicle.links):
                return vehicle
        return None

    def _is_ours(self, vehicle: str) -> bool:
        """Whether a vehicle of this name is heard by this gateway."""
        callsigns = {subjects.token(known.callsign) for known in self._settings.vehicles}
        return vehicle in callsigns or vehicle.rpartition("-")[0] in {link.name for link in self._settings.links}

    def _tell_happenings(self, contact: Contact) -> None:
        vehicle = contact.vehicle
        happened, vehicle.happened = vehicle.happened, []
        at = datetime.now(UTC)
        for kind, text, data in happened:
            self._events.add(Event(new_id(), at, vehicle.name, kind, text, data=data))
            if kind in ("link_back", "reboot"):
                contact.greet_again()
            elif kind == "disarmed":
                contact.command.disarmed()

    def _frames_lost(self, now: float) -> None:
        """Tells at most every `LOSS_TOLD_EVERY_S` how many frames found no room while the bus was away or full."""
        if self._raw.lost == self._loss_told or now - self._loss_told_at < LOSS_TOLD_EVERY_S:
            return
        lost, self._loss_told, self._loss_told_at = self._raw.lost - self._loss_told, self._raw.lost, now
        text = f"The bus takes nothing, and the gateway's memory is full: {lost} frames are lost to the recording."
        log.error(text)
        self._events.add(Event(new_id(), datetime.now(UTC), SYSTEM, "frames_lost", text, data={"frames": lost}))

    def _frames_refused(self, now: float) -> None:
        for link, system_id, why, frames in self._intake.refusals(now):
            known = self._known(link, system_id)
            whose = f"in the name of system {system_id}" if known else "of no vehicle of ours"
            text = f"{frames} frame{'s' if frames > 1 else ''} on {link} {whose} refused: {why}."
            data = {"link": link, "system_id": system_id or None, "why": why, "frames": frames}
            name = known.callsign if known else SYSTEM
            self._events.add(Event(new_id(), datetime.now(UTC), name, "signature_refused", text, data=data))

    async def _end(self) -> None:
        for link in self._links.values():
            await link.close()
        self._intake.save()
        await self.pilot_ports.close()
        self._beside.cancel()
        await within(FLUSH_S, self._store_the_rest())

    async def _store_the_rest(self) -> None:
        await self.tick(time.monotonic())
        self._keep(time.monotonic())
        await self._raw.flush(self._bus)
        await self._events.flush(self._bus)


def _read_now(link: Link) -> tuple[int, float]:
    """What the recording says of when it was read, and when it came (`time.monotonic()`): ages count from then."""
    return time.time_ns() // 1000, time.monotonic() - link.waited_s


def _terrain(folder: Path) -> Terrain | None:
    """The heights that plans are judged by. Without them, what flies is heard all the same."""
    try:
        return Terrain.of_folder(folder)
    except (OSError, PlanFormatError) as error:
        log.error("%s: vehicles are served no terrain: %s", folder, error)
        return None


async def _heights(ground: Terrain, places: terrain.Heights) -> terrain.Heights:
    """A tile may have to be read first, which must not hold up the loop."""
    return await asyncio.to_thread(ground.heights_amsl, places)


async def run(settings: Settings) -> None:
    """Until cancelled. Raises `LinkError` for a link that can never work, `BusError` when the bus throws us out."""
    async with joined(settings, "gateway") as bus:
        await Gateway(settings, bus).run()


def main() -> None:
    run_service(run)
