"""A link with a key: what pymavlink signs is believed, what nobody signed is not, and it is told once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as peer

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.errors import SettingsError
from telemetry.gateway.intake import TELL_AGAIN_S, Intake
from telemetry.links import Peer
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import encode, signed_copy
from telemetry.mavlink.signing import EPOCH_S, TICKS_PER_S, Signing, key_of, load_key, write_key
from telemetry.settings import LinkSettings, Settings, VehicleSettings
from telemetry.wire import Reply, Request
from tests.telemetry.conftest import Broker
from tests.telemetry.one_gateway import PILOT, events, frames_of, running, stored, watching
from tests.waiting import until

KEY = key_of("hyde park")
SETTINGS = Settings(
    links=(LinkSettings("radio", "udpin:127.0.0.1:0", signing_key="radio.key"),),
    vehicles=(VehicleSettings("UAV-07", 7),),
)
HERE = Peer("radio", "127.0.0.1:9")


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    write_key(tmp_path / "keys" / "radio.key", KEY)
    return tmp_path / "keys"


class PeerVehicle(asyncio.DatagramProtocol):
    """A vehicle made of pymavlink alone, which signs and checks by its own code."""

    def __init__(self, key: bytes | None = KEY) -> None:
        self.mavlink: Any = peer.MAVLink(None, srcSystem=7, srcComponent=1)
        if key is not None:
            self.mavlink.signing.secret_key = key
            self.mavlink.signing.sign_outgoing = True
            self.mavlink.signing.timestamp = int((time.time() - EPOCH_S) * TICKS_PER_S)
        self.heard: list[str] = []
        self.not_believed: list[str] = []
        self.sent: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for byte in data:
            try:
                message = self.mavlink.parse_char(bytes([byte]))
            except peer.MAVError as error:
                self.not_believed.append(str(error))
                continue
            if message is not None:
                self.heard.append(message.get_type())
                if message.get_type() == "COMMAND_LONG":
                    self.say(peer.MAVLink_command_ack_message(message.command, 0, 0, 0, 255, 190))

    def say(self, message: Any) -> bytes:
        raw = bytes(message.pack(self.mavlink))
        self.mavlink.seq = (self.mavlink.seq + 1) % 256
        self.sent.append(raw)
        self.transport.sendto(raw)
        return raw

    def heartbeat(self) -> bytes:
        return self.say(peer.MAVLink_heartbeat_message(2, 3, 81, 4, 3, 3))


@contextlib.asynccontextmanager
async def vehicle(address: str, key: bytes | None = KEY) -> AsyncIterator[PeerVehicle]:
    host, port = address.rsplit(":", 1)
    transport, made = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: PeerVehicle(key), remote_addr=(host, int(port))
    )
    try:
        yield made
    finally:
        transport.close()


async def test_both_ends_believe_each_other_and_nobody_else(broker: Broker, bus: Bus) -> None:
    other = await broker.connect("web")
    screen = await watching(bus)
    async with running(bus, SETTINGS) as (_, address), vehicle(address) as drone, vehicle(address, None) as unsigned:
        drone.heartbeat()
        await until(lambda: "HEARTBEAT" in drone.heard)
        reply = await other.request(subjects.request("UAV-07", "speed"), Request(PILOT, {"speed_m_s": 5.0}), Reply, 10)
        assert reply.ok
        assert drone.not_believed == []
        genuine = list(drone.sent)
        async with vehicle(address, key_of("regent's park")) as forger:
            for _ in range(50):
                unsigned.heartbeat()
                forger.heartbeat()
                drone.transport.sendto(genuine[0])
            await until(lambda: drone.heartbeat() and screen.latest["UAV-07"].links[0].refused == 150)
            await until(lambda: len(drone.heard) > 30)
        genuine = list(drone.sent)
    (quality,) = screen.latest["UAV-07"].links
    assert (quality.link, quality.signed) == ("radio", True)
    recorded = [raw for raw in frames_of(await stored(bus), "UAV-07") if raw[5] == 7]
    assert recorded == genuine
    told = await events(bus, "signature_refused")
    assert sorted((one.vehicle, one.data["why"]) for one in told) == [
        ("UAV-07", "not signed"),
        ("UAV-07", "replayed"),
        ("UAV-07", "wrong signature"),
    ], "each once, not for each frame"
    await other.close()


async def test_a_restarted_gateway_does_not_believe_what_the_former_one_heard(bus: Bus) -> None:
    screen = await watching(bus)
    async with running(bus, SETTINGS) as (_, address), vehicle(address) as drone:
        drone.heartbeat()
        await until(lambda: "UAV-07" in screen.latest)
        overheard = drone.sent[-1]
    async with running(bus, SETTINGS) as (_, address), vehicle(address) as drone:
        shown = len(screen.frames)
        drone.transport.sendto(overheard)
        drone.heartbeat()
        await until(lambda: len(screen.frames) > shown + 2)
    (told,) = await events(bus, "signature_refused")
    assert told.text.endswith("in the name of system 7 refused: replayed.")


def signed_heartbeat(folder: Path, **header: int) -> bytes:
    signer = Signing(KEY, folder / "vehicle.json", link_id=1)
    return encode("HEARTBEAT", {"type": 2}, signer=signer, **{"seq": 0, "sysid": 7, "compid": 1} | header)


def test_refusals_are_told_at_once_and_then_by_the_minute(keys: Path) -> None:
    intake = Intake(SETTINGS.links, keys, frozenset({7}))
    bare = encode("HEARTBEAT", {"type": 2}, seq=0, sysid=7, compid=1)
    assert intake.frames(HERE, bare * 3) == []
    assert intake.refusals(100.0) == [("radio", 7, "not signed", 3)]
    intake.frames(HERE, bare * 5)
    assert intake.refusals(100.1) == []
    assert intake.refusals(100.0 + TELL_AGAIN_S) == [("radio", 7, "not signed", 5)]
    assert intake.refused["radio", 7] == 8
    for system in range(100, 200):
        intake.frames(HERE, encode("HEARTBEAT", {"type": 2}, seq=0, sysid=system, compid=1))
    assert intake.refusals(200.0) == [("radio", 0, "not signed", 100)], "forged ids are told together"


def test_a_link_without_a_key_takes_what_is_signed_and_what_is_not(keys: Path, tmp_path: Path) -> None:
    intake = Intake((LinkSettings("lte", "udpin:127.0.0.1:0"),), keys, frozenset())
    bare = encode("HEARTBEAT", {"type": 2}, seq=0, sysid=7, compid=1)
    assert len(intake.frames(Peer("lte", "there"), bare + signed_heartbeat(tmp_path))) == 2


def test_one_who_cannot_sign_the_modem_is_believed(keys: Path) -> None:
    intake = Intake(SETTINGS.links, keys, frozenset())
    assert len(intake.frames(HERE, encode("RADIO_STATUS", {"rssi": 100}, seq=0, sysid=51, compid=68))) == 1


def test_what_a_pilots_tool_sends_goes_out_under_our_signature(keys: Path, tmp_path: Path) -> None:
    ours = Signing(KEY, tmp_path / "ours.json", link_id=0)
    intake = Intake(SETTINGS.links, keys, frozenset())
    for version in (1, 2):
        raw = encode(
            "COMMAND_LONG",
            {"command": 400, "param1": 1.0, "target_system": 7},
            seq=3,
            sysid=250,
            compid=1,
            version=version,
        )
        (frame,) = FrameReader().feed(raw)
        (heard,) = intake.frames(HERE, signed_copy(frame, ours))
        assert (heard.sysid, heard.compid, heard.seq, heard.msgid) == (250, 1, 3, 76)
        assert heard.payload == frame.payload.rstrip(b"\0")
    resigned = FrameReader().feed(signed_copy(heard, ours))[0]
    assert len(resigned.raw) == len(heard.raw), "one signature, not two"


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("no key at all", 0o600, "64 hexadecimal digits"),
        ("00" * 31, 0o600, "32 bytes, not 31"),
        ("00" * 32, 0o644, "chmod 600"),
        (None, 0, "No such file"),
    ],
)
def test_a_key_that_is_none_is_refused_by_name(keys: Path, text: str | None, mode: int, why: str) -> None:
    path = keys / "lte.key"
    if text is not None:
        path.write_text(text)
        path.chmod(mode)
    with pytest.raises(SettingsError, match=why) as refused:
        Intake((LinkSettings("lte", "udpin:127.0.0.1:0", signing_key="lte.key"),), keys, frozenset())
    assert "lte.key" in str(refused.value)


def test_a_key_in_use_is_not_written_over(keys: Path) -> None:
    with pytest.raises(FileExistsError):
        write_key(keys / "radio.key", bytes(32))
    assert load_key(keys / "radio.key") == KEY
    assert (keys / "radio.key").stat().st_mode & 0o777 == 0o600
