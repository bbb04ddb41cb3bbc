"""The service as a process of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SETTINGS = """
unit = "Process Unit"
[web]
port = {port}
secure_cookies = true
trusted_proxy = "127.0.0.1"
[nats]
port = {nobody}
"""


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
        return number


@pytest.fixture
def service(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m web`, with no bus anywhere."""
    (tmp_path / "airbeat.toml").write_text(SETTINGS.format(port=port, nobody=9))
    environment = {name: value for name, value in os.environ.items() if name not in ("NATS_URL", "DATABASE_URL")}
    process = subprocess.Popen(
        [sys.executable, "-m", "web", str(tmp_path / "airbeat.toml")],
        env={**environment, "AIRBEAT_HOME": str(tmp_path)},
        stderr=(tmp_path / "log").open("wb"),
    )
    yield process
    process.kill()
    process.wait()


def ask(port: int, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    """The answer, once the service answers at all."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers=headers or {})
            return connection.getresponse()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.05)


def test_it_serves_without_a_bus_and_ends_when_told(
    service: subprocess.Popen[bytes], port: int, tmp_path: Path
) -> None:
    assert ask(port, "/healthz").read() == b"ok\n"
    open_to_others = [path.name for path in tmp_path.rglob("*") if path.stat().st_mode & 0o007]
    assert set(open_to_others) == {"airbeat.toml", "log"}, "the two that this test wrote itself"
    forwarded = ask(port, "/api/me", {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.44"})
    assert forwarded.status == 401
    assert "max-age" in (forwarded.getheader("Strict-Transport-Security") or "")
    assert forwarded.getheader("Server") is None
    service.send_signal(signal.SIGTERM)
    assert service.wait(30) == 0
    assert (tmp_path / "airbeat.db").exists()
    assert "Traceback" not in (tmp_path / "log").read_text()
