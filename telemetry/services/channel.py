"""What a service needs of a vehicle: to send to it, and to hear it. The gateway and the tests each give one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol


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

    def send(self, name: str, **fields: Any) -> None:
        """Sends a message by MAVLink name; `target_system` and `target_component` are filled in."""

    def listen(self, *names: str) -> AbstractContextManager[Inbox]:
        """Hears messages of these names from this vehicle, from now until the block ends."""

    @property
    def said(self) -> tuple[str, ...]:
        """The vehicle's STATUSTEXTs so far, oldest first, whole (chunks joined); a service slices what is new."""
