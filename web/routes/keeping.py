"""How long a flight is kept: its class and next review, legal holds, and disposal by two persons."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.erasing import erase, keep_record
from web.routes.evidence import back, require
from web.store import audit, keeping

blueprint = Blueprint("keeping", __name__)


@blueprint.post("/flights/<flight_id>/retention")
@requires(Permission.EVIDENCE_KEEP)
def set_retention(flight_id: str) -> BaseResponse:
    """Sets the class, or keeps it: either is a review, with the next one counted from today."""
    services = context()
    with services.database.write() as db:
        _require(db, flight_id)
        chosen = keeping.chosen_class(request.form.get("class", ""), services.settings.retention)
        kept = keeping.set_retention(db, flight_id, chosen, session.user().username, request.form.get("reason", ""))
        detail: dict[str, Any] = {"class": kept.name, "review_on": kept.review_on.isoformat(), "reason": kept.reason}
        audit.append(db, session.who(), "flight.retention", flight_id, **detail)
    flash(f"Kept as {kept.name}; reviewed again on {kept.review_on:%d %b %Y}.", "ok")
    return back(flight_id, "keeping")


@blueprint.post("/flights/<flight_id>/holds")
@requires(Permission.EVIDENCE_KEEP)
def place_hold(flight_id: str) -> BaseResponse:
    with context().database.write() as db:
        _require(db, flight_id)
        hold = keeping.place_hold(db, flight_id, session.user().username, request.form.get("reason", ""))
        audit.append(db, session.who(), "flight.hold", flight_id, hold=hold.hold_id, reason=hold.reason)
    flash("On legal hold: nothing of it is deleted.", "ok")
    return back(flight_id, "keeping")


@blueprint.post("/flights/<flight_id>/holds/<int:hold_id>/release")
@requires(Permission.EVIDENCE_KEEP)
def release_hold(flight_id: str, hold_id: int) -> BaseResponse:
    with context().database.write() as db:
        _require(db, flight_id)
        hold = keeping.release_hold(db, flight_id, hold_id, session.user().username, request.form.get("reason", ""))
        audit.append(db, session.who(), "flight.release", flight_id, hold=hold_id, reason=hold.release_reason)
    flash("The hold is released.", "ok")
    return back(flight_id, "keeping")


@blueprint.post("/flights/<flight_id>/disposal")
@requires(Permission.DISPOSAL_PROPOSE)
def propose(flight_id: str) -> BaseResponse:
    with context().database.write() as db:
        _require(db, flight_id)
        made = keeping.propose(db, flight_id, session.user().username, request.form.get("reason", ""))
        audit.append(db, session.who(), "flight.propose_disposal", flight_id, reason=made.reason)
    flash("Proposed. An accountable manager other than you decides.", "ok")
    return back(flight_id, "keeping")


@blueprint.post("/flights/<flight_id>/disposal/decide")
@requires(Permission.DISPOSAL_DECIDE)
def decide(flight_id: str) -> BaseResponse:
    """The second person's word; a yes erases the content before it is answered."""
    services, confirmed = context(), request.form.get("decision") == "dispose"
    if confirmed:
        with services.database.write() as db:
            _require(db, flight_id)
            keep_record(db, services.settings, flight_id)
    with services.database.write() as db:
        _require(db, flight_id)
        decided = keeping.decide(db, flight_id, session.user().username, confirmed=confirmed)
        detail = {"proposed_by": decided.proposed_by, "reason": decided.reason}
        if confirmed:
            erase(db, services.settings, services.home, decided)
        deed = "flight.dispose" if confirmed else "flight.refuse_disposal"
        audit.append(db, session.who(), deed, flight_id, **detail)
    flash("Disposed of: the certificate is what is left." if confirmed else "It is kept.", "ok")
    return back(flight_id, "keeping")


def _require(db: Session, flight_id: str) -> None:
    require(db, flight_id)
    keeping.lock(db, flight_id)
