"""The OpenAPI document of ``/api/v1``, made of the same table of operations that the routes are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from flask import Response

from web.api import Problem
from web.auth.scopes import Scope

VERSION: Final = "3.1.0"
API_VERSION: Final = "1"
_REF: Final = "#/components/schemas/{name}"


class Parameter(msgspec.Struct, frozen=True):
    """In the query, always optional."""

    name: str
    kind: type
    what: str


class Operation(msgspec.Struct, frozen=True):
    """`path` as Flask writes it, below /api/v1. `refusals` are the statuses, besides 401 and 403, of a `Problem`."""

    method: str
    path: str
    scope: Scope
    view: Callable[..., Response]
    answers: type[msgspec.Struct]
    status: int = 200
    body: type[msgspec.Struct] | None = None
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[int, ...] = ()


def document(unit: str, base: str, operations: Sequence[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1, whose schemas are JSON Schema 2020-12 as msgspec writes it."""
    structs = [Problem, *(op.answers for op in operations), *(op.body for op in operations if op.body)]
    kinds = list(dict.fromkeys(structs))
    _, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = base + re.sub(r"<(\w+)>", r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": VERSION,
        "info": {"title": f"Airbeat of {unit}", "version": API_VERSION},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    summary = (operation.view.__doc__ or "").strip()
    answers = {
        str(operation.status): {"description": "Done.", "content": _json(operation.answers)},
        **{
            str(status): {"description": text, "content": _json(Problem)}
            for status, text in _REFUSALS.items()
            if status in (401, 403, *operation.refusals)
        },
    }
    told: dict[str, Any] = {
        "operationId": operation.view.__name__,
        "summary": summary,
        "security": [{"token": [str(operation.scope)]}],
        "responses": answers,
    }
    places = re.findall(r"<(\w+)>", operation.path)
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in places]
    parameters += [
        {"name": one.name, "in": "query", "description": one.what, "schema": msgspec.json.schema(one.kind)}
        for one in operation.parameters
    ]
    if parameters:
        told["parameters"] = parameters
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": _json(operation.body)}
    return told


_REFUSALS: Final = {
    400: "The request is invalid; `where` names the field.",
    401: "No token, or an invalid one.",
    403: "The token lacks the scope.",
    404: "There is no such thing.",
    409: "It conflicts with the present state.",
    503: "The message bus cannot be reached just now.",
}


def _json(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=struct.__name__)}}}
