"""What a person asks of a vehicle, or of the monitor, over the bus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telemetry import subjects
from telemetry.wire import Actor, Reply, Request
from web.auth import session
from web.context import context
from web.errors import BusDown
from web.store import audit


def ask(
    whom: str,
    verb: str,
    wait_s: float,
    arguments: dict[str, Any],
    sortie: str | None = None,
    reason: str | None = None,
) -> Reply:
    """In the name of who is logged in. Raises `BusDown` when nobody answers within `wait_s`."""
    user = session.user()
    request = Request(Actor(user.username, user.role.value), arguments, sortie, reason)
    try:
        return context().bus.request(subjects.request(whom, verb), request, Reply, wait_s)
    except BusDown as error:
        raise BusDown(f"{whom} cannot be reached: {error.text}") from error


def audited(action: str, about: str, asked: Callable[[], Reply]) -> Reply:
    """What `asked` answers. That, or that nobody answered, stands in the audit after the row that it was sent."""
    database, who = context().database, session.who()
    try:
        reply = asked()
    except BusDown as error:
        audit.answered(database, who, action, about, "unanswered", error.text)
        raise
    audit.answered(database, who, action, about, "done" if reply.ok else "denied", reply.text)
    return reply
