"""Cursor-on-Target as TAK reads it, over UDP, TCP and TLS, from the bus to a listener."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from telemetry import cot, subjects
from telemetry.bus import Bus
from telemetry.errors import SettingsError
from telemetry.settings import CotSettings, Settings
from telemetry.wire import LiveFrame, LiveVehicle
from tests.telemetry.conftest import Broker

AT = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
LIVE = LiveVehicle(
    "UAV-07",
    mode="AUTO",
    armed=True,
    lat_deg=51.50735,
    lon_deg=-0.1637,
    altitude_amsl_m=64.0,
    height_home_m=40.0,
    ground_speed_m_s=8.04,
    heading_deg=91.0,
    battery_pct=63.4,
    position_age_ms=250,
)


def read(data: bytes | None) -> ElementTree.Element:
    assert data is not None
    return ElementTree.fromstring(data)


def test_a_drone_as_tak_reads_it() -> None:
    root = read(cot.event("Drone Unit", LIVE, AT, CotSettings(geoid_m=46.0)))
    assert {name: root.get(name) for name in ("version", "uid", "type", "how")} == {
        "version": "2.0",
        "uid": "airbeat.Drone-Unit.UAV-07",
        "type": "a-f-A-M-H-Q",
        "how": "m-g",
    }
    assert (root.get("time"), root.get("start")) == ("2026-11-22T12:00:00.250Z", "2026-11-22T12:00:00.000Z")
    assert root.get("stale") == "2026-11-22T12:00:15.000Z"
    point = root.find("point")
    assert point is not None
    assert (point.get("lat"), point.get("lon"), point.get("hae")) == ("51.5073500", "-0.1637000", "110.0")
    found = {child.tag: child.attrib for child in root.iterfind("detail/*")}
    assert found["contact"] == {"callsign": "UAV-07"}
    assert found["track"] == {"course": "91.0", "speed": "8.0"}
    assert found["status"] == {"battery": "63"}


def test_what_is_not_known_is_not_made_up() -> None:
    root = read(cot.event("Unit", LIVE, AT, CotSettings()))
    point = root.find("point")
    assert point is not None
    assert {name: float(point.get(name, 0)) for name in ("hae", "ce", "le")} == dict.fromkeys(
        ("hae", "ce", "le"), 9_999_999.0
    )
    remarks = root.findtext("detail/remarks") or ""
    assert "64 m AMSL" in remarks
    bare = LiveVehicle("A & <B>", lat_deg=51.5, lon_deg=-0.1, position_age_ms=0)
    contact = read(cot.event("Unit", bare, AT, CotSettings())).find("detail/contact")
    assert contact is not None
    assert contact.get("callsign") == "A & <B>"
    assert cot.event("Unit", LiveVehicle("UAV-07"), AT, CotSettings()) is None
    old = LiveVehicle("UAV-07", lat_deg=51.5, lon_deg=-0.1, position_age_ms=16_000)
    assert cot.event("Unit", old, AT, CotSettings()) is None


@pytest.mark.parametrize("url", ["", "http://tak:8087", "udp://tak", "tcp://:8087", "tls://tak:port"])
def test_a_url_that_is_none_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match=r"cot\.url"):
        cot.way_of(CotSettings(url))


def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cot\.certificate"):
        cot.way_of(CotSettings("tls://tak:8089", certificate=str(tmp_path / "none.pem")))


@contextlib.asynccontextmanager
async def sending(broker: Broker, bus: Bus, settings: CotSettings, patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The service, and a fleet that is told ten times a second."""
    patch.setenv("AIRBEAT_HOME", str(broker.home))
    patch.setenv("NATS_URL", broker.listening.url)
    patch.setattr(cot, "AGAIN_S", (0.05,))

    async def tell() -> None:
        while True:
            frame = LiveFrame("gateway", subjects.EVERYWHERE, 1, datetime.now(UTC), (LIVE,))
            await bus.publish(subjects.fleet("gateway"), frame)
            await asyncio.sleep(0.05)

    tasks = [asyncio.create_task(cot.run(Settings(cot=settings))), asyncio.create_task(tell())]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_over_udp(broker: Broker, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    got: asyncio.Queue[bytes] = asyncio.Queue()

    class Listener(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            got.put_nowait(data)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Listener, ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    async with sending(broker, bus, CotSettings(f"udp://127.0.0.1:{port}"), monkeypatch):
        told = await asyncio.wait_for(got.get(), 20)
    assert read(told).get("uid") == "airbeat.Drone-Unit.UAV-07"
    transport.close()


def certificate(folder: Path) -> tuple[str, str]:
    """For 127.0.0.1, signed by itself: certificate and key as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tak")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tak.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "tak.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(folder / "tak.pem"), str(folder / "tak.key")


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
async def test_over_a_stream_that_breaks(
    broker: Broker, bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    got: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.put_nowait((await reader.readuntil(b"</event>"), writer.get_extra_info("peercert")))
        writer.close()

    pem, key = certificate(tmp_path)
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=pem)
        context.load_cert_chain(pem, key)
        context.verify_mode = ssl.CERT_REQUIRED
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    settings = CotSettings(f"{'tls' if tls else 'tcp'}://127.0.0.1:{port}", pem, key, pem)
    async with sending(broker, bus, settings, monkeypatch):
        for _ in range(2):  # the server has ended the first connection
            told, peer = await asyncio.wait_for(got.get(), 20)
            assert read(told).get("type") == "a-f-A-M-H-Q"
            assert bool(peer) is tls, "ours is shown to the server"
    server.close()


async def test_a_server_that_does_not_read_slows_nobody() -> None:
    accepted = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set()
        await asyncio.sleep(60)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1024)
    way = cot.StreamWay("127.0.0.1", server.sockets[0].getsockname()[1], None)
    running = asyncio.create_task(way.run())
    await asyncio.wait_for(accepted.wait(), 20)
    one = b"x" * 10_000
    for _ in range(2_000):  # 20 MB, never waited for
        way.send(one)
    assert way._writer is not None
    assert way._writer.transport.get_write_buffer_size() <= cot.WAITING_BYTES + len(one)
    running.cancel()
    server.close()
