"""What the pages and the server say to each other of recorded flights, as `web.api` of the rest."""

from __future__ import annotations

from datetime import datetime

import msgspec

from mission.plan import Plan, Position
from telemetry.review.legs import LegFlown
from telemetry.review.observation import Observation
from telemetry.wire import Event, RecordedFile, RecordingHole, UploadReceipt
from web.api import MapConfig, Me


class SignOff(msgspec.Struct, frozen=True):
    """That a supervisor, who did not fly it, has reviewed a flight. It is given once and stays."""

    by: str
    at: datetime
    remark: str | None


class FlightSummary(msgspec.Struct, frozen=True):
    """One row of the flights list. What the recording did not tell is None."""

    flight_id: str
    vehicle: str
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None
    pilot: str | None
    sortie_id: str | None
    title: str | None
    incident: str | None
    outcome: str | None
    distance_m: float | None
    max_height_m: float | None
    upload_verified: bool | None
    frames_recorded: int | None
    frames_lost: int | None
    sign_off: SignOff | None = None
    exhibit: bool = False
    """It was exported as evidence, or is on legal hold."""


class FlightList(msgspec.Struct, frozen=True):
    flights: tuple[FlightSummary, ...]
    total: int
    page: int
    pages: int


class FlightNote(msgspec.Struct, frozen=True):
    """`at` is when it was written, `moment` the moment of the flight that it is about, if it is about one."""

    note_id: int
    author: str
    at: datetime
    text: str
    moment: datetime | None = None


class NoteCreate(msgspec.Struct, frozen=True):
    """``POST /api/flights/<id>/notes`` answers with the `FlightNote`."""

    text: str
    moment: datetime | None = None


class Taken(msgspec.Struct, frozen=True):
    """When a photograph was taken or a video began. `source`: the ``file`` itself, or ``given`` by who attached it.

    None where neither tells.
    """

    at: datetime | None
    source: str | None


class Attachment(msgspec.Struct, frozen=True):
    """A photograph, video or log. ``POST /api/flights/<id>/attachments?name=&taken_at=`` with one as body gives it."""

    attachment_id: int
    name: str
    media_type: str
    bytes: int
    sha256: str
    by: str
    at: datetime
    taken: Taken


class SignOffCreate(msgspec.Struct, frozen=True):
    """``POST /api/flights/<id>/sign-off`` answers with the `SignOff`; 409 if the flight has one."""

    remark: str | None = None


class FlownAgainstPlan(msgspec.Struct, frozen=True):
    """How the flown track lay to the planned path, in metres, and which items were reached (by index in the plan)."""

    cross_track_p50_m: float | None
    cross_track_p95_m: float | None
    cross_track_max_m: float | None
    items_reached: tuple[int, ...]
    items_total: int
    height_error_p95_m: float | None = None
    legs: tuple[LegFlown, ...] = ()


class Flight(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>``. `files`: names in the bundle with their SHA-256 from the manifest.

    `holes` are times that were not recorded, to be drawn as such.
    """

    summary: FlightSummary
    plan: Plan | None
    receipt: UploadReceipt | None
    events: tuple[Event, ...]
    against_plan: FlownAgainstPlan | None
    """None on the page itself, which gets it with the examination."""
    notes: tuple[FlightNote, ...]
    files: dict[str, RecordedFile]
    holes: tuple[RecordingHole, ...]
    may_export: bool
    may_note: bool
    may_sign_off: bool
    """The reader may, did not fly it, and nobody has yet."""
    attachments: tuple[Attachment, ...] = ()
    may_see_evidence: bool = False
    """The page of its record, custody and exports."""


class FlightMode(msgspec.Struct, frozen=True):
    """`mode` was flown from `time_s` on."""

    time_s: float
    mode: str


class FlightSeries(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/series``: columns of equal length over one clock, at most 5,000 rows.

    `time_s` are seconds since 1970 (UTC) of the receive time; None where nothing was known yet.
    """

    rows_recorded: int
    """Rows before the server thinned them."""
    time_s: tuple[float, ...]
    lat_deg: tuple[float | None, ...]
    lon_deg: tuple[float | None, ...]
    height_home_m: tuple[float | None, ...]
    altitude_amsl_m: tuple[float | None, ...]
    ground_speed_m_s: tuple[float | None, ...]
    climb_m_s: tuple[float | None, ...]
    heading_deg: tuple[float | None, ...]
    battery_pct: tuple[float | None, ...]
    battery_v: tuple[float | None, ...]
    link_loss_pct: tuple[float | None, ...]
    modes: tuple[FlightMode, ...]


class Examination(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/flights/<id>/examination``: what an examiner writes down. A quiet flight has none."""

    observations: tuple[Observation, ...]
    against_plan: FlownAgainstPlan | None = None


class ListedTrack(msgspec.Struct, frozen=True):
    """Where a listed flight was: pairs of longitude and latitude, thinned."""

    flight_id: str
    vehicle: str
    started_at: datetime
    path: tuple[tuple[float, float], ...]


class FlightsMap(msgspec.Struct, frozen=True):
    """The JSON in ``<script id="page">`` of ``/flights``. `area`: what was asked for, one place or a ring."""

    map: MapConfig
    area: tuple[Position, ...]
    within_m: float
    tracks: tuple[ListedTrack, ...]


class FlightPage(msgspec.Struct, frozen=True):
    """The JSON in ``<script id="page">`` of ``/flights/<id>``. `names`: of people, by their accounts."""

    me: Me
    csrf_token: str
    unit: str
    map: MapConfig
    flight: Flight
    names: dict[str, str]
