"""The list of alerts that all monitors share, in the bucket ``alerts``: none is lost or told twice when one dies.

Every monitor judges everything. What it would change it swaps in under the matter's key (rule and drone) on condition
that nobody changed it meanwhile: one monitor wins, the others take over what it wrote. The change is an event after
that, with an id made of the alert and of the revision, so that two who record the same event record it once. Each
monitor also looks after the others: a change whose event is not recorded a moment later, because its author died in
between, is recorded by whoever saw the change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from telemetry import subjects
from telemetry.bus import Bus, Stored
from telemetry.rules.watch import Change, Kind
from telemetry.wire import Alert, Event

WITNESS_S: Final = 2.0
"""How long the author of a change has to record its event."""
SAME_TIME: Final = timedelta(minutes=1)
"""Between the clocks of the servers that keep the bucket and the events."""
_AT_ONCE: Final = 4


class AlertBook:
    """`adopt` is told of every alert as others have changed it, `drop` of every matter that others have closed.

    It writes in `tasks`: what cannot be written ends them all.
    """

    def __init__(
        self, bus: Bus, tasks: asyncio.TaskGroup, adopt: Callable[[Alert], None], drop: Callable[[Alert], None]
    ) -> None:
        self._bus, self._tasks, self._adopt, self._drop = bus, tasks, adopt, drop
        self._revisions: dict[str, int] = {}
        self._known: dict[str, Alert] = {}
        self._writing: dict[str, asyncio.Task[bool]] = {}
        """The last change of each matter that is not written yet."""
        self._missed: dict[str, Stored[Alert]] = {}
        """What others wrote under a key while it was being written here."""
        self._untold: dict[str, Event] = {}
        """What others changed a moment ago and may not have told yet."""
        self._witnesses: set[asyncio.Task[None]] = set()
        self._checking = asyncio.Semaphore(_AT_ONCE)

    def settle(self, change: Change) -> asyncio.Task[bool]:
        """Writes a change that is made this moment; False where another monitor was faster and its word holds.

        Nobody need wait for it: changes of one matter are written one after the other, each based on the one before.
        """
        key = subjects.alert_key(change.alert.alert_id)
        before, revision = self._writing.get(key), self._revisions.get(key, 0)
        task = self._tasks.create_task(self._settle(key, change, revision, before))
        self._writing[key] = task
        return task

    async def _settle(self, key: str, change: Change, revision: int, before: asyncio.Task[bool] | None) -> bool:
        try:
            if before is not None:
                if not await before:
                    return False
                revision = self._revisions[key]
            return await self._write(key, change, revision)
        finally:
            if self._writing[key] is asyncio.current_task():
                del self._writing[key]
                missed = self._missed.pop(key, None)
                if missed is not None:
                    self._hear(key, missed)

    async def _write(self, key: str, change: Change, revision: int) -> bool:
        alert, before = change.alert, self._untold.pop(key, None)
        if before is not None:  # told once whoever tells it, and before what is based on it
            await self._bus.record(before)
        written = await self._bus.swap(subjects.ALERTS_BUCKET, key, alert, revision)
        if written is None:
            standing, found = await self._bus.standing(subjects.ALERTS_BUCKET, key, Alert)
            if standing != alert:
                self._take(key, standing, found)
                self._look_after(key, standing, found, datetime.now(UTC))
                return False
            written = found
        self._revisions[key], self._known[key] = written, alert
        await self._bus.record(event_of(change, written))
        if change.is_closed:
            await self._close(key, written)
        return True

    async def follow(self) -> None:
        """Takes over what others change, for ever; first all there is."""
        skip = len(f"$KV.{subjects.ALERTS_BUCKET}.")
        async for stored in self._bus.follow(f"KV_{subjects.ALERTS_BUCKET}", Alert):
            self._hear(stored.subject[skip:], stored)

    def _hear(self, key: str, stored: Stored[Alert]) -> None:
        if key in self._writing:
            self._missed[key] = stored
        elif stored.sequence > self._revisions.get(key, 0):
            self._take(key, stored.message, stored.sequence)
            self._look_after(key, stored.message, stored.sequence, stored.at)

    def _take(self, key: str, alert: Alert | None, revision: int) -> None:
        self._revisions[key] = revision
        before = self._known.pop(key, None)
        if alert is not None:
            self._known[key] = alert
            self._adopt(alert)
        elif before is not None:
            self._drop(before)

    def _look_after(self, key: str, alert: Alert | None, revision: int, at: datetime) -> None:
        if alert is not None:
            change = last_change(alert)
            self._untold[key] = event_of(change, revision)
            task = asyncio.create_task(self._witness(key, change, revision, at))
            self._witnesses.add(task)
            task.add_done_callback(self._witnesses.discard)

    async def _witness(self, key: str, change: Change, revision: int, at: datetime) -> None:
        await asyncio.sleep(WITNESS_S)
        missing = event_of(change, revision)
        async with self._checking:
            recorded = await self._bus.past(
                subjects.EVENTS_STREAM, Event, at - SAME_TIME, f"event.{subjects.token(change.alert.vehicle)}.*"
            )
            if not any(one.message is not None and one.message.event_id == missing.event_id for one in recorded):
                await self._bus.record(missing)
        if self._untold.get(key) == missing:
            del self._untold[key]
        if change.is_closed:
            await self._close(key, revision)

    async def _close(self, key: str, revision: int) -> None:
        gone = await self._bus.swap(subjects.ALERTS_BUCKET, key, None, revision)
        if gone is not None and gone > self._revisions.get(key, 0):
            self._revisions[key] = gone
            self._known.pop(key, None)


def last_change(alert: Alert) -> Change:
    """How the alert came to be as it is."""
    ended, seen = alert.ended_at, alert.acknowledged_at
    kind: Kind
    if seen is None:
        kind = "alert_raised" if ended is None else "alert_ended"
    else:
        kind = "alert_ended" if ended is not None and ended > seen else "alert_acknowledged"
    return Change(kind, alert, is_closed=ended is not None and seen is not None)


def event_of(change: Change, revision: int) -> Event:
    """The event of a change; its id is the same whoever records it."""
    alert = change.alert
    at = {
        "alert_raised": alert.raised_at,
        "alert_ended": alert.ended_at,
        "alert_acknowledged": alert.acknowledged_at,
    }[change.kind]
    text = {
        "alert_raised": alert.text,
        "alert_ended": f"Over: {alert.text}",
        "alert_acknowledged": f"{alert.acknowledged_by} has seen: {alert.text}",
    }[change.kind]
    actor = alert.acknowledged_by if change.kind == "alert_acknowledged" else None
    return Event(
        f"{alert.alert_id}.{revision}",
        at or alert.raised_at,
        alert.vehicle,
        change.kind,
        text,
        actor,
        msgspec.to_builtins(alert),
    )
