"""A browser on the bus, as far as a credential can be tried with it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from urllib.parse import urlparse

from telemetry.bus_keys import Credentials


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
