"""`airbeat signing`: keys of links that sign, made here and given to drones."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import click

from airbeat.terminal import ANSWER_IS_NO, CannotAsk
from telemetry import settings as settings_file
from telemetry.links import Peer, open_link
from telemetry.mavlink.enums import MavAutopilot, MavModeFlag
from telemetry.mavlink.frame import Frame, FrameReader
from telemetry.mavlink.messages import decode, encode
from telemetry.mavlink.signing import KEY_SIZE, Signing, key_of, load_key, timestamp_now, write_key

HEARD_WITHIN_S: Final = 15.0
SIGNED_WITHIN_S: Final = 8.0
TIMES_SENT: Final = 3
"""SETUP_SIGNING has no answer: it is sent so often, a second apart, until the drone signs."""


@click.group()
def signing() -> None:
    """Keys of links that sign."""


@signing.command("key")
@click.argument("name", metavar="NAME")
@click.option("--passphrase", is_flag=True, help="Ask for the passphrase used in Mission Planner or MAVProxy.")
def key(name: str, passphrase: bool) -> None:
    """Make the key file NAME in the data folder's keys/: a random key, or one made from a passphrase."""
    path = _path(name)
    made = os.urandom(KEY_SIZE)
    if passphrase:
        made = key_of(click.prompt("Passphrase", hide_input=True, confirmation_prompt=True))
    try:
        write_key(path, made)
    except FileExistsError:
        raise CannotAsk(f"{path} already exists; a key in use is never overwritten.") from None
    click.echo(f'{path}\nIn the settings, under its [[links]]: signing_key = "{name}"')


@signing.command("give")
@click.argument("name", metavar="NAME")
@click.option("--connect", "endpoint", required=True, help="Use a cable: anyone who overhears this has the key.")
@click.option("--system-id", type=click.IntRange(1, 255), required=True, help="Of the drone.")
def give(name: str, endpoint: str, system_id: int) -> None:
    """Give the key NAME to a drone (SETUP_SIGNING). Exits 1 unless the drone signs with it afterwards."""
    good, text = asyncio.run(Giving(load_key(_path(name)), system_id).run(endpoint))
    click.echo(text)
    if not good:
        raise SystemExit(ANSWER_IS_NO)


def _path(name: str) -> Path:
    if Path(name).name != name:
        raise CannotAsk(f"{name!r} is not a file name.")
    return settings_file.home() / "keys" / name


class Giving:
    """One drone at the other end of a link: heard, given the key, and heard signing."""

    def __init__(self, key: bytes, system_id: int) -> None:
        self._key, self._system_id = key, system_id
        self._readers: dict[Peer, FrameReader] = {}
        self._heard = asyncio.Event()
        self._signs = asyncio.Event()
        self._peer: Peer | None = None
        self._armed = False

    async def run(self, endpoint: str) -> tuple[bool, str]:
        with tempfile.TemporaryDirectory() as folder:
            self._signing = Signing(self._key, Path(folder) / "timestamps.json")
            link = open_link("cable", endpoint, self._on_bytes)
            try:
                if not await _within(self._heard, HEARD_WITHIN_S):
                    return False, f"Nothing was heard of system {self._system_id} on {endpoint}."
                if self._armed:
                    return False, "The drone is armed: ArduPilot accepts no key while armed."
                for number in range(TIMES_SENT):
                    link.send(self._peer, self._setup(number))
                    await _within(self._signs, 1.0)
                if await _within(self._signs, SIGNED_WITHIN_S):
                    return True, f"System {self._system_id} signs with this key."
            finally:
                await link.close()
        return False, "Sent, but the drone signs nothing on this link. ArduPilot never signs on its first port, USB."

    def _setup(self, number: int) -> bytes:
        fields = {
            "target_system": self._system_id,
            "target_component": 1,
            "secret_key": tuple(self._key),
            "initial_timestamp": timestamp_now(),
        }
        return encode("SETUP_SIGNING", fields, seq=number, sysid=255, compid=190)

    def _on_bytes(self, peer: Peer, data: bytes) -> int:
        frames = self._readers.setdefault(peer, FrameReader(peer.address)).feed(data)
        for frame in frames:
            if frame.sysid == self._system_id:
                self._take(peer, frame)
        return len(frames)

    def _take(self, peer: Peer, frame: Frame) -> None:
        if self._signing.refusal(frame) is None and frame.signed:
            self._signs.set()
        message: Any = decode(frame)
        if type(message).__name__ == "HEARTBEAT" and message.autopilot != MavAutopilot.INVALID:
            self._peer, self._armed = peer, bool(message.base_mode & MavModeFlag.SAFETY_ARMED)
            self._heard.set()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
