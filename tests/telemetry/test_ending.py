"""A service that is told to end does so in order, even where the bus went before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from telemetry import subjects
from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
from telemetry.wire import Pulse
from tests.waiting import until

SETTINGS = """
gateway = "gateway"
[[links]]
name = "radio"
endpoint = "udpin:127.0.0.1:0"
"""


@pytest.mark.parametrize("service", ["gateway", "recorder", "monitor"])
async def test_a_service_ends_in_order_without_its_bus(service: str, tmp_path: Path) -> None:
    server = NatsServer(tmp_path, NatsSettings(port=0, websocket_port=0))
    url = server.start().url
    said = tmp_path / "said"
    process = _started(service, url, tmp_path, said)
    try:
        await _at_work(service, url, tmp_path)
        assert server.process is not None
        server.process.kill()
        await until(lambda: f"{service}: " in said.read_text())  # it has noticed
        process.terminate()
        assert process.wait(60) == 0
        assert "Traceback" not in said.read_text()
    finally:
        process.kill()
        server.stop()


def _started(service: str, url: str, home: Path, said: Path) -> subprocess.Popen[bytes]:
    settings = home / "airbeat.toml"
    settings.write_text(SETTINGS)
    command = [sys.executable, "-m", f"telemetry.{service}", str(settings)]
    with said.open("w") as log:
        return subprocess.Popen(command, env={**os.environ, "AIRBEAT_HOME": str(home), "NATS_URL": url}, stderr=log)


async def _at_work(service: str, url: str, home: Path) -> None:
    pulses: list[Pulse] = []

    async def hear(_: str, pulse: Pulse) -> None:
        pulses.append(pulse)

    bus = await Bus.connect(url, "web", BusKeys(home / "keys").service_credentials("web"))
    await bus.subscribe(subjects.pulse(service), Pulse, hear)
    await until(lambda: bool(pulses))
    await bus.close()
