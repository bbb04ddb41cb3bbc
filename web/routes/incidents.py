"""Incidents: opened, changed and closed by the control room, and seen by those who are concerned."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Blueprint, Response

from telemetry.wire import Incident
from web import query, reach
from web.api_incidents import IncidentCreate, IncidentSave
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.exchange import answer, body
from web.incidents import show
from web.store import audit, incidents

blueprint = Blueprint("incidents", __name__)

UNTOLD: Final = ("version", "changed_at", "closed_at", "closed_by")
"""Fields whose change the audit row says by its own time and action."""


@blueprint.get("/api/incidents")
@requires(Permission.INCIDENT_READ)
def listing() -> Response:
    """The open ones; with ``?closed=1`` the latest of all."""
    with context().database.read() as db:
        found = incidents.listed(
            db, only_open=query.text("closed") is None, of_numbers=reach.incident_numbers(db, session.user())
        )
    return answer(tuple(found))


@blueprint.get("/api/incidents/<incident_id>")
@requires(Permission.INCIDENT_READ)
def get(incident_id: str) -> Response:
    with context().database.read() as db:
        incident = incidents.get(db, incident_id)
        reach.require_incident(db, session.user(), incident)
    return answer(incident)


@blueprint.post("/api/incidents")
@requires(Permission.INCIDENT_EDIT)
def create() -> Response:
    made = body(IncidentCreate)
    with context().database.write() as db:
        incident = incidents.create(db, session.user().username, made)
        audit.append(db, session.who(), "incident.open", incident.number, **msgspec.to_builtins(made))
    show(context().bus, incident)
    return answer(incident, 201)


@blueprint.put("/api/incidents/<incident_id>")
@requires(Permission.INCIDENT_EDIT)
def save(incident_id: str) -> Response:
    saved = body(IncidentSave)
    with context().database.write() as db:
        before = incidents.get(db, incident_id)
        incident = incidents.save(db, incident_id, session.user().username, saved)
        if incident.version != before.version:
            audit.append(db, session.who(), _deed(before, incident), incident.number, **_changes(before, incident))
    show(context().bus, incident)
    return answer(incident)


def _deed(before: Incident, after: Incident) -> str:
    if (before.closed_at is None) == (after.closed_at is None):
        return "incident.change"
    return "incident.close" if after.closed_at else "incident.reopen"


def _changes(before: Incident, after: Incident) -> dict[str, Any]:
    """The fields that were changed, as they are now."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return {name: value for name, value in new.items() if name not in UNTOLD and old[name] != value}
