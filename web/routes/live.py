"""The live page, and what a browser needs to join the bus."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime

import msgspec
from flask import Blueprint, Response

from telemetry import subjects
from telemetry.wire import Alert, Onboard, VehicleInfo
from web import api, listening, pages, query, reach
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.bus_line import GUEST_TICKET_TTL, TICKET_TTL
from web.context import context
from web.errors import BusDown
from web.exchange import answer
from web.store import audit, incidents, uploads
from web.store.grants import Guest

blueprint = Blueprint("live", __name__)


@blueprint.get("/live")
@requires(Permission.LIVE_VIEW)
def live_page() -> Response:
    shown = api.LivePage(
        orders=_orders(),
        guest_until=_until(),
        cameras=_cameras(),
        commanders=_commanders(),
        names=pages.names() if session.guest() is None else {},
        **pages.frame(),
    )
    return pages.shell("Live", "live", shown)


def _commanders() -> tuple[api.Person, ...]:
    if not session.may(Permission.PLAN_UPLOAD):
        return ()
    with context().database.read() as db:
        return reach.pilots(db)


def _until() -> datetime | None:
    guest = session.guest()
    return None if guest is None else guest.expires_at


def _cameras() -> tuple[api.VehicleCamera, ...]:
    """Of the vehicles whose alerts the reader may hear, too: no guest, and no other pilot, sees what they film."""
    services, user = context(), session.user()
    with services.database.read() as db:
        holders = uploads.holders(db)
    return tuple(
        api.VehicleCamera(one.callsign, one.video, one.camera_view_deg)
        for one in services.settings.vehicles
        if (one.video is not None or one.camera_view_deg is not None)
        and reach.may_hear_of(user, holders.get(one.callsign))
    )


@blueprint.get("/api/orders")
@requires(Permission.LIVE_VIEW)
def order_rights() -> Response:
    """They change when somebody uploads a plan."""
    return answer(_orders())


def _orders() -> tuple[api.OrderRights, ...]:
    """Of the unit's vehicles; of the ones no settings file names too, as far as the bus tells."""
    services, user = context(), session.user()
    infos: dict[str, VehicleInfo] = {}
    with contextlib.suppress(BusDown):  # the page says itself that the bus is down
        infos = services.bus.entries(subjects.VEHICLES_BUCKET, VehicleInfo)
    names = {*services.settings.callsigns, *(info.vehicle for info in infos.values())}
    with services.database.read() as db:
        holders = uploads.holders(db)
    found = []
    for name in sorted(names):
        held = holders.get(name)
        right = reach.orders(user, held, infos.get(subjects.token(name)))
        if right.verbs:
            found.append(api.OrderRights(name, right.verbs, right.needs_reason, held.sortie_id if held else None))
    return tuple(found)


@blueprint.get("/api/bus-ticket")
@requires(Permission.LIVE_VIEW)
def ticket() -> Response:
    """A credential that only listens, to what this user's role may hear, for some minutes.

    ``?sortie=`` adds the places of an old sortie of the user's own.
    """
    services = context()
    with services.database.write() as db:
        allowed = listening.allowed(db, session.user(), query.text("sortie"))
        audit.append(db, session.who(), "live.listen", subjects=len(allowed))
    return answer(services.bus.ticket(allowed, TICKET_TTL if session.guest() is None else GUEST_TICKET_TTL))


@blueprint.get("/api/fleet")
@requires(Permission.LIVE_VIEW)
def fleet() -> Response:
    """Slow facts of every vehicle of the unit; plans on board and alerts only of those the user may hear of."""
    services, user = context(), session.user()
    bus = services.bus
    vehicles = bus.entries(subjects.VEHICLES_BUCKET, VehicleInfo)
    onboard = bus.entries(subjects.ONBOARD_BUCKET, Onboard)
    alerts = bus.entries(subjects.ALERTS_BUCKET, Alert)
    with services.database.read() as db:
        holders = uploads.holders(db)
        open_incidents = incidents.listed(db, only_open=True, of_numbers=reach.incident_numbers(db, user))

    def heard(vehicle: str) -> bool:
        return reach.may_hear_of(user, holders.get(vehicle))

    guest = session.guest()
    if guest is not None:
        return answer(_shown_to(guest, vehicles, onboard))
    return answer(
        api.Fleet(
            vehicles=tuple(sorted(vehicles.values(), key=lambda info: info.vehicle)),
            onboard=tuple(held for held in onboard.values() if heard(held.vehicle)),
            alerts=tuple(alert for alert in alerts.values() if heard(alert.vehicle)),
            incidents=tuple(open_incidents),
        )
    )


def _shown_to(guest: Guest, vehicles: Mapping[str, VehicleInfo], onboard: Mapping[str, Onboard]) -> api.Fleet:
    """Only the drones that the link names, and where they are going; no words of theirs, and no alerts."""
    named = [info for info in vehicles.values() if info.vehicle in guest.vehicles]
    return api.Fleet(
        vehicles=tuple(msgspec.structs.replace(info, statustexts=()) for info in named),
        onboard=tuple(held for held in onboard.values() if held.vehicle in guest.vehicles),
        alerts=(),
    )
