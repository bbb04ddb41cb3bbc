"""The kneeboard: a plan on two sheets of A5 for the pilot's leg, as PDF.

Map, legs with heights, distances and times, what to do when the link, the battery or the weather fails (from the
vehicle's own settings), frequencies, the checks' findings, and room for signatures. Typeset by typst from
`kneeboard.typ`; everything written on it comes as data, so that no text of a plan can become markup.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import shapely
import typst

from mission.checks import check_situation
from mission.context import DEFAULT, Context
from mission.geodesy import FloatArray
from mission.leg import LegKind
from mission.plan import FenceKind, Plan, digest
from mission.situation import Situation

_MARGIN_M: Final = 30.0
_COLOURS: Final = {FenceKind.INCLUSION: "#0a7d32", FenceKind.EXCLUSION: "#b3261e"}


class Details(msgspec.Struct, frozen=True):
    """What the plan itself does not know. `frequencies` are pairs of who and on what, e.g. Heathrow Radar, 125.625."""

    title: str
    purpose: str = ""
    incident: str = ""
    pilot: str = ""
    observer: str = ""
    vehicle: str = ""
    at: datetime | None = None
    frequencies: tuple[tuple[str, str], ...] = ()


def kneeboard(plan: Plan, details: Details, context: Context = DEFAULT) -> bytes:
    """The PDF. The plan must have sound coordinates: a home, and items within reach of it."""
    situation = Situation(plan, context)
    data = {
        "details": msgspec.to_builtins(details),
        "sha256": digest(plan),
        "totals": {
            "distance": f"{situation.totals.distance_m:.0f} m",
            "duration": _clock(situation.totals.duration_s),
            "battery": f"{situation.totals.battery_pct:.0f} %",
        },
        "legs": leg_rows(situation),
        "emergency": _emergency(situation),
        "findings": [[f.severity, f.text] for f in check_situation(situation)],
    }
    sheet = files("mission").joinpath("kneeboard.typ").read_bytes()
    with tempfile.TemporaryDirectory(prefix="airbeat-kneeboard-") as folder:
        main = Path(folder) / "main.typ"
        main.write_bytes(sheet)
        main.with_name("map.svg").write_text(map_svg(situation))
        return typst.compile(main, format="pdf", sys_inputs={"data": msgspec.json.encode(data).decode()})


def map_svg(situation: Situation) -> str:
    """Fence, path and home to scale, north up, with a bar of 100 m."""
    legs = situation.distinct_legs
    points = np.array([point[:2] for leg in legs for point in (leg.start, leg.end)] or [(0.0, 0.0)])
    areas = [shape.area for shape in situation.shapes]
    bounds = np.vstack([shapely.bounds(shapely.multipoints(points)), *(shapely.bounds(area) for area in areas)])
    west, south = (bounds.min(axis=0)[:2] - _MARGIN_M).tolist()
    east, north = (bounds.max(axis=0)[2:] + _MARGIN_M).tolist()
    width, height = east - west, north - south
    stroke = max(width, height) / 300.0
    drawn = [
        f'<path d="{_d(ring, west, north)}" fill="{_COLOURS[shape.kind]}" fill-opacity="0.12" '
        f'stroke="{_COLOURS[shape.kind]}" stroke-width="{stroke:.2f}"/>'
        for shape in situation.shapes
        for ring in (shapely.get_coordinates(part) for part in shapely.get_parts(shape.area))
    ]
    for leg in legs:
        colour = "#6750a4" if leg.kind in (LegKind.RETURN, LegKind.LAND) else "#1d4ed8"
        line = _d(np.array([leg.start[:2], leg.end[:2]]), west, north)
        drawn.append(f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="{1.5 * stroke:.2f}"/>')
    if situation.home_xy:
        x, y = situation.home_xy
        drawn.append(f'<circle cx="{x - west:.1f}" cy="{north - y:.1f}" r="{3 * stroke:.1f}" fill="black"/>')
    left, foot, up = f"{stroke * 4:.1f}", f"{height - stroke * 4:.1f}", f"{height - stroke * 7:.1f}"
    drawn.append(f'<path d="M {left} {foot} h 100" stroke="black" stroke-width="{2 * stroke:.2f}"/>')
    drawn.append(f'<text x="{left}" y="{up}" font-size="{stroke * 8:.1f}">100 m</text>')
    box = f'viewBox="0 0 {width:.1f} {height:.1f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(drawn)}</svg>'


def _d(ring: FloatArray, west: float, north: float) -> str:
    return "M " + " L ".join(f"{x - west:.1f} {north - y:.1f}" for x, y in ring.tolist())


def leg_rows(situation: Situation) -> list[list[str]]:
    """Item, what, height above home, distance, time from take-off; the pieces of a curve or circle are one row."""
    rows: list[list[str]] = []
    elapsed = metres = 0.0
    legs = situation.path.legs
    for number, (leg, seconds) in enumerate(zip(legs, situation.costs.seconds.tolist(), strict=True)):
        elapsed, metres = elapsed + seconds, metres + leg.horizontal_m
        if leg.kind in (LegKind.CURVE, LegKind.CIRCLE) and number + 1 < len(legs) and legs[number + 1].item == leg.item:
            continue
        rows.append([str(leg.item + 1), str(leg.kind), f"{leg.end[2]:.0f}", f"{metres:.0f}", _clock(elapsed)])
        metres = 0.0
    return rows


def _emergency(situation: Situation) -> list[str]:
    vehicle, plan = situation.context.vehicle, situation.plan
    places = "home, or a rally point if one is nearer" if plan.rally else "home"
    lines = [
        f"Radio control lost: returns by itself to {places}, {vehicle.rtl_altitude_m:g} m above home or higher.",
        "Fence breached: returns by itself (FENCE_ACTION); if it does not, take over and land.",
        "Battery low: return at once; the vehicle does so by itself only where BATT_FS_LOW_ACT is set.",
        f"Reserve: be on the ground with {situation.context.rules.battery_reserve_pct:g} % of the battery left.",
    ]
    if vehicle.fence_altitude_max_m is not None:
        lines.append(f"Ceiling {vehicle.fence_altitude_max_m:g} m above home.")
    lines.append("Manned aircraft: descend and keep clear; they have right of way.")
    lines.append("Fly-away: tell the control room heading, height and battery time; they tell air traffic control.")
    return lines


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
