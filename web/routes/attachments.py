"""Photographs and videos of a flight: taken in under their SHA-256, given out as they came."""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request, send_file

from telemetry.evidence import media
from telemetry.evidence.writing import write
from web import charts
from web.api_flights import Taken
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.bundle import attachment_folder
from web.context import context
from web.errors import BadRequest, Forbidden, NotFound
from web.routes.charts import draft_of, name_given, taken_in
from web.routes.downloads import DEED
from web.routes.flights import VIEW, seen
from web.store import attachments, audit

blueprint = Blueprint("attachments", __name__)

_END_BYTES: Final = 1 << 20


@blueprint.post("/api/flights/<flight_id>/attachments")
@requires(Permission.FLIGHT_NOTE)
def attach(flight_id: str) -> Response:
    """The file is the body, or came in pieces (`web.routes.charts.take_piece`) as ``?upload=``.

    ``?name=`` is its name; ``?taken_at=`` is for one that does not tell its time itself.
    """
    seen(flight_id)
    draft = _whole(flight_id)
    try:
        head, tail = _ends(draft)
        kind = media.media_type(head)
        if kind is None:
            raise BadRequest("a photograph (JPEG, PNG) or a video (MP4, QuickTime, WebM) is needed", "file")
        taken = _taken(head + tail)
        with draft.open("rb") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), draft.stat().st_size
            os.fsync(file.fileno())
        kept = draft.replace(draft.parent / digest)
    finally:
        draft.unlink(missing_ok=True)
    return taken_in(flight_id, kept, name_given("attachment"), kind, size, taken)


def _whole(flight_id: str) -> Path:
    """The file as it came, still without its name."""
    upload = request.args.get("upload")
    draft = draft_of(flight_id, upload or secrets.token_hex(8))
    if upload is None:
        draft.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        write(draft, request.get_data(cache=False), 0o640)
    elif not draft.is_file():
        raise NotFound("Nothing of this file is here.")
    return draft


def _ends(path: Path) -> tuple[bytes, bytes]:
    """Where a file says what it is and when it was made: a camera may write a video's header last."""
    with path.open("rb") as file:
        head = file.read(_END_BYTES)
        file.seek(max(len(head), path.stat().st_size - _END_BYTES))
        return head, file.read()


@blueprint.get("/flights/<flight_id>/attachments/<int:attachment_id>")
@requires(Permission.FLIGHT_READ)
def show(flight_id: str, attachment_id: int) -> Response:
    """A photograph or video is looked at; a log can only be taken away, as the recording itself."""
    services = context()
    seen(flight_id)
    with services.database.write() as db:
        found = attachments.get(db, flight_id, attachment_id)
        if found.media_type not in charts.MEDIA_TYPES:
            audit.append(db, session.who(), VIEW, flight_id, attachment=attachment_id)
        elif session.may(Permission.FLIGHT_EXPORT):
            audit.append(db, session.who(), DEED, flight_id, file=found.name, attachment=attachment_id)
        else:
            raise Forbidden("Your role may not take a flight's logs away.")
    path = attachment_folder(services.home, flight_id) / found.sha256
    if not path.is_file():
        raise NotFound("The file of this attachment is not here.")
    return send_file(path.absolute(), mimetype=found.media_type, download_name=found.name, conditional=True)


def _taken(content: bytes) -> Taken:
    given = request.args.get("taken_at", "").strip()
    if not given:
        known = media.taken_at(content)
        return Taken(known, "file" if known else None)
    try:
        at = datetime.fromisoformat(given)
    except ValueError as error:
        raise BadRequest("a time is written 2026-11-22T07:15:30Z", "taken_at") from error
    return Taken(at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC), "given")
