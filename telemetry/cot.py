"""Cursor-on-Target to a TAK server or network: every drone, once a second.

An event is MITRE's CoT 2.0 XML as pytak and ATAK have it: a stable ``uid``, type ``a-f-A-M-H-Q`` (friendly, air,
military, rotary wing, drone), ``how`` ``m-g`` (by GPS), times in UTC with ``Z``, and ``hae``, metres above the WGS 84
ellipsoid. Our heights are above mean sea level; without the geoid's height (`CotSettings.geoid_m`) ``hae`` is 9999999,
which CoT says for unknown, and the height above sea level stands in the remarks.

What cannot be sent now is dropped: a second later it would be stale. A server that does not read slows nothing down.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit
from xml.etree import ElementTree

from telemetry import subjects
from telemetry.bus import joined
from telemetry.errors import SettingsError
from telemetry.running import run_service, told_to_end
from telemetry.settings import CotSettings, Settings
from telemetry.wire import LiveFrame, LiveVehicle

log = logging.getLogger(__name__)

TYPE: Final = "a-f-A-M-H-Q"
HOW: Final = "m-g"
UNKNOWN: Final = "9999999.0"
WAITING_BYTES: Final = 64 * 1024
"""With more than this not yet taken by the server, a second's events are left out."""
AGAIN_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
SCHEMES: Final = ("udp", "tcp", "tls")


def event(unit: str, live: LiveVehicle, at: datetime, cot: CotSettings) -> bytes | None:
    """One drone as CoT, with an XML declaration; None without a position that is fresh."""
    if live.lat_deg is None or live.lon_deg is None:
        return None
    if live.position_age_ms is None or live.position_age_ms > cot.stale_s * 1000.0:
        return None
    seen = at - timedelta(milliseconds=live.position_age_ms)
    root = ElementTree.Element(
        "event",
        version="2.0",
        uid=f"airbeat.{unit}.{live.vehicle}".replace(" ", "-"),
        type=TYPE,
        how=HOW,
        time=_instant(at),
        start=_instant(seen),
        stale=_instant(seen + timedelta(seconds=cot.stale_s)),
    )
    amsl, geoid = live.altitude_amsl_m, cot.geoid_m
    hae = UNKNOWN if amsl is None or geoid is None else f"{amsl + geoid:.1f}"
    place = {"lat": f"{live.lat_deg:.7f}", "lon": f"{live.lon_deg:.7f}"}
    ElementTree.SubElement(root, "point", {**place, "hae": hae, "ce": UNKNOWN, "le": UNKNOWN})
    detail = ElementTree.SubElement(root, "detail")
    ElementTree.SubElement(detail, "contact", callsign=live.vehicle)
    track = {"course": live.heading_deg, "speed": live.ground_speed_m_s}
    known = {name: f"{value:.1f}" for name, value in track.items() if value is not None}
    if known:
        ElementTree.SubElement(detail, "track", known)
    if live.battery_pct is not None:
        ElementTree.SubElement(detail, "status", battery=f"{live.battery_pct:.0f}")
    ElementTree.SubElement(detail, "remarks").text = ". ".join(_remarks(unit, live))
    encoded: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return encoded


def _remarks(unit: str, live: LiveVehicle) -> Iterator[str]:
    yield unit
    if live.armed is not None:
        yield f"{'Armed' if live.armed else 'Disarmed'}{f', {live.mode}' if live.mode else ''}"
    if live.altitude_amsl_m is not None:
        yield f"{live.altitude_amsl_m:.0f} m AMSL"
    if live.height_home_m is not None:
        yield f"{live.height_home_m:.0f} m above home"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Way(Protocol):
    """How events leave. `send` never waits; what cannot go now is left out."""

    def send(self, data: bytes) -> None: ...

    async def run(self) -> None: ...


class DatagramWay:
    """UDP, one event a datagram."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._transport: asyncio.DatagramTransport | None = None

    def send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(_Deaf, remote_addr=self._address)
        await asyncio.Event().wait()


class _Deaf(asyncio.DatagramProtocol):
    def error_received(self, exc: Exception) -> None:
        """Nobody is listening just now; UDP does not mind."""


class StreamWay:
    """TCP or TLS, one event after the other; connects again for ever."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._writer: asyncio.StreamWriter | None = None

    def send(self, data: bytes) -> None:
        writer = self._writer
        if writer is not None and writer.transport.get_write_buffer_size() < WAITING_BYTES:
            writer.write(data)

    async def run(self) -> None:
        tries = 0
        while not told_to_end():
            try:
                reader, self._writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
                log.info("connected to %s:%d", self._host, self._port)
                tries = 0
                while await reader.read(4096):  # a TAK server tells of others; that is not ours to show
                    pass
                log.warning("%s:%d ended the connection", self._host, self._port)
            except OSError as error:  # refused, reset, a certificate that does not fit
                log.warning("%s:%d: %s", self._host, self._port, error)
            finally:
                self._close()
            await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
            tries += 1

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def way_of(cot: CotSettings) -> Way:
    """Raises `SettingsError` for a url or a certificate that cannot be used."""
    try:
        parts = urlsplit(cot.url or "")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError("cot.url", str(error)) from error
    if parts.scheme not in SCHEMES or not host or not port:
        raise SettingsError("cot.url", f"{cot.url!r} is none of udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT")
    if parts.scheme == "udp":
        return DatagramWay(host, port)
    return StreamWay(host, port, _tls(cot) if parts.scheme == "tls" else None)


def _tls(cot: CotSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=cot.authority)
        if cot.certificate is not None:
            context.load_cert_chain(cot.certificate, cot.private_key)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError("cot.certificate", str(error)) from error
    return context


async def run(settings: Settings) -> None:
    """Until cancelled."""
    way = way_of(settings.cot)

    async def show(_: str, frame: LiveFrame) -> None:
        for live in frame.vehicles:
            told = event(settings.unit, live, datetime.now(UTC), settings.cot)
            if told is not None:
                way.send(told)

    async with joined(settings, "cot") as bus:
        await bus.subscribe(subjects.FLEET_ALL, LiveFrame, show)
        await way.run()


def main() -> None:
    run_service(run)


if __name__ == "__main__":
    main()
