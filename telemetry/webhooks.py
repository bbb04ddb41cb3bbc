"""Alerts posted to other systems: only to the URLs in the settings, signed, and repeated until they are accepted.

Each webhook has its own place in the stream of events, kept on the bus: what happens while this service or the other
side is down is posted later, in order. A post whose answer was lost comes again with the same ``Airbeat-Delivery``, by
which the receiver can tell.

``Airbeat-Signature: t=<seconds>,v1=<hex>`` is HMAC-SHA256 with the secret over ``<seconds>.<body>``. A redirect is
refused: nothing is sent to an address that is not in the settings.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from typing import Final
from urllib.parse import urlsplit

import msgspec

from telemetry import subjects
from telemetry.bus import Bus, joined
from telemetry.errors import BusError, SettingsError
from telemetry.posting import post
from telemetry.running import run_service
from telemetry.settings import Settings, WebhookSettings
from telemetry.wire import Event

log = logging.getLogger(__name__)

TIMEOUT_S: Final = 10.0
AGAIN_S: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
GIVE_UP_S: Final = 24 * 3600.0
"""An alert that could not be posted for a day is left out, and that is logged."""


class Posted(msgspec.Struct, frozen=True):
    """How far a webhook has come in the stream of events."""

    sequence: int


class Webhook:
    """One url. `post` says whether it was taken."""

    def __init__(self, hook: WebhookSettings, unit: str) -> None:
        if urlsplit(hook.url).scheme not in ("http", "https"):
            raise SettingsError("webhooks.url", f"{hook.url!r} is no http or https url")
        self.name = hook.name
        self._hook, self._unit = hook, unit

    def body(self, event: Event) -> bytes:
        """``kind``, ``at``, ``unit``, ``text`` and the whole ``alert``."""
        told = {"kind": event.kind, "at": event.at, "unit": self._unit, "text": event.text, "alert": event.data}
        return msgspec.json.encode(told)

    async def post(self, event: Event) -> bool:
        return await asyncio.to_thread(self._post, event)

    def _post(self, event: Event) -> bool:
        body, at = self.body(event), int(time.time())
        headers = {"Airbeat-Delivery": event.event_id, "Airbeat-Signature": signature(self._hook.secret, at, body)}
        try:
            post(self._hook.url, body, TIMEOUT_S, headers)
        except OSError as error:
            log.warning("%s: not taken: %s", self.name, error)
            return False
        return True


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


async def tell(bus: Bus, hook: Webhook, again_s: tuple[float, ...] = AGAIN_S) -> None:
    """Posts every alert's event in order, for ever. A new webhook begins with what happens from now on."""
    key = hook.name
    posted = await bus.entry(subjects.WEBHOOKS_BUCKET, key, Posted)
    after = posted.sequence if posted else (await bus.usage(subjects.EVENTS_STREAM)).last_sequence
    if posted is None:
        await bus.put(subjects.WEBHOOKS_BUCKET, key, Posted(after))
    async for stored in bus.follow(subjects.EVENTS_STREAM, Event, after, only="event.*.*"):
        event = stored.message
        if event is not None and event.kind in subjects.ALERT_CHANGES:
            await _until_taken(hook, event, again_s)
            await bus.put(subjects.WEBHOOKS_BUCKET, key, Posted(stored.sequence))


async def _until_taken(hook: Webhook, event: Event, again_s: tuple[float, ...]) -> None:
    begun, tries = time.monotonic(), 0
    while not await hook.post(event):
        if time.monotonic() - begun > GIVE_UP_S:
            log.error("%s: given up after a day: %s", hook.name, event.text)
            return
        await asyncio.sleep(again_s[min(tries, len(again_s) - 1)])
        tries += 1


async def run(settings: Settings) -> None:
    """Until cancelled. Raises `SettingsError` for a url that is none."""
    hooks = [Webhook(hook, settings.unit) for hook in settings.webhooks]
    async with joined(settings, "webhooks") as bus, asyncio.TaskGroup() as tasks:
        for hook in hooks:
            tasks.create_task(_for_ever(bus, hook))


async def _for_ever(bus: Bus, hook: Webhook) -> None:
    while True:
        try:
            await tell(bus, hook)
        except BusError as error:  # at the start, before the bus answers
            log.warning("%s: %s", hook.name, error)
            await asyncio.sleep(1.0)


def main() -> None:
    run_service(run)


if __name__ == "__main__":
    main()
