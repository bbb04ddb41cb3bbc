"""Sorties: drawn, submitted, approved or rejected. `web.routes.vehicles` uploads them."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mission.finding import Severity
from mission.kneeboard import Details, kneeboard
from web import api, pages, query, reach
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission, Role
from web.context import context
from web.errors import BadRequest, Conflict
from web.exchange import answer, body
from web.judgement import data_sets, judge
from web.routes.plans import file_name, plan_file
from web.store import audit, sorties, users

blueprint = Blueprint("sorties", __name__)


@blueprint.get("/sorties")
@requires(Permission.PLAN_READ)
def listing() -> Response:
    wanted = _search()
    with context().database.read() as db:
        found = sorties.search(db, wanted)
    return pages.page("sorties.html", found=found, wanted=wanted, states=list(sorties.State))


@blueprint.get("/api/sorties")
@requires(Permission.PLAN_READ)
def list_json() -> Response:
    with context().database.read() as db:
        return answer(sorties.search(db, _search()))


@blueprint.get("/api/offers")
@requires(Permission.PLAN_EDIT)
def offers() -> Response:
    """What was drawn for the caller and waits for them; every page a pilot has open asks now and then."""
    with context().database.read() as db:
        return answer(sorties.offers(db, session.user().username))


def _search() -> sorties.Search:
    user = session.user()
    of = None if session.may(Permission.PLAN_READ_ALL) else user.username
    if query.text("mine"):
        of = user.username
    return sorties.Search(
        of=of,
        text=query.text("text"),
        state=query.text("state"),
        page=query.page(),
    )


@blueprint.post("/sorties")
@requires(Permission.PLAN_EDIT)
def create_from_form() -> BaseResponse:
    """The list's form: opens the plan page of the new draft."""
    made = api.SortieCreate(
        title=request.form.get("title", ""),
        purpose=request.form.get("purpose", ""),
        incident=request.form.get("incident") or None,
    )
    return redirect(url_for("sorties.plan_page", sortie_id=_create(made).sortie_id))


@blueprint.post("/api/sorties")
@requires(Permission.PLAN_EDIT)
def create() -> Response:
    return _view(_create(body(api.SortieCreate)), 201)


def _create(made: api.SortieCreate) -> api.Sortie:
    with context().database.write() as db:
        sortie = sorties.create(db, session.user().username, made)
        audit.append(db, session.who(), "sortie.create", sortie.sortie_id, plan_sha256=sortie.plan_sha256)
    return sortie


@blueprint.get("/sorties/<sortie_id>")
@requires(Permission.PLAN_READ)
def plan_page(sortie_id: str) -> Response:
    services, user = context(), session.user()
    with services.database.read() as db:
        sortie = sorties.get(db, sortie_id)
        reach.require_read(user, sortie)
        observers = users.with_role(db, Role.OBSERVER)
    data = api.PlanPage(
        sortie=sortie,
        rights=reach.rights(user, sortie),
        vehicles=services.settings.callsigns,
        observers=tuple(api.Person(observer.username, observer.name) for observer in observers),
        names=pages.names(),
        **pages.frame(),
    )
    return pages.shell(sortie.title, "plan", data)


@blueprint.get("/api/sorties/<sortie_id>")
@requires(Permission.PLAN_READ)
def get(sortie_id: str) -> Response:
    return _view(_readable(sortie_id))


@blueprint.put("/api/sorties/<sortie_id>")
@requires(Permission.PLAN_EDIT)
def save(sortie_id: str) -> Response:
    saved = body(api.SortieSave)
    with context().database.write() as db:
        before = sorties.lock(db, sortie_id)
        reach.require_edit(session.user(), before)
        sortie = sorties.save(db, sortie_id, session.user().username, saved)
        if sortie.version != before.version:
            audit.append(
                db,
                session.who(),
                "sortie.save",
                sortie_id,
                version=sortie.version,
                plan_sha256=sortie.plan_sha256,
                approval_voided=before.approved_by is not None,
            )
    return _view(sortie)


@blueprint.get("/api/sorties/<sortie_id>/versions")
@requires(Permission.PLAN_READ)
def versions(sortie_id: str) -> Response:
    _readable(sortie_id)
    with context().database.read() as db:
        return answer(tuple(sorties.versions(db, sortie_id)))


@blueprint.get("/api/sorties/<sortie_id>/plan.<format_name>")
@requires(Permission.PLAN_READ)
def export(sortie_id: str, format_name: str) -> Response:
    sortie = _readable(sortie_id)
    response = plan_file(sortie.plan, format_name, sortie.title)
    with context().database.write() as db:
        audit.append(db, session.who(), "sortie.export", sortie_id, format=format_name)
    return response


@blueprint.get("/sorties/<sortie_id>/kneeboard.pdf")
@requires(Permission.PLAN_READ)
def kneeboard_sheet(sortie_id: str) -> Response:
    """The saved plan for the pilot's leg; printed, so it says which version it is by the plan's SHA-256."""
    sortie = _readable(sortie_id)
    if sortie.plan.home is None:
        raise BadRequest("the plan has no home yet, so there is nothing to print", "plan")
    people = pages.names()
    details = Details(
        title=sortie.title,
        purpose=sortie.purpose,
        incident=sortie.incident or "",
        pilot=people.get(sortie.pilot, sortie.pilot),
        observer=people.get(sortie.observer, sortie.observer) if sortie.observer else "",
        vehicle=sortie.vehicle or "",
    )
    response = Response(kneeboard(sortie.plan, details, context().world), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"{file_name(sortie.title)}.pdf")
    with context().database.write() as db:
        audit.append(db, session.who(), "sortie.export", sortie_id, format="kneeboard")
    return response


@blueprint.post("/api/sorties/<sortie_id>/submit")
@requires(Permission.PLAN_EDIT)
def submit(sortie_id: str) -> Response:
    """Only a plan without an ERROR finding, as the server judges it now."""
    wanted = body(api.SortieSubmit)
    drafted = _readable(sortie_id)
    with context().database.read() as db:
        others = sorties.others(db, sortie_id)
    judged = judge(drafted.plan, 0, context().world, others)
    with context().database.write() as db:
        reach.require_edit(session.user(), sorties.lock(db, sortie_id))
        sortie = sorties.submit(db, sortie_id, wanted.version)
        if sortie.plan_sha256 != judged.plan_sha256:
            raise Conflict("Somebody has changed the plan since. Load the newest.", "version")
        errors = [finding.text for finding in judged.findings if finding.severity is Severity.ERROR]
        if errors or not judged.may_submit:
            raise Conflict(f"The plan has errors: {'; '.join(errors)}", "plan")
        audit.append(
            db,
            session.who(),
            "sortie.submit",
            sortie_id,
            plan_sha256=sortie.plan_sha256,
            checked_against=[msgspec.to_builtins(source) for source in judged.data_sets],
        )
    return _view(sortie)


@blueprint.post("/api/sorties/<sortie_id>/approve")
@requires(Permission.PLAN_APPROVE)
def approve(sortie_id: str) -> Response:
    wanted = body(api.SortieApprove)
    return _decide(sortie_id, wanted.plan_sha256, approved=True, reason=None)


@blueprint.post("/api/sorties/<sortie_id>/reject")
@requires(Permission.PLAN_APPROVE)
def reject(sortie_id: str) -> Response:
    wanted = body(api.SortieReject)
    if not wanted.reason.strip():
        raise BadRequest("say why, so that the pilot can put it right", "reason")
    return _decide(sortie_id, wanted.plan_sha256, approved=False, reason=wanted.reason.strip())


def _decide(sortie_id: str, plan_sha256: str, *, approved: bool, reason: str | None) -> Response:
    supervisor = session.user().username
    with context().database.write() as db:
        sortie = sorties.decide(db, sortie_id, supervisor, plan_sha256, approved=approved, reason=reason)
        deed = "sortie.approve" if approved else "sortie.reject"
        audit.append(
            db,
            session.who(),
            deed,
            sortie_id,
            plan_sha256=plan_sha256,
            reason=reason,
            checked_against=[msgspec.to_builtins(source) for source in data_sets(context().world)],
        )
    return _view(sortie)


def _readable(sortie_id: str) -> api.Sortie:
    with context().database.read() as db:
        sortie = sorties.get(db, sortie_id)
    reach.require_read(session.user(), sortie)
    return sortie


def _view(sortie: api.Sortie, status: int = 200) -> Response:
    return answer(api.SortieView(sortie, reach.rights(session.user(), sortie)), status)
