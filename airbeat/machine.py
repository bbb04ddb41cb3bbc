"""All services of one machine, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import click

from airbeat import services
from airbeat.supervisor import Service, Supervisor, until_told_to_stop
from telemetry.errors import TelemetryError
from telemetry.settings import load

START_S: Final = 60.0


class NotServed(TelemetryError):
    """The services were started, and the pages did not come."""


@contextlib.asynccontextmanager
async def machine(settings: Path, home: Path, more: Sequence[Service] = ()) -> AsyncIterator[str]:
    """Every service, and `more`, running; yields the address of the pages once they are served."""
    web = load(settings).web
    address = f"http://{web.host}:{web.port}"
    supervisor = Supervisor(home / "logs", _announce)
    supervisor.start([*services.services(settings, home), *more])
    try:
        try:
            await _until_served(web.host, web.port)
        except TimeoutError as error:
            raise NotServed(f"no pages at {address} within {START_S:.0f} s; {home / 'logs'} tells why") from error
        yield address
    finally:
        await supervisor.stop()


async def run_machine(settings: Path, home: Path) -> None:
    """`airbeat up`."""
    stop = asyncio.create_task(until_told_to_stop())
    async with machine(settings, home) as address:
        click.echo(f"Airbeat is at {address}; logs are in {home / 'logs'}. Ctrl-C stops it.")
        await stop


async def _until_served(host: str, port: int) -> None:
    async with asyncio.timeout(START_S):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def _announce(name: str, what: str) -> None:
    click.echo(f"{name}: {what}", err=True)
