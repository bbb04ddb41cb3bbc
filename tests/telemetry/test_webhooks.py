"""Alerts posted to others: each once, in order, signed, whatever dies meanwhile; never where nobody said."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.errors import SettingsError
from telemetry.settings import WebhookSettings
from telemetry.webhooks import Posted, Webhook, tell
from telemetry.wire import Alert, Event

SECRET = "over two bridges"
AGAIN_S = (0.02,)


class Other:
    """The other side; `answers` are the statuses it gives, the last one for good."""

    def __init__(self) -> None:
        self.answers = [204]
        self.got: list[tuple[dict[str, str], bytes]] = []
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = other.answers.pop(0) if len(other.answers) > 1 else other.answers[0]
                other.got.append((dict(self.headers), body))
                self.send_response(status)
                self.send_header("Location", f"{other.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                other.got.append(({}, b"a redirect was followed"))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Not into the tests' output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["text"] for _, body in self.got]

    async def until(self, count: int) -> None:
        for _ in range(2_000):
            if len(self.got) >= count:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never {count}, but {self.texts}")


@pytest.fixture
def other() -> Iterator[Other]:
    made = Other()
    yield made
    made.close()


def happening(number: int, kind: str = "alert_raised") -> Event:
    at = datetime(2026, 11, 22, 12, 0, number, tzinfo=UTC)
    alert = Alert(f"a{number}", "UAV-07", "gps", "warning", f"alert {number}", at)
    return Event(f"e{number}", at, "UAV-07", kind, alert.text, data=msgspec.to_builtins(alert))


def hook_to(url: str) -> Webhook:
    return Webhook(WebhookSettings("duty", url, SECRET), "Unit")


async def listening(bus: Bus) -> None:
    """When the webhook's place in the stream is kept."""
    for _ in range(1_000):
        if await bus.entries(subjects.WEBHOOKS_BUCKET, Posted):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never began")


async def test_alerts_come_once_in_order_and_signed(bus: Bus, other: Other) -> None:
    await bus.record(happening(1))
    telling = asyncio.create_task(tell(bus, hook_to(other.url), AGAIN_S))
    await listening(bus)
    for event in (happening(2), happening(3, "armed"), happening(4, "alert_ended")):
        await bus.record(event)
    await other.until(2)
    telling.cancel()
    await bus.record(happening(5, "alert_acknowledged"))
    telling = asyncio.create_task(tell(bus, hook_to(other.url), AGAIN_S))
    await other.until(3)
    telling.cancel()
    assert other.texts == ["alert 2", "alert 4", "alert 5"], "what was before the webhook was named is not posted"
    headers, body = other.got[0]
    told = json.loads(body)
    assert (told["kind"], told["unit"], told["alert"]["alert_id"]) == ("alert_raised", "Unit", "a2")
    assert headers["Airbeat-Delivery"] == "e2"
    stamp, signed = (part.split("=")[1] for part in headers["Airbeat-Signature"].split(","))
    wanted = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(signed, wanted)


async def test_what_is_not_taken_is_posted_again_before_the_next(bus: Bus, other: Other) -> None:
    other.answers = [500, 429, 204]
    telling = asyncio.create_task(tell(bus, hook_to(other.url), AGAIN_S))
    await listening(bus)
    await bus.record(happening(1))
    await bus.record(happening(2))
    await other.until(4)
    telling.cancel()
    assert other.texts == ["alert 1", "alert 1", "alert 1", "alert 2"]
    assert {headers["Airbeat-Delivery"] for headers, _ in other.got[:3]} == {"e1"}


async def test_an_other_side_that_is_away_gets_it_later(bus: Bus, other: Other) -> None:
    other.close()
    late = Other()
    hook = hook_to(other.url)
    telling = asyncio.create_task(tell(bus, hook, AGAIN_S))
    await listening(bus)
    await bus.record(happening(1))
    await asyncio.sleep(0.2)
    telling.cancel()
    telling = asyncio.create_task(tell(bus, hook_to(late.url), AGAIN_S))
    await late.until(1)
    telling.cancel()
    assert late.texts == ["alert 1"]
    late.close()


async def test_a_redirect_is_not_followed(bus: Bus, other: Other) -> None:
    other.answers = [302, 204]
    telling = asyncio.create_task(tell(bus, hook_to(other.url), AGAIN_S))
    await listening(bus)
    await bus.record(happening(1))
    await other.until(2)
    telling.cancel()
    assert other.texts == ["alert 1", "alert 1"]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://other/", "other.example"])
def test_only_http_and_https(url: str) -> None:
    with pytest.raises(SettingsError, match=r"webhooks\.url"):
        hook_to(url)
