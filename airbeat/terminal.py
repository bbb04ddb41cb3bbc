"""What the commands share: their options, how they print, and how they end; `airbeat.cli` says what exit codes mean."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click
import msgspec

from telemetry.settings import PlanningSettings, Settings, home, load

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE: Final = click.Path(dir_okay=False, path_type=Path)
AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
UNIT_SETTINGS: Final = click.option("--settings", "path", type=FILE, help="Default: airbeat.toml in the data folder.")
"""Of the Airbeat that runs on this machine; `unit_settings` reads them."""
ANSWER_IS_NO: Final = 1
COMMAND_LINE: Final = "command-line"
"""Its name on the bus."""
BUS_S: Final = 10.0
"""How long a person's command waits for the bus before it says that nobody answers."""


class _PublicKey(click.ParamType[str]):
    name = "key"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        given = Path(value).read_text(errors="replace") if Path(value).is_file() else value
        if not re.fullmatch("[0-9a-f]{64}", given.strip().lower()):
            self.fail(f"{value} is no public key: give its 64 hex digits, or its file", param, ctx)
        return given.strip().lower()


PUBLIC_KEY: Final = _PublicKey()


class CannotAsk(click.ClickException):
    """The question could not be asked."""

    exit_code = 2


def unit_settings(path: Path | None) -> Settings:
    return load(path or home() / "airbeat.toml")


def planning(settings: Path | None) -> PlanningSettings:
    """The world that plans are judged in, by the settings file if one is given."""
    return load(settings).planning if settings else PlanningSettings()


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(msgspec.json.encode(value).decode())
