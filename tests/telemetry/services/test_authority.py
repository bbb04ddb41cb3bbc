"""One person holds command of a vehicle."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from telemetry.errors import AuthorityError
from telemetry.services import authority
from telemetry.services.authority import FREE
from telemetry.wire import Actor

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 8, 5, tzinfo=UTC)
MILLS, OSEI, CHIEF = Actor("mills", "pilot"), Actor("osei", "pilot"), Actor("chief", "supervisor")


def test_the_first_order_takes_free_command_and_another_person_is_refused() -> None:
    held = authority.order(FREE, MILLS, "arm", NOW)
    assert (held.holder, held.since) == (MILLS, NOW)
    assert authority.order(held, MILLS, "start", LATER) == held
    with pytest.raises(AuthorityError, match="mills") as refused:
        authority.order(held, OSEI, "goto", LATER)
    assert refused.value.holder == "mills"


@pytest.mark.parametrize("verb", ["return", "land", "hold", "pause"])
def test_an_emergency_order_is_never_blocked_and_takes_no_command(verb: str) -> None:
    held = authority.take(FREE, MILLS, NOW)
    assert authority.order(held, OSEI, verb, LATER) == held
    assert authority.order(FREE, OSEI, verb, LATER) == FREE


def test_command_is_handed_over_when_the_other_takes_it() -> None:
    held = authority.take(FREE, MILLS, NOW)
    offered = authority.hand_over(held, MILLS, "osei")
    assert offered.holder == MILLS
    with pytest.raises(AuthorityError):
        authority.take(offered, CHIEF, LATER)
    taken = authority.take(offered, OSEI, LATER)
    assert (taken.holder, taken.since, taken.offered_to) == (OSEI, LATER, None)


def test_only_the_holder_hands_over_or_releases() -> None:
    held = authority.take(FREE, MILLS, NOW)
    with pytest.raises(AuthorityError, match="osei does not hold command"):
        authority.release(held, OSEI)
    with pytest.raises(AuthorityError):
        authority.hand_over(FREE, OSEI, "mills")
    assert authority.release(held, MILLS) == FREE


def test_an_override_needs_a_reason_and_keeps_it() -> None:
    held = authority.take(FREE, MILLS, NOW)
    with pytest.raises(AuthorityError, match="reason"):
        authority.override(held, CHIEF, "  ", LATER)
    taken = authority.override(held, CHIEF, "pilot unwell", LATER)
    assert (taken.holder, taken.override_reason) == (CHIEF, "pilot unwell")
    with pytest.raises(AuthorityError):
        authority.order(taken, MILLS, "goto", LATER)
