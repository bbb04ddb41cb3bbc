"""How far a permission reaches: whose sorties, flights and vehicles. Every route that names one thing asks here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy.orm import Session

from telemetry.services.orders import COMMAND_VERBS, ORDERS, RESTORE
from telemetry.wire import Incident, VehicleInfo
from web import api, api_flights
from web.auth.permissions import Permission, Role, allowed
from web.errors import Forbidden
from web.store import flights as flight_store
from web.store import sorties, uploads, users
from web.store.users import Account

RECENT: Final = timedelta(days=7)
"""How far back a control room may review."""

VERBS: Final = (*ORDERS, *COMMAND_VERBS, RESTORE)
OBSERVER_VERBS: Final = ("pause", "hold", "return", "land")
"""An observer may hold and abort, nothing else."""


def _has(user: Account, permission: Permission) -> bool:
    return allowed(user.role, permission)


def require_read(user: Account, sortie: api.Sortie) -> None:
    if not _has(user, Permission.PLAN_READ_ALL) and user.username not in (sortie.pilot, sortie.observer):
        raise Forbidden(f"Sortie {sortie.sortie_id} is another pilot's.")


def require_edit(user: Account, sortie: api.Sortie) -> None:
    if not _has(user, Permission.PLAN_EDIT_ALL) and user.username != sortie.pilot:
        raise Forbidden(f"Sortie {sortie.sortie_id} is another pilot's; only that pilot or a supervisor may change it.")


def rights(user: Account, sortie: api.Sortie) -> api.SortieRights:
    """For drawing; each is checked again when it is used."""
    own = user.username == sortie.pilot
    edit = _has(user, Permission.PLAN_EDIT) and (own or _has(user, Permission.PLAN_EDIT_ALL))
    approved = sortie.approved_sha256 == sortie.plan_sha256
    return api.SortieRights(
        edit=edit,
        submit=edit and sortie.state == "draft",
        approve=_has(user, Permission.PLAN_APPROVE) and not own and sortie.state == "submitted",
        upload=edit and _has(user, Permission.PLAN_UPLOAD) and approved,
        override=_has(user, Permission.PLAN_OVERRIDE),
    )


def flights(user: Account) -> flight_store.Search:
    """The widest search this user may make."""
    if _has(user, Permission.FLIGHT_READ_ALL):
        return flight_store.Search()
    if _has(user, Permission.FLIGHT_READ_EXHIBITS):
        return flight_store.Search(exhibits=True)
    if _has(user, Permission.FLIGHT_READ_RECENT):
        return flight_store.Search(since=datetime.now(UTC) - RECENT)
    return flight_store.Search(of=user.username)


def require_flight(user: Account, flight: api_flights.FlightSummary) -> None:
    widest = flights(user)
    if widest.of is not None and flight.pilot != widest.of:
        raise Forbidden("That flight is another pilot's.")
    if widest.since is not None and flight.started_at < widest.since:
        raise Forbidden(f"Your role may only see flights of the last {RECENT.days} days.")
    if widest.exhibits and not flight.exhibit:
        raise Forbidden("Your role may only see flights that were exported as evidence or are on legal hold.")


def sees_evidence(user: Account, flight: api_flights.FlightSummary) -> bool:
    """Whether the flight's record, and how it is kept, are for this user."""
    return _has(user, Permission.EVIDENCE_READ_ALL) or (
        _has(user, Permission.EVIDENCE_READ) and user.username == flight.pilot
    )


def require_evidence(user: Account, flight: api_flights.FlightSummary) -> None:
    if not sees_evidence(user, flight):
        raise Forbidden("That flight is another pilot's.")


def may_sign_off(user: Account, flight: api_flights.FlightSummary) -> bool:
    return _has(user, Permission.FLIGHT_SIGN_OFF) and user.username != flight.pilot


def incident_numbers(db: Session, user: Account) -> set[str] | None:
    """The incidents this user may know of: None is all, else those that their latest sorties are for."""
    if _has(user, Permission.LIVE_ALL):
        return None
    latest = sorties.search(db, sorties.Search(of=user.username)).sorties
    return {sortie.incident for sortie in latest if sortie.incident}


def require_incident(db: Session, user: Account, incident: Incident) -> None:
    numbers = incident_numbers(db, user)
    if numbers is not None and incident.number not in numbers:
        raise Forbidden("None of your sorties is for that incident.")


class OrderRight(msgspec.Struct, frozen=True):
    """`needs_reason`: only as a supervisor's override, for a typed reason."""

    verbs: tuple[str, ...]
    needs_reason: bool = False


def orders(user: Account, holder: uploads.Holder | None, info: VehicleInfo | None = None) -> OrderRight:
    """What `user` may order a vehicle held so: the pilot of the sortie it is loaded for all, its observer to abort.

    All, too, whom its commander handed command over to; the gateway says no where somebody else holds it.
    """
    if not _has(user, Permission.VEHICLE_ORDER):
        return OrderRight(())
    if holder is not None and user.username == holder.pilot:
        return OrderRight(VERBS)
    if info is not None and _has(user, Permission.PLAN_UPLOAD) and user.username in _in_command(info):
        return OrderRight(VERBS)
    if _has(user, Permission.VEHICLE_OVERRIDE):
        return OrderRight(VERBS, needs_reason=True)
    if holder is not None and user.role is Role.OBSERVER and user.username == holder.observer:
        return OrderRight(OBSERVER_VERBS)
    return OrderRight(())


def pilots(db: Session) -> tuple[api.Person, ...]:
    """Those who may upload a plan of their own, and hold command."""
    able = [one for one in users.everyone(db) if one.active and _has(one, Permission.PLAN_UPLOAD)]
    return tuple(api.Person(one.username, one.name) for one in able)


def _in_command(info: VehicleInfo) -> tuple[str | None, str | None]:
    return info.commander.user if info.commander else None, info.command_offered_to


def may_hear_of(user: Account, holder: uploads.Holder | None) -> bool:
    """Whether alerts and the plan on board of a vehicle held so are for this user."""
    return _has(user, Permission.LIVE_ALL) or (holder is not None and user.username in holder.people)
