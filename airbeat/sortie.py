"""`airbeat fly`: one plan on one drone at an endpoint."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from airbeat import services
from airbeat.flying import Outcome, fly_plan, running
from airbeat.progress import Progress
from mission import formats
from mission.plan import Plan
from telemetry.links.endpoint import parse as parse_endpoint


def fly_file(file: Path, endpoint: str, home: Path) -> Outcome:
    """Records under `home`, with services of its own. The vehicle is the first one heard."""
    plan = formats.load(file.name, file.read_bytes())
    parse_endpoint(endpoint)
    run = home / "fly"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    nats = services.free_nats_ports()
    settings = run / "airbeat.toml"
    settings.write_text(
        f'[[links]]\nname = "fly"\nendpoint = {msgspec.json.encode(endpoint).decode()}\n\n'
        f"[nats]\nport = {nats.port}\nwebsocket_port = {nats.websocket_port}\n"
    )
    return asyncio.run(_fly(plan, settings, run))


async def _fly(plan: Plan, settings: Path, home: Path) -> Outcome:
    with Progress() as progress:
        async with running(settings, home, []) as bus:
            return await fly_plan(plan, bus, None, progress)
