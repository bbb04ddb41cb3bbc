"""Command authority: one person holds command of a vehicle at a time.

    free ──take, first order──► held ──hand over──► held, offered ──take by the one it is offered to──► held by them
      ▲                          │ ▲                     │
      └─────────release──────────┘ └──override (with a reason)

A pure state machine; the gateway keeps one `Authority` per vehicle and announces every change. Return, land, hold and
pause are never blocked: whoever's role has them may give them at any time, and command stays where it is.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from telemetry.errors import AuthorityError
from telemetry.services.orders import EMERGENCY
from telemetry.wire import Actor


class Authority(msgspec.Struct, frozen=True):
    """`offered_to` is the user whom the holder wants to take over. `override_reason` says why it was taken away."""

    holder: Actor | None = None
    since: datetime | None = None
    offered_to: str | None = None
    override_reason: str | None = None


FREE = Authority()


def take(authority: Authority, actor: Actor, at: datetime) -> Authority:
    """Takes free command, or what is offered. Raises `AuthorityError` naming the holder."""
    if _holds(authority, actor):
        return authority
    if authority.holder is not None and authority.offered_to != actor.user:
        raise AuthorityError(authority.holder.user, "holds command; ask for it, or have a supervisor override")
    return Authority(actor, at)


def hand_over(authority: Authority, actor: Actor, to_user: str) -> Authority:
    """Offers command to `to_user`, who must take it: until then it stays. Raises `AuthorityError`."""
    _must_hold(authority, actor)
    return msgspec.structs.replace(authority, offered_to=to_user)


def release(authority: Authority, actor: Actor) -> Authority:
    """Frees command. Raises `AuthorityError` for anyone but the holder."""
    _must_hold(authority, actor)
    return FREE


def override(authority: Authority, actor: Actor, reason: str, at: datetime) -> Authority:
    """Takes command from whoever has it; who may is decided by role before. Raises `AuthorityError` without reason."""
    if not reason.strip():
        raise AuthorityError(authority.holder.user if authority.holder else None, "an override needs a reason")
    return Authority(actor, at, override_reason=reason.strip())


def order(authority: Authority, actor: Actor, verb: str, at: datetime) -> Authority:
    """Whether `actor` may give this order now: the first order takes free command. Raises `AuthorityError`."""
    return authority if verb in EMERGENCY else take(authority, actor, at)


def _holds(authority: Authority, actor: Actor) -> bool:
    return authority.holder is not None and authority.holder.user == actor.user


def _must_hold(authority: Authority, actor: Actor) -> None:
    if not _holds(authority, actor):
        holder = authority.holder.user if authority.holder else None
        raise AuthorityError(None, f"{actor.user} does not hold command" + (f"; {holder} does" if holder else ""))
