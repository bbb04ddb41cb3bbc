"""A person at the pages, for the demo: logs in and calls the API over HTTP as a browser does."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Final

import msgspec

from telemetry.errors import TelemetryError

TIMEOUT_S: Final = 30.0
_TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')


class PersonRefused(TelemetryError):
    """The server's own words for a refusal."""


class Person:
    """Raises `PersonRefused` where the server refuses anything."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self._address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        form = {"username": username, "password": password, "csrf_token": self._token("/login")}
        self._ask("/login", urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded")
        self._csrf = self._token("/account")

    def get(self, path: str) -> Any:
        return msgspec.json.decode(self._ask(path))

    def post(self, path: str, body: object) -> Any:
        return msgspec.json.decode(self._ask(path, msgspec.json.encode(body), "application/json"))

    def _token(self, path: str) -> str:
        found = _TOKEN.search(self._ask(path).decode())
        if found is None:
            raise PersonRefused(f"{path} shows no form: the login was refused")
        return found.group(1)

    def _ask(self, path: str, body: bytes | None = None, kind: str = "") -> bytes:
        headers = {"Content-Type": kind, "X-CSRFToken": getattr(self, "_csrf", "")} if body is not None else {}
        asked = urllib.request.Request(self._address + path, body, headers)
        try:
            with self._opener.open(asked, timeout=TIMEOUT_S) as answer:
                got: bytes = answer.read()
                return got
        except urllib.error.HTTPError as error:
            raise PersonRefused(f"{path}: {error.code} {error.read().decode(errors='replace')}") from error
