"""`airbeat place`: places by what people call them, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from airbeat.exits import ANSWER_IS_NO

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def place() -> None:
    """Find places."""


@place.command("find")
@click.argument("words", nargs=-1, required=True)
@click.option("--settings", "settings", type=FILE, help="Look in the files of places that it names.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def find(words: tuple[str, ...], settings: Path | None, as_json: bool) -> None:
    """Where WORDS is: a name, a grid reference, a latitude and longitude, a postcode. Exits 1 if nothing is found."""
    from mission import places
    from telemetry import settings as settings_file
    from web.surroundings import gazetteer

    planning = settings_file.load(settings).planning if settings else settings_file.PlanningSettings()
    found = places.find(" ".join(words), gazetteer(planning))
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    elif found:
        table = Table("Place", "", "Latitude, longitude", "Grid reference", "From")
        for one in found:
            at = f"{one.position.lat_deg:.6f}, {one.position.lon_deg:.6f}"
            table.add_row(escape(one.name), one.kind, at, one.grid_reference or "", escape(one.source or ""))
        Console().print(table)
    if not found:
        click.echo("Nothing answers to that.", err=True)
        raise SystemExit(ANSWER_IS_NO)
