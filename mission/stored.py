"""What ArduCopter 4.6 keeps of a mission item, so that what is sent is what is read back.

The autopilot packs an item into 15 bytes. A command with a place keeps its frame, its place, its altitude in
centimetres and one or two small numbers; any other command loses frame and place and keeps what its packed form
has room for. `_KEPT` says, command by command, how each of param1..param4 survives. Measured against the
read-backs of a real ArduCopter 4.6.3; a command that is not listed travels as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

Rule = Callable[[float], float]


def single(value: float) -> float:
    """The nearest IEEE single-precision number: MAVLink's float."""
    return float(np.float32(value))


def _whole(low: int, high: int) -> Rule:
    """A C integer: the fraction is cut off, and what does not fit is held at the end of the range."""
    return lambda value: float(min(max(int(value), low), high))


def _dropped(_: float) -> float:
    return 0.0


def _sign(value: float) -> float:
    return -1.0 if value < 0 else 1.0


def _flag(value: float) -> float:
    return 1.0 if value > 0 else 0.0


def _turns(value: float) -> float:
    """LOITER_TURNS: whole turns up to 255, or 256ths of one turn."""
    return int(value * 256.0) / 256.0 if 0 < value < 1 else float(min(int(abs(value)), 255))


def _turn_radius(value: float) -> float:
    """LOITER_TURNS: whole metres up to 255, above that tens of metres up to 2,550."""
    radius = float(int(abs(value)) if abs(value) <= 255 else min(int(abs(value) * 0.1), 255) * 10)
    return -radius if value < 0 else radius


def _centi(value: float) -> float:
    return _surviving(min(max(round(value * 100.0), 0), 65535))


def _surviving(centimetres: int) -> float:
    """Metres that the autopilot turns into exactly so many centimetres.

    It cuts metres · 100 off in single precision; one step outwards where that would lose the last centimetre.
    """
    z = np.float32(centimetres) * np.float32(0.01)
    if int(z * np.float32(100.0)) != centimetres:
        z = np.nextafter(z, np.float32(np.inf if centimetres > 0 else -np.inf), dtype=np.float32)
    return float(z)


_U8: Final = _whole(0, 255)
_I8: Final = _whole(-128, 127)
_U16: Final = _whole(0, 65535)
_I16: Final = _whole(-32768, 32767)
_RADIUS: Final = _whole(-65535, 65535)
_F32: Final = single
_: Final = _dropped

Rules = tuple[Rule, Rule, Rule, Rule]

_NOTHING: Final[Rules] = (_, _, _, _)
_FIRST: Final[Rules] = (_U16, _, _, _)

PLACED: Final = frozenset(
    (
        16,
        17,
        18,
        19,
        21,
        22,
        30,
        31,
        82,
        84,
        85,
        92,
        94,
        179,
        188,
        189,
        191,
        195,
        201,
        5000,
        5001,
        5002,
        5003,
        5004,
        5100,
    )
)
"""Commands that ArduCopter stores with frame, place and altitude."""

_RAW_XY: Final = frozenset((202, 203, 1000, 42702, 42703))
"""Commands whose param5 and param6 are numbers of their own."""

_RAW_Z: Final = frozenset((202,))

_KEPT: Final[dict[int, Rules]] = {
    16: _FIRST,  # NAV_WAYPOINT: delay, s
    17: (_, _, _RADIUS, _),  # NAV_LOITER_UNLIM
    18: (_turns, _, _turn_radius, _flag),  # NAV_LOITER_TURNS
    19: (_U16, _, _sign, _flag),  # NAV_LOITER_TIME
    20: _NOTHING,  # NAV_RETURN_TO_LAUNCH
    21: (_U16, _, _, _sign),  # NAV_LAND
    22: _FIRST,  # NAV_TAKEOFF
    30: _FIRST,  # NAV_CONTINUE_AND_CHANGE_ALT
    31: (_, _RADIUS, _, _flag),  # NAV_LOITER_TO_ALT
    82: _FIRST,  # NAV_SPLINE_WAYPOINT
    83: (_F32, _F32, _U8, _),  # NAV_ALTITUDE_WAIT
    84: _NOTHING,  # NAV_VTOL_TAKEOFF
    85: _FIRST,  # NAV_VTOL_LAND
    92: _FIRST,  # NAV_GUIDED_ENABLE
    93: (_F32, _I8, _I8, _I8),  # NAV_DELAY
    94: (_centi, _, _, _),  # NAV_PAYLOAD_PLACE
    112: (_F32, _, _, _),  # CONDITION_DELAY
    114: (_F32, _, _, _),  # CONDITION_DISTANCE
    115: (_F32, _F32, _I8, _U8),  # CONDITION_YAW
    177: (_U16, _I16, _, _),  # DO_JUMP
    178: (_U8, _F32, _F32, _),  # DO_CHANGE_SPEED
    179: _FIRST,  # DO_SET_HOME
    181: (_U8, _U8, _, _),  # DO_SET_RELAY
    182: (_U8, _I16, _F32, _),  # DO_REPEAT_RELAY
    183: (_U8, _U16, _, _),  # DO_SET_SERVO
    184: (_U8, _U16, _I16, _F32),  # DO_REPEAT_SERVO
    188: _NOTHING,  # DO_RETURN_PATH_START
    189: _NOTHING,  # DO_LAND_START
    191: _NOTHING,  # DO_GO_AROUND
    195: _FIRST,  # DO_SET_ROI_LOCATION
    197: _FIRST,  # DO_SET_ROI_NONE
    201: _FIRST,  # DO_SET_ROI
    203: (_U8, _U8, _I8, _U8),  # DO_DIGICAM_CONTROL
    205: (_F32, _F32, _F32, _),  # DO_MOUNT_CONTROL
    206: (_F32, _, _U8, _),  # DO_SET_CAM_TRIGG_DIST
    207: _FIRST,  # DO_FENCE_ENABLE
    208: _FIRST,  # DO_PARACHUTE
    211: (_U8, _U8, _, _),  # DO_GRIPPER
    218: (_U16, _U8, _, _),  # DO_AUX_FUNCTION
    222: (_U16, _F32, _F32, _F32),  # DO_GUIDED_LIMITS
    531: (_U8, _F32, _, _),  # SET_CAMERA_ZOOM
    532: (_U8, _F32, _, _),  # SET_CAMERA_FOCUS
    534: (_U8, _U8, _U8, _),  # SET_CAMERA_SOURCE
    600: _FIRST,  # JUMP_TAG
    601: (_U16, _I16, _, _),  # DO_JUMP_TAG
    1000: (_I8, _I16, _I8, _I8),  # DO_GIMBAL_MANAGER_PITCHYAW
    2000: (_U8, _F32, _U16, _U16),  # IMAGE_START_CAPTURE
    2001: _FIRST,  # IMAGE_STOP_CAPTURE
    2500: (_U8, _, _, _),  # VIDEO_START_CAPTURE
    2501: (_U8, _, _, _),  # VIDEO_STOP_CAPTURE
    5001: _FIRST,
    5002: _FIRST,
    5100: _NOTHING,
}


def is_known(command: int) -> bool:
    """Whether this package knows how ArduCopter stores the command."""
    return command in _KEPT


def has_place(command: int) -> bool:
    """Whether the command is stored with frame, place and altitude."""
    return command in PLACED


def uses_raw_xy(command: int) -> bool:
    """Whether param5 and param6 of the command are numbers of its own, not a place."""
    return command in _RAW_XY or not is_known(command)


def kept_params(
    command: int, params: tuple[float | None, float | None, float | None, float | None]
) -> tuple[float, float, float, float]:
    """param1..param4 as ArduCopter gives them back. None (MAVLink's NaN) is kept by no command and becomes 0."""
    one, two, three, four = (0.0 if p is None else p for p in params)
    rules = _KEPT.get(command, (_F32, _F32, _F32, _F32))
    return rules[0](one), rules[1](two), rules[2](three), rules[3](four)


def kept_altitude(command: int, altitude_m: float) -> float:
    """`z` that survives as the centimetre (rally point: metre) nearest to `altitude_m`."""
    if command == 5100:
        return float(round(altitude_m))
    if command == 205:
        return 2.0  # MAV_MOUNT_MODE_MAVLINK_TARGETING, whatever was sent
    if command == 1000:
        return _U8(altitude_m)  # the gimbal's id
    if not has_place(command):
        return single(altitude_m) if command in _RAW_Z or not is_known(command) else 0.0
    if command in (5001, 5002, 5003, 5004):
        return 0.0
    return _surviving(round(altitude_m * 100.0))


def kept_radius(radius_m: float) -> float:
    """A fence circle's radius: ArduPilot stores one less than a millimetre above whole metres as whole metres."""
    whole = float(int(radius_m))
    return whole if radius_m - whole < 0.001 and whole > 0 else single(radius_m)


def kept_raw_xy(command: int, raw: tuple[int, int]) -> tuple[int, int]:
    """param5 and param6 of a command that uses them for numbers of its own."""
    if not uses_raw_xy(command):
        return 0, 0
    if command == 1000:
        return int(_U8(raw[0])), 0
    return (int(_U8(raw[0])), int(_U8(raw[1]))) if command in (202, 203) else raw
