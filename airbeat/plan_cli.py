"""`airbeat plan`: on the command line what the plan page does."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from airbeat.terminal import ANSWER_IS_NO, AS_JSON, FILE, NEW_FILE, planning, print_json
from mission import formats
from mission.context import Context
from mission.plan import Plan

SETTINGS: Final = click.option("--settings", type=FILE, help="Use the airspace and terrain it names.")
SEVERITY_STYLE: Final = {"error": "bold red", "warning": "yellow", "info": "dim"}


@click.group()
def plan() -> None:
    """Check, repair, split, print and convert plans."""


@plan.command("check")
@click.argument("file", metavar="PLAN", type=FILE)
@SETTINGS
@AS_JSON
def check(file: Path, settings: Path | None, as_json: bool) -> None:
    """Judge a plan as the plan page does. Exits 1 if it may not be submitted."""
    from web.judgement import judge

    judged = judge(_read(file), 0, _world(settings))
    if as_json:
        print_json(judged)
    else:
        table = Table("", "Finding", "What to do", title=file.name, title_justify="left")
        for finding in judged.findings:
            style = SEVERITY_STYLE[finding.severity]
            table.add_row(f"[{style}]{finding.severity}[/]", finding.text, finding.remedy)
        console = Console()
        if judged.findings:
            console.print(table)
        battery = "" if judged.battery_pct is None else f", {judged.battery_pct:.0f} % of the battery"
        console.print(f"{judged.distance_m / 1000:.2f} km, {judged.duration_s / 60:.1f} min{battery}")
        console.print("[green]May be submitted.[/]" if judged.may_submit else "[bold red]May not be submitted.[/]")
    if not judged.may_submit:
        raise SystemExit(ANSWER_IS_NO)


@plan.command("convert")
@click.argument("source", metavar="PLAN", type=FILE)
@click.argument("target", metavar="TARGET", type=NEW_FILE)
def convert(source: Path, target: Path) -> None:
    """Write a plan in the format that TARGET's extension names, and say what that format keeps."""
    _write(_read(source), target)


@plan.command("avoid")
@click.argument("source", metavar="PLAN", type=FILE)
@click.argument("target", metavar="TARGET", type=NEW_FILE)
@SETTINGS
def lead_round(source: Path, target: Path, settings: Path | None) -> None:
    """Route every leg the shortest way round forbidden ground."""
    from mission.avoid import avoid

    _write(avoid(_read(source), _world(settings)), target)


@plan.command("fence")
@click.argument("source", metavar="PLAN", type=FILE)
@click.argument("target", metavar="TARGET", type=NEW_FILE)
@click.option("--margin", default=20.0, show_default=True, help="Metres around everything flown, and the ways home.")
@SETTINGS
def fence(source: Path, target: Path, margin: float, settings: Path | None) -> None:
    """Draw an inclusion around the plan, replacing those it has."""
    from mission.autofence import autofence

    _write(autofence(_read(source), margin, _world(settings)), target)


@plan.command("split")
@click.argument("source", metavar="PLAN", type=FILE)
@click.argument("pattern")
@click.argument("targets", metavar="TARGET...", type=NEW_FILE, nargs=-1, required=True)
def split(source: Path, pattern: str, targets: tuple[Path, ...]) -> None:
    """Split PATTERN (its id in the plan) between as many drones as there are TARGETs; they finish together."""
    from mission.patterns.split import split

    for part, target in zip(split(_read(source), pattern, len(targets)), targets, strict=True):
        _write(part, target)


@plan.command("kneeboard")
@click.argument("source", metavar="PLAN", type=FILE)
@click.argument("target", metavar="PDF", type=NEW_FILE)
@SETTINGS
def print_kneeboard(source: Path, target: Path, settings: Path | None) -> None:
    """Write the sheets for the pilot's leg: map, legs, emergencies, findings, signatures."""
    from mission.kneeboard import Details, kneeboard

    target.write_bytes(kneeboard(_read(source), Details(title=source.stem), _world(settings)))


def _read(file: Path) -> Plan:
    return formats.load(file.name, file.read_bytes())


def _write(made: Plan, target: Path) -> None:
    name = target.suffix.removeprefix(".").lower()
    target.write_bytes(formats.save(made, name))
    click.echo(f"{target}: {formats.FORMATS[name].holds}", err=True)


def _world(settings: Path | None) -> Context:
    from web.surroundings import surroundings

    return surroundings(planning(settings))
