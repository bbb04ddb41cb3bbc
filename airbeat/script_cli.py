"""`airbeat script`: pilots' own programs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from airbeat.terminal import FILE, UNIT_SETTINGS, unit_settings


@click.group()
def script() -> None:
    """Fly with a pilot's own program, such as a dronekit script."""


@script.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("file", type=FILE)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--vehicle", required=True, help="Callsign; its entry in the settings must name a pilot_port.")
@UNIT_SETTINGS
def run(file: Path, arguments: tuple[str, ...], vehicle: str, path: Path | None) -> None:
    """Run FILE on a drone of the Airbeat that runs on this machine.

    FILE is started with `--connect CONNECTION` and ARGUMENTS; AIRBEAT_CONNECTION and AIRBEAT_VEHICLE are set too.
    It is refused whatever the fence or the approved plan forbids. However it ends, Ctrl-C included, a drone left flying
    in GUIDED is told to hold.
    """
    from airbeat.script import run_script

    raise SystemExit(asyncio.run(run_script(file, arguments, vehicle, unit_settings(path))))
