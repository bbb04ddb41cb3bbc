"""What the pages and the server say to each other. TypeScript types are generated from these structs.

What they say of recorded flights is in `web.api_flights`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from mission.airspace import DataSet
from mission.finding import Finding
from mission.patterns.odds import Odds
from mission.places import FoundPlace
from mission.plan import Plan
from mission.profile import ProfilePoint
from mission.report import FlownPoint
from telemetry.wire import Alert, Incident, Onboard, UploadReceipt, VehicleInfo


class Me(msgspec.Struct, frozen=True):
    username: str
    name: str
    role: str
    """A `web.auth.permissions.Role`."""
    can: tuple[str, ...]
    """Permissions, e.g. ``plan.edit``; for drawing only, the server decides."""


class BusTicket(msgspec.Struct, frozen=True):
    """How a browser joins the bus: a NATS WebSocket address and a subscribe-only credential that expires."""

    url: str
    jwt: str
    seed: str
    subjects: tuple[str, ...]
    expires_at: datetime


class PlanReport(msgspec.Struct, frozen=True):
    """Answer of ``POST /api/plans/check``: the server's judgement of one state of a plan."""

    revision: int
    """Echo of the request's, so that a late answer is not shown for a newer plan."""
    plan_sha256: str
    findings: tuple[Finding, ...]
    profile: tuple[ProfilePoint, ...]
    flown: tuple[FlownPoint, ...]
    """The line as the autopilot flies it, for the map: splines as curves, corners rounded, the way home."""
    searches: tuple[Odds, ...]
    """What the plan's search patterns promise, those of which the sweep width is given."""
    distance_m: float
    duration_s: float
    battery_pct: float | None
    may_submit: bool
    data_sets: tuple[DataSet, ...]
    """The files of airspace and population that it was judged against."""


class CheckRequest(msgspec.Struct, frozen=True):
    """`sortie_id`: whose plan it is, to compare it with the other approved ones."""

    revision: int
    plan: Plan
    sortie_id: str | None = None


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


class SortieCreate(msgspec.Struct, frozen=True):
    """``POST /api/sorties``: a new draft, of which the caller is the pilot."""

    title: str
    purpose: str
    plan: Plan = Plan()
    incident: str | None = None
    observer: str | None = None
    vehicle: str | None = None


class SortieSubmit(msgspec.Struct, frozen=True):
    """``POST /api/sorties/<id>/submit``: refused (409) unless `version` is the newest."""

    version: int


class SortieApprove(msgspec.Struct, frozen=True):
    """``POST /api/sorties/<id>/approve``: of exactly this plan."""

    plan_sha256: str


class SortieReject(msgspec.Struct, frozen=True):
    """``POST /api/sorties/<id>/reject``: `reason` is shown to the pilot."""

    plan_sha256: str
    reason: str


class SortieRights(msgspec.Struct, frozen=True):
    """What the reader may do with this sortie in its present state; for drawing only, the server decides."""

    edit: bool
    submit: bool
    approve: bool
    upload: bool
    override: bool
    """Upload without an approval, giving a reason."""


class SortieSummary(msgspec.Struct, frozen=True):
    sortie_id: str
    title: str
    purpose: str
    incident: str | None
    pilot: str
    observer: str | None
    vehicle: str | None
    state: str
    version: int
    approved_by: str | None
    updated_at: datetime
    offered_by: str | None = None
    """Who drew this draft for its pilot, until the pilot changes or submits it."""


class SortieList(msgspec.Struct, frozen=True):
    sorties: tuple[SortieSummary, ...]
    total: int
    page: int
    pages: int


class SortieVersion(msgspec.Struct, frozen=True):
    """One saved state of a sortie's plan; every one is kept."""

    version: int
    plan_sha256: str
    saved_by: str
    saved_at: datetime
    plan: Plan


class UploadStart(msgspec.Struct, frozen=True):
    """``POST /api/sorties/<id>/upload``. `override_reason`: a supervisor's emergency upload without approval."""

    vehicle: str
    override_reason: str | None = None


class UploadStarted(msgspec.Struct, frozen=True):
    """The upload runs; `job` of the coming ``progress.<vehicle>`` messages is `upload_id`."""

    upload_id: str
    vehicle: str
    text: str


class ImportedPlan(msgspec.Struct, frozen=True):
    """Answer of ``POST /api/plans/import`` (multipart field ``file``). Nothing is saved by it."""

    plan: Plan
    format: str
    name: str


class PatternsExpand(msgspec.Struct, frozen=True):
    """``POST /api/plans/patterns`` answers with the `Plan`, every pattern in it expanded anew. Nothing is saved."""

    plan: Plan


class PatternSplit(msgspec.Struct, frozen=True):
    """``POST /api/plans/split``: the pattern shared out over `drones`. Nothing is saved by it."""

    plan: Plan
    pattern_id: str
    drones: int


class SplitPlans(msgspec.Struct, frozen=True):
    """One plan for each drone; they finish together and keep apart in height."""

    plans: tuple[Plan, ...]


class PlanAvoid(msgspec.Struct, frozen=True):
    """``POST /api/plans/avoid`` answers with the `Plan`, its legs led round what is forbidden. Nothing is saved."""

    plan: Plan


class PlanFence(msgspec.Struct, frozen=True):
    """``POST /api/plans/fence`` answers with the `Plan`, one inclusion about all it flies. Nothing is saved by it."""

    plan: Plan
    margin_m: float = 20.0


class PlanExport(msgspec.Struct, frozen=True):
    """``POST /api/plans/export`` answers with the file. `format`: a key of `mission.formats.FORMATS`."""

    plan: Plan
    format: str
    name: str = "plan"


class Places(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/places?q=``: what the words may mean, likeliest first; maybe none."""

    query: str
    found: tuple[FoundPlace, ...]


class Order(msgspec.Struct, frozen=True):
    """``POST /api/vehicles/<vehicle>/orders/<verb>`` answers with the vehicle's `Reply`.

    A supervisor who commands a drone that is not on a sortie of theirs must give a `reason`.
    """

    arguments: dict[str, Any] = {}
    reason: str | None = None


class OrderRights(msgspec.Struct, frozen=True):
    """The verbs the reader may order `vehicle` to do now; none for a vehicle that is not in the list."""

    vehicle: str
    verbs: tuple[str, ...]
    reason_required: bool
    sortie_id: str | None


class MapConfig(msgspec.Struct, frozen=True):
    """Where the ground comes from; a graticule is drawn when both are None. `layers`: GeoJSON drawn over it."""

    style_url: str | None
    pmtiles_url: str | None
    layers: tuple[str, ...]


class Person(msgspec.Struct, frozen=True):
    username: str
    name: str


class PlanPage(msgspec.Struct, frozen=True):
    """The JSON in ``<script id="page">`` of ``/sorties/<id>``. `vehicles`: callsigns a sortie may name. `names`: of
    people, by their accounts."""

    me: Me
    csrf_token: str
    unit: str
    map: MapConfig
    sortie: Sortie
    rights: SortieRights
    vehicles: tuple[str, ...]
    observers: tuple[Person, ...]
    names: dict[str, str]


class SortieView(msgspec.Struct, frozen=True):
    """Answer of every ``/api/sorties/<id>…`` that changes or reads a sortie."""

    sortie: Sortie
    rights: SortieRights


class VehicleCamera(msgspec.Struct, frozen=True):
    """What the settings say of a vehicle's camera. `view_deg`: across and up."""

    vehicle: str
    video: str | None
    view_deg: tuple[float, float] | None


class LivePage(msgspec.Struct, frozen=True):
    """The JSON in ``<script id="page">`` of ``/live``."""

    me: Me
    csrf_token: str
    unit: str
    map: MapConfig
    orders: tuple[OrderRights, ...]
    guest_until: datetime | None = None
    """When a guest's link ends; None for a user."""
    cameras: tuple[VehicleCamera, ...] = ()
    commanders: tuple[Person, ...] = ()
    """Who may be handed command; told to those who may command themselves."""
    names: dict[str, str] = msgspec.field(default_factory=dict)
    """Of people, by their accounts; a guest is told none."""


class Fleet(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/fleet``: what a live page needs before its first frame."""

    vehicles: tuple[VehicleInfo, ...]
    onboard: tuple[Onboard, ...]
    alerts: tuple[Alert, ...]
    incidents: tuple[Incident, ...] = ()
    """The open ones that the reader may hear of."""


class PastAlerts(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/past/alerts``: those raised or changed in the last hour, and those open longer."""

    alerts: tuple[Alert, ...]


class Problem(msgspec.Struct, frozen=True):
    """Body of every 4xx/5xx answer under /api. `where` names the field or the place in a file."""

    text: str
    where: str | None = None
