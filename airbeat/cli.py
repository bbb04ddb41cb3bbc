"""The command line.

Exit codes: 0 done; 1 the answer is no (a plan fails its checks, a flight did not end well, a bundle does not verify);
2 the question could not be asked (a file that cannot be read, a wrong option, nobody answering).
"""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import click
import msgspec

from airbeat.evidence_cli import evidence
from airbeat.flying import FlightFailed
from airbeat.log_cli import log, verify
from airbeat.parameters_cli import parameters
from airbeat.place_cli import place
from airbeat.plan_cli import plan
from airbeat.script_cli import script
from airbeat.signing_cli import signing
from airbeat.terminal import ANSWER_IS_NO, AS_JSON, FILE, UNIT_SETTINGS, CannotAsk, print_json
from mission.errors import MissionError
from sitl.cli import sitl
from telemetry import settings as settings_file
from telemetry.errors import TelemetryError


class _Airbeat(click.Group):
    """Turns Airbeat's own errors into one clear line and an exit code; anything else is a bug and shows itself."""

    def invoke(self, ctx: click.Context) -> Any:
        logging.basicConfig(level=logging.ERROR, format="%(name)s: %(message)s")
        try:
            return super().invoke(ctx)
        except FlightFailed as error:
            raise click.ClickException(str(error)) from error
        except (MissionError, TelemetryError) as error:
            raise CannotAsk(str(error)) from error


@click.group(cls=_Airbeat)
@click.version_option(package_name="airbeat")
def main() -> None:
    """Mission planning, live control and flight review for a drone unit."""


for command in (sitl, log, verify, evidence, parameters, place, plan, script, signing):
    main.add_command(command)


@main.command()
@click.argument("username")
@click.option("--name", prompt="Full name", help="As it appears in the audit log.")
@click.password_option(help="At least 12 characters; you are asked for it if it is not given.")
def init(username: str, name: str, password: str) -> None:
    """First run: make the data folder, the settings file and the administrator USERNAME."""
    from airbeat.first_run import prepare

    made = prepare(settings_file.home(), username, name, password)
    click.echo(f"Settings: {made}\nNow: airbeat up")


@main.command()
@UNIT_SETTINGS
def up(path: Path | None) -> None:
    """Run all services of this machine until Ctrl-C, restarting any that die."""
    from airbeat.machine import run_machine

    home = settings_file.home()
    chosen = path or home / "airbeat.toml"
    if not chosen.is_file():
        raise CannotAsk(f"{chosen} does not exist. Run `airbeat init USERNAME` first.")
    asyncio.run(run_machine(chosen.resolve(), home))


@main.command()
@click.argument("name", metavar="gateway|recorder|monitor|web|nats|cot|webhooks")
@click.option("--settings", "path", type=FILE, required=True)
def service(name: str, path: Path) -> None:
    """Run one service by itself (`airbeat up` runs them all)."""
    from airbeat import services

    if name not in services.MODULES:
        raise CannotAsk(f"{name!r} is not one of {', '.join(services.MODULES)}")
    arguments = services.command(name, path.resolve())
    os.execv(arguments[0], arguments)


@main.command()
@click.argument("file", metavar="PLAN", type=FILE)
@click.option("--connect", "endpoint", required=True, metavar="ENDPOINT", help="e.g. tcp:127.0.0.1:5760")
@click.option("--settings", "settings", type=FILE, help="Judge the plan in the airspace and terrain it names.")
@AS_JSON
def fly(file: Path, endpoint: str, settings: Path | None, as_json: bool) -> None:
    """Check, upload, verify, fly and record one plan on one drone. Exits 0 only if it landed and was recorded whole."""
    from airbeat.sortie import fly_file

    planning = settings_file.load(settings).planning if settings else None
    _report(fly_file(file, endpoint, settings_file.home(), planning), as_json)


@main.command()
@click.option("--once", is_flag=True, help="Fly one sortie unattended, print its outcome as JSON, and exit.")
@click.option("--port", default=8080, show_default=True, help="Where the pages are served, on loopback.")
@click.option("--flights", default=0, help="First add this many made-up flights to the index, to try searches on.")
def demo(once: bool, port: int, flights: int) -> None:
    """A whole unit on this machine with three simulated drones over Hyde Park."""
    from airbeat import demo as demonstration

    if once:
        _report(asyncio.run(demonstration.fly_once()), as_json=True)
    else:
        asyncio.run(demonstration.run(port, flights))


def _report(outcome: Any, as_json: bool) -> None:
    if as_json:
        print_json(outcome)
    else:
        for name, value in msgspec.to_builtins(outcome).items():
            click.echo(f"{name:18} {value}")
    if not outcome.good:
        raise SystemExit(ANSWER_IS_NO)
