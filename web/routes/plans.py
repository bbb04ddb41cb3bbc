"""Plans apart from sorties: judged while they are drawn, read from files, written to files. Nothing is saved here."""

from __future__ import annotations

import re
from pathlib import PurePath

from flask import Blueprint, Response, request

from mission import formats, patterns
from mission.autofence import autofence
from mission.avoid import avoid
from mission.context import OtherFlight
from mission.patterns.split import split
from mission.plan import Plan, digest
from web import api
from web.auth import session
from web.auth.guard import requires
from web.auth.permissions import Permission
from web.context import context
from web.errors import BadRequest
from web.exchange import answer, attachment, body
from web.judgement import judge
from web.store import audit, sorties

blueprint = Blueprint("plans", __name__)


@blueprint.post("/api/plans/check")
@requires(Permission.PLAN_READ)
def check() -> Response:
    """Compared with the other approved sorties only if it is known which one this is: no plan is in its own way."""
    wanted, services = body(api.CheckRequest), context()
    others: tuple[OtherFlight, ...] = ()
    if wanted.sortie_id is not None:
        with services.database.read() as db:
            others = sorties.others(db, wanted.sortie_id)
    return answer(judge(wanted.plan, wanted.revision, services.world, others))


@blueprint.post("/api/plans/patterns")
@requires(Permission.PLAN_EDIT)
def expand_patterns() -> Response:
    """The plan with every pattern's items made anew from its description and the fence."""
    return answer(patterns.refresh(body(api.PatternsExpand).plan))


@blueprint.post("/api/plans/split")
@requires(Permission.PLAN_EDIT)
def share_pattern() -> Response:
    """One plan for each drone; each becomes a sortie of its own, to be judged and approved by itself."""
    wanted = body(api.PatternSplit)
    return answer(api.SplitPlans(split(wanted.plan, wanted.pattern_id, wanted.drones)))


@blueprint.post("/api/plans/avoid")
@requires(Permission.PLAN_EDIT)
def lead_round() -> Response:
    """The shortest ways inside the fence, where legs would leave it."""
    return answer(avoid(body(api.PlanAvoid).plan, context().world))


@blueprint.post("/api/plans/fence")
@requires(Permission.PLAN_EDIT)
def draw_fence() -> Response:
    """An inclusion around all that the plan flies, the straight ways home from every point of it too."""
    wanted = body(api.PlanFence)
    return answer(autofence(wanted.plan, wanted.margin_m, context().world))


@blueprint.post("/api/plans/import")
@requires(Permission.PLAN_EDIT)
def read_file() -> Response:
    """Multipart field ``file``; the ending of its name says what it is."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise BadRequest("choose a plan file", "file")
    plan = formats.load(sent.filename, sent.stream.read(formats.MAX_BYTES + 1))
    name = PurePath(sent.filename)
    return answer(api.ImportedPlan(plan, name.suffix.lstrip(".").lower(), name.stem))


@blueprint.post("/api/plans/export")
@requires(Permission.PLAN_READ)
def write_file() -> Response:
    wanted = body(api.PlanExport)
    response = plan_file(wanted.plan, wanted.format, wanted.name)
    with context().database.write() as db:
        audit.append(db, session.who(), "plan.export", digest(wanted.plan), format=wanted.format, name=wanted.name)
    return response


def plan_file(plan: Plan, format_name: str, name: str) -> Response:
    """`plan` as a download in one of `mission.formats.FORMATS`."""
    data = formats.save(plan, format_name)
    known = formats.FORMATS[format_name]
    return attachment(data, known.media_type, file_name(name) + known.suffix)


def file_name(name: str) -> str:
    """`name` as people gave it, made safe for every file system."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "plan"
