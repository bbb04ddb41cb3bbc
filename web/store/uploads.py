"""Uploads: asked for here, ended by the vehicle's receipt. The latest one says whose drone a vehicle is now."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from telemetry.wire import UploadReceipt
from web import api
from web.store.database import row_number
from web.store.models import Sortie, Upload, User
from web.store.sorties import State, set_state


class Holder(msgspec.Struct, frozen=True):
    """The sortie that a vehicle was last loaded for, and its people."""

    vehicle: str
    sortie_id: str
    pilot: str
    observer: str | None

    @property
    def people(self) -> tuple[str | None, ...]:
        return self.pilot, self.observer


def begin(db: Session, upload_id: str, sortie: api.Sortie, vehicle: str, by: str, override_reason: str | None) -> None:
    """Of the sortie's plan as it is now."""
    db.add(
        Upload(
            upload_id=upload_id,
            sortie_id=int(sortie.sortie_id),
            vehicle=vehicle,
            plan_sha256=sortie.plan_sha256,
            by=by,
            started_at=datetime.now(UTC),
            override_reason=override_reason,
            finished_at=None,
            verified=None,
            receipt=None,
        )
    )


def refused(db: Session, upload_id: str) -> None:
    """The gateway never began it: the vehicle is as it was."""
    row = db.get(Upload, upload_id)
    if row is not None:
        db.delete(row)


def finished(db: Session, receipt: UploadReceipt) -> bool:
    """Keeps the receipt with its sortie; False if it is there already, or of no sortie in this database."""
    row = db.get(Upload, receipt.upload_id, with_for_update=True) or _unasked(db, receipt)
    if row is None or row.receipt is not None:
        return False
    row.receipt = msgspec.json.encode(receipt).decode()
    row.verified, row.finished_at = receipt.verified, receipt.finished_at
    if receipt.verified:
        set_state(db, row.sortie_id, State.UPLOADED, only_from=(State.APPROVED,))
    return True


def _unasked(db: Session, receipt: UploadReceipt) -> Upload | None:
    """For an upload that this database did not start, or gave up for lost too early."""
    sortie = db.get(Sortie, row_number(receipt.sortie or ""))
    if sortie is None or db.get(User, receipt.actor.user) is None:
        return None
    row = Upload(
        upload_id=receipt.upload_id,
        sortie_id=sortie.id,
        vehicle=receipt.vehicle,
        plan_sha256=receipt.plan_sha256,
        by=receipt.actor.user,
        started_at=receipt.started_at,
        override_reason=None,
        finished_at=None,
        verified=None,
        receipt=None,
    )
    db.add(row)
    return row


def holders(db: Session, vehicle: str | None = None) -> dict[str, Holder]:
    """Whose drone each vehicle is (or the one named): its latest upload's sortie, whether or not that ended well."""
    latest = select(
        Upload.vehicle,
        Upload.sortie_id,
        func.row_number().over(partition_by=Upload.vehicle, order_by=Upload.started_at.desc()).label("age"),
    )
    if vehicle is not None:
        latest = latest.where(Upload.vehicle == vehicle)
    newest = latest.subquery()
    rows = db.execute(
        select(newest.c.vehicle, Sortie.id, Sortie.pilot, Sortie.observer)
        .join(Sortie, Sortie.id == newest.c.sortie_id)
        .where(newest.c.age == 1)
    )
    return {name: Holder(name, str(sortie_id), pilot, observer) for name, sortie_id, pilot, observer in rows}


def holder(db: Session, vehicle: str) -> Holder | None:
    return holders(db, vehicle).get(vehicle)
