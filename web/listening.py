"""Which subjects of the bus a user's browser may listen to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from mission.plan import Plan
from mission.position import Position
from telemetry import subjects
from telemetry.wire import AREA_ZOOM, area_of
from web import reach
from web.auth import permissions, session
from web.auth.permissions import Permission, Role
from web.store import incidents, sorties, uploads
from web.store.users import Account

SORTIES: Final = 10
"""How many of their latest sorties a pilot or observer hears of."""
SERVICES: Final = tuple(map(subjects.pulse, (subjects.MONITOR, subjects.RECORDER, subjects.WEB)))
"""What whoever looks at a drone relies on; that its gateway is silent the drone itself shows."""
_TILES: Final = 1 << AREA_ZOOM


def allowed(db: Session, user: Account, sortie_id: str | None = None) -> tuple[str, ...]:
    """Everything for those who watch all; else the areas about one's own sorties, their vehicles' news, and whether
    the services that all rely on are at work.

    Only plans that others approved, or that went to a drone, count: nobody hears more by drawing a draft elsewhere or
    naming another pilot's drone in it. `sortie_id` is one more sortie than the latest, if it is the user's own.
    """
    if user.role is Role.GUEST:
        return (subjects.guest(user.username.removeprefix(session.GUEST)),)
    if permissions.allowed(user.role, Permission.LIVE_ALL):
        return (
            subjects.LIVE_ALL,
            subjects.FLEET_ALL,
            subjects.PULSES_ALL,
            subjects.TRAFFIC_ALL,
            subjects.EVENTS_ALL,
            subjects.PROGRESS_ALL,
            subjects.INCIDENTS_ALL,
        )
    vehicles = {name for name, held in uploads.holders(db).items() if user.username in held.people}
    areas: set[str] = set()
    latest = sorties.search(db, sorties.Search(of=user.username)).sorties[:SORTIES]
    for wanted in {*(summary.sortie_id for summary in latest), sortie_id}:
        sortie = sorties.find(db, wanted)
        if sortie is not None and user.username in (sortie.pilot, sortie.observer):
            areas.update(*(areas_about(plan) for plan in sorties.released(db, sortie.sortie_id)))
            vehicles |= {sortie.vehicle} if sortie.vehicle and sortie.state == sorties.State.APPROVED else set()
    news = [found for vehicle in vehicles for found in (subjects.events_of(vehicle), subjects.progress(vehicle))]
    mine = incidents.listed(db, only_open=True, of_numbers=reach.incident_numbers(db, user))
    jobs = [subjects.incident(incident.incident_id) for incident in mine]
    others = [subjects.TRAFFIC_ALL] if areas else []
    return tuple(sorted([*map(subjects.live, areas), *others, *news, *jobs, *SERVICES]))


def areas_about(plan: Plan) -> set[str]:
    """The tiles the plan lies in, and their eight neighbours: what is near enough to matter."""
    found = set()
    for area in {area_of(position.lat_deg, position.lon_deg) for position in _positions(plan)}:
        x, y = map(int, area.split("-"))
        for column in (x - 1, x, x + 1):
            found |= {f"{column % _TILES}-{row}" for row in (y - 1, y, y + 1) if 0 <= row < _TILES}
    return found


def _positions(plan: Plan) -> Iterator[Position]:
    if plan.home is not None:
        yield plan.home.position
    yield from (item.position for item in plan.items if item.position is not None)
    yield from (vertex for polygon in plan.geofence.polygons for vertex in polygon.vertices)
    yield from (point.position for point in plan.rally)
