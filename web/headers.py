"""Security headers of every answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request

from web.context import context
from web.vite import BASE_URL


def add(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = policy()
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self), payment=(), usb=()"
    if context().settings.web.secure_cookies:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.path.startswith(BASE_URL + "assets/"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"  # their names change with their content
    elif not request.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    return response


def policy() -> str:
    """MapLibre works in a blob worker; the bus is a WebSocket elsewhere; map style and cameras may name other hosts."""
    services = context()
    style = services.settings.map.style_url
    ground = f" {_origin(style)}" if style and _origin(style) else ""
    cameras = {_origin(vehicle.video) for vehicle in services.settings.vehicles if vehicle.video}
    video = "".join(f" {origin}" for origin in sorted(cameras) if origin)
    directives = {
        "default-src": "'self'",
        "script-src": "'self'",
        "worker-src": "'self' blob:",
        "style-src": "'self'",
        "img-src": f"'self' data: blob:{ground}",
        "font-src": "'self' data:",
        "connect-src": f"'self' {_origin(services.bus.websocket_url)}{ground}{video}",
        "media-src": f"'self' blob:{video}",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
