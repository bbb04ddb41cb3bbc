"""Who may do what: the one table. Every route declares its permission; the reach of it is checked by the route.

A permission whose name ends in ``own`` reaches what is the user's: his sorties, their drones, their flights.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    PILOT = "pilot"
    OBSERVER = "observer"
    CONTROL_ROOM = "control_room"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    GUEST = "guest"
    """Whoever holds a guest link: no user, never in the list of users."""


PEOPLE: Final = tuple(role for role in Role if role is not Role.GUEST)
"""What a user may be."""


class Permission(StrEnum):
    ACCOUNT = "account"
    """One's own home page, password and activity."""
    PLAN_READ = "plan.read"
    PLAN_READ_ALL = "plan.read.all"
    PLAN_EDIT = "plan.edit"
    PLAN_EDIT_ALL = "plan.edit.all"
    PLAN_APPROVE = "plan.approve"
    PLAN_UPLOAD = "plan.upload"
    PLAN_OVERRIDE = "plan.override"
    """Upload without an approval, for a typed reason."""
    VEHICLE_ORDER = "vehicle.order"
    """Some orders to some vehicles; which ones is `web.vehicles.rights`."""
    VEHICLE_OVERRIDE = "vehicle.override"
    """Any order to any vehicle, for a typed reason."""
    LIVE_VIEW = "live.view"
    LIVE_ALL = "live.all"
    ALERT_ACKNOWLEDGE = "alert.acknowledge"
    FLIGHT_READ = "flight.read"
    FLIGHT_READ_RECENT = "flight.read.recent"
    FLIGHT_READ_ALL = "flight.read.all"
    FLIGHT_NOTE = "flight.note"
    FLIGHT_EXPORT = "flight.export"
    FLIGHT_SIGN_OFF = "flight.sign_off"
    """Of flights that one did not fly oneself."""
    INCIDENT_READ = "incident.read"
    """All of them with `LIVE_ALL`, else those of one's own sorties."""
    INCIDENT_EDIT = "incident.edit"
    INCIDENT_OFFER = "incident.offer"
    """See which drones could go there, and offer the flight to a pilot."""
    GUESTS_INVITE = "guests.invite"
    AUDIT_READ = "audit.read"
    USERS_MANAGE = "users.manage"
    TOKENS_MANAGE = "tokens.manage"


_PILOT = {
    Permission.ACCOUNT,
    Permission.PLAN_READ,
    Permission.PLAN_EDIT,
    Permission.PLAN_UPLOAD,
    Permission.VEHICLE_ORDER,
    Permission.LIVE_VIEW,
    Permission.ALERT_ACKNOWLEDGE,
    Permission.FLIGHT_READ,
    Permission.FLIGHT_NOTE,
    Permission.FLIGHT_EXPORT,
    Permission.INCIDENT_READ,
}

ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    Role.PILOT: frozenset(_PILOT),
    Role.OBSERVER: frozenset(
        {
            Permission.ACCOUNT,
            Permission.PLAN_READ,
            Permission.PLAN_READ_ALL,
            Permission.VEHICLE_ORDER,
            Permission.LIVE_VIEW,
        }
    ),
    Role.CONTROL_ROOM: frozenset(
        {
            Permission.ACCOUNT,
            Permission.PLAN_READ,
            Permission.PLAN_READ_ALL,
            Permission.LIVE_VIEW,
            Permission.LIVE_ALL,
            Permission.ALERT_ACKNOWLEDGE,
            Permission.FLIGHT_READ,
            Permission.FLIGHT_READ_RECENT,
            Permission.INCIDENT_READ,
            Permission.INCIDENT_EDIT,
            Permission.INCIDENT_OFFER,
            Permission.GUESTS_INVITE,
        }
    ),
    Role.SUPERVISOR: frozenset(
        _PILOT
        | {
            Permission.PLAN_READ_ALL,
            Permission.PLAN_EDIT_ALL,
            Permission.PLAN_APPROVE,
            Permission.PLAN_OVERRIDE,
            Permission.VEHICLE_OVERRIDE,
            Permission.LIVE_ALL,
            Permission.FLIGHT_READ_RECENT,
            Permission.FLIGHT_READ_ALL,
            Permission.FLIGHT_SIGN_OFF,
            Permission.INCIDENT_EDIT,
            Permission.INCIDENT_OFFER,
            Permission.GUESTS_INVITE,
            Permission.AUDIT_READ,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {Permission.ACCOUNT, Permission.AUDIT_READ, Permission.USERS_MANAGE, Permission.TOKENS_MANAGE}
    ),
    Role.GUEST: frozenset({Permission.LIVE_VIEW}),
}


def allowed(role: Role, permission: Permission) -> bool:
    return permission in ALLOWED[role]
