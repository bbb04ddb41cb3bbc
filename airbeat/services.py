"""The services of one machine, in the order in which they start."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from airbeat.supervisor import Service
from telemetry.settings import NatsSettings, Settings, load

MODULES: Final = {
    "nats": "telemetry.nats_server",
    "recorder": "telemetry.recorder",
    "monitor": "telemetry.monitor",
    "gateway": "telemetry.gateway",
    "web": "web",
    "cot": "telemetry.cot",
    "webhooks": "telemetry.webhooks",
}
"""Each runs as ``python -m MODULE SETTINGS``. The gateway starts after those that listen to it and stops first."""

RECORDING: Final = ("nats", "recorder", "gateway")
"""What a flight needs at the least to be recorded."""


WANTED: Final[dict[str, Callable[[Settings], bool]]] = {
    "cot": lambda settings: settings.cot.url is not None,
    "webhooks": lambda settings: bool(settings.webhooks),
}
"""Services that run only where the settings ask for them."""


def command(name: str, settings: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", MODULES[name], str(settings))


def services(settings: Path, home: Path, names: tuple[str, ...] = tuple(MODULES)) -> list[Service]:
    """`names` as services over the data folder `home`, as far as the settings want them.

    NATS is left out where `NATS_URL` names one elsewhere.
    """
    environment = {"AIRBEAT_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    wanted = load(settings)
    here = [name for name in names if name not in WANTED or WANTED[name](wanted)]
    here = [name for name in here if name != "nats" or not os.environ.get("NATS_URL")]
    return [Service(name, command(name, settings), environment) for name in here]


def free_port() -> int:
    """A TCP port of loopback that nobody listens on now."""
    return port_or_free(0)


def port_or_free(port: int) -> int:
    """`port`, or a free one where it is taken or 0."""
    try:
        with socket.create_server(("127.0.0.1", port)) as listener:
            bound: int = listener.getsockname()[1]
            return bound
    except OSError:
        return free_port()


def free_nats_ports() -> NatsSettings:
    return NatsSettings(port=free_port(), websocket_port=free_port())
