"""What a credential allows, tried on a real server: a browser hears its subjects and can do nothing else."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import stat
import struct
from pathlib import Path
from urllib.parse import urlparse

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys, Credentials
from telemetry.errors import SettingsError
from telemetry.wire import Actor
from tests.telemetry.conftest import Broker

AREA = "live.2046-1362"


class Browser:
    """NATS's text protocol over a WebSocket (RFC 6455), as far as it takes to be refused."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._text = b""

    @classmethod
    async def open(cls, url: str, ticket: Credentials) -> Browser:
        where = urlparse(url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET / HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert b"101" in await reader.readuntil(b"\r\n\r\n")
        browser = cls(reader, writer)
        info = json.loads((await browser.line())[5:])
        browser.say(
            "CONNECT "
            + json.dumps({"jwt": ticket.jwt, "sig": ticket.sign(info["nonce"]).decode(), "verbose": False})
            + "\r\nPING\r\n"
        )
        return browser

    def say(self, text: str) -> None:
        body, mask = text.encode(), os.urandom(4)
        size = bytes([0x80 | len(body)]) if len(body) < 126 else struct.pack(">BH", 0x80 | 126, len(body))
        self._writer.write(b"\x82" + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(body)))

    async def line(self) -> str:
        """The next line from the server; empty when it has hung up."""
        while b"\r\n" not in self._text:
            try:
                head = await asyncio.wait_for(self._reader.readexactly(2), 5)
            except (asyncio.IncompleteReadError, ConnectionError):
                return ""
            size = head[1] & 0x7F
            if size == 126:
                size = struct.unpack(">H", await self._reader.readexactly(2))[0]
            body = await self._reader.readexactly(size)
            if head[0] & 0x0F == 8:
                return ""
            self._text += body
        line, self._text = self._text.split(b"\r\n", 1)
        return line.decode(errors="replace")

    async def answer(self, text: str) -> str:
        """What the server says to `text`: its error, or PONG when it had nothing against it."""
        self.say(text + "PING\r\n")
        line = await self.line()
        while line.startswith(("MSG", "INFO")):
            line = await self.line()
        return line

    def close(self) -> None:
        self._writer.close()


async def test_a_browser_hears_its_area_and_nothing_else(broker: Broker, bus: Bus) -> None:
    browser = await Browser.open(broker.listening.websocket_url, broker.keys.browser_ticket([AREA], 60))
    assert await browser.line() == "PONG"
    assert await browser.answer(f"SUB {AREA} 1\r\n") == "PONG"
    await bus.publish(AREA, Actor("x", "y"))
    assert (await browser.line()).startswith(f"MSG {AREA} 1")
    await browser.line()
    for forbidden in ("live.0-0", "live.>", ">", "event.>", "raw.gateway", "_INBOX.a.b", "$KV.alerts.>", "$SYS.>"):
        said = await browser.answer(f"SUB {forbidden} 2\r\n")
        assert "Permissions Violation for Subscription" in said, f"{forbidden}: {said}"
        assert await browser.line() == "PONG"
    browser.close()


async def test_a_ticket_may_name_hundreds_of_areas(broker: Broker) -> None:
    """Ten sorties all over a county: nats-server takes lines of 4 kB unless it is told otherwise."""
    areas = [subjects.live(f"{2046 + n}-1362") for n in range(500)]
    browser = await Browser.open(broker.listening.websocket_url, broker.keys.browser_ticket(areas, 60))
    assert await browser.line() == "PONG"
    assert await browser.answer(f"SUB {areas[-1]} 1\r\n") == "PONG"
    browser.close()


@pytest.mark.parametrize(
    "subject",
    [
        subjects.request("UAV-07", "arm"),
        AREA,
        "event.UAV-07.armed",
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.PURGE.RAW",
        "$KV.alerts.x",
        "_INBOX.x",
        "$SYS.REQ.SERVER.PING",
    ],
)
async def test_a_browser_can_say_nothing(broker: Broker, bus: Bus, subject: str) -> None:
    browser = await Browser.open(broker.listening.websocket_url, broker.keys.browser_ticket([AREA], 60))
    assert await browser.line() == "PONG"
    assert "Permissions Violation for Publish" in await browser.answer(f"PUB {subject} 2\r\nhi\r\n")
    assert (await bus.usage(subjects.EVENTS_STREAM)).messages == 0
    browser.close()


async def test_a_ticket_ends_with_its_time_and_without_subjects_hears_nothing(broker: Broker) -> None:
    browser = await Browser.open(broker.listening.websocket_url, broker.keys.browser_ticket([], 1))
    assert await browser.line() == "PONG"
    assert "Permissions Violation for Subscription" in await browser.answer(f"SUB {AREA} 1\r\n")
    said = [await browser.line() for _ in range(3)]
    assert any("Authentication Expired" in line for line in said), said


async def test_a_stranger_and_a_ticket_over_plain_tcp_are_refused(broker: Broker, tmp_path: Path) -> None:
    stranger = BusKeys(tmp_path / "elsewhere").browser_ticket([AREA], 60)
    browser = await Browser.open(broker.listening.websocket_url, stranger)
    assert "Authorization Violation" in await browser.line()
    ticket = broker.keys.browser_ticket([AREA], 60)
    where = urlparse(broker.listening.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    info = json.loads((await reader.readline())[5:])
    writer.write(
        b"CONNECT "
        + json.dumps({"jwt": ticket.jwt, "sig": ticket.sign(info["nonce"]).decode(), "verbose": False}).encode()
        + b"\r\nPING\r\n"
    )
    assert b"Authorization Violation" in await reader.readline()
    writer.close()


def test_keys_are_kept_private_and_the_same(tmp_path: Path) -> None:
    first = BusKeys(tmp_path / "keys")
    trust, gateway = first.server_trust(), first.service_credentials("gateway")
    again = BusKeys(tmp_path / "keys")
    assert again.server_trust().accounts.keys() == trust.accounts.keys()
    assert again.service_credentials("gateway") == gateway
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes == dict.fromkeys(("operator.seed", "account.seed", "system.seed", "gateway.creds"), 0o600)


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    keys = BusKeys(tmp_path)
    keys.server_trust()
    (tmp_path / "account.seed").write_text("SAANONSENSE")
    with pytest.raises(SettingsError, match=r"account\.seed: not an nkey seed"):
        keys.browser_ticket([AREA], 60)
    (tmp_path / "web.creds").write_text("nothing")
    with pytest.raises(SettingsError, match=r"web\.creds: not a NATS credentials file"):
        keys.service_credentials("web")
