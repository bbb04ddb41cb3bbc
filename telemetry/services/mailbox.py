"""The `Channel` of one vehicle: what services send goes to `transmit`, what is delivered goes to those who listen.

It also notices a reboot: the vehicle's own clock (`time_boot_ms`) falls back, or its HEARTBEAT says that it boots,
which is seen even where it has forgotten which other messages it was to send. Whoever is listening is interrupted.
"""

from __future__ import annotations

import asyncio
import copy
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from telemetry.errors import Interrupted
from telemetry.mavlink.enums import MavState
from telemetry.mavlink.messages import BY_NAME
from telemetry.services.statustext import StatusTexts
from telemetry.vehicle.readings import REBOOT_STEP_MS

ALWAYS: Final = frozenset(BY_NAME[name].id for name in ("HEARTBEAT", "STATUSTEXT", "AUTOPILOT_VERSION"))
"""What the mailbox itself needs."""


class _Inbox:
    def __init__(self) -> None:
        self._messages: deque[Any] = deque()
        self._arrived = asyncio.Event()
        self._interrupted: str | None = None

    def put(self, message: Any) -> None:
        self._messages.append(message)
        self._arrived.set()

    def interrupt(self, reason: str) -> None:
        self._interrupted = reason
        self._arrived.set()

    async def get(self, timeout_s: float) -> Any | None:
        if not self._messages and self._interrupted is None:
            self._arrived.clear()
            try:
                async with asyncio.timeout(max(timeout_s, 0.0)):
                    await self._arrived.wait()
            except TimeoutError:
                return None
        if self._interrupted is not None:
            raise Interrupted("link", self._interrupted)
        return self._messages.popleft()


class Wanted:
    """Ids of messages: `ALWAYS`, and those listened for. The copies of a mailbox share it."""

    def __init__(self) -> None:
        self.listened_for: frozenset[int] = frozenset()
        self.on_change: Callable[[], None] = lambda: None

    def __contains__(self, number: int) -> bool:
        return number in ALWAYS or number in self.listened_for

    def are(self, names: Iterable[str]) -> None:
        self.listened_for = frozenset(BY_NAME[name].id for name in names)
        self.on_change()


class Mailbox:
    """`own_system` is Airbeat's MAVLink system id: answers addressed to another ground station are not heard."""

    def __init__(
        self,
        vehicle: str,
        target_system: int,
        target_component: int,
        transmit: Callable[[str, Mapping[str, Any]], None],
        own_system: int = 255,
    ) -> None:
        self.vehicle = vehicle
        self.target_system = target_system
        self.target_component = target_component
        self.capabilities: int | None = None
        self._transmit = transmit
        self._own_system = own_system
        self._inboxes: dict[str, list[_Inbox]] = {}
        self.wanted = Wanted()
        """What is to be delivered now; the gateway need not decode other messages for it."""
        self._overhearing: list[list[str]] = []
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._texts = StatusTexts()
        self._booted_ms = 0
        self._running = False
        self.reboots = 0
        """Seen since the beginning: what the vehicle had been asked for it has forgotten as often."""
        self.clock_offset_s: float | None = None
        """UTC in seconds since 1970 = the vehicle's own clock + this; by TIMESYNC."""

    def over(self, transmit: Callable[[str, Mapping[str, Any]], None]) -> Mailbox:
        """This mailbox with another way to send: for what concerns one link of several."""
        other = copy.copy(self)
        other._transmit = transmit
        return other

    def send(self, name: str, **fields: Any) -> None:
        targets = {"target_system": self.target_system, "target_component": self.target_component}
        has = BY_NAME[name].fields
        self._transmit(name, {**{field: value for field, value in targets.items() if field in has}, **fields})

    @contextmanager
    def listen(self, *names: str) -> Iterator[_Inbox]:
        inbox = _Inbox()
        for name in names:
            self._inboxes.setdefault(name, []).append(inbox)
        self.wanted.are(self._inboxes)
        try:
            yield inbox
        finally:
            for name in names:
                listening = self._inboxes[name]
                listening.remove(inbox)
                if not listening:
                    del self._inboxes[name]
            self.wanted.are(self._inboxes)

    @contextmanager
    def overhear(self) -> Iterator[Sequence[str]]:
        said: list[str] = []
        self._overhearing.append(said)
        try:
            yield said
        finally:
            self._overhearing[:] = [other for other in self._overhearing if other is not said]  # shared: see `over`

    def lock(self, service: str) -> asyncio.Lock:
        return self._locks[service]

    def deliver(self, message: Any) -> list[str]:
        """Hands a message of the vehicle's autopilot to those who listen. Gives the STATUSTEXTs that it completed.

        `message` is a NamedTuple from `telemetry.mavlink.messages`. `hear_clock` tells what is known
        of the clock from those that are not delivered.
        """
        name = type(message).__name__
        if self._shows_reboot(name, message):
            self.reboots += 1
            self.interrupt("the vehicle rebooted")
        if getattr(message, "target_system", 0) in (0, self._own_system):
            for inbox in self._inboxes.get(name, ()):
                inbox.put(message)
        if name == "AUTOPILOT_VERSION":
            self.capabilities = message.capabilities
        if name != "STATUSTEXT":
            return []
        texts = self._texts.add(message)
        for said in self._overhearing:
            said.extend(texts)
        return texts

    def _shows_reboot(self, name: str, message: Any) -> bool:
        if name == "HEARTBEAT":
            was_running, self._running = self._running, message.system_status > MavState.BOOT
            return was_running and not self._running
        return self._clock_fell(getattr(message, "time_boot_ms", 0))

    def hear_clock(self, booted_ms: int) -> None:
        """The vehicle's own clock, `time_boot_ms`, as messages told that were not delivered."""
        if self._clock_fell(booted_ms):
            self.reboots += 1
            self.interrupt("the vehicle rebooted")

    def _clock_fell(self, booted_ms: int) -> bool:
        fell = 0 < booted_ms < self._booted_ms - REBOOT_STEP_MS
        if fell or booted_ms > self._booted_ms:
            self._booted_ms = booted_ms
        return fell

    def interrupt(self, reason: str) -> None:
        """Ends every service under way with `Interrupted`: the vehicle rebooted, or its last link is gone for good."""
        for listening in list(self._inboxes.values()):
            for inbox in listening:
                inbox.interrupt(reason)
