"""What the pages and the server say to each other of incidents, and of the drones that could go there.

An incident itself is `telemetry.wire.Incident`: it travels on the bus too.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mission.position import Position
from telemetry.wire import Grade
from web.api import Person, SortieSummary


class IncidentCreate(msgspec.Struct, frozen=True):
    """``POST /api/incidents`` answers with the `Incident` (201); 409 if there is one of that number."""

    number: str
    lat_deg: float
    lon_deg: float
    grade: Grade = Grade.PRIORITY
    place: str = ""
    note: str = ""


class IncidentSave(msgspec.Struct, frozen=True):
    """``PUT /api/incidents/<id>``: all of it anew, made from `version`. `is_open` closes it, or opens it again."""

    version: int
    number: str
    lat_deg: float
    lon_deg: float
    grade: Grade
    place: str
    note: str
    is_open: bool = True


class Candidate(msgspec.Struct, frozen=True):
    """A drone that could go. `against` says in words why it cannot, `remarks` what to think of if it can.

    `eta_s`: from now until it is over the place, take-off and the way round forbidden ground included. `route` begins
    where the drone is. `stay_s`: how long it could remain there and still come home with the reserve. `reserve_pct` is
    the battery left when it has gone there, stayed `Candidates.stay_s`, and landed at home. None is not known.
    """

    vehicle: str
    possible: bool
    against: tuple[str, ...]
    remarks: tuple[str, ...]
    eta_s: float | None
    distance_m: float | None
    route: tuple[Position, ...]
    stay_s: float | None
    reserve_pct: float | None
    battery_pct: float | None
    armed: bool | None
    sortie_id: str | None
    """What the drone is loaded with now."""
    pilot: str | None


class Candidates(msgspec.Struct, frozen=True):
    """``GET /api/incidents/<id>/candidates``: every drone, the one that can be there first before the others.

    `limits` says what the reckoning did not know, such as the wind. `pilots` may be offered it. `offers`: what was
    offered because of it, by whomever, and what has become of it.
    """

    incident_id: str
    candidates: tuple[Candidate, ...]
    stay_s: float
    height_m: float
    limits: tuple[str, ...]
    pilots: tuple[Person, ...]
    offers: tuple[SortieSummary, ...] = ()


class Task(StrEnum):
    """What the drone is to do there."""

    LOOK = "look"
    """Go there and hold."""
    ORBIT = "orbit"
    EXPANDING_SQUARE = "expanding_square"
    SECTOR = "sector"


class OfferCreate(msgspec.Struct, frozen=True):
    """``POST /api/incidents/<id>/offer``: a new draft for `pilot`, who checks it and submits it as any other.

    Answers with the `SortieView` (201). Heights above home.
    """

    vehicle: str
    pilot: str
    task: Task = Task.LOOK
    height_m: float = 60.0
