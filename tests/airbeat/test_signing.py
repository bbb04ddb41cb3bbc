"""`airbeat signing`: keys made here, and given to a drone that then signs with them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pymavlink.dialects.v20 import ardupilotmega as peer

from airbeat import signing_cli
from airbeat.cli import main
from airbeat.signing_cli import Giving
from telemetry.links.opening import open_link
from telemetry.mavlink.signing import key_of, load_key

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    return tmp_path


def test_a_key_is_made_once_and_for_its_owner_only(home: Path) -> None:
    made = CliRunner().invoke(main, ["signing", "key", "radio.key"])
    assert made.exit_code == 0
    path = home / "keys" / "radio.key"
    assert path.stat().st_mode & 0o777 == 0o600
    before = load_key(path)
    again = CliRunner().invoke(main, ["signing", "key", "radio.key"])
    assert (again.exit_code, load_key(path)) == (2, before)
    assert CliRunner().invoke(main, ["signing", "key", "../radio.key"]).exit_code == 2


def test_a_passphrase_makes_the_key_that_other_stations_make_of_it(home: Path) -> None:
    words = "hyde park\nhyde park\n"
    assert CliRunner().invoke(main, ["signing", "key", "radio.key", "--passphrase"], input=words).exit_code == 0
    assert load_key(home / "keys" / "radio.key") == key_of("hyde park")


class Drone(asyncio.DatagramProtocol):
    """Takes a key as MAVLink says, by pymavlink's own code; `takes` is whether it does."""

    def __init__(self, takes: bool, armed: bool) -> None:
        self.takes, self.base_mode = takes, 209 if armed else 81
        self.mavlink: Any = peer.MAVLink(None, srcSystem=7, srcComponent=1)
        self.given: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.task = asyncio.get_running_loop().create_task(self.beat())

    async def beat(self) -> None:
        while True:
            heartbeat = peer.MAVLink_heartbeat_message(2, 3, self.base_mode, 4, 3, 3)
            self.transport.sendto(bytes(heartbeat.pack(self.mavlink)))
            await asyncio.sleep(0.02)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for message in peer.MAVLink(None).parse_buffer(data) or []:
            if message.get_type() == "SETUP_SIGNING" and message.target_system == 7:
                self.given.append(bytes(message.secret_key))
                if self.takes:
                    self.mavlink.signing.secret_key = self.given[-1]
                    self.mavlink.signing.timestamp = message.initial_timestamp
                    self.mavlink.signing.sign_outgoing = True

    def error_received(self, exc: Exception) -> None:
        """Nobody listens yet."""


@contextlib.asynccontextmanager
async def drone(port: int, *, takes: bool = True, armed: bool = False) -> AsyncIterator[Drone]:
    transport, made = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Drone(takes, armed), remote_addr=("127.0.0.1", port)
    )
    try:
        yield made
    finally:
        made.task.cancel()
        transport.close()


async def free_port() -> int:
    link = open_link("probe", "udpin:127.0.0.1:0", lambda peer, data: 0)
    await link.close()
    return int(str(link.address).rsplit(":", 1)[1])


async def test_a_drone_that_takes_the_key_is_heard_signing_with_it() -> None:
    port = await free_port()
    async with drone(port) as one:
        assert await Giving(KEY, 7).run(f"udpin:127.0.0.1:{port}") == (True, "System 7 signs with this key.")
    assert set(one.given) == {KEY}


async def test_a_drone_that_does_not_sign_afterwards_is_not_called_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_cli, "SIGNED_WITHIN_S", 0.1)
    port = await free_port()
    async with drone(port, takes=False) as one:
        good, text = await Giving(KEY, 7).run(f"udpin:127.0.0.1:{port}")
    assert (good, one.given) == (False, [KEY] * 3)
    assert text.startswith("Sent, but the drone signs nothing on this link.")


async def test_an_armed_drone_is_given_no_key_and_an_absent_one_is_said_to_be_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = await free_port()
    async with drone(port, armed=True) as one:
        good, text = await Giving(KEY, 7).run(f"udpin:127.0.0.1:{port}")
    assert (good, text, one.given) == (False, "The drone is armed: ArduPilot accepts no key while armed.", [])
    monkeypatch.setattr(signing_cli, "HEARD_WITHIN_S", 0.1)
    good, text = await Giving(KEY, 8).run(f"udpin:127.0.0.1:{port}")
    assert (good, text) == (False, f"Nothing was heard of system 8 on udpin:127.0.0.1:{port}.")
