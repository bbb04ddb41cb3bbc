"""What every request needs, made once by the application factory."""

from __future__ import annotations

from pathlib import Path

import msgspec
from flask import current_app
from flask_limiter import Limiter

from mission.context import Context
from mission.places import Gazetteer
from telemetry.settings import Settings
from web.bus_line import BusLine
from web.store.database import Database


class Services(msgspec.Struct, frozen=True):
    """`home` is the folder of all data, `world` what plans are judged in, `places` what is found by name."""

    settings: Settings
    home: Path
    database: Database
    bus: BusLine
    limiter: Limiter
    world: Context
    places: Gazetteer


def context() -> Services:
    found = current_app.extensions["airbeat"]
    assert isinstance(found, Services)
    return found
