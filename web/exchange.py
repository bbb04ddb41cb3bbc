"""JSON in and out of the API: bodies are decoded into structs or refused with the name of the wrong field."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec
from flask import Response, request

from web.errors import BadRequest

S = TypeVar("S", bound=msgspec.Struct)

_AT: Final = re.compile(r"^(?P<text>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_NO_NUMBER: Final = re.compile(rb"[\s:,\[](NaN|-?Infinity)\b")


def body(kind: type[S]) -> S:
    """The request's JSON as `kind`. Raises `BadRequest` that names the field."""
    return decode(request.get_data(cache=False), kind)


def decode(data: bytes, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        text, path = split(str(error))
        raise BadRequest(text, path) from error
    except (msgspec.DecodeError, RecursionError) as error:
        number = _NO_NUMBER.search(data)
        if number:
            raise BadRequest(f"{number[1].decode()} is not a JSON number") from error
        raise BadRequest(f"This is not JSON: {error}") from error


def instant(text: str, where: str) -> datetime:
    """UTC. Raises `BadRequest` for what is none, or does not say its time zone."""
    try:
        found = msgspec.convert(text, datetime)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        pass  # no such day, or none in UTC
    raise BadRequest(f"{text!r} is no time with its time zone: write 2026-11-22T07:15:30Z", where)


def split(message: str) -> tuple[str, str | None]:
    """msgspec's message as (what is wrong, the path of the field)."""
    found = _AT.match(message)
    if not found or not found["path"]:
        return message, None
    return found["text"], found["path"].removeprefix("$").removeprefix(".")


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to be kept under `name`, never shown in our own pages: it may bring scripts that our policy forbids."""
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def answer(struct: msgspec.Struct | tuple[msgspec.Struct, ...], status: int = 200) -> Response:
    return Response(msgspec.json.encode(struct), status, mimetype="application/json")
