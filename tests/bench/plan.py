"""`make bench-plan`: what planning costs, and how it grows, beside its peers in the same run.

Checks of a 200-item plan against the UK's airspace, 500 obstacles and 30 m terrain; the survey of a square kilometre
with holes; routes through 200 polygons (`plan_route`); 50 plans deconflicted; hostile files (`plan_hostile`). Every
figure is the best of several rounds after a first one that is not counted, but for routes, where the first one on a new
map is what counts.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin
from rich.console import Console
from rich.table import Table

from mission.airspace import Airspace, DataSet, Obstacle, with_flight_restriction_zones
from mission.airspace.yaixm import load
from mission.context import Context, Rules
from mission.deconflict import Flight, _prepared, conflicts, return_crossings
from mission.geodesy import frame_at
from mission.patterns.sweep import Sweep, sweep
from mission.plan import FenceKind, FencePolygon, Frame, Geofence, Home, MissionItem, Plan, Position
from mission.population import PopulationMap
from mission.report import report
from mission.route import RouteMap, length_m
from mission.terrain import Terrain
from tests.bench import plan_hostile, plan_route, plan_truth

RESULTS: Final = Path("bench-results") / "plan.json"
AIRSPACE: Final = Path("..") / "shared" / "data" / "airspace" / "uk-airac-2026-07-09.yaixm.yaml"
HOME: Final = Position(51.50735, -0.16370)
NOON: Final = datetime(2026, 7, 20, 12, tzinfo=UTC)
ROUNDS: Final = 7


def best_ms(run: Callable[[], object]) -> float:
    run()
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        run()
        took.append(time.perf_counter() - started)
    return min(took) * 1000.0


def zigzag(items: int, north_m: float = 0.0, height_m: float = 60.0) -> Plan:
    """A mission of so many items, to and fro 250 m wide, within a fence with two exclusions."""
    frame = frame_at(HOME)
    x0, y0 = frame.to_xy((HOME,))[0].tolist()
    count = items - 2
    step = min(20.0, 900.0 / count)
    points = [
        (x0 - 125.0 + 250.0 * ((n + 1) // 2 % 2), y0 + north_m - 450.0 + step * (n // 2 * 2)) for n in range(count)
    ]
    way = (MissionItem(16, Frame.GLOBAL_RELATIVE_ALT, place, height_m) for place in frame.to_positions(points))

    def box(kind: FenceKind, west: float, south: float, east: float, north: float) -> FencePolygon:
        corners = ((west, south), (east, south), (east, north), (west, north))
        return FencePolygon(kind, frame.to_positions([(x0 + x, y0 + north_m + y) for x, y in corners]))

    fence = Geofence(
        (
            box(FenceKind.INCLUSION, -300, -550, 300, 550),
            box(FenceKind.EXCLUSION, 150, -100, 250, 100),
            box(FenceKind.EXCLUSION, -280, -100, -180, 100),
        )
    )
    home = Home(frame.position(x0, y0 + north_m), 24.0)
    ends = (MissionItem(22, Frame.GLOBAL_RELATIVE_ALT, None, height_m), MissionItem(20, Frame.MISSION))
    return Plan(home=home, items=(ends[0], *way, ends[1]), geofence=fence)


def surroundings(console: Console, folder: Path) -> Context:
    """The UK's airspace where it is here, 500 obstacles, a degree of hills in 1" cells (about 30 m), people in blocks
    of 500 m, and a radio.
    """
    rng = np.random.default_rng(1)
    if AIRSPACE.exists():
        national = load(AIRSPACE.name, AIRSPACE.read_bytes(), date(2026, 7, 9))
    else:
        console.print(f"{AIRSPACE} is not here: the checks run without it")
        national = Airspace((DataSet("none", ""),), ())
    places = zip(rng.uniform(51.49, 51.525, 500).tolist(), rng.uniform(-0.19, -0.135, 500).tolist(), strict=True)
    masts = [Obstacle(f"mast {n}", "MAST", Position(lat, lon), 40.0) for n, (lat, lon) in enumerate(places)]
    heights = 20.0 + 8.0 * np.sin(np.arange(3601)[:, None] / 40.0) * np.cos(np.arange(3601)[None, :] / 55.0)
    path = folder / "n51w001.tif"
    shape: dict[str, Any] = {"driver": "GTiff", "width": 3601, "height": 3601, "count": 1, "dtype": "float32"}
    with rasterio.open(
        path, "w", crs="EPSG:4326", transform=from_origin(-1, 52, 1 / 3600, 1 / 3600), **shape
    ) as raster:
        raster.write(heights.astype(np.float32), 1)
    airspace = with_flight_restriction_zones(national.merged(Airspace((), (), masts)))
    west, south = np.meshgrid(np.arange(-0.25, -0.05, 0.005), np.arange(51.45, 51.55, 0.005))
    blocks = list(shapely.box(west.ravel(), south.ravel(), west.ravel() + 0.005, south.ravel() + 0.005))
    people = PopulationMap(DataSet("blocks", ""), blocks, rng.uniform(1_000, 9_000, len(blocks)))
    rules = Rules(radio_range_m=5_000.0, distance_max_m=1_000.0)
    terrain = Terrain.of_folder(folder)
    return Context(airspace=airspace, terrain=terrain, population=people, rules=rules, at=NOON)


def measure_checks(console: Console) -> dict[str, Any]:
    table = Table("items", "ms", "findings", title="Full report against UK airspace, 500 obstacles, 30 m terrain")
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        context = surroundings(console, Path(folder))
        for items in (25, 50, 100, 200, 400, 649):
            plan = zigzag(items)
            took = best_ms(lambda plan=plan: report(plan, context))  # type: ignore[misc]
            table.add_row(str(items), f"{took:.1f}", str(len(report(plan, context).findings)))
            figures[str(items)] = round(took, 2)
    console.print(table)
    return {"check_ms": figures["200"], "check_ms_by_items": figures}


def square_kilometre() -> shapely.Polygon:
    """A concave area of 1 km² net of its three holes."""
    outer = [(0, 0), (1300, 0), (1300, 700), (900, 700), (900, 400), (600, 450), (500, 1000), (0, 1100)]
    holes = [
        [(100, 100), (250, 120), (220, 260), (90, 220)],
        [(600, 100), (760, 90), (800, 250), (650, 300)],
        [(200, 600), (330, 560), (360, 760), (190, 740)],
    ]
    area = shapely.Polygon(outer, holes)
    scale = (1e6 / area.area) ** 0.5
    return shapely.transform(area, lambda points: points * scale)


def measure_survey(console: Console) -> dict[str, Any]:
    table = Table("spacing", "ms", "km", "lines", "covered", "m outside", title="Survey of 1 km², concave, 3 holes")
    figures: dict[str, Any] = {}
    area = square_kilometre()
    for spacing in (80.0, 40.0, 20.0, 10.0):

        def run(spacing: float = spacing) -> Sweep:
            return sweep(area, spacing, None, RouteMap([], area.buffer(1e-3)))

        took, flown = best_ms(run), run()
        lines = shapely.linestrings(np.array(flown.lines))
        seen = shapely.union_all(shapely.buffer(lines, spacing / 2.0, cap_style="square"))
        covered = seen.intersection(area).area / area.area
        outside = shapely.LineString(flown.path).difference(area.buffer(0.01)).length
        kilometres = length_m(flown.path) / 1000.0
        cells = (
            f"{spacing:g}",
            f"{took:.1f}",
            f"{kilometres:.1f}",
            str(len(flown.lines)),
            f"{covered:.2%}",
            f"{outside:.2f}",
        )
        table.add_row(*cells)
        figures[f"{spacing:g}"] = {"ms": round(took, 2), "km": round(kilometres, 2), "covered": round(covered, 4)}
    console.print(table)
    main = figures["20"]
    return {"survey_ms": main["ms"], "survey_km": main["km"], "survey_covered": main["covered"], "survey": figures}


def measure_deconflict(console: Console) -> dict[str, Any]:
    title = "Deconfliction of 40-item plans started over ten minutes, failsafe returns included"
    table = Table("plans", "ms", "conflicts", "returns across", title=title)
    rng = np.random.default_rng(3)
    figures: dict[str, float] = {}
    for count in (10, 25, 50, 100):
        flights = []
        for number in range(count):
            plan = zigzag(40, north_m=float(rng.uniform(-1500, 1500)), height_m=float(rng.uniform(40, 110)))
            begun = NOON + timedelta(seconds=float(rng.uniform(0, 600)))
            flights.append(Flight(f"UAV-{number:02}", plan, begun))

        def run(flights: list[Flight] = flights) -> None:
            _prepared.cache_clear()
            conflicts(flights)
            return_crossings(flights)

        took = best_ms(run)
        table.add_row(str(count), f"{took:.1f}", str(len(conflicts(flights))), str(len(return_crossings(flights))))
        figures[str(count)] = round(took, 2)
    console.print(table)
    return {"deconflict_50_ms": figures["50"], "deconflict_ms_by_plans": figures}


SECTIONS: Final[tuple[Callable[[Console], dict[str, Any]], ...]] = (
    measure_checks,
    measure_survey,
    measure_deconflict,
    plan_hostile.measure,
    plan_truth.measure,
    plan_route.measure,
)


def main() -> None:
    console = Console()
    figures: dict[str, Any] = {}
    for section in SECTIONS:
        figures |= section(console)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_bytes(msgspec.json.format(json.dumps(figures).encode(), indent=2) + b"\n")
    console.print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
