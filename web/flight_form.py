"""What the form over the list of flights asks for. Instants are UTC; a day is whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec

from mission import places
from mission.places import FoundPlace, Gazetteer
from mission.plan import Position
from telemetry.rules import RULES
from web import query
from web.errors import BadRequest
from web.searchable import WITHIN_MOST_M, Area
from web.store.flights import Search

SIGNED: Final = {"signed": True, "open": False}
WITHIN_M: Final = 100.0
CORNERS_MOST: Final = 200
ALERTS: Final = tuple(rule.name for rule in RULES)


class Asked(msgspec.Struct, frozen=True):
    """`place`: what the words in ``where`` were taken for, so that the page can say so."""

    search: Search
    where: str
    place: FoundPlace | None
    within_m: float
    narrows: bool
    """Anything was asked for at all."""


def asked(reach: Search, gazetteer: Gazetteer, page: int) -> Asked:
    """The request's search within `reach`. Raises `BadRequest` naming the field."""
    within = query.number("within", 0.0, WITHIN_MOST_M)
    within_m = WITHIN_M if within is None else within
    where, place = query.text("where") or "", None
    drawn = _drawn(query.text("area"))
    if not drawn and where:
        place = next(iter(places.find(where, gazetteer)), None)
        if place is None:
            raise BadRequest(
                f"{where!r} was not found: give a ward, a grid reference, a position or a postcode", "where"
            )
        drawn = place.outline or (place.position,)
    alert = query.text("alert")
    if alert is not None and alert not in ALERTS:
        raise BadRequest(f"there is no alert {alert!r}", "alert")
    search = msgspec.structs.replace(
        reach,
        pilot=query.text("pilot"),
        vehicle=query.text("vehicle"),
        incident=query.text("incident"),
        text=query.text("text"),
        begins=_instant("from", time.min),
        ends=_instant("to", time.max),
        area=Area(drawn, within_m) if drawn else None,
        alert=alert,
        highest_m=query.number("highest", 0.0, 1e5),
        signed=SIGNED.get(query.text("signed") or ""),
        page=page,
    )
    narrows = search != msgspec.structs.replace(reach, page=page)
    return Asked(search, where, place, within_m, narrows)


def _instant(name: str, of_day: time) -> datetime | None:
    given = query.text(name)
    try:
        if given is None:
            return None
        if "T" not in given:
            return datetime.combine(date.fromisoformat(given), of_day, UTC)
        instant = datetime.fromisoformat(given)
        # The minute that is named is meant whole.
        whole = timedelta(minutes=1) if of_day is time.max and not instant.second else timedelta()
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) + whole
    except ValueError as error:
        raise BadRequest(f"{given!r} is no time: write 2026-11-22 or 2026-11-22T21:00", name) from error


def _drawn(given: str | None) -> tuple[Position, ...]:
    """``51.5,-0.16;51.5,-0.15;51.51,-0.15``: the corners of what was drawn on the map."""
    if given is None:
        return ()
    try:
        pairs = [tuple(map(float, corner.split(","))) for corner in given.split(";")]
        corners = tuple(Position(lat, lon) for lat, lon in pairs)
    except ValueError as error:
        raise BadRequest(f"{given!r} are no corners: write lat,lon;lat,lon;…", "area") from error
    if len(corners) not in (1, *range(3, CORNERS_MOST + 1)):
        raise BadRequest(f"{given!r}: give one place, or 3 to {CORNERS_MOST} corners", "area")
    if not all(-90 <= corner.lat_deg <= 90 and -180 <= corner.lon_deg <= 180 for corner in corners):
        raise BadRequest(f"{given!r}: a corner is not on the globe", "area")
    return corners
