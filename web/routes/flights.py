"""Recorded flights: found, looked at, annotated. `web.routes.downloads` gives them out. Every look is audited."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from telemetry.evidence.verifier import hash_of
from telemetry.flight_folder import TLOG
from web import api_flights, bundle, examining, flight_form, pages, query, reach, track
from web.against_plan import against_plan
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.custody_words import TOGETHER
from web.errors import BadRequest, Forbidden
from web.exchange import answer, body
from web.searchable import Points
from web.store import attachments, audit, flight_search, flights, keeping

blueprint = Blueprint("flights", __name__)

VIEW: Final = "flight.view"


@blueprint.get("/flights")
@requires(Permission.FLIGHT_READ)
def listing() -> BaseResponse:
    """What cannot be asked for is said and left out; the rest of the form stays as it was."""
    try:
        wanted = _asked()
    except BadRequest as error:
        rest = {name: value for name, value in request.args.items() if name != error.where}
        if len(rest) == len(request.args):
            raise
        flash(str(error), "crit")
        return redirect(f"{request.path}?{urlencode(rest)}")
    with context().database.read() as db:
        found = flights.search(db, wanted.search)
        tracks = flight_search.tracks(db, (one.flight_id for one in found.flights))
    shown = api_flights.FlightsMap(
        map=pages.map_config(),
        area=wanted.search.area.places if wanted.search.area else (),
        within_m=wanted.within_m,
        tracks=tuple(_listed(one, tracks[one.flight_id]) for one in found.flights if one.flight_id in tracks),
    )
    return pages.page(
        "flights.html",
        entry="flights",
        page_data=pages.embedded(shown),
        found=found,
        asked=wanted,
        wanted=wanted.search,
        alerts=flight_form.ALERTS,
    )


def _listed(flight: api_flights.FlightSummary, track: Points) -> api_flights.ListedTrack:
    path = zip((track["lon"] / 1e7).tolist(), (track["lat"] / 1e7).tolist(), strict=True)
    return api_flights.ListedTrack(flight.flight_id, flight.vehicle, flight.started_at, tuple(path))


@blueprint.get("/api/flights")
@requires(Permission.FLIGHT_READ)
def list_json() -> Response:
    wanted = _asked()
    with context().database.read() as db:
        return answer(flights.search(db, wanted.search))


def _asked() -> flight_form.Asked:
    """What the form asks for, within what the user may see; that he asked is in the audit."""
    with context().database.write() as db:
        audit.append(db, session.who(), "flight.list", asked=request.args.to_dict())
    return flight_form.asked(reach.flights(session.user()), context().places, query.page())


@blueprint.get("/flights/<flight_id>")
@requires(Permission.FLIGHT_READ)
def flight_page(flight_id: str) -> BaseResponse:
    with context().database.read() as db:
        summary, _ = flights.get(db, flight_id)
        gone = keeping.is_disposed(db, flight_id)
    if gone and reach.sees_evidence(session.user(), summary):
        return redirect(url_for("evidence.page", flight_id=flight_id))
    found = _flight(flight_id, compared=False)
    title = f"{found.summary.vehicle} {found.summary.started_at:%d %b %Y %H:%M}"
    return pages.shell(title, "flight", api_flights.FlightPage(flight=found, names=pages.names(), **pages.frame()))


@blueprint.get("/api/flights/<flight_id>")
@requires(Permission.FLIGHT_READ)
def get(flight_id: str) -> Response:
    return answer(_flight(flight_id, compared=True))


def _flight(flight_id: str, compared: bool) -> api_flights.Flight:
    """The page does not wait for the comparison: it reads the whole recording, and comes with the examination."""
    summary, found = opened(flight_id, VIEW)
    user, record = session.user(), found.record
    with context().database.read() as db:
        notes = flights.notes(db, flight_id)
        attached = attachments.of(db, flight_id)
    return api_flights.Flight(
        summary=summary,
        plan=found.plan,
        receipt=found.receipt,
        events=found.events,
        against_plan=against_plan(found) if compared else None,
        notes=tuple(notes),
        files=record.files,
        holes=record.holes,
        may_export=session.may(Permission.FLIGHT_EXPORT),
        may_note=session.may(Permission.FLIGHT_NOTE),
        may_sign_off=summary.sign_off is None and reach.may_sign_off(user, summary),
        attachments=tuple(attached),
        may_see_evidence=reach.sees_evidence(user, summary),
    )


def seen(flight_id: str) -> tuple[api_flights.FlightSummary, Path]:
    """The flight and its folder, if this user may see it and it was not disposed of."""
    with context().database.read() as db:
        summary, folder = flights.get(db, flight_id)
        reach.require_flight(session.user(), summary)
        keeping.require_there(db, flight_id)
    return summary, folder


def looked(flight_id: str, part: str) -> tuple[api_flights.FlightSummary, Path]:
    """`seen`, where a zoom is no deed of its own: that he looks is in the audit, unless it is since a few minutes."""
    found = seen(flight_id)
    audit.once(context().database, session.who(), VIEW, flight_id, within=TOGETHER, part=part)
    return found


def opened(flight_id: str, deed: str, **detail: str) -> tuple[api_flights.FlightSummary, bundle.Bundle]:
    """The flight, if this user may see it; that he did `deed` is in the audit before he has it."""
    summary, folder = seen(flight_id)
    found = bundle.read(folder)
    with context().database.write() as db:
        audit.append(db, session.who(), deed, flight_id, **detail)
    return summary, found


@blueprint.get("/api/flights/<flight_id>/series")
@requires(Permission.FLIGHT_READ)
def series(flight_id: str) -> Response:
    """The charts' columns."""
    _, found = opened(flight_id, VIEW, part="series")
    return answer(track.series(found.folder / TLOG))


@blueprint.get("/api/flights/<flight_id>/examination")
@requires(Permission.FLIGHT_READ)
def examination(flight_id: str) -> Response:
    _, found = opened(flight_id, VIEW, part="examination")
    with context().database.read() as db:
        attached = attachments.of(db, flight_id)
    observed = examining.observations(found.folder / TLOG, found.plan, attached)
    return answer(api_flights.Examination(observed, against_plan(found)))


@blueprint.post("/api/flights/<flight_id>/notes")
@requires(Permission.FLIGHT_NOTE)
def add_note(flight_id: str) -> Response:
    wanted = body(api_flights.NoteCreate)
    user = session.user()
    with context().database.write() as db:
        summary, _ = flights.get(db, flight_id)
        reach.require_flight(user, summary)
        keeping.lock(db, flight_id)
        note = flights.add_note(db, flight_id, user.username, wanted)
        audit.append(db, session.who(), "flight.note", flight_id, note=note.note_id, sha256=hash_of(note.text))
    return answer(note, 201)


@blueprint.post("/api/flights/<flight_id>/sign-off")
@requires(Permission.FLIGHT_SIGN_OFF)
def sign_off(flight_id: str) -> Response:
    wanted = body(api_flights.SignOffCreate)
    user = session.user()
    with context().database.write() as db:
        summary, _ = flights.get(db, flight_id)
        if not reach.may_sign_off(user, summary):
            raise Forbidden("You flew this flight; another supervisor signs it off.")
        keeping.lock(db, flight_id)
        signed = flights.sign_off(db, flight_id, user.username, wanted.remark)
        audit.append(db, session.who(), "flight.sign_off", flight_id, remark=signed.remark)
    return answer(signed, 201)
