"""What people read for the names that autopilot and bus go by. The pages have the same tables, in `generated.ts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MODE_WORDS: Final[Mapping[str, str]] = {
    "STABILIZE": "Manual",
    "ACRO": "Acro",
    "ALT_HOLD": "Height hold",
    "AUTO": "Mission",
    "GUIDED": "Guided",
    "LOITER": "Loiter",
    "RTL": "Returning",
    "CIRCLE": "Circling",
    "LAND": "Landing",
    "DRIFT": "Drift",
    "SPORT": "Sport",
    "FLIP": "Flip",
    "AUTOTUNE": "Autotune",
    "POSHOLD": "Position hold",
    "BRAKE": "Braking",
    "THROW": "Throw",
    "AVOID_ADSB": "Avoiding",
    "GUIDED_NOGPS": "Guided, no GPS",
    "SMART_RTL": "Retracing",
    "FLOWHOLD": "Flow hold",
    "FOLLOW": "Following",
    "ZIGZAG": "Zigzag",
    "SYSTEMID": "System id",
    "AUTOROTATE": "Autorotation",
    "AUTO_RTL": "Mission return",
    "TURTLE": "Turtle",
}
"""ArduCopter's modes (ArduPilot documentation, "Flight Modes"): what a controller reads."""

ORDER_WORDS: Final[Mapping[str, str]] = {
    "arm": "Arm",
    "disarm": "Disarm",
    "start": "Start",
    "pause": "Pause",
    "continue": "Continue",
    "return": "Return",
    "land": "Land",
    "hold": "Hold",
    "takeoff": "Take off",
    "goto": "Go to a place",
    "mode": "Change the mode",
    "speed": "Change the speed",
    "roi": "Look at a place",
    "upload": "Upload",
    "restore": "Restore the former plan",
    "take": "Take command",
    "hand_over": "Hand over command",
    "release": "Release command",
    "parameter": "Set a parameter",
    "parameters": "Read parameters",
    "logs": "List the drone's logs",
    "log": "Fetch the drone's log",
}
"""Whatever can be asked of a vehicle, by its verb on the bus."""


def mode_words(mode: str) -> str:
    """A mode that has no words is called what the autopilot calls it."""
    return MODE_WORDS.get(mode, mode)


def order_words(verb: str) -> str:
    return ORDER_WORDS.get(verb, verb)
