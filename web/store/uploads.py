"""Uploads: asked for here, ended by the vehicle's receipt. The latest one says whose drone a vehicle is now."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from telemetry.wire import UploadReceipt
from web.store.models import Sortie, Upload, User
from web.store.sorties import State, set_state


class Holder(msgspec.Struct, frozen=True):
    """The sortie that a vehicle was last loaded for, and its people."""

    vehicle: str
    sortie_id: str
    pilot: str
    observer: str | None


def begin(
    db: Session,
    upload_id: str,
    sortie_id: str,
    vehicle: str,
    plan_sha256: str,
    by: str,
    override_reason: str | None,
) -> None:
    db.add(
        Upload(
            upload_id=upload_id,
            sortie_id=int(sortie_id),
            vehicle=vehicle,
            plan_sha256=plan_sha256,
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
    known = receipt.sortie is not None and receipt.sortie.isdigit() and db.get(Sortie, int(receipt.sortie)) is not None
    if receipt.sortie is None or not known or db.get(User, receipt.actor.user) is None:
        return None
    row = Upload(
        upload_id=receipt.upload_id,
        sortie_id=int(receipt.sortie),
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


def holder(db: Session, vehicle: str) -> Holder | None:
    """Whose drone `vehicle` is: its latest upload's sortie, whether or not that upload ended well."""
    found = db.execute(
        select(Sortie.id, Sortie.pilot, Sortie.observer)
        .join(Upload, Upload.sortie_id == Sortie.id)
        .where(Upload.vehicle == vehicle)
        .order_by(Upload.started_at.desc())
        .limit(1)
    ).first()
    return None if found is None else Holder(vehicle, str(found[0]), found[1], found[2])


def vehicles_of(db: Session, username: str) -> list[Holder]:
    """The vehicles whose latest upload is of a sortie of which `username` is pilot or observer."""
    names = db.scalars(select(Upload.vehicle).distinct().order_by(Upload.vehicle))
    holders = (holder(db, name) for name in names.all())
    return [found for found in holders if found is not None and username in (found.pilot, found.observer)]
