"""MAVLink's numbers by name, as far as this system speaks of them, and what they mean in words.

The names are MAVLink's without the enum's prefix; a test holds each number against the dialect. Numbers of any
other enum: `number` and `name`.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final

from telemetry.mavlink.dialect import ENUMS


class MavCmd(IntEnum):
    """MAV_CMD."""

    NAV_WAYPOINT = 16
    NAV_LOITER_UNLIM = 17
    NAV_LOITER_TURNS = 18
    NAV_LOITER_TIME = 19
    NAV_RETURN_TO_LAUNCH = 20
    NAV_LAND = 21
    NAV_TAKEOFF = 22
    NAV_LOITER_TO_ALT = 31
    DO_ORBIT = 34
    NAV_SPLINE_WAYPOINT = 82
    NAV_GUIDED_ENABLE = 92
    NAV_DELAY = 93
    NAV_PAYLOAD_PLACE = 94
    CONDITION_DELAY = 112
    CONDITION_CHANGE_ALT = 113
    CONDITION_DISTANCE = 114
    CONDITION_YAW = 115
    DO_SET_MODE = 176
    DO_JUMP = 177
    DO_CHANGE_SPEED = 178
    DO_SET_HOME = 179
    DO_SET_RELAY = 181
    DO_SET_SERVO = 183
    DO_FLIGHTTERMINATION = 185
    DO_RETURN_PATH_START = 188
    DO_LAND_START = 189
    DO_REPOSITION = 192
    DO_PAUSE_CONTINUE = 193
    DO_SET_ROI_LOCATION = 195
    DO_SET_ROI_NONE = 197
    DO_SET_ROI = 201
    DO_DIGICAM_CONTROL = 203
    DO_MOUNT_CONTROL = 205
    DO_SET_CAM_TRIGG_DIST = 206
    DO_FENCE_ENABLE = 207
    DO_PARACHUTE = 208
    DO_GRIPPER = 211
    DO_AUX_FUNCTION = 218
    DO_SET_MISSION_CURRENT = 224
    PREFLIGHT_CALIBRATION = 241
    PREFLIGHT_STORAGE = 245
    PREFLIGHT_REBOOT_SHUTDOWN = 246
    MISSION_START = 300
    COMPONENT_ARM_DISARM = 400
    RUN_PREARM_CHECKS = 401
    GET_HOME_POSITION = 410
    GET_MESSAGE_INTERVAL = 510
    SET_MESSAGE_INTERVAL = 511
    REQUEST_MESSAGE = 512
    REQUEST_AUTOPILOT_CAPABILITIES = 520
    DO_GIMBAL_MANAGER_PITCHYAW = 1000
    IMAGE_START_CAPTURE = 2000
    IMAGE_STOP_CAPTURE = 2001
    VIDEO_START_CAPTURE = 2500
    VIDEO_STOP_CAPTURE = 2501
    NAV_FENCE_RETURN_POINT = 5000
    NAV_FENCE_POLYGON_VERTEX_INCLUSION = 5001
    NAV_FENCE_POLYGON_VERTEX_EXCLUSION = 5002
    NAV_FENCE_CIRCLE_INCLUSION = 5003
    NAV_FENCE_CIRCLE_EXCLUSION = 5004
    NAV_RALLY_POINT = 5100
    DO_SEND_BANNER = 42428


class MavResult(IntEnum):
    """MAV_RESULT."""

    ACCEPTED = 0
    TEMPORARILY_REJECTED = 1
    DENIED = 2
    UNSUPPORTED = 3
    FAILED = 4
    IN_PROGRESS = 5
    COMMAND_LONG_ONLY = 7
    COMMAND_INT_ONLY = 8


class MavMissionResult(IntEnum):
    """MAV_MISSION_RESULT."""

    ACCEPTED = 0
    ERROR = 1
    UNSUPPORTED_FRAME = 2
    UNSUPPORTED = 3
    NO_SPACE = 4
    INVALID = 5
    INVALID_PARAM1 = 6
    INVALID_PARAM2 = 7
    INVALID_PARAM3 = 8
    INVALID_PARAM4 = 9
    INVALID_PARAM5_X = 10
    INVALID_PARAM6_Y = 11
    INVALID_PARAM7 = 12
    INVALID_SEQUENCE = 13
    DENIED = 14
    OPERATION_CANCELLED = 15


class MavMissionType(IntEnum):
    """MAV_MISSION_TYPE."""

    MISSION = 0
    FENCE = 1
    RALLY = 2
    ALL = 255


class MavFrame(IntEnum):
    """MAV_FRAME."""

    GLOBAL = 0
    LOCAL_NED = 1
    MISSION = 2
    GLOBAL_RELATIVE_ALT = 3
    LOCAL_ENU = 4
    GLOBAL_INT = 5
    GLOBAL_RELATIVE_ALT_INT = 6
    LOCAL_OFFSET_NED = 7
    BODY_NED = 8
    BODY_OFFSET_NED = 9
    GLOBAL_TERRAIN_ALT = 10
    GLOBAL_TERRAIN_ALT_INT = 11
    BODY_FRD = 12
    LOCAL_FRD = 20
    LOCAL_FLU = 21


class MavState(IntEnum):
    """MAV_STATE."""

    UNINIT = 0
    BOOT = 1
    CALIBRATING = 2
    STANDBY = 3
    ACTIVE = 4
    CRITICAL = 5
    EMERGENCY = 6
    POWEROFF = 7
    FLIGHT_TERMINATION = 8


class MavSeverity(IntEnum):
    """MAV_SEVERITY."""

    EMERGENCY = 0
    ALERT = 1
    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


class MavLandedState(IntEnum):
    """MAV_LANDED_STATE."""

    UNDEFINED = 0
    ON_GROUND = 1
    IN_AIR = 2
    TAKEOFF = 3
    LANDING = 4


class MavFtpOpcode(IntEnum):
    """MAV_FTP_OPCODE."""

    NONE = 0
    TERMINATESESSION = 1
    RESETSESSION = 2
    LISTDIRECTORY = 3
    OPENFILERO = 4
    READFILE = 5
    CREATEFILE = 6
    WRITEFILE = 7
    REMOVEFILE = 8
    CREATEDIRECTORY = 9
    REMOVEDIRECTORY = 10
    OPENFILEWO = 11
    TRUNCATEFILE = 12
    RENAME = 13
    CALCFILECRC = 14
    BURSTREADFILE = 15
    ACK = 128
    NAK = 129


class MavFtpErr(IntEnum):
    """MAV_FTP_ERR."""

    NONE = 0
    FAIL = 1
    FAILERRNO = 2
    INVALIDDATASIZE = 3
    INVALIDSESSION = 4
    NOSESSIONSAVAILABLE = 5
    EOF = 6
    UNKNOWNCOMMAND = 7
    FILEEXISTS = 8
    FILEPROTECTED = 9
    FILENOTFOUND = 10


class MavModeFlag(IntFlag):
    """MAV_MODE_FLAG."""

    CUSTOM_MODE_ENABLED = 1
    TEST_ENABLED = 2
    AUTO_ENABLED = 4
    GUIDED_ENABLED = 8
    STABILIZE_ENABLED = 16
    HIL_ENABLED = 32
    MANUAL_INPUT_ENABLED = 64
    SAFETY_ARMED = 128


class MavProtocolCapability(IntFlag):
    """MAV_PROTOCOL_CAPABILITY."""

    MISSION_FLOAT = 1
    PARAM_FLOAT = 2
    MISSION_INT = 4
    COMMAND_INT = 8
    PARAM_ENCODE_BYTEWISE = 16
    FTP = 32
    SET_ATTITUDE_TARGET = 64
    SET_POSITION_TARGET_LOCAL_NED = 128
    SET_POSITION_TARGET_GLOBAL_INT = 256
    TERRAIN = 512
    FLIGHT_TERMINATION = 2048
    COMPASS_CALIBRATION = 4096
    MAVLINK2 = 8192
    MISSION_FENCE = 16384
    MISSION_RALLY = 32768
    PARAM_ENCODE_C_CAST = 131072
    COMPONENT_IMPLEMENTS_GIMBAL_MANAGER = 262144
    COMPONENT_ACCEPTS_GCS_CONTROL = 524288
    GRIPPER = 1048576


class MavType(IntEnum):
    """MAV_TYPE."""

    GENERIC = 0
    QUADROTOR = 2
    COAXIAL = 3
    HELICOPTER = 4
    GCS = 6
    HEXAROTOR = 13
    OCTOROTOR = 14
    TRICOPTER = 15
    ONBOARD_CONTROLLER = 18
    GIMBAL = 26
    ADSB = 27
    DODECAROTOR = 29
    CAMERA = 30
    ODID = 34
    DECAROTOR = 35


class MavAutopilot(IntEnum):
    """MAV_AUTOPILOT."""

    GENERIC = 0
    ARDUPILOTMEGA = 3
    INVALID = 8
    PX4 = 12


COPTER_MODES: Final[dict[int, str]] = {
    number: entry.name.removeprefix("COPTER_MODE_")
    for number, entry in ENUMS["COPTER_MODE"].items()
    if not entry.name.endswith("_ENUM_END")
}
"""ArduCopter's flight modes: HEARTBEAT.custom_mode → name such as ``AUTO``."""

COPTER_MODE_NUMBERS: Final[dict[str, int]] = {mode: number for number, mode in COPTER_MODES.items()}


def mode_name(custom_mode: int) -> str:
    """ArduCopter's name of a mode, or ``MODE <n>`` for one it does not have yet."""
    return COPTER_MODES.get(custom_mode, f"MODE {custom_mode}")


def name(enum: str, value: int) -> str:
    """The full MAVLink name of `value`, e.g. ``MAV_RESULT_DENIED``; ``MAV_RESULT 99`` where it has none."""
    entry = ENUMS[enum].get(value)
    return f"{enum} {value}" if entry is None or entry.name.endswith("_ENUM_END") else entry.name


def number(full_name: str) -> int:
    """The number behind a full MAVLink name, e.g. ``MAV_CMD_DO_WINCH``. Raises KeyError."""
    return _NUMBERS[full_name]


_NUMBERS: Final = {entry.name: value for entries in ENUMS.values() for value, entry in entries.items()}
