"""Every route of the pages, and an address of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from web.auth import guard
from web.auth.permissions import Permission


def routes(app: Flask) -> Iterator[tuple[Rule, str, Permission | str | None]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, guard.declared(app.view_functions[rule.endpoint])


def path_of(rule: Rule, **named: str) -> str:
    """The route with names of things that do not exist, but for those that are `named`."""
    numbers = {name for name, of in rule._converters.items() if isinstance(of, IntegerConverter)}
    values = {name: "7" if name in numbers else uuid4().hex[:12] for name in rule.arguments}
    if "verb" in values:
        values["verb"] = "land"
    values |= {name: value for name, value in named.items() if name in values}
    built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]
