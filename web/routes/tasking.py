"""Drones for an incident: which could be there first, and the flight offered to a pilot as a draft."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from mission.context import Context, Wind
from mission.plan import Position
from mission.tasking import Errand, Way
from telemetry import subjects
from telemetry.wire import Incident, VehicleInfo
from web import api, query, reach, tasking
from web.api_incidents import OfferCreate, Task
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import BadRequest
from web.exchange import answer, body
from web.store import audit, incidents, sorties, uploads, users

blueprint = Blueprint("tasking", __name__)

LOWEST_M: Final = 10.0
HEIGHT_M: Final = 60.0
"""Unless somebody says otherwise, as with the stay."""
STAY_S: Final = 600.0
LONGEST_STAY_S: Final = 3600.0
STRONGEST_M_S: Final = 40.0
DEEDS: Final = {
    Task.LOOK: "look from above",
    Task.ORBIT: "orbit",
    Task.EXPANDING_SQUARE: "expanding square search",
    Task.SECTOR: "sector search",
}


@blueprint.get("/api/incidents/<incident_id>/candidates")
@requires(Permission.INCIDENT_OFFER)
def candidates(incident_id: str) -> Response:
    """``?stay_s=``, ``?height_m=`` above home, ``?wind_m_s=`` and ``?wind_from_deg=`` as somebody knows them."""
    services = context()
    with services.database.read() as db:
        incident = incidents.get(db, incident_id)
        unit = _unit(db)
        pilots = reach.pilots(db)
        offers = sorties.offered_for(db, incident.number)
    errand = _errand(incident, query.number("height_m", LOWEST_M, _ceiling()) or HEIGHT_M, _stay())
    found = tasking.answer(incident.incident_id, errand, unit, _world())
    return answer(msgspec.structs.replace(found, pilots=pilots, offers=offers))


@blueprint.post("/api/incidents/<incident_id>/offer")
@requires(Permission.INCIDENT_OFFER)
def offer(incident_id: str) -> Response:
    """The draft is checked, submitted, approved and uploaded as any other; nothing flies by this alone."""
    wanted = body(OfferCreate)
    services, user = context(), session.user()
    if not LOWEST_M <= wanted.height_m <= _ceiling():
        raise BadRequest(f"give between {LOWEST_M:.0f} and {_ceiling():.0f} m", "height_m")
    with services.database.read() as db:
        incident = incidents.get(db, incident_id)
        unit = _unit(db)
        if wanted.pilot not in {pilot.username for pilot in reach.pilots(db)}:
            raise BadRequest(f"{wanted.pilot} is not a pilot in this unit", "pilot")
    if incident.closed_at is not None:
        raise BadRequest(f"incident {incident.number} is closed", "incident_id")
    errand = _errand(incident, wanted.height_m, _stay())
    plan, way = tasking.offered(errand, wanted.vehicle, wanted.task, unit, _world())
    made = api.SortieCreate(
        title=f"{incident.number}: {DEEDS[wanted.task]}",
        purpose=_purpose(incident, way),
        plan=plan,
        incident=incident.number,
        vehicle=wanted.vehicle,
    )
    with services.database.write() as db:
        sortie = sorties.create(db, wanted.pilot, made, author=user.username)
        detail = {"sortie": sortie.sortie_id, "vehicle": wanted.vehicle, "pilot": wanted.pilot, "task": wanted.task}
        audit.append(db, session.who(), "incident.offer", incident.number, against=list(way.against), **detail)
    return answer(api.SortieView(sortie, reach.rights(user, sortie)), 201)


def _purpose(incident: Incident, way: Way) -> str:
    """What the pilot and the supervisor should read of it."""
    said = [f"{incident.grade.capitalize()}. {incident.place}".strip(), incident.note]
    if way.eta_s is not None and way.reserve_pct is not None:
        said.append(f"There in {way.eta_s / 60:.1f} min, back with {way.reserve_pct:.0f} % of the battery.")
    said += [*way.remarks, *(f"Against it: {reason}" for reason in way.against)]
    return "\n".join(part for part in said if part)[: sorties.PURPOSE_LIMIT]


def _unit(db: Session) -> tasking.Unit:
    services = context()
    return tasking.Unit(
        names=services.settings.callsigns,
        seen=services.bus.picture.now(),
        infos=services.bus.entries(subjects.VEHICLES_BUCKET, VehicleInfo),
        holders=uploads.holders(db),
        people=users.names(db),
    )


def _errand(incident: Incident, height_m: float, stay_s: float) -> Errand:
    return Errand(Position(incident.lat_deg, incident.lon_deg), height_m, stay_s)


def _world() -> Context:
    """The unit's, now, in the wind that the asker tells."""
    wind = Wind(query.number("wind_m_s", 0.0, STRONGEST_M_S) or 0.0, query.number("wind_from_deg", 0.0, 360.0) or 0.0)
    return msgspec.structs.replace(context().world, at=datetime.now(UTC), wind=wind)


def _ceiling() -> float:
    return context().world.rules.height_max_agl_m


def _stay() -> float:
    return query.number("stay_s", 30.0, LONGEST_STAY_S) or STAY_S
