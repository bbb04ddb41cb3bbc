"""The bus for threads: Flask's workers share one connection that lives in an asyncio loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from telemetry import subjects
from telemetry.bus.connection import Bus
from telemetry.bus.stored import Stored
from telemetry.bus_keys import Credentials
from telemetry.errors import BusError
from telemetry.wire import Event

log = logging.getLogger(__name__)

M = TypeVar("M", bound=msgspec.Struct)
R = TypeVar("R")

_CALL_TIMEOUT_S: Final = 10.0
_AGAIN_S: Final = 1.0


class SyncBus:
    """Every method may be called from any thread, and raises `BusError` where the bus does not answer in time."""

    def __init__(self, url: str, service: str, credentials: Credentials) -> None:
        self._url, self._service, self._credentials = url, service, credentials
        self._closing = threading.Event()
        self._connecting = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"{service}-bus", daemon=True)
        self._thread.start()
        self._threads: list[threading.Thread] = []
        self._subscriptions: list[Callable[[Bus], Coroutine[Any, Any, None]]] = []
        try:
            self._bus = self._call(Bus.connect(url, service, credentials), _CALL_TIMEOUT_S, url)
        except BusError:
            self._stop_loop()
            raise

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(BusError):
            self._call(self._bus.close(), _CALL_TIMEOUT_S, "close")
        self._stop_loop()
        for thread in self._threads:
            thread.join(_CALL_TIMEOUT_S)

    @property
    def is_connected(self) -> bool:
        return self._bus.is_connected

    def _reached(self) -> Bus:
        """The connection; a new one where the server has thrown the former out."""
        with self._connecting:
            if self._bus.is_closed and not self._closing.is_set():
                connecting = Bus.connect(self._url, self._service, self._credentials)
                self._bus = self._call(connecting, _CALL_TIMEOUT_S, self._url)
                for subscribe in self._subscriptions:
                    self._call(subscribe(self._bus), _CALL_TIMEOUT_S, "subscribe")
            return self._bus

    def request(self, subject: str, message: msgspec.Struct, reply: type[M], timeout_s: float) -> M:
        """See `Bus.request`."""
        return self._call(self._reached().request(subject, message, reply, timeout_s), timeout_s + 1.0, subject)

    def pulse(self, service: str, within_s: float) -> None:
        """See `Bus.pulse`."""
        self._call(self._reached().pulse(service, within_s), _CALL_TIMEOUT_S, service)

    def subscribe(self, subject: str, kind: type[M], callback: Callable[[M], None]) -> None:
        """Calls `callback(message)` for each, in the bus's own thread: it must be quick and must not raise."""

        async def hear(_: str, message: M) -> None:
            callback(message)

        def subscription(bus: Bus) -> Coroutine[Any, Any, None]:
            return bus.subscribe(subject, kind, hear)

        bus = self._reached()
        self._subscriptions.append(subscription)
        self._call(subscription(bus), _CALL_TIMEOUT_S, subject)

    def entry(self, bucket: str, key: str, kind: type[M]) -> M | None:
        """See `Bus.entry`."""
        return self._call(self._reached().entry(bucket, key, kind), _CALL_TIMEOUT_S, bucket)

    def entries(self, bucket: str, kind: type[M]) -> dict[str, M]:
        """See `Bus.entries`."""
        return self._call(self._reached().entries(bucket, kind), _CALL_TIMEOUT_S, bucket)

    def past(
        self, stream: str, kind: type[M], since: datetime, until: datetime | None = None, only: str | None = None
    ) -> list[Stored[M]]:
        """See `Bus.past`."""
        return self._call(self._reached().past(stream, kind, since, only, until), _CALL_TIMEOUT_S, stream)

    def put(self, bucket: str, key: str, value: msgspec.Struct) -> None:
        self._call(self._reached().put(bucket, key, value), _CALL_TIMEOUT_S, bucket)

    def delete(self, bucket: str, key: str) -> None:
        self._call(self._reached().delete(bucket, key), _CALL_TIMEOUT_S, bucket)

    def follow_events(self, after: int, callback: Callable[[int, Event], None]) -> None:
        """Calls `callback(sequence, event)` in a thread of its own for each event after the sequence `after`.

        In order and none left out: keep the sequence in the same transaction as what you make of the event, and
        give it as `after` at the next start. A callback that raises is logged and called again with the same event.
        """

        def hear() -> None:
            seen = after
            while not self._closing.is_set():
                try:
                    stored = self._reached().follow(subjects.EVENTS_STREAM, Event, seen)
                    while not self._closing.is_set():
                        change = asyncio.run_coroutine_threadsafe(anext(stored), self._loop).result()
                        if change.message is not None:
                            self._until_taken(callback, change.sequence, change.message)
                        seen = change.sequence
                except BusError as error:
                    if not self._closing.is_set():
                        log.warning("events are taken up again after %d: %s", seen, error)
                        self._closing.wait(_AGAIN_S)
                except (CancelledError, RuntimeError):  # the loop has ended
                    return

        thread = threading.Thread(target=hear, name="events", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _until_taken(self, callback: Callable[[int, Event], None], sequence: int, event: Event) -> None:
        while not self._closing.is_set():
            try:
                callback(sequence, event)
            except Exception:  # whatever it is, the event must not be lost with it
                log.exception("event %d (%s of %s) was not taken, again", sequence, event.kind, event.vehicle)
                self._closing.wait(_AGAIN_S)
            else:
                return

    def _call(self, work: Coroutine[Any, Any, R], timeout_s: float, what: str) -> R:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout_s)
        except TimeoutError as error:
            future.cancel()
            raise BusError(what, f"the bus did not answer within {timeout_s:g} s") from error

    def _stop_loop(self) -> None:
        async def end() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(end(), self._loop).result(_CALL_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CALL_TIMEOUT_S)
        self._loop.close()
