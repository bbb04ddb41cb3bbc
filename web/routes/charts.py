"""Charts of a flight: which values its logs hold, any window of one of them, and further logs of it taken in."""

from __future__ import annotations

import hashlib
import os
import re
import time
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request

from telemetry.errors import RecordingError
from web import charts, circumstances, query
from web.api_flights import Taken
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.bundle import TLOG, attachment_folder
from web.context import context
from web.errors import BadRequest, Conflict, Gone, NotFound, TooLarge
from web.exchange import answer
from web.routes.flights import VIEW, looked, opened, seen
from web.store import attachments, audit, keeping

blueprint = Blueprint("charts", __name__)

LOG_LIMIT_BYTES: Final = 2 * 1024**3
_UPLOAD: Final = re.compile("[0-9a-f]{16}")
_DRAFT: Final = ".part"
_FORGOTTEN_S: Final = 24 * 3600.0
_MOST_STRETCHES: Final = 4000
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
RECORDING: Final = "recording"


@blueprint.get("/api/flights/<flight_id>/logs")
@requires(Permission.FLIGHT_READ)
def logs(flight_id: str) -> Response:
    """Our own recording, and every log attached."""
    _, found = opened(flight_id, VIEW, part="logs")
    with context().database.read() as db:
        attached = attachments.of(db, flight_id)
    others = [(one, _attached(flight_id, one.sha256)) for one in attached if one.media_type in charts.MEDIA_TYPES]
    return answer(charts.logs(found.folder / TLOG, others))


@blueprint.get("/api/flights/<flight_id>/chart")
@requires(Permission.FLIGHT_READ)
def chart(flight_id: str) -> Response:
    """One window of one value."""
    own = looked(flight_id, "chart")[1] / TLOG
    source = request.args.get("source", RECORDING)
    with context().database.read() as db:
        other = None if source == RECORDING else attachments.get(db, flight_id, query.whole("source") or 0)
    asked = charts.Asked(
        message=request.args.get("message"),
        field=request.args.get("field", ""),
        instance=query.whole("instance"),
        from_s=query.number("from"),
        to_s=query.number("to"),
        stretches=max(1, min(_MOST_STRETCHES, query.whole("stretches") or 1000)),
    )
    try:
        return answer(charts.window(own, own if other is None else _attached(flight_id, other.sha256), asked))
    except KeyError as error:
        raise NotFound(f"This log holds no {error.args[0]} that a chart could show.") from error


@blueprint.get("/api/flights/<flight_id>/circumstances")
@requires(Permission.FLIGHT_READ)
def flown_in(flight_id: str) -> Response:
    """That flights were combined is in the custody log of each before anybody sees how near they came."""
    summary, found = opened(flight_id, VIEW, part="circumstances")
    with context().database.read() as db:
        ended_at = summary.ended_at or summary.started_at
        others = circumstances.overlapping(db, flight_id, summary.started_at, ended_at)
    told = circumstances.circumstances(found.folder / TLOG, context().world.airspace, others)
    combined = [other.flight_id for other in told.others if other.nearest_at_s is not None]
    if combined:
        with context().database.write() as db:
            audit.append(db, session.who(), "flight.separation", flight_id, others=combined)
            for other in combined:
                audit.append(db, session.who(), "flight.separation", other, others=[flight_id])
    return answer(told)


@blueprint.put("/api/flights/<flight_id>/logs/<upload>")
@requires(Permission.FLIGHT_NOTE)
def take_piece(flight_id: str, upload: str) -> Response:
    """A piece of a log or video being attached; ``?at=`` is how much of it came before. `upload`: 16 hex digits."""
    seen(flight_id)
    draft = draft_of(flight_id, upload)
    draft.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    if query.whole("at") == 0:
        _clear(draft)
    content = request.get_data(cache=False)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640), "ab") as file:
        if file.tell() != query.whole("at"):
            raise Conflict(f"{file.tell()} bytes of this log are here.", "at")
        if file.tell() + len(content) > LOG_LIMIT_BYTES:
            raise TooLarge(f"A log of more than {LOG_LIMIT_BYTES // 1024**2} MB is not taken.")
        file.write(content)
    return Response(status=204)


@blueprint.post("/api/flights/<flight_id>/logs/<upload>")
@requires(Permission.FLIGHT_NOTE)
def attach(flight_id: str, upload: str) -> Response:
    """All pieces of the log (.bin, .tlog or .ulg) are here; ``?name=`` is its name. What cannot be read is not kept."""
    opened(flight_id, VIEW, part="logs")
    draft = draft_of(flight_id, upload)
    if not draft.is_file():
        raise NotFound("Nothing of this log is here.")
    with draft.open("rb") as file:
        digest, size = hashlib.file_digest(file, "sha256").hexdigest(), draft.stat().st_size
        os.fsync(file.fileno())
    was_here = (draft.parent / digest).is_file()
    kept = draft.replace(draft.parent / digest)
    try:
        log = charts.readable(kept)
    except RecordingError as error:
        if not was_here:  # else these bytes are an attachment of another kind, which stays
            kept.unlink()
        raise BadRequest(f"a log (.bin, .tlog, .ulg) is needed: {error.what}", "file") from error
    return taken_in(flight_id, kept, name_given("log"), charts.KINDS[log.kind], size, charts.begun(log))


def taken_in(flight_id: str, kept: Path, name: str, media_type: str, size: int, taken: Taken) -> Response:
    """The file at `kept`, named by its SHA-256, is an attachment from now on; it goes if the flight has gone."""
    digest, by = kept.name, session.user().username
    with context().database.write() as db:
        try:
            keeping.lock(db, flight_id)
        except Gone:
            kept.unlink(missing_ok=True)
            raise
        made = attachments.add(db, flight_id, by, name, media_type, size, digest, taken)
        audit.append(
            db, session.who(), "flight.attach", flight_id, attachment=made.attachment_id, sha256=digest, bytes=size
        )
    return answer(made, 201)


def draft_of(flight_id: str, upload: str) -> Path:
    """Where the pieces of an upload are put together."""
    if not _UPLOAD.fullmatch(upload):
        raise BadRequest("16 hex digits are needed", "upload")
    return attachment_folder(context().home, flight_id) / f"{upload}{_DRAFT}"


def name_given(otherwise: str) -> str:
    """``?name=`` of a file attached, in letters that every system takes."""
    return _UNSAFE.sub("-", request.args.get("name", ""))[-100:].strip("-.") or otherwise


def _clear(draft: Path) -> None:
    """Begins anew, and drops what others began long ago and never ended."""
    draft.unlink(missing_ok=True)
    for old in draft.parent.glob(f"*{_DRAFT}"):
        if time.time() - old.stat().st_mtime > _FORGOTTEN_S:
            old.unlink(missing_ok=True)


def _attached(flight_id: str, sha256: str) -> Path:
    return attachment_folder(context().home, flight_id) / sha256
