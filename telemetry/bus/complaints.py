"""What NATS says of a connection by itself, for the log."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


def complaints(service: str) -> Callable[[Exception], Awaitable[None]]:
    """NATS's asynchronous errors, each text once until another comes: an outage is one line, not thousands."""
    last = ""

    async def complain(error: Exception) -> None:
        nonlocal last
        text = str(error) or type(error).__name__
        if text != last:
            log.warning("%s: %s", service, text)
        last = text

    return complain
