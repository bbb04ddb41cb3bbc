"""The world that plans are judged in, read once from the files that the settings name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Final

from mission import places, population
from mission.airspace import Airspace, maps, openair, with_flight_restriction_zones, yaixm
from mission.context import Context, Rules
from mission.errors import MissionError
from mission.places import Gazetteer
from mission.population import Population
from mission.sora import Claim, credit
from mission.terrain import Terrain
from telemetry.errors import SettingsError
from telemetry.settings import AirspaceSettings, PlanningSettings

READERS: Final[dict[str, Callable[[str, bytes, date | None], Airspace]]] = {
    ".yaml": yaixm.load,
    ".yml": yaixm.load,
    ".txt": openair.load,
    ".openair": openair.load,
    ".geojson": maps.load_geojson,
    ".kml": maps.load_kml,
    ".kmz": maps.load_kml,
}
"""By the ending of the file's name."""

PLACE_READERS: Final[dict[str, Callable[[str, bytes], Gazetteer]]] = {
    ".geojson": places.load_geojson,
    ".json": places.load_geojson,
    ".csv": places.load_postcodes,
}


def surroundings(planning: PlanningSettings) -> Context:
    """Everything but the time. Raises `SettingsError` naming the file that cannot be read.

    An aerodrome's traffic zone implies its flight restriction zone, which national files leave out.
    """
    airspace = None
    if planning.airspace:
        airspace = with_flight_restriction_zones(reduce(Airspace.merged, map(_airspace, planning.airspace)))
        airspace.zones_near(0.0, 0.0, 0.0, 0.0)  # makes its index now, and not while the first pilot waits
    return Context(
        rules=_rules(planning),
        airspace=airspace,
        terrain=_terrain(planning.terrain),
        population=_population(planning.population),
        permissions=planning.permissions,
    )


def _rules(planning: PlanningSettings) -> Rules:
    claims = tuple(Claim(one.kind, one.robustness) for one in planning.mitigations)
    for claim in claims:
        if credit(claim) is None:
            raise SettingsError("planning.mitigations", f"{claim.kind} has no {claim.robustness} robustness in SORA")
    return Rules(
        distance_max_m=planning.sight_range_m,
        radio_range_m=planning.radio_range_m,
        radio_frequency_mhz=planning.radio_frequency_mhz,
        mitigations=claims,
    )


def _population(file: str | None) -> Population | None:
    if file is None:
        return None
    with _named(file):
        return population.load(Path(file))


def gazetteer(planning: PlanningSettings) -> Gazetteer:
    """The places that people may ask for by name. Raises `SettingsError` naming the file that cannot be read."""
    return reduce(Gazetteer.merged, map(_places, planning.places), places.EMPTY)


def _places(file: str) -> Gazetteer:
    path = Path(file)
    reader = PLACE_READERS.get(path.suffix.lower())
    if reader is None:
        raise SettingsError(file, f"is not a file of places; they end in {', '.join(PLACE_READERS)}")
    with _named(file):
        return reader(path.name, path.read_bytes())


def _airspace(entry: AirspaceSettings) -> Airspace:
    path = Path(entry.file)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise SettingsError(entry.file, f"is not an airspace file; they end in {', '.join(READERS)}")
    with _named(entry.file):
        return reader(path.name, path.read_bytes(), entry.airac)


def _terrain(folder: str | None) -> Terrain | None:
    if folder is None:
        return None
    with _named(folder):
        terrain = Terrain.of_folder(Path(folder))
    if not terrain.tiles:
        raise SettingsError(folder, "holds no elevation tiles")
    return terrain


@contextmanager
def _named(file: str) -> Iterator[None]:
    """What cannot be read becomes a `SettingsError` that names the file."""
    try:
        yield
    except OSError as error:
        raise SettingsError(file, error.strerror or str(error)) from error
    except MissionError as error:
        raise SettingsError(file, str(error)) from error
