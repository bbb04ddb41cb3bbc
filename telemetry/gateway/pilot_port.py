"""A vehicle's own port for its pilot's tools: QGroundControl, Mission Planner, MAVProxy, a dronekit script.

    vehicle ── frames ──► every tool attached
    tool ── frames ──► recorded ── judged ──► vehicle
                                     └─ refused ──► the tool, with the reason

Tools speak with ids of their own, which stay as they are; an event says which address they came from, what they did and
what they were refused. The rules are `telemetry.services.tool_rules`; what was approved is the plan that the bucket
``onboard`` says is verified on board. The port belongs to the pilot who uploaded it: while somebody else holds command,
his tools may read, return, land and hold.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mission.position import Position
from telemetry import subjects
from telemetry.bus import Bus, new_id
from telemetry.gateway.contact import Contact
from telemetry.gateway.hearing import AUTOPILOT
from telemetry.gateway.tool import TELL_AGAIN_S, Tool
from telemetry.links import Link, Peer, open_link
from telemetry.mavlink.enums import MavAutopilot, MavSeverity
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.messages import BY_ID, BY_NAME, decode, encode, signed_copy
from telemetry.mavlink.signing import Signing, load_key
from telemetry.running import told_to_end
from telemetry.services.approved import Approved
from telemetry.services.statustext import chunks
from telemetry.services.tool_acts import Act, Held, act_of
from telemetry.services.tool_denial import denial
from telemetry.services.tool_rules import judge
from telemetry.services.tool_upload import writes_items
from telemetry.settings import VehicleSettings
from telemetry.wire import Event, Onboard, UploadUnderWay

log = logging.getLogger(__name__)

GONE_S: Final = 10.0
"""Tools send a HEARTBEAT every second: one that is silent for so long has gone."""
TICK_S: Final = 0.5
MOST_TOOLS: Final = 16
FORGED_TOLD_EVERY_S: Final = 60.0
OWN_TEXTS: Final = 0x8000
"""STATUSTEXT.id of ours, so that no tool joins a chunk of the vehicle's to one of them."""
HEARTBEAT: Final = BY_NAME["HEARTBEAT"].id
ADDRESSED: Final = frozenset(kind.id for kind in BY_ID.values() if "target_system" in kind.fields)
ASKS_FOR_STREAMS: Final = frozenset({"REQUEST_DATA_STREAM", "MAV_CMD_SET_MESSAGE_INTERVAL"})


class PilotPort:
    """Of one vehicle. `tell` takes events."""

    def __init__(self, settings: VehicleSettings, keys: Path, tell: Callable[[Event], None]) -> None:
        """Raises `LinkError` for a port that cannot be listened on, `SettingsError` for a key that is none."""
        assert settings.pilot_port is not None
        self.vehicle = settings.callsign
        self.approved: Approved | None = None
        self.pilot: str | None = None
        """Whose tools these are taken to be: who uploaded the plan that is on board."""
        self.writing = False
        self._tell = tell
        self._contact: Contact | None = None
        self._tools: dict[Peer, Tool] = {}
        self._sequence = 0
        self._not_sent, self._not_sent_told_at = 0, 0.0
        self._signing: Signing | None = None
        if settings.pilot_key is not None:
            store = keys / f"{subjects.token(self.vehicle)}.pilot-signing.json"
            self._signing = Signing(load_key(keys / settings.pilot_key), store)
        self._forged, self._forged_told_at = 0, -FORGED_TOLD_EVERY_S
        self._calls = settings.pilot_port.startswith("udpout:")
        """It speaks first: a tool that listens there says nothing until it hears something."""
        self.link: Link = open_link(f"{self.vehicle}'s pilot port", settings.pilot_port, self._receive)

    @property
    def attached(self) -> int:
        """Tools attached now."""
        return len(self._tools)

    def join(self, contact: Contact) -> None:
        """The vehicle was heard: from now on its frames go to the tools."""
        self._contact = contact
        contact.onlookers.append(self._forward)

    async def close(self) -> None:
        await self.link.close()
        if self._signing is not None:
            try:
                self._signing.save()
            except OSError as error:
                log.error("%s: signing timestamps are not saved: %s", self.link.name, error)

    def tick(self, now: float) -> None:
        for tool in list(self._tools.values()):
            tool.upload.ask_again(now)
            if now - tool.heard_at > GONE_S:
                del self._tools[tool.peer]
                self._event(tool, "tool_gone", f"{tool.name} has gone.")
        lost = self.link.counters.not_sent - self._not_sent
        if self._tools and lost and now - self._not_sent_told_at > TELL_AGAIN_S:
            self._not_sent, self._not_sent_told_at = self.link.counters.not_sent, now
            text = f"A tool on the pilot port reads too slowly: {lost} frames were not forwarded to it."
            self._event(None, "tool_slow", text, {"frames": lost})

    def _forward(self, frame: Frame) -> None:
        """To every tool, or where the vehicle answers somebody, to those who go by that name.

        A HEARTBEAT goes to whoever is connected: MAVSDK says nothing until it hears one. Not so where there is a key:
        who does not sign is told nothing.
        """
        to_all = (frame.msgid == HEARTBEAT and self._signing is None) or (self._calls and not self._tools)
        if not to_all and not self._tools:
            return
        raw = frame.raw
        if self._signing is not None:
            if not frame.verified:
                return  # what cannot be read cannot be signed
            raw = signed_copy(frame, self._signing)
        if to_all:
            self.link.send(None, raw)
            return
        message: Any = decode(frame) if frame.msgid in ADDRESSED and frame.verified else None
        for tool in self._tools.values():
            if message is None or tool.goes_by(message.target_system, getattr(message, "target_component", 0)):
                self.link.send(tool.peer, raw)

    def _receive(self, peer: Peer, data: bytes) -> int:
        contact = self._contact
        tool = self._tools.get(peer)
        if tool is None:
            if len(self._tools) >= MOST_TOOLS:
                return 0
            tool = Tool(peer, self._answer)
        now = time.monotonic()
        frames = tool.reader.feed(data)
        for frame in frames:
            message = decode(frame) if frame.verified else None
            if message is None or (contact is not None and frame.sysid == contact.vehicle.system_id):
                continue  # unreadable, or it pretends to be the vehicle
            if self._signing is not None and (why := self._signing.refusal(frame)) is not None:
                self._tell_forged(peer, why, now)
                continue
            if tool.speaks_as(frame.sysid, frame.compid, now):
                self._tools[peer] = tool
                self._event(tool, "tool_attached", f"{tool.name} attached to the pilot port.")
            if contact is not None:
                self._take(contact, tool, frame, message, now)
        return len(frames)

    def _tell_forged(self, peer: Peer, why: str, now: float) -> None:
        self._forged += 1
        if now - self._forged_told_at < FORGED_TOLD_EVERY_S:
            return
        self._forged_told_at = now
        text = f"Refused at the pilot port from {peer.address}: {why} ({self._forged} frames until now)."
        self._event(None, "tool_refused", text, {"address": peer.address, "why": why, "frames": self._forged})

    def _take(self, contact: Contact, tool: Tool, frame: Frame, message: Any, now: float) -> None:
        name = type(message).__name__
        if getattr(message, "target_system", 0) not in (0, contact.vehicle.system_id):
            return
        if name == "HEARTBEAT" and message.autopilot != MavAutopilot.INVALID:
            return  # whoever reads the recording would take it for the vehicle's
        contact.record(frame.raw)
        if writes_items(message):
            self._take_items(tool, message, now)
            return
        act = act_of(message)
        rule, why_not = judge(act, self._held(contact))
        if why_not is not None:
            self._refuse(contact, tool, act, why_not, now)
            return
        contact.pass_on(frame)
        if act.name in ASKS_FOR_STREAMS:
            contact.greet_again()  # what we need ourselves is asked for again, behind it
        if rule.told and tool.is_due(act.name + str(act.params), now):
            self._event(tool, "tool_act", f"{tool.name}: {act.name}.", act.told())

    def _take_items(self, tool: Tool, message: Any, now: float) -> None:
        end = tool.upload.take(message, None if self.writing else self.approved, now)
        if end is not None:
            self._say(tool, f"{type(message).__name__}: {end}")
            self._event(tool, "tool_upload", f"{tool.name}: {type(message).__name__}: {end}.")

    def _refuse(self, contact: Contact, tool: Tool, act: Act, why_not: str, now: float) -> None:
        answered = denial(act)
        if answered is not None:
            self._answer(tool, *answered)
        elif act.name == "PARAM_SET":
            # The vehicle itself says what the parameter is.
            asked = {"target_system": contact.vehicle.system_id, "target_component": AUTOPILOT, "param_index": -1}
            contact.transmit("PARAM_REQUEST_READ", {**asked, "param_id": act.message.param_id})
        if tool.is_due(act.name + why_not, now):
            self._say(tool, f"Refused: {why_not}")
            self._event(tool, "tool_refused", f"{tool.name}: {act.name} refused: {why_not}.", act.told())

    def _held(self, contact: Contact) -> Held:
        vehicle, commander = contact.vehicle, contact.command.authority.holder
        lat_deg, lon_deg = vehicle["lat_deg"], vehicle["lon_deg"]
        return Held(
            approved=self.approved,
            writing=self.writing,
            commander=None if commander is None or commander.user == self.pilot else commander.user,
            armed=vehicle.armed,
            here=None if lat_deg is None or lon_deg is None else Position(lat_deg, lon_deg),
            height_home_m=vehicle["height_home_m"],
            heading_deg=vehicle["heading_deg"],
            home_amsl_m=vehicle["home_amsl_m"],
        )

    def _answer(self, tool: Tool, name: str, fields: Mapping[str, Any]) -> None:
        """Sends a message to one tool as from the vehicle, in whose place the gateway decides here."""
        if self._contact is None:
            return
        has = BY_NAME[name].fields
        target = {"target_system": tool.system, "target_component": tool.component}
        whole = {**{field: value for field, value in target.items() if field in has}, **fields}
        self._sequence = (self._sequence + 1) & 0xFF
        system = self._contact.vehicle.system_id
        raw = encode(name, whole, seq=self._sequence, sysid=system, compid=AUTOPILOT, signer=self._signing)
        self.link.send(tool.peer, raw)

    def _say(self, tool: Tool, text: str) -> None:
        for fields in chunks(f"Airbeat: {text}", OWN_TEXTS | self._sequence):
            self._answer(tool, "STATUSTEXT", {"severity": MavSeverity.WARNING, **fields})

    def _event(self, tool: Tool | None, kind: str, text: str, data: dict[str, Any] | None = None) -> None:
        who = {"address": tool.peer.address, "system": tool.system, "component": tool.component} if tool else {}
        actor = None if tool is None else tool.name
        self._tell(Event(new_id(), datetime.now(UTC), self.vehicle, kind, text, actor, {**who, **(data or {})}))


class PilotPorts:
    """Those of all vehicles that have one."""

    def __init__(
        self, vehicles: Sequence[VehicleSettings], keys: Path, bus: Bus, tell: Callable[[Event], None]
    ) -> None:
        self._settings = [vehicle for vehicle in vehicles if vehicle.pilot_port is not None]
        self._keys, self._bus, self._tell = keys, bus, tell
        self.ports: dict[str, PilotPort] = {}

    def open(self) -> None:
        """Raises as `PilotPort`."""
        for vehicle in self._settings:
            self.ports[vehicle.callsign] = PilotPort(vehicle, self._keys, self._tell)

    def join(self, contact: Contact) -> None:
        if contact.vehicle.name in self.ports:
            self.ports[contact.vehicle.name].join(contact)

    async def run(self) -> None:
        """Until cancelled: what is on board as the bus says it, and what a silence means."""
        if not self.ports:
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_plans())
            tasks.create_task(self._watch_uploads())
            while not told_to_end():
                await asyncio.sleep(TICK_S)
                for port in self.ports.values():
                    port.tick(time.monotonic())

    async def close(self) -> None:
        for port in self.ports.values():
            await port.close()

    async def _watch_plans(self) -> None:
        async for key, onboard in self._bus.watch(subjects.ONBOARD_BUCKET, Onboard):
            for port in self._under(key):
                verified = onboard is not None and onboard.receipt.verified
                port.approved = Approved(onboard.plan) if onboard is not None and verified else None
                port.pilot = None if onboard is None else onboard.receipt.actor.user

    async def _watch_uploads(self) -> None:
        async for key, marker in self._bus.watch(subjects.UPLOADS_BUCKET, UploadUnderWay):
            for port in self._under(key):
                port.writing = marker is not None

    def _under(self, key: str) -> list[PilotPort]:
        return [port for name, port in self.ports.items() if subjects.token(name) == key]
