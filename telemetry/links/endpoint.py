"""Endpoint texts: what a link is opened with.

    udpin:HOST:PORT     listens; many vehicles may send to the one port
    udpout:HOST:PORT    sends to one address
    tcp:HOST:PORT       connects, again and again for ever
    tcpin:HOST:PORT     listens for connections
    serial:DEVICE:BAUD  a serial port, opened again when it went away
    tlog:PATH[:SPEED]   plays a recording, SPEED times as fast (1)

An IPv6 address stands in brackets. Port 0 takes a free one, where it listens.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from telemetry.errors import LinkError

KINDS: Final = ("udpin", "udpout", "tcp", "tcpin", "serial", "tlog")
_LISTENING: Final = ("udpin", "tcpin")


class Endpoint(NamedTuple):
    kind: str
    place: str
    """Host, device or path."""
    number: float
    """Port, baud rate or speed."""


def parse(text: str) -> Endpoint:
    """Raises `LinkError` naming `text` and what is wrong with it."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in KINDS:
        raise LinkError(text, f"an endpoint starts with one of {', '.join(kind + ':' for kind in KINDS)}")
    place, _, number = rest.rpartition(":")
    if kind == "tlog":
        return _replay(text, rest, place, number)
    if not place:
        shape = "DEVICE:BAUD" if kind == "serial" else "HOST:PORT"
        raise LinkError(text, f"{kind}: takes {shape}")
    if not (number.isascii() and number.isdigit()):
        raise LinkError(text, f"{number!r} is no {'baud rate' if kind == 'serial' else 'port'}")
    lowest = 0 if kind in _LISTENING else 1
    highest = 20_000_000 if kind == "serial" else 65_535
    if not lowest <= int(number) <= highest:
        raise LinkError(text, f"{number} is not from {lowest} to {highest}")
    return Endpoint(kind, place.removeprefix("[").removesuffix("]"), int(number))


def _replay(text: str, rest: str, place: str, number: str) -> Endpoint:
    try:
        speed = float(number) if place else 1.0
    except ValueError:
        place, speed = rest, 1.0
    path = place or rest
    if not path:
        raise LinkError(text, "tlog: takes PATH or PATH:SPEED")
    if not 0.0 < speed < 1e6:
        raise LinkError(text, f"{number} is no speed")
    return Endpoint("tlog", path, speed)
