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

from mission import commands

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
        commands.NAV_WAYPOINT,
        commands.NAV_LOITER_UNLIM,
        commands.NAV_LOITER_TURNS,
        commands.NAV_LOITER_TIME,
        commands.NAV_LAND,
        commands.NAV_TAKEOFF,
        commands.NAV_CONTINUE_AND_CHANGE_ALT,
        commands.NAV_LOITER_TO_ALT,
        commands.NAV_SPLINE_WAYPOINT,
        commands.NAV_VTOL_TAKEOFF,
        commands.NAV_VTOL_LAND,
        commands.NAV_GUIDED_ENABLE,
        commands.NAV_PAYLOAD_PLACE,
        commands.DO_SET_HOME,
        commands.DO_RETURN_PATH_START,
        commands.DO_LAND_START,
        commands.DO_GO_AROUND,
        commands.DO_SET_ROI_LOCATION,
        commands.DO_SET_ROI,
        commands.NAV_FENCE_RETURN_POINT,
        commands.NAV_FENCE_POLYGON_VERTEX_INCLUSION,
        commands.NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
        commands.NAV_FENCE_CIRCLE_INCLUSION,
        commands.NAV_FENCE_CIRCLE_EXCLUSION,
        commands.NAV_RALLY_POINT,
    )
)
"""Commands that ArduCopter stores with frame, place and altitude."""

_RAW_XY: Final = frozenset(
    (
        commands.DO_DIGICAM_CONFIGURE,
        commands.DO_DIGICAM_CONTROL,
        commands.DO_GIMBAL_MANAGER_PITCHYAW,
        commands.NAV_SCRIPT_TIME,
        commands.NAV_ATTITUDE_TIME,
    )
)
"""Commands whose param5 and param6 are numbers of their own."""

_RAW_Z: Final = frozenset((commands.DO_DIGICAM_CONFIGURE,))
_TWO_BYTES: Final = frozenset((commands.DO_DIGICAM_CONFIGURE, commands.DO_DIGICAM_CONTROL))
"""Of those, the ones that keep a byte of either."""

_FENCE: Final = frozenset(
    (
        commands.NAV_FENCE_POLYGON_VERTEX_INCLUSION,
        commands.NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
        commands.NAV_FENCE_CIRCLE_INCLUSION,
        commands.NAV_FENCE_CIRCLE_EXCLUSION,
    )
)

_KEPT: Final[dict[int, Rules]] = {
    commands.NAV_WAYPOINT: _FIRST,  # delay, s
    commands.NAV_LOITER_UNLIM: (_, _, _RADIUS, _),
    commands.NAV_LOITER_TURNS: (_turns, _, _turn_radius, _flag),
    commands.NAV_LOITER_TIME: (_U16, _, _sign, _flag),
    commands.NAV_RETURN_TO_LAUNCH: _NOTHING,
    commands.NAV_LAND: (_U16, _, _, _sign),
    commands.NAV_TAKEOFF: _FIRST,
    commands.NAV_CONTINUE_AND_CHANGE_ALT: _FIRST,
    commands.NAV_LOITER_TO_ALT: (_, _RADIUS, _, _flag),
    commands.NAV_SPLINE_WAYPOINT: _FIRST,
    commands.NAV_ALTITUDE_WAIT: (_F32, _F32, _U8, _),
    commands.NAV_VTOL_TAKEOFF: _NOTHING,
    commands.NAV_VTOL_LAND: _FIRST,
    commands.NAV_GUIDED_ENABLE: _FIRST,
    commands.NAV_DELAY: (_F32, _I8, _I8, _I8),
    commands.NAV_PAYLOAD_PLACE: (_centi, _, _, _),
    commands.CONDITION_DELAY: (_F32, _, _, _),
    commands.CONDITION_DISTANCE: (_F32, _, _, _),
    commands.CONDITION_YAW: (_F32, _F32, _I8, _U8),
    commands.DO_JUMP: (_U16, _I16, _, _),
    commands.DO_CHANGE_SPEED: (_U8, _F32, _F32, _),
    commands.DO_SET_HOME: _FIRST,
    commands.DO_SET_RELAY: (_U8, _U8, _, _),
    commands.DO_REPEAT_RELAY: (_U8, _I16, _F32, _),
    commands.DO_SET_SERVO: (_U8, _U16, _, _),
    commands.DO_REPEAT_SERVO: (_U8, _U16, _I16, _F32),
    commands.DO_RETURN_PATH_START: _NOTHING,
    commands.DO_LAND_START: _NOTHING,
    commands.DO_GO_AROUND: _NOTHING,
    commands.DO_SET_ROI_LOCATION: _FIRST,
    commands.DO_SET_ROI_NONE: _FIRST,
    commands.DO_SET_ROI: _FIRST,
    commands.DO_DIGICAM_CONTROL: (_U8, _U8, _I8, _U8),
    commands.DO_MOUNT_CONTROL: (_F32, _F32, _F32, _),
    commands.DO_SET_CAM_TRIGG_DIST: (_F32, _, _U8, _),
    commands.DO_FENCE_ENABLE: _FIRST,
    commands.DO_PARACHUTE: _FIRST,
    commands.DO_GRIPPER: (_U8, _U8, _, _),
    commands.DO_AUX_FUNCTION: (_U16, _U8, _, _),
    commands.DO_GUIDED_LIMITS: (_U16, _F32, _F32, _F32),
    commands.SET_CAMERA_ZOOM: (_U8, _F32, _, _),
    commands.SET_CAMERA_FOCUS: (_U8, _F32, _, _),
    commands.SET_CAMERA_SOURCE: (_U8, _U8, _U8, _),
    commands.JUMP_TAG: _FIRST,
    commands.DO_JUMP_TAG: (_U16, _I16, _, _),
    commands.DO_GIMBAL_MANAGER_PITCHYAW: (_I8, _I16, _I8, _I8),
    commands.IMAGE_START_CAPTURE: (_U8, _F32, _U16, _U16),
    commands.IMAGE_STOP_CAPTURE: _FIRST,
    commands.VIDEO_START_CAPTURE: (_U8, _, _, _),
    commands.VIDEO_STOP_CAPTURE: (_U8, _, _, _),
    commands.NAV_FENCE_POLYGON_VERTEX_INCLUSION: _FIRST,
    commands.NAV_FENCE_POLYGON_VERTEX_EXCLUSION: _FIRST,
    commands.NAV_RALLY_POINT: _NOTHING,
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
    if command == commands.NAV_RALLY_POINT:
        return float(round(altitude_m))
    if command == commands.DO_MOUNT_CONTROL:
        return 2.0  # MAV_MOUNT_MODE_MAVLINK_TARGETING, whatever was sent
    if command == commands.DO_GIMBAL_MANAGER_PITCHYAW:
        return _U8(altitude_m)  # the gimbal's id
    if not has_place(command):
        return single(altitude_m) if command in _RAW_Z or not is_known(command) else 0.0
    if command in _FENCE:
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
    if command == commands.DO_GIMBAL_MANAGER_PITCHYAW:
        return int(_U8(raw[0])), 0
    return (int(_U8(raw[0])), int(_U8(raw[1]))) if command in _TWO_BYTES else raw
