"""Guest links: made and revoked by those who may invite; whoever opens one watches what it names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from web import pages
from web.auth import session
from web.auth.guard import public, requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import NotFound
from web.guests import show
from web.store import audit, grants, sorties, uploads
from web.store.audit import Who

blueprint = Blueprint("guests", __name__)

TRIES_PER_ADDRESS: Final = "30 per minute"


@blueprint.get("/guests")
@requires(Permission.GUESTS_INVITE)
def listing() -> Response:
    return _page()


@blueprint.post("/guests")
@requires(Permission.GUESTS_INVITE)
def create() -> Response:
    form = request.form
    lasts = timedelta(hours=form.get("hours", 0, type=int))
    with context().database.write() as db:
        made, secret = grants.make_guest(
            db, session.user().username, form.get("name", ""), form.getlist("vehicles"), lasts
        )
        until = made.expires_at.isoformat()
        audit.append(
            db, session.who(), "guest.invite", made.name, guest=made.guest_id, vehicles=list(made.vehicles), until=until
        )
    show(context().bus, made)
    return _page(made, url_for("guests.enter", secret=secret, _external=True))


@blueprint.post("/guests/<guest_id>/revoke")
@requires(Permission.GUESTS_INVITE)
def revoke(guest_id: str) -> BaseResponse:
    with context().database.write() as db:
        guest = grants.revoke_guest(db, guest_id, session.user().username)
        audit.append(db, session.who(), "guest.revoke", guest.name, guest=guest_id)
    show(context().bus, guest)
    flash(f"{guest.name} can no longer see anything.", "ok")
    return redirect(url_for("guests.listing"))


@blueprint.get("/guest/<secret>")
@public
def enter(secret: str) -> BaseResponse:
    """A user who is logged in stays logged in as that user."""
    account = session.current()
    if account is not None and session.guest() is None:
        return redirect(url_for("live.live_page"))
    with context().limiter.limit(TRIES_PER_ADDRESS):
        with context().database.write() as db:
            guest = grants.guest_of(db, secret, datetime.now(UTC))
            who = Who(None, None, request.remote_addr)
            if guest is not None:
                audit.append(db, who, "guest.enter", guest.name, guest=guest.guest_id)
            else:
                audit.append(db, who, "guest.enter", None, "refused")
        if guest is None:
            raise NotFound("This link has expired or was revoked; ask whoever sent it.")
        session.begin_guest(guest)
    return redirect(url_for("live.live_page"))


def _page(made: grants.Guest | None = None, link: str | None = None) -> Response:
    with context().database.read() as db:
        guests = grants.guests(db)
        vehicles = _vehicles(db)
    return pages.page("guests.html", guests=guests, vehicles=vehicles, now=datetime.now(UTC), made=made, link=link)


def _vehicles(db: Session) -> list[tuple[str, str | None]]:
    """Every drone, and the sortie that it is loaded with."""
    holders = uploads.holders(db)
    names = {*context().settings.callsigns, *context().bus.picture.now()}
    return [(name, _title(db, holders.get(name))) for name in sorted(names)]


def _title(db: Session, holder: uploads.Holder | None) -> str | None:
    sortie = sorties.find(db, holder.sortie_id) if holder else None
    return sortie.title if sortie else None
