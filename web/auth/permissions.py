"""Who may do what: the one table. Every route declares its permission; how far it reaches is in `web.reach`.

Without its ``…_ALL``, a permission reaches what is the user's own: sorties, their drones, their flights.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    PILOT = "pilot"
    OBSERVER = "observer"
    CONTROL_ROOM = "control_room"
    SUPERVISOR = "supervisor"
    ACCOUNTABLE_MANAGER = "accountable_manager"
    DISCLOSURE = "disclosure"
    """Disclosure and data protection: sees exhibits, gives them out, places holds."""
    ADMINISTRATOR = "administrator"
    GUEST = "guest"
    """Whoever holds a guest link: no user, never in the list of users."""


PEOPLE: Final = tuple(role for role in Role if role is not Role.GUEST)
"""What a user may be."""


class Permission(StrEnum):
    ACCOUNT = "account"
    """One's own home page, password and activity."""
    MAP_VIEW = "map.view"
    """The ground of every map."""
    PLAN_READ = "plan.read"
    PLAN_READ_ALL = "plan.read.all"
    PLAN_EDIT = "plan.edit"
    PLAN_EDIT_ALL = "plan.edit.all"
    PLAN_APPROVE = "plan.approve"
    PLAN_UPLOAD = "plan.upload"
    PLAN_OVERRIDE = "plan.override"
    """Upload without an approval, for a typed reason."""
    VEHICLE_ORDER = "vehicle.order"
    """Some orders to some vehicles; which ones is `web.reach.orders`."""
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
    FLIGHT_READ_EXHIBITS = "flight.read.exhibits"
    """Flights that were exported as evidence, or are on legal hold."""
    FLIGHT_RECORD = "flight.record"
    """Say of a flight what the machine cannot know; see to what follows from it."""
    EVIDENCE_READ = "evidence.read"
    """The record of one's own flights, and how they are kept."""
    EVIDENCE_READ_ALL = "evidence.read.all"
    EVIDENCE_EXPORT = "evidence.export"
    EVIDENCE_KEEP = "evidence.keep"
    """Retention classes and legal holds."""
    DISPOSAL_PROPOSE = "disposal.propose"
    DISPOSAL_DECIDE = "disposal.decide"
    """Of what somebody else proposed."""
    INCIDENT_READ = "incident.read"
    """All of them with `LIVE_ALL`, else those of one's own sorties."""
    INCIDENT_EDIT = "incident.edit"
    INCIDENT_OFFER = "incident.offer"
    """See which drones could go there, and offer the flight to a pilot."""
    GUESTS_INVITE = "guests.invite"
    FIGURES_READ = "figures.read"
    """Totals and trends over all flights, pilots and drones."""
    AUDIT_READ = "audit.read"
    USERS_MANAGE = "users.manage"
    TOKENS_MANAGE = "tokens.manage"


_PILOT = {
    Permission.ACCOUNT,
    Permission.MAP_VIEW,
    Permission.PLAN_READ,
    Permission.PLAN_EDIT,
    Permission.PLAN_UPLOAD,
    Permission.VEHICLE_ORDER,
    Permission.LIVE_VIEW,
    Permission.ALERT_ACKNOWLEDGE,
    Permission.FLIGHT_READ,
    Permission.FLIGHT_NOTE,
    Permission.FLIGHT_EXPORT,
    Permission.FLIGHT_RECORD,
    Permission.EVIDENCE_READ,
    Permission.INCIDENT_READ,
}

ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    Role.PILOT: frozenset(_PILOT),
    Role.OBSERVER: frozenset(
        {
            Permission.ACCOUNT,
            Permission.MAP_VIEW,
            Permission.PLAN_READ,
            Permission.PLAN_READ_ALL,
            Permission.VEHICLE_ORDER,
            Permission.LIVE_VIEW,
        }
    ),
    Role.CONTROL_ROOM: frozenset(
        {
            Permission.ACCOUNT,
            Permission.MAP_VIEW,
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
            Permission.EVIDENCE_READ_ALL,
            Permission.EVIDENCE_EXPORT,
            Permission.EVIDENCE_KEEP,
            Permission.DISPOSAL_PROPOSE,
            Permission.INCIDENT_EDIT,
            Permission.INCIDENT_OFFER,
            Permission.GUESTS_INVITE,
            Permission.FIGURES_READ,
            Permission.AUDIT_READ,
        }
    ),
    Role.ACCOUNTABLE_MANAGER: frozenset(
        {
            Permission.ACCOUNT,
            Permission.MAP_VIEW,
            Permission.PLAN_READ,
            Permission.PLAN_READ_ALL,
            Permission.EVIDENCE_READ,
            Permission.EVIDENCE_READ_ALL,
            Permission.EVIDENCE_KEEP,
            Permission.DISPOSAL_PROPOSE,
            Permission.DISPOSAL_DECIDE,
            Permission.FIGURES_READ,
            Permission.AUDIT_READ,
        }
    ),
    Role.DISCLOSURE: frozenset(
        {
            Permission.ACCOUNT,
            Permission.MAP_VIEW,
            Permission.FLIGHT_READ,
            Permission.FLIGHT_READ_EXHIBITS,
            Permission.EVIDENCE_READ,
            Permission.EVIDENCE_READ_ALL,
            Permission.EVIDENCE_EXPORT,
            Permission.EVIDENCE_KEEP,
            Permission.AUDIT_READ,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ACCOUNT,
            Permission.MAP_VIEW,
            Permission.AUDIT_READ,
            Permission.USERS_MANAGE,
            Permission.TOKENS_MANAGE,
        }
    ),
    Role.GUEST: frozenset({Permission.LIVE_VIEW, Permission.MAP_VIEW}),
}


def allowed(role: Role, permission: Permission) -> bool:
    return permission in ALLOWED[role]
