"""What stands in an address behind its question mark, as values; `BadRequest` that names what is none."""

from __future__ import annotations

import math

from flask import request

from mission.position import Position
from web.errors import BadRequest


def text(name: str) -> str | None:
    return request.args.get(name, "").strip() or None


def whole(name: str) -> int | None:
    given = text(name)
    try:
        return None if given is None else int(given)
    except ValueError as error:
        raise BadRequest(f"{given!r} is no whole number", name) from error


def number(name: str, least: float = -math.inf, most: float = math.inf) -> float | None:
    given = text(name)
    try:
        value = None if given is None else float(given)
    except ValueError as error:
        raise BadRequest(f"{given!r} is no number", name) from error
    if value is None or (math.isfinite(value) and least <= value <= most):
        return value
    allowed = "no number" if math.isinf(most) else f"not from {least:g} to {most:g}"
    raise BadRequest(f"{given!r} is {allowed}", name)


def page() -> int:
    """Of a list, from 1 on: ``?page=``."""
    return max(1, whole("page") or 1)


def place() -> Position:
    """``?lat=`` and ``&lon=``, in degrees."""
    lat_deg, lon_deg = number("lat", -90.0, 90.0), number("lon", -180.0, 180.0)
    if lat_deg is None or lon_deg is None:
        raise BadRequest("a latitude and a longitude in degrees are needed", "lat" if lat_deg is None else "lon")
    return Position(lat_deg, lon_deg)
