"""Links to vehicles: UDP, TCP, serial, tlog replay. The only place that opens sockets and serial ports.

    link = open_link("radio", "udpin:0.0.0.0:14550", on_bytes)   # in a running asyncio loop (uvloop or not)
    link.send(peer, frame)                                       # peer as given to on_bytes; None for all peers
    link.state, link.counters, link.address
    await link.close()

`on_bytes(peer, data)` is called in the loop for what arrived from each `Peer`, and returns how many frames were in it.
A peer is one stream of bytes: give each its own `FrameReader`. It must not raise. Who would rather have all that a look
at a UDP socket brought at once gives `on_datagrams` as well.
"""

from telemetry.links.datagrams import MOST_BYTES, MOST_DATAGRAMS, Datagrams, OnDatagrams
from telemetry.links.endpoint import Endpoint, parse
from telemetry.links.link import Counters, Link, OnBytes, Peer, State
from telemetry.links.opening import open_link

__all__ = [
    "MOST_BYTES",
    "MOST_DATAGRAMS",
    "Counters",
    "Datagrams",
    "Endpoint",
    "Link",
    "OnBytes",
    "OnDatagrams",
    "Peer",
    "State",
    "open_link",
    "parse",
]
