"""How a rule answers: for each drone a sentence that says what is wrong, `GOOD`, or nothing.

Nothing (None, or the drone is not in the answer) means neither: the value lies between the threshold that raises and
the one that ends, or is not known. An alert that is open then stays open, one that is not stays away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from telemetry.rules.fleet import Fleet

GOOD: Final = ""
SYSTEM: Final = "airbeat"
"""The vehicle of alerts about the system itself."""
Verdicts = Mapping[str, str | None]
"""By drone (for a pair ``one+other``): what is wrong, as a whole sentence with numbers, or `GOOD`, or None."""
Judge = Callable[[Fleet], Verdicts]


class Rule(NamedTuple):
    """`severity`: warning or critical. What is wrong must be so for `after_s`, and gone for `ends_after_s`."""

    name: str
    severity: str
    judge: Judge
    after_s: float = 0.0
    ends_after_s: float = 1.0
    of_pairs: bool = False
    """It answers for pairs of drones, and a pair that is not in its answer is `GOOD`."""


def on_ground(fleet: Fleet) -> dict[str, str | None]:
    """`GOOD` for every drone known to be disarmed: a flight's alerts end with it."""
    return dict.fromkeys(fleet.grounded, GOOD)
