"""One flight as a map in a single HTML file, to be shared with people who have no Airbeat."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import folium
import numpy as np

from mission.plan import FenceKind, Plan
from web.api_flights import FlightSummary
from web.track import Track, thinned

POINTS: Final = 3000
FLOWN: Final = "#0b63b8"
PLANNED: Final = "#a3128f"
INSIDE: Final = "#0b7a42"
OUTSIDE: Final = "#c4302b"

_NOTE: Final = """
<div style="position:fixed;z-index:9999;left:12px;bottom:12px;max-width:360px;padding:10px 12px;background:#fff;
border:1px solid #748392;border-radius:6px;font:14px/1.4 sans-serif;color:#101920">
<b>{title}</b><br>{facts}<br>
<span style="color:{flown}">&#9632;</span> flown
<span style="color:{planned}">&#9632;</span> planned
<span style="color:{inside}">&#9632;</span> inclusion
<span style="color:{outside}">&#9632;</span> exclusion<br>
<small>The track is in this file. The map program and the ground picture are fetched from the internet, which tells
their servers which place is looked at; without a network only this box is seen. The evidence is the bundle.</small>
</div>
"""


def html(flight: FlightSummary, track: Track, plan: Plan | None) -> bytes:
    """The whole page. It holds no more than the track, the plan and the fence."""
    drawn = folium.Map(tiles="OpenStreetMap", control_scale=True)
    corners: list[tuple[float, float]] = []
    if plan is not None:
        corners += _plan(drawn, plan)
    kept = thinned(track, POINTS)
    flown = list(zip(track.lat_deg[kept].tolist(), track.lon_deg[kept].tolist(), strict=True))
    if flown:
        _line(flown, color=FLOWN, weight=4, tooltip="flown").add_to(drawn)
        for place, word in ((flown[0], "start"), (flown[-1], "end")):
            folium.CircleMarker(place, radius=6, color=FLOWN, fill=True, fill_opacity=1, tooltip=word).add_to(drawn)
    corners += flown
    if corners:
        low, high = np.min(corners, axis=0).tolist(), np.max(corners, axis=0).tolist()
        drawn.fit_bounds([low, high])
    _root(drawn).html.add_child(folium.Element(_note(flight)))
    page: str = _root(drawn).render()
    return page.encode()


def _root(drawn: folium.Map) -> Any:
    return drawn.get_root()


def _plan(drawn: folium.Map, plan: Plan) -> list[tuple[float, float]]:
    """Draws path and fence; returns the places the view should hold."""
    path = [(item.position.lat_deg, item.position.lon_deg) for item in plan.items if item.position is not None]
    if path:
        _line(path, color=PLANNED, weight=3, dash_array="6 6", tooltip="planned").add_to(drawn)
    for polygon in plan.geofence.polygons:
        ring = [(vertex.lat_deg, vertex.lon_deg) for vertex in polygon.vertices]
        folium.Polygon(ring, tooltip=polygon.kind.value, **_fence_style(polygon.kind)).add_to(drawn)
        path = path + ring
    for circle in plan.geofence.circles:
        centre = (circle.centre.lat_deg, circle.centre.lon_deg)
        folium.Circle(centre, radius=circle.radius_m, tooltip=circle.kind.value, **_fence_style(circle.kind)).add_to(
            drawn
        )
    return path


def _line(places: list[tuple[float, float]], **style: Any) -> Any:
    return folium.PolyLine(places, **style)  # type: ignore[no-untyped-call]


def _fence_style(kind: FenceKind) -> dict[str, Any]:
    colour = INSIDE if kind is FenceKind.INCLUSION else OUTSIDE
    return {"color": colour, "weight": 2, "fill": kind is FenceKind.EXCLUSION, "fill_opacity": 0.15}


def _note(flight: FlightSummary) -> str:
    duration = "" if flight.duration_s is None else f", {flight.duration_s / 60:.1f} min"
    height = "" if flight.max_height_m is None else f", highest {flight.max_height_m:.0f} m above home"
    facts = f"{flight.started_at:%d %b %Y %H:%M} UTC{duration}{height}"
    return _NOTE.format(
        title=_plain(f"{flight.vehicle} · {flight.title or flight.flight_id}"),
        facts=_plain(facts),
        flown=FLOWN,
        planned=PLANNED,
        inside=INSIDE,
        outside=OUTSIDE,
    )


def _plain(text: str) -> str:
    """Folium takes its pieces of HTML for Jinja templates: a title with braces must stay a title."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")
