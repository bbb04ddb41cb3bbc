"""Posts JSON to an address from the settings, and to no other: a redirect is refused."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def post(url: str, body: bytes, timeout_s: float, headers: Mapping[str, str]) -> None:
    """`url` must be known to be http or https. Raises `OSError` for anything but an answer of 2xx."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers}, method="POST")
    try:
        with _opener.open(request, timeout=timeout_s):
            return
    except urllib.error.HTTPError as error:
        raise OSError(f"it answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise error.reason if isinstance(error.reason, OSError) else OSError(str(error.reason)) from error
    except http.client.HTTPException as error:
        raise OSError(str(error) or type(error).__name__) from error
