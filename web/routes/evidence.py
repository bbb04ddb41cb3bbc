"""A flight's evidence page: its record, how it is kept, who did what with it, and its exports.

Every deed here is in the audit and in the flight's custody log, in the transaction that does it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from telemetry.evidence.exporting import Handover
from telemetry.evidence.verifier import hash_of
from web import custody_words, dossier, handing_over, pages, query, reach, report
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import BadRequest
from web.exchange import attachment
from web.record import record
from web.store import audit, custody, exports, flights, keeping, records
from web.store.records import Form

blueprint = Blueprint("evidence", __name__)

DUE_LISTED: Final = 50


@blueprint.get("/evidence")
@requires(Permission.EVIDENCE_READ_ALL)
def overview() -> Response:
    """What waits for somebody: tasks, proposals to dispose, reviews due, holds; and a flight's page by any word."""
    services, now = context(), datetime.now(UTC)
    text = query.text("text") or ""
    if text:
        with services.database.write() as db:
            audit.append(db, session.who(), "flight.list", asked={"text": text})
    with services.database.read() as db:
        return pages.page(
            "evidence_overview.html",
            now=now,
            text=text,
            found=flights.search(db, flights.Search(text=text)).flights if text else None,
            tasks=records.tasks(db, still_open=True),
            proposals=keeping.proposals(db),
            due=keeping.due(db, now.date(), services.settings.retention, DUE_LISTED),
            holds=keeping.holds(db, standing=True),
        )


@blueprint.get("/flights/<flight_id>/evidence")
@requires(Permission.EVIDENCE_READ)
def page(flight_id: str) -> Response:
    services = context()
    with services.database.write() as db:
        require(db, flight_id)
        audit.append(db, session.who(), "flight.evidence", flight_id)
        known = dossier.gather(db, services.settings, flight_id)
    return pages.page(
        "evidence.html",
        now=datetime.now(UTC),
        known=known,
        record=record(known),
        custody=custody_words.shown(known.custody, known.person),
        form=known.filled.form if known.filled else Form(),
        classes=services.settings.retention,
        me=session.user().username,
    )


@blueprint.get("/flights/<flight_id>/report.pdf")
@requires(Permission.FLIGHT_EXPORT)
def printed(flight_id: str) -> Response:
    services = context()
    with services.database.write() as db:
        summary, _ = flights.get(db, flight_id)
        reach.require_flight(session.user(), summary)
        keeping.require_there(db, flight_id)
        audit.append(db, session.who(), "flight.download", flight_id, file="report.pdf")
        known = dossier.gather(db, services.settings, flight_id)
    return attachment(report.pdf(known, services.settings, datetime.now(UTC)), "application/pdf", f"{flight_id}.pdf")


@blueprint.post("/flights/<flight_id>/exports")
@requires(Permission.EVIDENCE_EXPORT)
def ask_export(flight_id: str) -> BaseResponse:
    """Gives the export its number and its line in the custody log; `export` packs it."""
    services, who = context(), session.who()
    with services.database.write() as db:
        require(db, flight_id)
        keeping.lock(db, flight_id)
        handing_over.require_sealed(dossier.gather(db, services.settings, flight_id))
        form = request.form
        asked = exports.begin(db, flight_id, session.user().username, form.get("reason", ""), form.get("recipient", ""))
        detail: dict[str, Any] = {"export": asked.number, "reason": asked.reason, "recipient": asked.recipient}
        audit.append(db, who, "flight.export", flight_id, **detail)
    flash(f"Export {asked.number} has its number. Download it now.", "ok")
    return back(flight_id, "exports")


@blueprint.get("/flights/<flight_id>/exports/<int:number>.zip")
@requires(Permission.EVIDENCE_EXPORT)
def export(flight_id: str, number: int) -> Response:
    """Once, to who asked for it."""
    services, user = context(), session.user()
    with services.database.read() as db:
        require(db, flight_id)
        keeping.require_there(db, flight_id)
        asked = exports.waiting(db, flight_id, number, user.username)
        known = dossier.gather(db, services.settings, flight_id)
        log, extract = custody.statements(db, flight_id), audit.of_flight(db, known.summary)
    contents = handing_over.Contents(known, log, extract, report.pdf(known, services.settings, asked.at))
    handover = Handover(
        services.settings.unit,
        number,
        asked.by,
        user.role.value,
        asked.recipient,
        asked.reason,
        asked.at,
        user.name,
    )
    packed, digest = handing_over.pack(contents, handover, services.home)
    with services.database.write() as db:
        keeping.lock(db, flight_id)
        exports.packed(db, number, digest)
        audit.append(db, session.who(), "flight.packed", flight_id, export=number, sha256=digest)
    name = f"{flight_id}-export-{number:05d}.zip"
    return send_file(packed, "application/zip", as_attachment=True, download_name=name)


@blueprint.post("/flights/<flight_id>/record")
@requires(Permission.FLIGHT_RECORD)
def fill_record(flight_id: str) -> BaseResponse:
    said = _form()
    with context().database.write() as db:
        require(db, flight_id)
        opened = records.fill(db, flight_id, session.user().username, said)
        audit.append(db, session.who(), "flight.record", flight_id, sha256=hash_of(str(msgspec.to_builtins(said))))
        for task in opened:
            audit.append(db, session.who(), "flight.task", flight_id, task=task.task_id, kind=task.kind)
    for task in opened:
        flash(f"The {task.kind} is a task now, due {task.due_at:%d %b %H:%M} UTC.", "warn")
    flash("The record is kept.", "ok")
    return back(flight_id, "record")


def _form() -> Form:
    """A text that is "none" by its checkbox is an empty one; what was left open stays unknown."""

    def text(name: str) -> str | None:
        written = request.form.get(name, "").strip()
        return written or ("" if request.form.get(f"no_{name}") else None)

    chosen = {
        "line_of_sight": request.form.get("line_of_sight") or None,
        "inspection_done": {"yes": True, "no": False}.get(request.form.get("inspection_done", "")),
    }
    texts = {name: text(name) for name in ("defects", "occurrences", "repairs", "remarks")}
    try:
        return msgspec.convert({**chosen, **texts}, Form)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from error


@blueprint.post("/flights/<flight_id>/tasks/<int:task_id>")
@requires(Permission.FLIGHT_RECORD)
def close_task(flight_id: str, task_id: int) -> BaseResponse:
    with context().database.write() as db:
        require(db, flight_id)
        task = records.close(db, flight_id, task_id, session.user().username, request.form.get("outcome", ""))
        audit.append(db, session.who(), "flight.task", flight_id, task=task.task_id, closed=True)
    return back(flight_id, "tasks")


def require(db: Session, flight_id: str) -> None:
    """That this user may see the flight's evidence."""
    summary, _ = flights.get(db, flight_id)
    reach.require_evidence(session.user(), summary)


def back(flight_id: str, part: str) -> BaseResponse:
    """To a part of the page, after a deed."""
    return redirect(f"{url_for('evidence.page', flight_id=flight_id)}#{part}", 303)
