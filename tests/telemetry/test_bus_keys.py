"""What a credential allows, tried on a real server: a browser hears its subjects and can do nothing else."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from urllib.parse import urlparse

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.errors import SettingsError
from telemetry.wire import Actor
from tests.telemetry.browser import Browser
from tests.telemetry.conftest import Broker

AREA = "live.2046-1362"


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
