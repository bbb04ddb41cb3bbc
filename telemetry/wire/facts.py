"""What happened and what holds: events, vehicles, alerts, incidents, who may watch."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from telemetry.wire.orders import Actor


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a vehicle. `text` is a whole sentence for people, `data` is for programs."""

    event_id: str
    at: datetime
    vehicle: str
    kind: str
    text: str
    actor: str | None = None
    data: dict[str, Any] = {}


class VehicleInfo(msgspec.Struct, frozen=True):
    """Slow facts about a vehicle. `known` is False for one that no settings file names."""

    vehicle: str
    gateway: str
    link: str
    system_id: int
    known: bool
    autopilot: str | None = None
    firmware: str | None = None
    serial: str | None = None
    capabilities: int | None = None
    statustexts: tuple[str, ...] = ()
    """The latest, oldest first, at most 20, with PreArm ones in the autopilot's own words."""
    commander: Actor | None = None
    """Who holds command: nobody else's orders are carried out, but for return, land, hold and pause."""
    command_since: datetime | None = None
    command_offered_to: str | None = None
    """The user whom the commander wants to take over."""
    command_override_reason: str | None = None
    """Why a supervisor took command from another."""


class Alert(msgspec.Struct, frozen=True):
    """Raised once; open until it has ended *and* been acknowledged. `severity`: warning or critical."""

    alert_id: str
    vehicle: str
    rule: str
    severity: str
    text: str
    raised_at: datetime
    ended_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None


class Grade(StrEnum):
    """How soon an incident needs somebody there, as UK control rooms grade their calls."""

    IMMEDIATE = "immediate"
    PRIORITY = "priority"
    SCHEDULED = "scheduled"


class Incident(msgspec.Struct, frozen=True):
    """Something that a drone may be wanted at. `number` is the force's own; `place` is in words. Open until closed.

    `version` counts changes: of two messages about one incident the greater one is true.
    """

    incident_id: str
    number: str
    place: str
    lat_deg: float
    lon_deg: float
    grade: Grade
    note: str
    version: int
    opened_at: datetime
    opened_by: str
    changed_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None


class GuestView(msgspec.Struct, frozen=True):
    """What the holder of a guest link may watch. It is told on ``guest.<id>`` until it expires."""

    guest_id: str
    vehicles: tuple[str, ...]
    expires_at: datetime
