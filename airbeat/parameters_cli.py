"""`airbeat parameters`: a drone's parameters, through the Airbeat that runs on this machine."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from airbeat.terminal import (
    ANSWER_IS_NO,
    AS_JSON,
    BUS_S,
    COMMAND_LINE,
    FILE,
    UNIT_SETTINGS,
    CannotAsk,
    print_json,
    unit_settings,
)
from telemetry import subjects
from telemetry.services import parameter_file
from telemetry.wire import Actor, Reply, Request

VEHICLE: Final = click.option("--vehicle", required=True, help="Callsign.")
PATIENCE_S: Final = 180.0
"""Longer than the plain protocol takes for all parameters over a slow link."""


@click.group()
def parameters() -> None:
    """Compare, show and set a drone's parameters."""


@parameters.command("diff")
@click.argument("file", type=FILE)
@VEHICLE
@UNIT_SETTINGS
@AS_JSON
def diff(file: Path, vehicle: str, path: Path | None, as_json: bool) -> None:
    """Show where the drone differs from FILE (Mission Planner, MAVProxy or QGroundControl). Exits 1 if it does."""
    wanted = parameter_file.parse(file.read_text(errors="replace"))
    held = _ask(vehicle, path, "parameters", {})["parameters"]
    found = parameter_file.differences(wanted, held)
    if as_json:
        print_json(found)
    else:
        table = Table("Parameter", "In the file", f"On {vehicle}")
        for one in found:
            table.add_row(one.name, f"{one.wanted:g}", "not there" if one.held is None else f"{one.held:g}")
        if found:
            Console().print(table)
        click.echo(f"{len(found)} of {len(wanted)} parameters differ.")
    if found:
        raise SystemExit(ANSWER_IS_NO)


@parameters.command("get")
@click.argument("name")
@VEHICLE
@UNIT_SETTINGS
def get(name: str, vehicle: str, path: Path | None) -> None:
    """Print one parameter as the drone holds it."""
    click.echo(f"{_ask(vehicle, path, 'parameter', {'name': name})['value']:g}")


@parameters.command("set")
@click.argument("name")
@click.argument("value", type=float)
@VEHICLE
@UNIT_SETTINGS
def put(name: str, value: float, vehicle: str, path: Path | None) -> None:
    """Set one parameter and read it back. Fence and failsafe parameters are only set by an upload."""
    held = _ask(vehicle, path, "parameter", {"name": name, "value": value})
    click.echo(f"{name} is {held['value']:g}.")


def _ask(vehicle: str, path: Path | None, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    settings = unit_settings(path)

    async def ask() -> Reply:
        from telemetry.bus import joined

        async with joined(settings, COMMAND_LINE, within_s=BUS_S) as bus:
            request = Request(Actor(getpass.getuser(), "pilot"), arguments)
            return await bus.request(subjects.request(vehicle, verb), request, Reply, PATIENCE_S)

    reply = asyncio.run(ask())
    if not reply.ok:
        raise CannotAsk(reply.text)
    return reply.data
