"""A vehicle for clients that know nothing of this project: the built-in one, and ArduPilot's where it is named."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sitl.ardupilot import ENVIRONMENT, Ardupilot, ArdupilotOptions
from sitl.fleet import Fleet

SPEEDUP = 5.0
STREAMS = {"RAW_SENS": 2, "EXT_STAT": 2, "RC_CHAN": 2, "POSITION": 4, "EXTRA1": 4, "EXTRA2": 4, "EXTRA3": 2}
"""Hertz, as the built-in vehicle has them: ArduPilot as built streams nothing to a client that does not ask."""
BACKENDS = ["builtin", *(["ardupilot"] if os.environ.get(ENVIRONMENT) else [])]


@contextmanager
def running(backend: Fleet | Ardupilot) -> Iterator[Fleet | Ardupilot]:
    """Runs a backend in a thread of its own, for clients that block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sitl")
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(backend.start(), loop).result(120)
        yield backend
    finally:
        asyncio.run_coroutine_threadsafe(backend.stop(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(params=BACKENDS)
def vehicle_port(request: pytest.FixtureRequest) -> Iterator[int]:
    """TCP port of one vehicle over Hyde Park, flying at several times real time."""
    backend: Fleet | Ardupilot
    if request.param == "ardupilot":
        defaults = os.environ.get("ARDUPILOT_DEFAULTS")
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        backend = Ardupilot(
            ArdupilotOptions(
                Path(os.environ[ENVIRONMENT]),
                speedup=SPEEDUP,
                parameters={f"SR0_{group}": hertz for group, hertz in STREAMS.items()},
                defaults=Path(defaults) if defaults else None,
                first_instance=20 + int(worker.removeprefix("gw")),
            )
        )
    else:
        backend = Fleet(base_port=0, speedup=SPEEDUP)
    with running(backend):
        yield backend.ports[0]
