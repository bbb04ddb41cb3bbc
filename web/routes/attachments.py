"""What is attached to a flight: photographs, videos and logs, taken in under their SHA-256, given out as they came."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request, send_file

from telemetry.errors import RecordingError
from telemetry.evidence import media
from web import charts, query
from web.api_flights import Taken
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.bundle import attachment_folder
from web.context import context
from web.errors import BadRequest, Conflict, Forbidden, Gone, NotFound, TooLarge
from web.exchange import answer
from web.routes.downloads import DEED
from web.routes.flights import VIEW, opened, seen
from web.store import attachments, audit, keeping
from web.store.attachments import File

blueprint = Blueprint("attachments", __name__)

LIMIT_BYTES: Final = 2 * 1024**3
_END_BYTES: Final = 1 << 20
_UPLOAD: Final = re.compile("[0-9a-f]{16}")
_DRAFT: Final = ".part"
_FORGOTTEN_S: Final = 24 * 3600.0
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


@blueprint.put("/api/flights/<flight_id>/logs/<upload>")
@requires(Permission.FLIGHT_NOTE)
def take_piece(flight_id: str, upload: str) -> Response:
    """A piece of a log or video being attached; ``?at=`` is how much of it came before. `upload`: 16 hex digits."""
    seen(flight_id)
    _add(flight_id, _draft(flight_id, upload), query.whole("at"))
    return Response(status=204)


@blueprint.post("/api/flights/<flight_id>/logs/<upload>")
@requires(Permission.FLIGHT_NOTE)
def attach_log(flight_id: str, upload: str) -> Response:
    """All pieces of the log (.bin, .tlog or .ulg) are here; ``?name=`` is its name. What cannot be read is not kept."""
    opened(flight_id, VIEW, part="logs")
    draft = _draft(flight_id, upload)
    if not draft.is_file():
        raise NotFound("Nothing of this log is here.")
    digest, size = _digest(draft)
    was_here = (draft.parent / digest).is_file()
    kept = draft.replace(draft.parent / digest)
    try:
        log = charts.readable(kept)
    except RecordingError as error:
        if not was_here:  # else these bytes are an attachment of another kind, which stays
            kept.unlink()
        raise BadRequest(f"a log (.bin, .tlog, .ulg) is needed: {error.what}", "file") from error
    return _taken_in(flight_id, kept, File(_name("log"), charts.KINDS[log.kind], size, digest, charts.begun(log)))


@blueprint.post("/api/flights/<flight_id>/attachments")
@requires(Permission.FLIGHT_NOTE)
def attach(flight_id: str) -> Response:
    """A photograph or video: the body, or what came in pieces (`take_piece`) as ``?upload=``.

    ``?name=`` is its name; ``?taken_at=`` is for one that does not tell its time itself.
    """
    seen(flight_id)
    upload = query.text("upload")
    draft = _draft(flight_id, upload or secrets.token_hex(8))
    if upload is None:
        _add(flight_id, draft, 0)
    elif not draft.is_file():
        raise NotFound("Nothing of this file is here.")
    try:
        head, tail = _ends(draft)
        kind = media.media_type(head)
        if kind is None:
            raise BadRequest("a photograph (JPEG, PNG) or a video (MP4, QuickTime, WebM) is needed", "file")
        taken = _taken(head + tail)
        digest, size = _digest(draft)
        kept = draft.replace(draft.parent / digest)
    finally:
        draft.unlink(missing_ok=True)
    return _taken_in(flight_id, kept, File(_name("attachment"), kind, size, digest, taken))


def _draft(flight_id: str, upload: str) -> Path:
    """Where the pieces of an upload are put together."""
    if not _UPLOAD.fullmatch(upload):
        raise BadRequest(f"{upload!r} is not 16 hex digits", "upload")
    return attachment_folder(context().home, flight_id) / f"{upload}{_DRAFT}"


def _add(flight_id: str, draft: Path, at: int | None) -> None:
    """The body, behind the `at` bytes before it. Under the flight's lock: nothing is put where all was erased."""
    content = request.get_data(cache=False)
    with context().database.write() as db:
        keeping.lock(db, flight_id)
        draft.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        if at == 0:
            _clear(draft)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640), "ab") as file:
            if file.tell() != at:
                raise Conflict(f"{file.tell()} bytes of it are here.", "at")
            if file.tell() + len(content) > LIMIT_BYTES:
                raise TooLarge(f"A file of more than {LIMIT_BYTES // 1024**2} MB is not taken.")
            file.write(content)


def _clear(draft: Path) -> None:
    """Begins anew, and drops what others began long ago and never ended."""
    draft.unlink(missing_ok=True)
    for old in draft.parent.glob(f"*{_DRAFT}"):
        if time.time() - old.stat().st_mtime > _FORGOTTEN_S:
            old.unlink(missing_ok=True)


def _ends(path: Path) -> tuple[bytes, bytes]:
    """Where a file says what it is and when it was made: a camera may write a video's header last."""
    with path.open("rb") as file:
        head = file.read(_END_BYTES)
        file.seek(max(len(head), path.stat().st_size - _END_BYTES))
        return head, file.read()


def _digest(draft: Path) -> tuple[str, int]:
    """The SHA-256 and the size of what came, which is on the disk from now on."""
    with draft.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return digest, file.tell()


def _taken(content: bytes) -> Taken:
    given = query.text("taken_at")
    if given is None:
        known = media.taken_at(content)
        return Taken(known, "file" if known else None)
    try:
        at = datetime.fromisoformat(given)
    except ValueError as error:
        raise BadRequest(f"{given!r} is no time: write 2026-11-22T07:15:30Z", "taken_at") from error
    return Taken(at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC), "given")


def _name(otherwise: str) -> str:
    """``?name=`` in letters that every system takes."""
    return _UNSAFE.sub("-", query.text("name") or "")[-100:].strip("-.") or otherwise


def _taken_in(flight_id: str, kept: Path, file: File) -> Response:
    """What lies at `kept` is an attachment from now on; it goes if the flight has gone."""
    with context().database.write() as db:
        try:
            keeping.lock(db, flight_id)
        except Gone:
            kept.unlink(missing_ok=True)
            raise
        made = attachments.add(db, flight_id, session.user().username, file)
        number, who = made.attachment_id, session.who()
        audit.append(db, who, "flight.attach", flight_id, attachment=number, sha256=file.sha256, bytes=file.size)
    return answer(made, 201)


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
