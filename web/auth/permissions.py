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
    AUDIT_READ = "audit.read"
    USERS_MANAGE = "users.manage"


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
            Permission.AUDIT_READ,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Permission.ACCOUNT, Permission.AUDIT_READ, Permission.USERS_MANAGE}),
}


def allowed(role: Role, permission: Permission) -> bool:
    return permission in ALLOWED[role]
