"""Charts of a flight: which values its logs hold, and any window of one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Blueprint, Response

from telemetry.flight_folder import TLOG
from web import charts, circumstances, query
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.bundle import attachment_folder
from web.context import context
from web.errors import NotFound
from web.exchange import answer
from web.routes.flights import VIEW, looked, opened
from web.store import attachments, audit, flights

blueprint = Blueprint("charts", __name__)

RECORDING: Final = "recording"
_MOST_STRETCHES: Final = 4000


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
    source = query.text("source") or RECORDING
    with context().database.read() as db:
        other = None if source == RECORDING else attachments.get(db, flight_id, query.whole("source") or 0)
    asked = charts.Asked(
        message=query.text("message"),
        field=query.text("field") or "",
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
        others = flights.beside(db, summary)
    told = circumstances.circumstances(found.folder / TLOG, context().world.airspace, others)
    combined = [other.flight_id for other in told.others if other.nearest_at_s is not None]
    if combined:
        with context().database.write() as db:
            audit.append(db, session.who(), "flight.separation", flight_id, others=combined)
            for other in combined:
                audit.append(db, session.who(), "flight.separation", other, others=[flight_id])
    return answer(told)


def _attached(flight_id: str, sha256: str) -> Path:
    return attachment_folder(context().home, flight_id) / sha256
