"""Errors of the web package. Each is answered as a page, or under /api as a `web.api.Problem`.

WebError
├── BadRequest      400  a body, form or file that cannot be used; `where` names the place in it
├── Forbidden       403  the user may not; audited
├── NotFound        404
├── Conflict        409  the state of things forbids it, or someone was faster
├── Gone            410  a flight that was disposed of
├── TooLarge        413
├── TooMany         429  too many tries; `retry_after_s` says when to come back
└── BusDown         503  the bus, or the service that had to answer on it, cannot be reached
"""

from __future__ import annotations

from typing import ClassVar


class WebError(Exception):
    """`text` is a sentence for the person; `where` the field or place it is about."""

    status: ClassVar[int] = 500

    def __init__(self, text: str, where: str | None = None) -> None:
        self.text, self.where = text, where
        super().__init__(f"{where}: {text}" if where else text)


class BadRequest(WebError):
    status = 400


class Forbidden(WebError):
    status = 403


class NotFound(WebError):
    status = 404


class Conflict(WebError):
    status = 409


class Gone(WebError):
    status = 410


class TooLarge(WebError):
    status = 413


class TooMany(WebError):
    status = 429

    def __init__(self, text: str, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(text)


class BusDown(WebError):
    status = 503
