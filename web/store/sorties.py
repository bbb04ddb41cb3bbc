"""Sorties: draft → submitted → approved or rejected → uploaded → flown, and any change leads back to draft.

A decision is for exactly one plan (its SHA-256) and is void as soon as anything of the sortie changes. Every saved
version is kept. What changes a sortie runs inside one write transaction that holds its row (see `database`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from math import ceil
from typing import Final

import msgspec
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session, aliased, defer

from mission.context import OtherFlight
from mission.plan import Plan, digest, encode
from telemetry.wire import UploadReceipt
from web import api
from web.auth.permissions import Role
from web.errors import BadRequest, Conflict, Forbidden, NotFound
from web.store import users
from web.store.database import row_number
from web.store.models import Decision, PlanVersion, Upload
from web.store.models import Sortie as Row

PAGE: Final = 50
OTHERS: Final = 20
"""So many approved plans are compared with a new one."""
TITLE_LIMIT: Final = 200
PURPOSE_LIMIT: Final = 4000


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    UPLOADED = "uploaded"
    FLOWN = "flown"


class Search(msgspec.Struct, frozen=True):
    """`of` narrows to the sorties of one pilot or observer."""

    of: str | None = None
    text: str | None = None
    state: str | None = None
    page: int = 1


def create(db: Session, pilot: str, made: api.SortieCreate, author: str | None = None) -> api.Sortie:
    """A draft of `pilot`, drawn by `author` if that is somebody else."""
    row = Row(pilot=pilot, state=State.DRAFT.value, version=0)
    _fill(db, row, made)
    db.add(row)
    _keep_version(db, row, made.plan, author or pilot)
    return _sortie(db, row)


def get(db: Session, sortie_id: str) -> api.Sortie:
    return _sortie(db, _row(db, sortie_id))


def find(db: Session, sortie_id: str | None) -> api.Sortie | None:
    """None where the bus speaks of a sortie that is not in this database."""
    try:
        return None if sortie_id is None else get(db, sortie_id)
    except NotFound:
        return None


def lock(db: Session, sortie_id: str) -> api.Sortie:
    """`get`, and nobody else changes it before this transaction ends."""
    return _sortie(db, _row(db, sortie_id, lock=True))


def save(db: Session, sortie_id: str, author: str, saved: api.SortieSave) -> api.Sortie:
    """A new version. Raises `Conflict` if `saved.version` is no longer the newest; saving no change is no version."""
    row = _row(db, sortie_id, lock=True)
    _require_newest(row, saved.version)
    before = (row.title, row.purpose, row.incident, row.observer, row.vehicle, row.plan_sha256)
    _fill(db, row, saved)
    if before == (row.title, row.purpose, row.incident, row.observer, row.vehicle, digest(saved.plan)):
        return _sortie(db, row)
    row.state = State.DRAFT.value
    db.execute(
        update(Decision)
        .where(Decision.sortie_id == row.id, Decision.voided_at.is_(None))
        .values(voided_at=datetime.now(UTC))
    )
    _keep_version(db, row, saved.plan, author)
    return _sortie(db, row)


def submit(db: Session, sortie_id: str, version: int) -> api.Sortie:
    """The caller has checked the plan (`mission.report`)."""
    row = _row(db, sortie_id, lock=True)
    _require_newest(row, version)
    _require_state(row, State.DRAFT)
    row.state = State.SUBMITTED.value
    row.updated_at = datetime.now(UTC)
    return _sortie(db, row)


def decide(
    db: Session, sortie_id: str, supervisor: str, plan_sha256: str, *, approved: bool, reason: str | None
) -> api.Sortie:
    """A supervisor's approval or rejection of the plan they saw. Raises `Conflict` if it has changed since."""
    row = _row(db, sortie_id, lock=True)
    _require_state(row, State.SUBMITTED)
    if row.plan_sha256 != plan_sha256:
        raise Conflict("The plan has changed since you opened it. Look at it again.", "plan_sha256")
    if approved and supervisor in authors(db, row.id) | {row.pilot}:
        raise Forbidden("You cannot approve your own plan; another supervisor must.")
    now = datetime.now(UTC)
    db.add(
        Decision(
            sortie_id=row.id,
            plan_sha256=plan_sha256,
            approved=approved,
            by=supervisor,
            at=now,
            reason=reason,
            voided_at=None,
        )
    )
    row.state = (State.APPROVED if approved else State.REJECTED).value
    row.updated_at = now
    return _sortie(db, row)


def authors(db: Session, row_id: int) -> set[str]:
    """Everyone who saved a version of it."""
    return set(db.scalars(select(PlanVersion.saved_by).where(PlanVersion.sortie_id == row_id)))


def set_state(db: Session, row_id: int, state: State, only_from: tuple[State, ...]) -> None:
    """Moves it on; nothing happens when it stands elsewhere (it was edited meanwhile)."""
    db.execute(
        update(Row)
        .where(Row.id == row_id, Row.state.in_([allowed.value for allowed in only_from]))
        .values(state=state.value, updated_at=datetime.now(UTC))
    )


def versions(db: Session, sortie_id: str) -> list[api.SortieVersion]:
    """Newest first."""
    rows = db.scalars(
        select(PlanVersion).where(PlanVersion.sortie_id == _row(db, sortie_id).id).order_by(PlanVersion.version.desc())
    )
    return [
        api.SortieVersion(row.version, row.plan_sha256, row.saved_by, row.saved_at, _plan(row.plan)) for row in rows
    ]


def released(db: Session, sortie_id: str) -> list[Plan]:
    """Every plan of it that was approved once, or went to a drone."""
    number = int(sortie_id)
    approved = select(Decision.plan_sha256).where(Decision.sortie_id == number, Decision.approved)
    sent = select(Upload.plan_sha256).where(Upload.sortie_id == number)
    rows = select(PlanVersion.plan).where(
        PlanVersion.sortie_id == number, PlanVersion.plan_sha256.in_(approved.union(sent))
    )
    return [_plan(text) for text in db.scalars(rows.distinct())]


def search(db: Session, wanted: Search) -> api.SortieList:
    """One page, last changed first."""
    rows = select(Row)
    if wanted.of:
        rows = rows.where(or_(Row.pilot == wanted.of, Row.observer == wanted.of))
    if wanted.state:
        rows = rows.where(Row.state == wanted.state)
    if wanted.text:
        columns = (Row.title, Row.purpose, Row.incident, Row.pilot, Row.vehicle)
        said = (column.icontains(wanted.text, autoescape=True) for column in columns)
        rows = rows.where(or_(*said, Row.pilot.in_(users.called(wanted.text))))
    total = db.scalar(rows.with_only_columns(func.count(Row.id))) or 0
    found = _summaries(db, rows.limit(PAGE).offset(PAGE * (wanted.page - 1)))
    return api.SortieList(found, total, wanted.page, max(1, ceil(total / PAGE)))


def offers(db: Session, pilot: str) -> tuple[api.SortieSummary, ...]:
    """What others drew for `pilot`, who has not taken it up yet; last changed first."""
    mine = select(Row).where(Row.pilot == pilot, Row.state == State.DRAFT.value)
    return _summaries(db, mine.where(PlanVersion.saved_by != pilot))


def offered_for(db: Session, incident: str) -> tuple[api.SortieSummary, ...]:
    """What somebody drew for another pilot because of this incident, whatever has become of it; last changed first."""
    first = aliased(PlanVersion)
    drawn = (first.sortie_id == Row.id) & (first.version == 1) & (first.saved_by != Row.pilot)
    return _summaries(db, select(Row).where(Row.incident == incident, select(first.version).where(drawn).exists()))


def others(db: Session, sortie_id: str) -> tuple[OtherFlight, ...]:
    """The plans that are approved or on board, last changed first, but for that of `sortie_id`. Nobody tells when they
    will be flown. They are named by their pilot alone: a purpose may not be for everyone.
    """
    rows = select(Row).where(
        Row.state.in_((State.APPROVED.value, State.UPLOADED.value)), Row.id != row_number(sortie_id)
    )
    found = db.scalars(rows.order_by(Row.updated_at.desc(), Row.id.desc()).limit(OTHERS)).all()
    return tuple(
        OtherFlight(f"the approved sortie of {users.name_of(db, row.pilot)}", _plan(row.plan)) for row in found
    )


def _require_newest(row: Row, version: int) -> None:
    if row.version != version:
        raise Conflict(
            f"Somebody has saved version {row.version}; yours was made from version {version}. "
            "Load the newest and make your change again.",
            "version",
        )


def _require_state(row: Row, state: State) -> None:
    if row.state != state.value:
        raise Conflict(f"This sortie is {row.state}; only a {state.value} one can be taken further here.")


def _fill(db: Session, row: Row, given: api.SortieSave | api.SortieCreate) -> None:
    title, purpose = given.title.strip(), given.purpose.strip()
    if not 0 < len(title) <= TITLE_LIMIT:
        raise BadRequest(f"give a title of 1 to {TITLE_LIMIT} characters", "title")
    if len(purpose) > PURPOSE_LIMIT:
        raise BadRequest(f"at most {PURPOSE_LIMIT} characters", "purpose")
    for field, value in (("incident", given.incident), ("vehicle", given.vehicle)):
        if value is not None and len(value) > 64:
            raise BadRequest("at most 64 characters", field)
    if given.observer:
        account = users.find(db, given.observer)
        if account is None or account.role is not Role.OBSERVER:
            raise BadRequest(f"{given.observer} is not an observer in this unit", "observer")
    row.title, row.purpose = title, purpose
    row.incident = (given.incident or "").strip() or None
    row.observer, row.vehicle = given.observer or None, given.vehicle or None


def _keep_version(db: Session, row: Row, plan: Plan, author: str) -> None:
    now = datetime.now(UTC)
    row.plan, row.plan_sha256 = encode(plan).decode(), digest(plan)
    row.version += 1
    row.updated_at = now
    db.flush()
    db.add(
        PlanVersion(
            sortie_id=row.id,
            version=row.version,
            plan=row.plan,
            plan_sha256=row.plan_sha256,
            saved_by=author,
            saved_at=now,
        )
    )
    db.flush()


def _row(db: Session, sortie_id: str, *, lock: bool = False) -> Row:
    row = db.get(Row, row_number(sortie_id), with_for_update=lock, populate_existing=lock)
    if row is None:
        raise NotFound(f"There is no sortie {sortie_id}.")
    return row


def _standing(db: Session, row: Row) -> Decision | None:
    """The decision that holds now."""
    return db.scalars(
        select(Decision)
        .where(Decision.sortie_id == row.id, Decision.voided_at.is_(None))
        .order_by(Decision.id.desc())
        .limit(1)
    ).first()


def _receipt(db: Session, row: Row) -> UploadReceipt | None:
    """Of the latest finished upload."""
    found = db.scalars(
        select(Upload.receipt)
        .where(Upload.sortie_id == row.id, Upload.receipt.is_not(None))
        .order_by(Upload.started_at.desc())
        .limit(1)
    ).first()
    return None if found is None else msgspec.json.decode(found, type=UploadReceipt)


def _plan(text: str) -> Plan:
    return msgspec.json.decode(text, type=Plan)


def _sortie(db: Session, row: Row) -> api.Sortie:
    decision = _standing(db, row)
    approved = decision if decision is not None and decision.approved else None
    return api.Sortie(
        sortie_id=str(row.id),
        title=row.title,
        purpose=row.purpose,
        incident=row.incident,
        pilot=row.pilot,
        observer=row.observer,
        vehicle=row.vehicle,
        state=row.state,
        version=row.version,
        plan=_plan(row.plan),
        plan_sha256=row.plan_sha256,
        approved_by=approved.by if approved else None,
        approved_at=approved.at if approved else None,
        approved_sha256=approved.plan_sha256 if approved else None,
        rejected_reason=decision.reason if decision and not decision.approved else None,
        receipt=_receipt(db, row),
        updated_at=row.updated_at,
    )


def _summaries(db: Session, rows: Select[Row]) -> tuple[api.SortieSummary, ...]:
    """Last changed first, in one query and without the plans. Conditions may be about the newest `PlanVersion`, too."""
    newest = (PlanVersion.sortie_id == Row.id) & (PlanVersion.version == Row.version)
    approval = (Decision.sortie_id == Row.id) & Decision.voided_at.is_(None) & Decision.approved
    told = rows.join(PlanVersion, newest).outerjoin(Decision, approval).add_columns(PlanVersion.saved_by, Decision.by)
    latest = told.options(defer(Row.plan)).order_by(Row.updated_at.desc(), Row.id.desc())
    return tuple(_summary(row, saved_by, approved_by) for row, saved_by, approved_by in db.execute(latest))


def _summary(row: Row, saved_by: str, approved_by: str | None) -> api.SortieSummary:
    return api.SortieSummary(
        str(row.id),
        row.title,
        row.purpose,
        row.incident,
        row.pilot,
        row.observer,
        row.vehicle,
        row.state,
        row.version,
        approved_by,
        row.updated_at,
        saved_by if row.state == State.DRAFT.value and saved_by != row.pilot else None,
    )
