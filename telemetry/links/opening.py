"""From an endpoint text to a link."""

from __future__ import annotations

from telemetry.links.datagrams import OnDatagrams
from telemetry.links.endpoint import parse
from telemetry.links.link import Link, OnBytes
from telemetry.links.replay import ReplayLink
from telemetry.links.serial_port import SerialLink
from telemetry.links.tcp import TcpClientLink, TcpServerLink
from telemetry.links.udp import UdpLink


def open_link(name: str, endpoint: str, on_bytes: OnBytes, on_datagrams: OnDatagrams | None = None) -> Link:
    """Opens `endpoint` (see `telemetry.links.endpoint`) in the running loop.

    What is not there yet (a TCP server, a serial device) is tried again for ever. Raises `LinkError` for a text
    without meaning, a port that cannot be listened on, a host without address, or a recording that is none.
    """
    parsed = parse(endpoint)
    match parsed.kind:
        case "udpin" | "udpout":
            return UdpLink(name, parsed, endpoint, on_bytes, on_datagrams)
        case "tcp":
            return TcpClientLink(name, parsed, on_bytes)
        case "tcpin":
            return TcpServerLink(name, parsed, endpoint, on_bytes)
        case "serial":
            return SerialLink(name, parsed, on_bytes)
        case _:
            return ReplayLink(name, parsed, endpoint, on_bytes)
