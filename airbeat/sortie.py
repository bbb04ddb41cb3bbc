"""`airbeat fly`: one plan on one drone at an endpoint."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from airbeat import services
from airbeat.flying import Outcome, fly_plan, running
from airbeat.progress import Progress
from mission import formats
from mission.context import Context
from mission.plan import Plan
from telemetry.links.endpoint import parse as parse_endpoint
from telemetry.settings import PlanningSettings
from web.surroundings import surroundings


def fly_file(file: Path, endpoint: str, home: Path, planning: PlanningSettings | None = None) -> Outcome:
    """Records under `home`, with services of its own. The vehicle is the first one heard.

    With `planning` the plan is judged as the pages judge it, in the unit's airspace and terrain and at this time.
    """
    plan = formats.load(file.name, file.read_bytes())
    world = None if planning is None else surroundings(planning)
    parse_endpoint(endpoint)
    run = home / "fly"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    nats = services.free_nats_ports()
    settings = run / "airbeat.toml"
    settings.write_text(
        f'[[links]]\nname = "fly"\nendpoint = {msgspec.json.encode(endpoint).decode()}\n\n'
        f"[nats]\nport = {nats.port}\nwebsocket_port = {nats.websocket_port}\n"
    )
    return asyncio.run(_fly(plan, world, settings, run))


async def _fly(plan: Plan, world: Context | None, settings: Path, home: Path) -> Outcome:
    with Progress() as progress:
        async with running(settings, home, []) as bus:
            return await fly_plan(plan, bus, None, progress, world)
