"""The embedded nats-server starts, stops, and never outlives who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from telemetry.errors import BusError
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings

PARENT = """
import sys, time
from pathlib import Path
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings
server = NatsServer(Path(sys.argv[1]), NatsSettings(port=0, websocket_port=0))
server.start()
print(server.process.pid, flush=True)
time.sleep(60)
"""


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().split(") ")[1].startswith("Z")


def test_a_killed_parent_leaves_no_server_behind(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    assert not gone(server)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    for _ in range(500):
        if gone(server):
            break
        time.sleep(0.02)
    assert gone(server)


def test_stopping_ends_it_and_its_ports_are_kept_for_the_next_start(tmp_path: Path) -> None:
    server = NatsServer(tmp_path, NatsSettings(port=0, websocket_port=0))
    first = server.start()
    assert server.process is not None
    pid = server.process.pid
    server.stop()
    assert gone(pid)
    assert server.start() == first
    server.stop()


def test_a_port_in_use_is_said_in_the_servers_own_words(tmp_path: Path) -> None:
    first = NatsServer(tmp_path / "one", NatsSettings(port=0, websocket_port=0))
    port = int(first.start().url.rsplit(":", 1)[1])
    second = NatsServer(tmp_path / "two", NatsSettings(port=port, websocket_port=0))
    with pytest.raises(BusError, match="address already in use"):
        second.start()
    first.stop()


def test_as_a_service_it_becomes_the_server_itself(tmp_path: Path) -> None:
    settings = tmp_path / "airbeat.toml"
    settings.write_text("[nats]\nport = 0\nwebsocket_port = 0\n")
    service = subprocess.Popen(
        [sys.executable, "-m", "telemetry.nats_server", str(settings)],
        env={**os.environ, "AIRBEAT_HOME": str(tmp_path)},
    )
    ports = tmp_path / "nats" / f"nats-server_{service.pid}.ports"
    for _ in range(500):
        if ports.exists():
            break
        time.sleep(0.02)
    assert "nats://127.0.0.1" in ports.read_text()
    service.terminate()
    assert service.wait(10) in (0, 1), "nats-server ends with 1 on SIGTERM"
