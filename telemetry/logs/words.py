"""What ArduPilot's numbers in MODE, EV and ERR mean (ArduCopter 4.6: ModeReason.h, AP_Logger.h, AC_Fence.h)."""

from __future__ import annotations

from typing import Final

MODE_REASONS: Final = {
    1: "by the remote control",
    2: "by the ground station",
    3: "radio failsafe",
    4: "battery failsafe",
    5: "ground station failsafe",
    6: "EKF failsafe",
    7: "GPS glitch",
    8: "end of the mission",
    9: "throttle raised while landing",
    10: "fence breached",
    11: "terrain failsafe",
    12: "end of braking",
    14: "avoidance",
    15: "end of avoidance",
    17: "flight termination",
    19: "crash failsafe",
    25: "failsafe",
    26: "start",
    31: "start",
    32: "by a script",
    33: "mode not available",
    41: "by the mission",
    43: "back inside the fence",
    48: "radio back",
    50: "dead reckoning failsafe",
    53: "by a switch",
}

EVENTS: Final = {
    10: "armed",
    11: "disarmed",
    15: "armed for automatic modes",
    17: "perhaps landed",
    18: "landed",
    19: "GPS lost",
    25: "home set",
    28: "took off",
    41: "fence enabled",
    42: "fence disabled",
    46: "gripper closed",
    47: "gripper opened",
    49: "parachute disabled",
    50: "parachute enabled",
    51: "parachute released",
    54: "motors stopped in emergency",
    55: "emergency stop cleared",
    56: "motor interlock disabled",
    57: "motor interlock enabled",
    60: "EKF height reset",
    61: "landing cancelled by the pilot",
    62: "EKF yaw reset",
    67: "primary GPS changed",
    76: "maximum height enabled",
    77: "maximum height disabled",
    78: "circle around home enabled",
    79: "circle around home disabled",
    80: "minimum height enabled",
    81: "minimum height disabled",
    82: "boundary enabled",
    83: "boundary disabled",
}
ARMED: Final = 10
DISARMED: Final = 11

SUBSYSTEMS: Final = {
    1: "main loop",
    2: "radio",
    3: "compass",
    5: "radio failsafe",
    6: "battery failsafe",
    7: "GPS failsafe",
    8: "ground station failsafe",
    9: "fence",
    10: "flight mode",
    11: "GPS",
    12: "crash check",
    13: "flip",
    15: "parachute",
    16: "EKF check",
    17: "EKF failsafe",
    18: "barometer",
    19: "processor",
    20: "ADS-B failsafe",
    21: "terrain",
    22: "navigation",
    23: "terrain failsafe",
    24: "EKF primary",
    25: "thrust loss",
    26: "sensor failsafe",
    28: "pilot input",
    29: "vibration failsafe",
    30: "internal error",
    31: "dead reckoning failsafe",
}
BATTERY: Final = 6
FENCE: Final = 9
FLIGHT_MODE: Final = 10
EKF_PRIMARY: Final = 24

_CODES: Final = {
    (2, 2): "late frames",
    (3, 4): "unhealthy",
    (11, 2): "glitch",
    (12, 1): "crash",
    (12, 2): "loss of control",
    (16, 2): "bad variance",
    (18, 2): "glitch",
    (18, 4): "unhealthy",
    (21, 2): "terrain data missing",
    (22, 2): "destination refused",
    (22, 5): "destination outside the fence",
}
_FENCES: Final = {1: "maximum height", 2: "circle around home", 4: "boundary", 8: "minimum height"}


def error(subsystem: int, code: int) -> str:
    """An ERR record in words; code 0 is the end of what an earlier one reported."""
    name = SUBSYSTEMS.get(subsystem, f"subsystem {subsystem}")
    if subsystem == FENCE:
        breached = ", ".join(word for bit, word in _FENCES.items() if code & bit)
        return f"fence breached: {breached}" if code else "fence breach ended"
    if subsystem == FLIGHT_MODE:
        return f"flight mode {code} could not be entered"
    if subsystem == EKF_PRIMARY:
        return f"EKF core {code} is now used"
    if code == 0:
        return f"{name}: resolved"
    return f"{name}: {_CODES.get((subsystem, code), 'occurred' if code == 1 else f'code {code}')}"
