"""Nobody reads what the autopilot or the bus calls a thing where people have a word for it."""

from __future__ import annotations

from telemetry.gateway.jobs import VERBS
from telemetry.mavlink.enums import COPTER_MODE_NUMBERS
from telemetry.services.orders import COMMAND_VERBS, ORDERS, RESTORE, UPLOAD
from telemetry.words import MODE_WORDS, ORDER_WORDS


def test_whatever_can_be_asked_of_a_drone_has_words() -> None:
    assert ORDER_WORDS.keys() == {*ORDERS, *COMMAND_VERBS, *VERBS, UPLOAD, RESTORE}


def test_every_mode_has_words_of_its_own() -> None:
    assert MODE_WORDS.keys() >= COPTER_MODE_NUMBERS.keys()
    assert len(set(MODE_WORDS.values())) == len(MODE_WORDS)
