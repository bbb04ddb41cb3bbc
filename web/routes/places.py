"""Places by what people call them, for the search box of every map."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mission import places
from web import api
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.exchange import answer

blueprint = Blueprint("places", __name__)


@blueprint.get("/api/places")
@requires(Permission.ACCOUNT)
def find_places() -> Response:
    """``?q=``: a name, a grid reference, a latitude and longitude, a postcode."""
    asked = request.args.get("q", "")
    return answer(api.Places(asked, places.find(asked, context().places)))
