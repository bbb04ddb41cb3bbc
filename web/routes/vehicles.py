"""Orders to vehicles and uploads of plans. Who may is decided here; what was done, the vehicle says."""

from __future__ import annotations

import contextlib
import uuid
from typing import Final

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from telemetry import subjects
from telemetry.services.orders import UPLOAD
from telemetry.wire import OpenFlight, UploadOrder, VehicleInfo
from web import api, reach
from web.asking import ask, audited
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import BadRequest, BusDown, Conflict, Forbidden, NotFound
from web.exchange import answer, body
from web.store import audit, sorties, uploads, users

blueprint = Blueprint("vehicles", __name__)

ORDER_ANSWER_S: Final = 30.0
"""Longer than the gateway's own retries, so that the answer is the vehicle's and not ours."""
UPLOAD_ANSWER_S: Final = 5.0


@blueprint.get("/api/vehicles")
@requires(Permission.LIVE_VIEW)
def listing() -> Response:
    found = context().bus.entries(subjects.VEHICLES_BUCKET, VehicleInfo)
    guest = session.guest()
    if guest is not None:
        found = {name: info for name, info in found.items() if info.vehicle in guest.vehicles}
    by_name = sorted(found.values(), key=lambda info: info.vehicle)
    return answer(tuple(by_name))


@blueprint.post("/api/vehicles/<vehicle>/orders/<verb>")
@requires(Permission.VEHICLE_ORDER)
def order(vehicle: str, verb: str) -> Response:
    """Answers what the vehicle said. `Reply.ok` False is an answer too, not an error of ours."""
    if verb not in reach.VERBS:
        raise NotFound(f"There is no order {verb}.")
    given = body(api.Order) if request.content_length else api.Order()
    services, user = context(), session.user()
    reason = (given.reason or "").strip() or None
    info = _info(vehicle)
    with services.database.write() as db:
        holder = uploads.holder(db, vehicle)
        right = reach.orders(user, holder, info)
        _require_order(right, vehicle, verb, reason)
        sortie = holder.sortie_id if holder else None
        detail = {"arguments": given.arguments, "reason": reason, "sortie": sortie, "override": right.needs_reason}
        audit.append(db, session.who(), f"order.{verb}", vehicle, "sent", **detail)
    return answer(
        audited(f"order.{verb}", vehicle, lambda: ask(vehicle, verb, ORDER_ANSWER_S, given.arguments, sortie, reason))
    )


def _info(vehicle: str) -> VehicleInfo | None:
    """What the bus says of it, if it says anything.

    Raises `NotFound` for another spelling of a drone's name: on the bus it would reach the drone, in the records not.
    """
    info = None
    with contextlib.suppress(BusDown):
        info = context().bus.entries(subjects.VEHICLES_BUCKET, VehicleInfo).get(subjects.token(vehicle))
    if info is not None and info.vehicle != vehicle:
        raise NotFound(f"There is no {vehicle}; did you mean {info.vehicle}?", "vehicle")
    return info


def _require_order(right: reach.OrderRight, vehicle: str, verb: str, reason: str | None) -> None:
    if verb not in right.verbs:
        raise Forbidden(
            f"You may only order {vehicle} to {', '.join(right.verbs)}."
            if right.verbs
            else f"{vehicle} is not loaded with a sortie of yours."
        )
    if right.needs_reason and reason is None:
        raise BadRequest(f"{vehicle} is not on a sortie of yours; say why you are taking over", "reason")


@blueprint.post("/api/sorties/<sortie_id>/upload")
@requires(Permission.PLAN_UPLOAD)
def upload(sortie_id: str) -> Response:
    """Starts it; its course is heard on ``progress.<vehicle>`` and its end kept with the sortie (`web.indexer`)."""
    wanted = body(api.UploadStart)
    services, user = context(), session.user()
    flying = services.bus.entries(subjects.FLIGHTS_BUCKET, OpenFlight)
    _info(wanted.vehicle)
    reason = (wanted.override_reason or "").strip() or None
    upload_id = uuid.uuid4().hex
    with services.database.write() as db:
        sortie = sorties.lock(db, sortie_id)
        reach.require_edit(user, sortie)
        _require_upload(db, sortie, wanted.vehicle, reason, is_flying=subjects.token(wanted.vehicle) in flying)
        uploads.begin(db, upload_id, sortie, wanted.vehicle, user.username, reason)
        detail = {"sortie": sortie_id, "plan_sha256": sortie.plan_sha256, "upload": upload_id, "override": reason}
        audit.append(db, session.who(), "upload", wanted.vehicle, "sent", **detail)
    order = UploadOrder(upload_id, sortie.plan, sortie.plan_sha256)
    try:
        reply = ask(wanted.vehicle, UPLOAD, UPLOAD_ANSWER_S, msgspec.to_builtins(order), sortie_id, reason)
    except BusDown as error:
        _not_begun(upload_id, wanted.vehicle, "unanswered", error.text)
        raise
    if not reply.ok:
        _not_begun(upload_id, wanted.vehicle, "denied", reply.text)
        raise Conflict(reply.text, "vehicle")
    return answer(api.UploadStarted(upload_id, wanted.vehicle, reply.text), 202)


def _require_upload(db: Session, sortie: api.Sortie, vehicle: str, reason: str | None, *, is_flying: bool) -> None:
    """Only an approved plan goes up to the drone it was approved for, and to none that flies for someone else."""
    if reason is not None:
        if not session.may(Permission.PLAN_OVERRIDE):
            raise Forbidden("Only a supervisor may override an approval.")
        return
    if sortie.approved_sha256 != sortie.plan_sha256:
        raise Conflict("This plan is not approved. Only a supervisor may upload it, giving a reason.", "plan")
    if sortie.vehicle is not None and sortie.vehicle != vehicle:
        raise Conflict(f"This sortie is approved for {sortie.vehicle}.", "vehicle")
    holder = uploads.holder(db, vehicle)
    if is_flying and holder is not None and holder.sortie_id != sortie.sortie_id:
        whose = users.name_of(db, holder.pilot)
        raise Conflict(f"{vehicle} is flying sortie {holder.sortie_id} of {whose}.", "vehicle")


def _not_begun(upload_id: str, vehicle: str, outcome: str, why: str) -> None:
    with context().database.write() as db:
        uploads.refused(db, upload_id)
    audit.answered(context().database, session.who(), "upload", vehicle, outcome, why)
