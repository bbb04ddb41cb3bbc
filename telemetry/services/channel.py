"""What a service needs of a vehicle: to send to it, and to hear it.

`telemetry.services.mailbox.Mailbox` is the implementation; the gateway keeps one per vehicle, gives it a way to
transmit and delivers every decoded message to it. Tests do the same over a link of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

OnProgress = Callable[[int, int], None]
"""How a service tells how far it is: items, parameters or bytes done, and in all."""


class Inbox(Protocol):
    """Messages of the kinds listened for, in order of arrival."""

    async def get(self, timeout_s: float) -> Any | None:
        """The next message (a NamedTuple from `telemetry.mavlink.messages`), or None after `timeout_s`.

        Raises `Interrupted` when the vehicle's link is lost for good or the vehicle rebooted meanwhile.
        """


class Channel(Protocol):
    vehicle: str
    target_system: int
    target_component: int
    capabilities: int | None
    """MAV_PROTOCOL_CAPABILITY bits, once the vehicle has sent AUTOPILOT_VERSION."""
    reboots: int
    """Reboots of the vehicle noticed until now."""

    def send(self, name: str, **fields: Any) -> None:
        """Sends a message by MAVLink name. Its `target_system` and `target_component` are filled in if it has them.

        Any other field left out is 0.
        """

    def listen(self, *names: str) -> AbstractContextManager[Inbox]:
        """Hears messages of these names from this vehicle, addressed to us or to all, from now until the block ends."""

    def overhear(self) -> AbstractContextManager[Sequence[str]]:
        """A list that grows by each STATUSTEXT of the vehicle (chunks joined) until the block ends."""

    def lock(self, service: str) -> asyncio.Lock:
        """The vehicle's lock for a service it can do only once at a time: ``mission``, ``ftp``, ``log``."""
