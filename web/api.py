"""What the pages and the server say to each other. TypeScript types are generated from these structs."""

from __future__ import annotations

from datetime import datetime

import msgspec

from mission.finding import Finding
from mission.plan import Plan
from telemetry.wire import Alert, Onboard, UploadReceipt, VehicleInfo


class Me(msgspec.Struct, frozen=True):
    username: str
    name: str
    role: str
    """pilot, observer, control_room, supervisor, administrator."""
    can: tuple[str, ...]
    """Permissions, e.g. ``plan.edit``; for drawing only, the server decides."""


class BusTicket(msgspec.Struct, frozen=True):
    """How a browser joins the bus: a NATS WebSocket address and a subscribe-only credential that expires."""

    url: str
    jwt: str
    seed: str
    subjects: tuple[str, ...]
    expires_at: datetime


class ProfilePoint(msgspec.Struct, frozen=True, array_like=True):
    """One point of the altitude profile along the path."""

    distance_m: float
    height_home_m: float
    ground_home_m: float | None
    item: int | None


class PlanReport(msgspec.Struct, frozen=True):
    """Answer of ``POST /api/plans/check``: the server's judgement of one state of a plan."""

    revision: int
    """Echo of the request's, so that a late answer is not shown for a newer plan."""
    plan_sha256: str
    findings: tuple[Finding, ...]
    profile: tuple[ProfilePoint, ...]
    distance_m: float
    duration_s: float
    battery_pct: float | None
    may_submit: bool


class CheckRequest(msgspec.Struct, frozen=True):
    revision: int
    plan: Plan


class Sortie(msgspec.Struct, frozen=True):
    """`state`: draft, submitted, approved, rejected, uploaded, flown."""

    sortie_id: str
    title: str
    purpose: str
    incident: str | None
    pilot: str
    observer: str | None
    vehicle: str | None
    state: str
    version: int
    """Counts edits; a save names the version it was made from, and a newer one on the server refuses it."""
    plan: Plan
    plan_sha256: str
    approved_by: str | None = None
    approved_at: datetime | None = None
    approved_sha256: str | None = None
    rejected_reason: str | None = None
    receipt: UploadReceipt | None = None
    updated_at: datetime | None = None


class SortieSave(msgspec.Struct, frozen=True):
    version: int
    title: str
    purpose: str
    plan: Plan
    incident: str | None = None
    observer: str | None = None
    vehicle: str | None = None


class Fleet(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/fleet``: what a live page needs before its first frame."""

    vehicles: tuple[VehicleInfo, ...]
    onboard: tuple[Onboard, ...]
    alerts: tuple[Alert, ...]


class Problem(msgspec.Struct, frozen=True):
    """Body of every 4xx/5xx answer under /api. `where` names the field or the place in a file."""

    text: str
    where: str | None = None
