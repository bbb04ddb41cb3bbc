"""The checks run again on what a vehicle gives back after an upload.

A read-back that equals what was sent within the encoding's rounding may still be judged otherwise: a corner that
was 2.00 m inside the margin is 1.99 m inside when its place is rounded to 1e-7 degrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import structs

from mission.checks import check
from mission.context import DEFAULT, Context
from mission.errors import MissionError
from mission.finding import Finding, Severity
from mission.items import WireItem, plan_from_items
from mission.plan import Plan


class ReadBack(msgspec.Struct, frozen=True):
    """`plan` is what the vehicle holds; `findings` are of it, `worse` those of them that the plan sent has not."""

    plan: Plan
    findings: tuple[Finding, ...]
    worse: tuple[Finding, ...]


def check_read_back(
    sent: Plan,
    mission: Sequence[WireItem],
    fence: Sequence[WireItem],
    rally: Sequence[WireItem],
    context: Context = DEFAULT,
) -> ReadBack:
    """Never raises: a read-back that is no plan is itself a finding. Patterns are of the drawing, not on board."""
    try:
        read = plan_from_items(mission, fence, rally)
    except MissionError as error:
        text = f"What the vehicle gives back is no plan: {error}."
        broken = Finding("read_back", Severity.ERROR, text, "Upload it again.")
        return ReadBack(Plan(), (broken,), (broken,))
    # Speeds are of the plan, not among its items.
    held = structs.replace(read, cruise_speed_m_s=sent.cruise_speed_m_s, hover_speed_m_s=sent.hover_speed_m_s)
    findings = check(held, context)
    known = {
        (finding.check, finding.severity, finding.place.kind, finding.place.index) for finding in check(sent, context)
    }
    worse = tuple(f for f in findings if (f.check, f.severity, f.place.kind, f.place.index) not in known)
    return ReadBack(held, findings, worse)
