"""Three nats-servers that only their settings make one."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from telemetry.bus import Bus
from telemetry.bus_keys import BusKeys
from telemetry.nats_server import NatsServer
from telemetry.settings import NatsSettings

RAW_LIMIT_MB = 32


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Cluster:
    """As on three machines: a home, a settings file's worth of settings and a server each; the keys are copied."""

    def __init__(self, folder: Path) -> None:
        homes = [folder / name for name in ("north", "south", "west")]
        self.keys = BusKeys(homes[0] / "keys")
        self.keys.server_trust()
        for home in homes[1:]:
            shutil.copytree(homes[0] / "keys", home / "keys")
        ports = free_ports(9)
        self.servers = [
            NatsServer(
                home,
                NatsSettings(
                    port=ports[3 * n],
                    websocket_port=ports[3 * n + 1],
                    raw_limit_mb=RAW_LIMIT_MB,
                    server=home.name,
                    cluster_port=ports[3 * n + 2],
                    routes=tuple(f"127.0.0.1:{ports[3 * other + 2]}" for other in range(3) if other != n),
                    replicas=3,
                ),
            )
            for n, home in enumerate(homes)
        ]
        self.url = ",".join(f"nats://127.0.0.1:{ports[3 * n]}" for n in range(3))

    def kill(self, number: int) -> None:
        process = self.servers[number].process
        assert process is not None
        process.kill()
        process.wait()

    async def connect(self, service: str) -> Bus:
        return await Bus.connect(self.url, service, self.keys.service_credentials(service))
