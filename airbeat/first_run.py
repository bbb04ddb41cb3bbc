"""The first run on a new machine: a data folder, a settings file to fill in, and the administrator."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from telemetry.errors import SettingsError
from web.errors import WebError
from web.serve import open_database
from web.users import create_administrator

TEMPLATE: Final = """\
# Airbeat's settings; docs/administrator.md explains every entry.
unit = "Drone Unit"

[[links]]
name = "radio"
endpoint = "udpin:0.0.0.0:14550"

# One entry for each drone of the unit:
# [[vehicles]]
# callsign = "UAV-01"
# system_id = 1

[web]
host = "127.0.0.1"
port = 8080
"""


def prepare(home: Path, username: str, name: str, password: str) -> Path:
    """The settings file. Raises `SettingsError` where there is an administrator already, or for a bad password."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home / "airbeat.toml"
    database = open_database(home)
    try:
        create_administrator(database, username, name, password)
    except WebError as error:
        raise SettingsError(error.where or "administrator", error.text) from error
    finally:
        database.close()
    if not path.exists():
        path.touch(mode=0o640)  # the secrets of webhooks will stand in it
        path.write_text(TEMPLATE)
    return path
