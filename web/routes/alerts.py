"""Alerts stay until somebody says that they have seen them."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from telemetry import subjects
from telemetry.wire import Alert
from web import reach
from web.asking import ask, audited
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import Forbidden, NotFound
from web.exchange import answer
from web.store import audit, uploads

blueprint = Blueprint("alerts", __name__)

ACKNOWLEDGE: Final = "alert.acknowledge"
ANSWER_S: Final = 5.0


@blueprint.post("/api/alerts/<alert_id>/acknowledge")
@requires(Permission.ALERT_ACKNOWLEDGE)
def acknowledge(alert_id: str) -> Response:
    """The monitor keeps the alerts; it is told who has seen this one."""
    services, user = context(), session.user()
    alert = services.bus.entry(subjects.ALERTS_BUCKET, subjects.alert_key(alert_id), Alert)
    if alert is None or alert.alert_id != alert_id:
        raise NotFound("That alert is over.")
    with services.database.write() as db:
        if not reach.may_hear_of(user, uploads.holder(db, alert.vehicle)):
            raise Forbidden("That alert is of another pilot's drone.")
        audit.append(db, session.who(), ACKNOWLEDGE, alert_id, "sent", vehicle=alert.vehicle, text=alert.text)
    wanted = {"alert_id": alert_id}
    return answer(audited(ACKNOWLEDGE, alert_id, lambda: ask(subjects.MONITOR, subjects.ACKNOWLEDGE, ANSWER_S, wanted)))
