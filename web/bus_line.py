"""The bus as the pages use it: reached in the background, however long it takes, and never waited for at the start.

Pages work while the bus is down; what needs it says so (`BusDown`).
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import msgspec

from telemetry import subjects
from telemetry.bus import SyncBus
from telemetry.bus_keys import BusKeys
from telemetry.errors import BusError
from telemetry.wire import Event, LiveFrame
from web.api import BusTicket
from web.errors import BusDown
from web.picture import FleetPicture

log = logging.getLogger(__name__)

M = TypeVar("M", bound=msgspec.Struct)

TICKET_TTL: Final = timedelta(minutes=5)
"""No word with the bus can take a ticket back: this long a page that was logged out may still listen."""
GUEST_TICKET_TTL: Final = timedelta(minutes=2)
SERVICE: Final = "web"
AGAIN_S: Final = 1.0
PULSE_S: Final = 1.0
PULSE_WITHIN_S: Final = 6.0


class BusLine:
    """`url` is NATS as services reach it, `websocket_url` as browsers do. `start` it once, `stop` it at the end."""

    def __init__(self, url: str, websocket_url: str, keys: BusKeys) -> None:
        self.websocket_url: Final = websocket_url
        self.picture: Final = FleetPicture()
        self._url, self._keys = url, keys
        self._bus: SyncBus | None = None
        self._stopping = threading.Event()

    def start(self, after: Callable[[], int], taken: Callable[[int, Event], None]) -> None:
        """Connects in the background; then `taken(sequence, event)` gets every event later than `after()`."""

        def connect() -> None:
            while not self._stopping.is_set():
                try:
                    self._use(SyncBus(self._url, SERVICE, self._keys.service_credentials(SERVICE)), after, taken)
                    break
                except BusError as error:
                    log.warning("no bus yet: %s", error)
                except Exception:  # a database that is away, say: the bus is wanted when it is back
                    log.exception("no bus yet")
                self._stopping.wait(AGAIN_S)
            self._beat()

        threading.Thread(target=connect, name="bus-connect", daemon=True).start()

    def _beat(self) -> None:
        """Live pages are told that somebody serves them."""
        while not self._stopping.wait(PULSE_S):
            with contextlib.suppress(BusError):  # without a bus there are no live pages either
                if self._bus is not None:
                    self._bus.pulse(subjects.WEB, PULSE_WITHIN_S)

    def _use(self, bus: SyncBus, after: Callable[[], int], taken: Callable[[int, Event], None]) -> None:
        try:
            if not self._stopping.is_set():
                bus.follow_events(after(), taken)
                with contextlib.suppress(BusError):  # it is subscribed to again with the next connection
                    bus.subscribe(subjects.FLEET_ALL, LiveFrame, self.picture.take)
                self._bus = bus
        finally:
            if self._bus is None:
                bus.close()

    def stop(self) -> None:
        self._stopping.set()
        if self._bus is not None:
            self._bus.close()

    @property
    def connected(self) -> bool:
        return self._bus is not None and self._bus.is_connected

    def request(self, subject: str, message: msgspec.Struct, reply: type[M], timeout_s: float) -> M:
        """Raises `BusDown` when nobody answers."""
        with self._reached() as bus:
            return bus.request(subject, message, reply, timeout_s)

    def entry(self, bucket: str, key: str, kind: type[M]) -> M | None:
        """Raises `BusDown`."""
        with self._reached() as bus:
            return bus.entry(bucket, key, kind)

    def entries(self, bucket: str, kind: type[M]) -> dict[str, M]:
        """Raises `BusDown`."""
        with self._reached() as bus:
            return bus.entries(bucket, kind)

    def past(
        self, stream: str, kind: type[M], since: datetime, until: datetime | None = None, only: str | None = None
    ) -> list[M]:
        """What `stream` still holds of that time, oldest first. Raises `BusDown`."""
        with self._reached() as bus:
            found = bus.past(stream, kind, since, until, only)
        return [stored.message for stored in found if stored.message is not None]

    def put(self, bucket: str, key: str, value: msgspec.Struct) -> None:
        """Raises `BusDown`."""
        with self._reached() as bus:
            bus.put(bucket, key, value)

    def delete(self, bucket: str, key: str) -> None:
        """Raises `BusDown`."""
        with self._reached() as bus:
            bus.delete(bucket, key)

    def ticket(self, heard: tuple[str, ...], lasts: timedelta = TICKET_TTL) -> BusTicket:
        granted = self._keys.browser_ticket(heard, lasts.total_seconds())
        return BusTicket(self.websocket_url, granted.jwt, granted.seed, heard, datetime.now(UTC) + lasts)

    @contextlib.contextmanager
    def _reached(self) -> Iterator[SyncBus]:
        """The bus; that it does not answer becomes `BusDown`."""
        if self._bus is None or not self._bus.is_connected:
            raise BusDown("The message bus cannot be reached just now; nothing was sent.")
        try:
            yield self._bus
        except BusError as error:
            raise BusDown(f"No answer over the message bus: {error.what}.") from error
