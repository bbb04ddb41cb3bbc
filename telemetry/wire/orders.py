"""What people ask of a vehicle, and what becomes of it: requests, uploads and their receipts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from mission.finding import Finding
from mission.plan import Plan


class Actor(msgspec.Struct, frozen=True):
    user: str
    role: str


class Request(msgspec.Struct, frozen=True):
    """A person's order to a vehicle, already allowed by `web`. Verbs are in `telemetry.services.orders`."""

    actor: Actor
    arguments: dict[str, Any] = {}
    sortie: str | None = None
    reason: str | None = None


class Reply(msgspec.Struct, frozen=True):
    """`ok` only when the vehicle itself said yes. `said` are its STATUSTEXTs meanwhile."""

    ok: bool
    text: str
    said: tuple[str, ...] = ()
    data: dict[str, Any] = {}


class UploadOrder(msgspec.Struct, frozen=True):
    """`arguments` of the request ``upload``."""

    upload_id: str
    plan: Plan
    plan_sha256: str


class LogOrder(msgspec.Struct, frozen=True):
    """`arguments` of the request ``log``: fetch the vehicle's own log into ``vehicle-logs/<vehicle>/``.

    `flight_id` is the flight that it is fetched for; without `number` it is the newest. The request ``logs`` lists them
    in `data`. A log that was broken off is taken up again where it was.
    """

    job: str
    flight_id: str | None = None
    number: int | None = None


class LogReceipt(msgspec.Struct, frozen=True):
    """`data` of the event ``log``, the end of a request ``log``. Where it failed `file` is None and `problem` why."""

    job: str
    vehicle: str
    flight_id: str | None
    number: int | None
    file: str | None
    bytes: int
    sha256: str | None
    problem: str | None = None


class LogFetch(msgspec.Struct, frozen=True):
    """`data.fetch` of the answer to ``fetching``: how the log that was asked for last is coming, in bytes."""

    order: LogOrder
    done: int = 0
    total: int = 0
    receipt: LogReceipt | None = None
    """Its end."""


class Progress(msgspec.Struct, frozen=True):
    """Where a long job stands. `stage`: mission, geofence, rally, parameters; `phase`: write or read back."""

    job: str
    vehicle: str
    stage: str
    phase: str
    done: int
    total: int


class TransferReceipt(msgspec.Struct, frozen=True):
    """One of the three transfers: what was sent, what was read back, and whether they are equal.

    `items` are MAVLink's: the mission's count item 0, home, which no page counts among the plan's items.
    """

    stage: str
    items: int
    sent_sha256: str
    read_sha256: str | None
    verified: bool
    problem: str | None = None


class UploadReceipt(msgspec.Struct, frozen=True):
    """`verified` only if every stage's read-back equals what was sent and passes its checks again.

    `findings` are those of the read-back that the plan as sent has not. Also `data` of the event ``upload``.
    """

    upload_id: str
    vehicle: str
    sortie: str | None
    plan_sha256: str
    actor: Actor
    started_at: datetime
    finished_at: datetime
    verified: bool
    stages: tuple[TransferReceipt, ...]
    problem: str | None = None
    findings: tuple[Finding, ...] = ()
    former_sha256: str | None = None
    """Of an upload that failed: the plan verified on board before, which the request ``restore`` puts back."""


class UploadUnderWay(msgspec.Struct, frozen=True):
    """An upload that has begun and not ended: a gateway that finds one at its start reports it as failed."""

    order: UploadOrder
    actor: Actor
    sortie: str | None
    started_at: datetime


class FormerPlan(msgspec.Struct, frozen=True):
    """The plan last verified on board before uploads that failed."""

    plan: Plan
    plan_sha256: str
    sortie: str | None


class Onboard(msgspec.Struct, frozen=True):
    """The plan a vehicle holds, as last verified. `verified` is False after a failed or half upload."""

    vehicle: str
    plan: Plan
    receipt: UploadReceipt
    former: FormerPlan | None = None
    """After an upload that failed: what the request ``restore`` (no arguments) puts back; it ends as an upload does."""
