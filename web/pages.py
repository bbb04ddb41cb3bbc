"""How pages and errors look: the frame every template stands in, and one answer for every kind of failure."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError, generate_csrf  # type: ignore[import-untyped]
from markupsafe import Markup
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, TooManyRequests

from mission.errors import GeometryError, MissionError, PlanFormatError
from telemetry.errors import RecordingError, TelemetryError
from web import api
from web.auth import guard, session
from web.auth.permissions import Permission
from web.context import context
from web.errors import Forbidden, TooMany, WebError
from web.exchange import answer
from web.store import audit, users
from web.vite import FrontendMissing, Manifest

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    app.register_error_handler(WebError, _web_error)
    app.register_error_handler(MissionError, _mission_error)
    app.register_error_handler(TelemetryError, _telemetry_error)
    for kind in (OverflowError, DataError):
        app.register_error_handler(kind, _too_great)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(FrontendMissing, _frontend_missing)
    app.jinja_env.globals.update(may=session.may, Permission=Permission, account=session.current, page_url=_page_url)
    app.jinja_env.filters.update(
        instant=_instant, minutes=_minutes, metres=_metres, role=_role, person=_person, facts=_facts
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def page(template: str, status: int = 200, entry: str | None = None, **values: Any) -> Response:
    """A template in the frame. `entry` is the Vite entry of a page that TypeScript fills, beside ``base``."""
    manifest: Manifest = current_app.extensions["manifest"]
    assets = [manifest.assets(name) for name in ("base", entry) if name]
    services = context()
    return make_response(
        render_template(
            template, assets=assets, unit=services.settings.unit, bus_connected=services.bus.connected, **values
        ),
        status,
    )


def shell(title: str, entry: str, data: msgspec.Struct) -> Response:
    """A page that TypeScript fills: it finds `data` as JSON in ``<script id="page">``."""
    return page("shell.html", entry=entry, title=title, page_data=embedded(data))


def embedded(data: msgspec.Struct) -> Markup:
    """`data` as JSON for a script element, which only "<" could end early."""
    return Markup(msgspec.json.encode(data).decode().replace("<", "\\u003c"))


def frame() -> dict[str, Any]:
    """The fields that every shell's data begins with (see `web.api.PlanPage`)."""
    settings = context().settings
    return {"me": session.me(), "csrf_token": generate_csrf(), "unit": settings.unit, "map": map_config()}


def map_config() -> api.MapConfig:
    ground = context().settings.map
    return api.MapConfig(
        style_url=ground.style_url,
        pmtiles_url="/map/ground.pmtiles" if ground.pmtiles else None,
        layers=tuple(f"/map/layers/{index}" for index in range(len(ground.layers))),
    )


def problem(status: int, text: str, where: str | None = None) -> Response:
    """A refusal in the form its asker reads: JSON under /api, else a page."""
    if guard.is_api():
        return answer(api.Problem(text, where), status)
    return page("error.html", status, title=_TITLES.get(status, "This did not work"), text=text, where=where)


_TITLES = {
    400: "That cannot be used",
    403: "Not for your role",
    404: "Nothing here",
    409: "Not as things stand",
    410: "Disposed of",
    413: "Too large",
    422: "That cannot be read",
    429: "Too many tries",
    500: "Something broke",
    503: "Not reachable",
}


def _web_error(error: WebError) -> Response:
    if isinstance(error, Forbidden):
        with context().database.write() as db:
            audit.append(db, session.who(), "refused", request.path, "refused", method=request.method, why=error.text)
    response = problem(error.status, error.text, error.where)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _mission_error(error: MissionError) -> Response:
    if isinstance(error, PlanFormatError | GeometryError):
        return problem(400, error.what, error.where or None)
    return problem(400, str(error))


def _telemetry_error(error: TelemetryError) -> Response:
    log.warning("%s %s: %s", request.method, request.path, error)
    if isinstance(error, RecordingError):
        return problem(422, f"The recording cannot be read: {error}")
    return problem(503, str(error))


def _too_great(error: OverflowError | DataError) -> Response:
    """A number, day or text in the request that no duration, date or column holds."""
    log.warning("%s %s: %s", request.method, request.path, error)
    return problem(400, "A number in it is too large, or a text holds characters that cannot be stored.")


def _csrf_error(error: CSRFError) -> Response:
    return problem(400, f"This page is out of date: load it again. ({error.description})")


def _http_error(error: HTTPException) -> Response:
    """What Flask itself refuses, and (as InternalServerError) what broke."""
    if isinstance(error, RequestEntityTooLarge):
        limit_mb = current_app.config["MAX_CONTENT_LENGTH"] // 1024**2
        return problem(413, f"That is more than the {limit_mb} MB that Airbeat takes.")
    if isinstance(error, TooManyRequests):
        return problem(429, "Too many tries from your address. Wait a minute.")
    texts = {404: "There is no such page.", 500: "The fault is ours and has been logged."}
    code = error.code or 500
    if code < 400:
        return make_response(error.get_response())
    return problem(code, texts.get(code, error.description or "This did not work."))


def _frontend_missing(error: FrontendMissing) -> Response:
    """No style sheet can be had, so this page is plain."""
    log.error("the front-end is not built: %s", error)
    return make_response(render_template("unbuilt.html", what=str(error)), 503)


def _instant(value: datetime | None, form: str = "%d %b %Y %H:%M:%S") -> str:
    return "–" if value is None else value.astimezone(UTC).strftime(form)


def _minutes(seconds: float | None) -> str:
    return "–" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _metres(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value / 1000:.2f} km" if value >= 1000 else f"{value:.0f} m"


def _role(value: str) -> str:
    return value.replace("_", " ").capitalize()


def _facts(detail: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The details of an audit line as a person reads them; what is unknown is left out."""
    for name, value in detail.items():
        if isinstance(value, Mapping):
            yield from _facts(value)
        elif isinstance(value, bool):
            yield name.replace("_", " "), "yes" if value else "no"
        elif value is not None:
            yield name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _person(username: str) -> Markup:
    """People by their names; the account is in the title, for the records speak of that."""
    return Markup('<span title="{}">{}</span>').format(username, names().get(username, username))


def names() -> dict[str, str]:
    """Of all people, by their accounts."""
    if "names" not in g:
        with context().database.read() as db:
            g.names = users.names(db)
    found: dict[str, str] = g.names
    return found


def _page_url(page: int) -> str:
    """This list with its search, at another page."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"
