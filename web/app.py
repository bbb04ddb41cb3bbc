"""The application factory: settings, a database and the bus in; a WSGI application out."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect  # type: ignore[import-untyped]

from telemetry.settings import Settings
from web import headers, pages
from web.auth import guard
from web.bus_line import BusLine
from web.context import Services
from web.routes import (
    admin,
    airspace,
    alerts,
    attachments,
    audit,
    charts,
    downloads,
    drone_logs,
    evidence,
    figures,
    flights,
    guests,
    home,
    incidents,
    keeping,
    live,
    login,
    past,
    places,
    plans,
    review,
    sorties,
    tasking,
    tokens,
    v1,
    vehicles,
)
from web.store.database import Database
from web.surroundings import gazetteer, surroundings
from web.vite import Manifest

BODY_LIMIT_BYTES: Final = 20 * 1024**2
COOKIE: Final = "airbeat_session"
BLUEPRINTS: Final = (
    home.blueprint,
    login.blueprint,
    sorties.blueprint,
    plans.blueprint,
    places.blueprint,
    airspace.blueprint,
    vehicles.blueprint,
    live.blueprint,
    past.blueprint,
    alerts.blueprint,
    incidents.blueprint,
    tasking.blueprint,
    tokens.blueprint,
    guests.blueprint,
    v1.blueprint,
    flights.blueprint,
    figures.blueprint,
    downloads.blueprint,
    attachments.blueprint,
    charts.blueprint,
    drone_logs.blueprint,
    review.blueprint,
    evidence.blueprint,
    keeping.blueprint,
    admin.blueprint,
    audit.blueprint,
)


def create_app(settings: Settings, home_folder: Path, database: Database, bus: BusLine) -> Flask:
    """`database` is migrated; `bus` may be down, now and later. `home_folder` keeps the key that signs cookies.

    Raises `SettingsError` naming a file of `settings.planning` that cannot be read.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=_secret(home_folder / "keys" / "web-session.key"),
        MAX_CONTENT_LENGTH=BODY_LIMIT_BYTES,
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.web.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session, which has its own limits
        RATELIMIT_HEADERS_ENABLED=True,
    )
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    world, named = surroundings(settings.planning), gazetteer(settings.planning)
    app.extensions["airbeat"] = Services(settings, home_folder, database, bus, limiter, world, named)
    app.extensions["manifest"] = Manifest()
    app.view_functions["static"] = guard.public(app.view_functions["static"])
    # Who asks is known before anything else is looked at, so that a stranger learns nothing from other refusals.
    app.before_request(guard.check)
    csrf = CSRFProtect(app)
    csrf.exempt(v1.blueprint)  # no cookie counts there, only a token that a page of others cannot have
    app.after_request(headers.add)
    pages.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _secret(path: Path) -> bytes:
    """The key that signs session cookies; made at the first start, readable by the service alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    return path.read_bytes()
