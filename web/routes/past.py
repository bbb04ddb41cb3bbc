"""The last hour of the live page: where every vehicle was, and which alerts there were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from flask import Blueprint, Response

from telemetry import subjects
from telemetry.wire import Alert, Event, LiveFrame, area_of
from web import api, listening, query, reach
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.custody_words import TOGETHER
from web.errors import BadRequest
from web.exchange import answer, instant
from web.store import audit, uploads

blueprint = Blueprint("past", __name__)

KEPT: Final = timedelta(hours=1)
REPLAY: Final = "live.replay"
LONGEST: Final = timedelta(minutes=5)
"""Of what is told at once."""


@blueprint.get("/api/past/frames")
@requires(Permission.LIVE_VIEW)
def frames() -> Response:
    """The fleet's frames from ``?since=`` until before ``?until=``, oldest first, as msgpack.

    ``&every_s=`` leaves out those of a gateway that come sooner after one that is told.
    """
    since, until = (instant(query.text(name) or "", name) for name in ("since", "until"))
    if not timedelta() < until - since <= LONGEST:
        raise BadRequest(f"At most {LONGEST} are told at once.", "until")
    every_s = query.number("every_s") or 0.0
    services, user = context(), session.user()
    found = _thinned(services.bus.past(subjects.PAST_STREAM, LiveFrame, since, until), every_s)
    audit.once(services.database, session.who(), REPLAY, within=TOGETHER, since=since.isoformat())
    with services.database.read() as db:
        heard = frozenset(listening.allowed(db, user))
    if subjects.LIVE_ALL not in heard:
        found = [_within(frame, heard) for frame in found]
    return Response(msgspec.msgpack.encode(found), content_type="application/msgpack")


@blueprint.get("/api/past/alerts")
@requires(Permission.LIVE_VIEW)
def alerts() -> Response:
    """Every alert of the last hour that the reader may hear of, as it stands now, in the order of their raising."""
    services, user = context(), session.user()
    since = datetime.now(UTC) - KEPT
    listed = services.bus.entries(subjects.ALERTS_BUCKET, Alert)
    latest = {alert.alert_id: alert for alert in listed.values()}
    for kind in subjects.ALERT_CHANGES:
        for event in services.bus.past(subjects.EVENTS_STREAM, Event, since, only=f"event.*.{kind}"):
            alert = msgspec.convert(event.data, Alert)
            latest[alert.alert_id] = _later(latest.get(alert.alert_id), alert)
    with services.database.read() as db:
        holders = uploads.holders(db)
    mine = [alert for alert in latest.values() if reach.may_hear_of(user, holders.get(alert.vehicle))]
    return answer(api.PastAlerts(tuple(sorted(mine, key=lambda alert: alert.raised_at))))


def _later(known: Alert | None, news: Alert) -> Alert:
    """What once ended or was acknowledged stays so."""
    if known is None:
        return news
    return msgspec.structs.replace(
        news,
        ended_at=news.ended_at or known.ended_at,
        acknowledged_at=news.acknowledged_at or known.acknowledged_at,
        acknowledged_by=news.acknowledged_by or known.acknowledged_by,
    )


def _thinned(found: list[LiveFrame], every_s: float) -> list[LiveFrame]:
    last: dict[str, datetime] = {}
    kept = []
    for frame in found:
        before = last.get(frame.gateway)
        if before is None or (frame.sent_at - before).total_seconds() >= every_s:
            last[frame.gateway] = frame.sent_at
            kept.append(frame)
    return kept


def _within(frame: LiveFrame, heard: frozenset[str]) -> LiveFrame:
    """What of it the reader would have heard."""
    vehicles = (one for one in frame.vehicles if subjects.live(area_of(one.lat_deg, one.lon_deg)) in heard)
    return msgspec.structs.replace(frame, vehicles=tuple(vehicles))
