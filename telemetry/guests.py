"""What guests are shown: once a second, those vehicles of the fleet that their link names.

A guest's ticket allows one subject, so no message ever brings more than the link allows. Revoking a link takes it out
of the bucket ``guests``, and from the next second on it shows nothing.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import msgspec

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.wire import GuestView, LiveFrame


def shown(frame: LiveFrame, view: GuestView, at: datetime) -> LiveFrame | None:
    """What of `frame` the guest may see at `at`; None if that is nothing."""
    if at >= view.expires_at:
        return None
    vehicles = tuple(live for live in frame.vehicles if live.vehicle in view.vehicles)
    return msgspec.structs.replace(frame, vehicles=vehicles) if vehicles else None


class GuestRelay:
    """Several may run: each second of a gateway is told by one of them."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._views: dict[str, GuestView] = {}

    async def run(self) -> None:
        await self._bus.subscribe(subjects.FLEET_ALL, LiveFrame, self._take, group="guests")
        async with contextlib.aclosing(self._bus.watch(subjects.GUESTS_BUCKET, GuestView)) as changes:
            async for guest_id, view in changes:
                if view is None:
                    self._views.pop(guest_id, None)
                else:
                    self._views[guest_id] = view

    async def _take(self, _: str, frame: LiveFrame) -> None:
        for view in list(self._views.values()):
            seen = shown(frame, view, datetime.now(UTC))
            if seen is not None:
                await self._bus.publish(subjects.guest(view.guest_id), seen)
