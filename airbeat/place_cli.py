"""`airbeat place`: places by what people call them, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from airbeat.terminal import ANSWER_IS_NO, AS_JSON, FILE, NEW_FILE, planning, print_json
from telemetry.settings import PlanningSettings

if TYPE_CHECKING:
    from mission.places import FoundPlace

SETTINGS: Final = click.option("--settings", "settings", type=FILE, help="Search the files of places it names.")


@click.group()
def place() -> None:
    """Find places."""


@place.command("find")
@click.argument("words", nargs=-1, required=True)
@SETTINGS
@AS_JSON
def find(words: tuple[str, ...], settings: Path | None, as_json: bool) -> None:
    """Where WORDS is: a name, a grid reference, a latitude and longitude, a postcode. Exits 1 if nothing is found."""
    found = _found(words, planning(settings))
    if as_json:
        print_json(found)
    elif found:
        table = Table("Place", "", "Latitude, longitude", "Grid reference", "From")
        for one in found:
            at = f"{one.position.lat_deg:.6f}, {one.position.lon_deg:.6f}"
            table.add_row(escape(one.name), one.kind, at, one.grid_reference or "", escape(one.source or ""))
        Console().print(table)
    if not found:
        click.echo("Nothing found.", err=True)
        raise SystemExit(ANSWER_IS_NO)


@place.command("survey")
@click.argument("words", nargs=-1, required=True)
@click.argument("target", metavar="PLAN", type=NEW_FILE)
@SETTINGS
@click.option("--height", default=60.0, show_default=True, help="Metres above home.")
@click.option("--spacing", default=60.0, show_default=True, help="Metres between lines.")
@click.option("--home-amsl", type=float, help="Metres of home above sea level; default: from the terrain.")
def survey(
    words: tuple[str, ...], target: Path, settings: Path | None, height: float, spacing: float, home_amsl: float | None
) -> None:
    """Draw a plan that surveys the area of WORDS within a fence, ready for `airbeat plan check`."""
    import numpy as np

    from mission import formats
    from mission.over import survey_of
    from web.surroundings import surroundings

    unit = planning(settings)
    area = next((found for found in _found(words, unit) if found.outline), None)
    if area is None:
        click.echo("No area found.", err=True)
        raise SystemExit(ANSWER_IS_NO)
    world = surroundings(unit)
    if home_amsl is None and world.terrain is not None:
        ground = world.terrain.heights_amsl(np.array([[area.position.lon_deg, area.position.lat_deg]]))[0]
        home_amsl = None if np.isnan(ground) else float(ground)
    plan = survey_of(area, height, spacing, home_amsl, world)
    target.write_bytes(formats.save(plan, target.suffix.removeprefix(".").lower()))
    click.echo(f"{target}: {len(plan.items)} items over {area.name}", err=True)


def _found(words: tuple[str, ...], planning: PlanningSettings) -> tuple[FoundPlace, ...]:
    from mission import places
    from web.surroundings import gazetteer

    return places.find(" ".join(words), gazetteer(planning))
