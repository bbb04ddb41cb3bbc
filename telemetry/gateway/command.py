"""Who holds command of one vehicle, as the gateway keeps it: every change is an event, and lasts over a restart.

| verb      | arguments      | by whom                                                                     |
|-----------|----------------|-----------------------------------------------------------------------------|
| take      |                | anyone who may order, while command is free; the one it is offered to       |
| take      | and a `reason` | a supervisor, from whoever holds it                                         |
| hand_over | `to`: username | the holder; it stays with him until the other takes it                      |
| release   |                | the holder                                                                  |

An order takes free command by itself, but on the ground only for as long as it is carried out, unless it arms: nobody
who has merely uploaded a plan stands in another's way. When the vehicle is disarmed, command is free again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from telemetry.bus import new_id
from telemetry.errors import AuthorityError
from telemetry.services import authority
from telemetry.services.authority import FREE, Authority
from telemetry.vehicle import Vehicle
from telemetry.wire import Actor, Event, Reply, Request, VehicleInfo

MAY_OVERRIDE: Final = frozenset({"supervisor"})
"""Roles whose order, with a reason, takes command away."""


class Command:
    """`was` is how the bus knows it from before a restart: still true of a vehicle in flight, and of no other."""

    def __init__(self, vehicle: Vehicle, was: VehicleInfo | None, tell: Callable[[Event], None]) -> None:
        self._vehicle, self._tell = vehicle, tell
        self.authority = FREE
        self._is_of_before = was is not None and was.commander is not None
        if was is not None:
            self.authority = Authority(
                was.commander, was.command_since, was.command_offered_to, was.command_override_reason
            )

    def beat(self) -> None:
        """Once the vehicle has said whether it flies."""
        if self._is_of_before and self._vehicle.armed is not None:
            self._is_of_before = False
            if not self._vehicle.armed:
                self.authority = FREE

    def disarmed(self) -> None:
        self._is_of_before = False
        holder = self.authority.holder
        if holder is not None:
            self._change(FREE, "disarmed", f"Disarmed: {holder.user} no longer holds command.", None, None)

    @contextmanager
    def ordering(self, verb: str, request: Request) -> Iterator[None]:
        """While an order is carried out nobody else's comes between. Raises `AuthorityError` before it begins."""
        self.beat()
        before = self.authority
        self._permit(verb, request)
        yield
        actor = request.actor
        if before.holder is None and self._holds(actor):
            if self._vehicle.armed:
                self._say(before, "taken", f"{actor.user} holds command.", actor, None)
            else:
                self.authority = before

    def change(self, verb: str, request: Request) -> Reply:
        """Carries out one of `orders.COMMAND_VERBS`."""
        self.beat()
        try:
            return Reply(True, self._changed(verb, request))
        except AuthorityError as error:
            return Reply(False, words(error))

    def _permit(self, verb: str, request: Request) -> None:
        now = datetime.now(UTC)
        try:
            self.authority = authority.order(self.authority, request.actor, verb, now)
        except AuthorityError:
            if not _may_override(request):
                raise
            self._override(request, now)

    def _changed(self, verb: str, request: Request) -> str:
        held, actor, now = self.authority, request.actor, datetime.now(UTC)
        if verb == "hand_over":
            to_user = request.arguments.get("to")
            if not isinstance(to_user, str) or not to_user or to_user == actor.user:
                raise AuthorityError(None, "Command is handed over to somebody: say to whom")
            text = f"{actor.user} offers command to {to_user}."
            return self._change(authority.hand_over(held, actor, to_user), verb, text, actor, request.reason)
        if verb == "release":
            text = f"{actor.user} released command."
            return self._change(authority.release(held, actor), verb, text, actor, request.reason)
        is_anothers = held.holder is not None and not self._holds(actor) and held.offered_to != actor.user
        if is_anothers and _may_override(request):
            return self._override(request, now)
        taken = authority.take(held, actor, now)
        if taken is held:
            return f"{actor.user} holds command."
        from_whom = f" from {held.holder.user}" if held.holder else ""
        return self._change(taken, verb, f"{actor.user} took command{from_whom}.", actor, request.reason)

    def _override(self, request: Request, now: datetime) -> str:
        held, actor, reason = self.authority, request.actor, request.reason or ""
        from_whom = f" from {held.holder.user}" if held.holder else ""
        text = f"{actor.user} took command{from_whom}: {reason}"
        return self._change(authority.override(held, actor, reason, now), "override", text, actor, reason)

    def _holds(self, actor: Actor) -> bool:
        return self.authority.holder is not None and self.authority.holder.user == actor.user

    def _change(self, after: Authority, verb: str, text: str, actor: Actor | None, reason: str | None) -> str:
        before, self.authority = self.authority, after
        self._say(before, verb, text, actor, reason)
        return text

    def _say(self, before: Authority, verb: str, text: str, actor: Actor | None, reason: str | None) -> None:
        now_held = self.authority
        data: dict[str, Any] = {
            "verb": verb,
            "holder": now_held.holder.user if now_held.holder else None,
            "before": before.holder.user if before.holder else None,
            "offered_to": now_held.offered_to,
            "reason": reason,
        }
        by = actor.user if actor else None
        self._tell(Event(new_id(), datetime.now(UTC), self._vehicle.name, "authority", text, by, data))


def words(error: AuthorityError) -> str:
    """For the one who is refused."""
    return f"{error.holder} {error.what}." if error.holder else f"{error.what}."


def _may_override(request: Request) -> bool:
    return request.actor.role in MAY_OVERRIDE and bool(request.reason and request.reason.strip())
