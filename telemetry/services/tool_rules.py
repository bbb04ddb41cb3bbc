"""What a pilot's own tool may do to a vehicle: the first rule of `RULES` that knows an act decides on it.

| rule        | acts                                                        | pass                                   |
|-------------|-------------------------------------------------------------|----------------------------------------|
| safety      | return, land, brake, loiter, pause; the fence switched on   | always                                 |
| presence    | heartbeats, clocks                                          | always                                 |
| uploading   | anything else while a plan is being uploaded                | never                                  |
| files       | MAVFTP                                                      | reading                                |
| reading     | what asks the vehicle for something                         | always                                 |
| command     | anything else while somebody else holds command             | never                                  |
| arming      | arm, disarm                                                 | with an approved plan, never by force  |
| mission     | AUTO, mission start, continue, jump to an item              | with an approved plan                  |
| take-off    | NAV_TAKEOFF                                                 | inside the fence, below the ceiling    |
| guided      | places and velocities in GUIDED                             | inside the fence, below the ceiling    |
| mode        | other modes                                                 | GUIDED                                 |
| fence       | DO_FENCE_ENABLE                                             | never (switching it on is safety)      |
| parameter   | PARAM_SET                                                   | not the fence's, nor the failsafes'    |
| ground      | calibration, storage, reboot                                | disarmed                               |
| payload     | camera, gimbal, region of interest, relay, servo, speed, yaw | always                                |
| anything else |                                                           | never                                  |

Missions, fences and rally points that a tool writes never come this far: see `tool_upload`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from telemetry.mavlink.enums import COPTER_MODE_NUMBERS, MavCmd, MavFtpOpcode, mode_name
from telemetry.services.tool_acts import NO_PLAN, Act, Held, flies_there, why_not_there

HOLDING: Final = frozenset(
    COPTER_MODE_NUMBERS[name] for name in ("RTL", "SMART_RTL", "AUTO_RTL", "LAND", "BRAKE", "LOITER")
)
PRESENCE: Final = frozenset({"HEARTBEAT", "PING", "TIMESYNC", "SYSTEM_TIME", "MISSION_ACK", "COMMAND_ACK"})
READING: Final = frozenset(
    {
        "PARAM_REQUEST_READ",
        "PARAM_REQUEST_LIST",
        "MISSION_REQUEST_LIST",
        "MISSION_REQUEST_PARTIAL_LIST",
        "MISSION_REQUEST",
        "MISSION_REQUEST_INT",
        "FENCE_FETCH_POINT",
        "RALLY_FETCH_POINT",
        "REQUEST_DATA_STREAM",
        "AUTOPILOT_VERSION_REQUEST",
        "LOG_REQUEST_LIST",
        "LOG_REQUEST_DATA",
        "LOG_REQUEST_END",
        "GPS_RTCM_DATA",
        "STATUSTEXT",
    }
)
ASKING: Final = frozenset(
    {
        *(MavCmd.GET_HOME_POSITION, MavCmd.RUN_PREARM_CHECKS, MavCmd.DO_SEND_BANNER),
        *range(MavCmd.GET_MESSAGE_INTERVAL, 530),
    }
)
"""MAV_CMD_GET_MESSAGE_INTERVAL … MAV_CMD_REQUEST_…"""
PAYLOAD: Final = frozenset(
    {
        *(MavCmd.CONDITION_YAW, MavCmd.DO_CHANGE_SPEED, *range(MavCmd.DO_SET_RELAY, 185)),
        *range(MavCmd.DO_SET_ROI_LOCATION, MavCmd.DO_SET_CAM_TRIGG_DIST + 1),
        *range(530, 540),
        *(MavCmd.DO_GIMBAL_MANAGER_PITCHYAW, 1001),
        *(MavCmd.IMAGE_START_CAPTURE, MavCmd.IMAGE_STOP_CAPTURE),
        *(MavCmd.VIDEO_START_CAPTURE, MavCmd.VIDEO_STOP_CAPTURE),
    }
)
GROUND: Final = frozenset({MavCmd.PREFLIGHT_CALIBRATION, MavCmd.PREFLIGHT_STORAGE, MavCmd.PREFLIGHT_REBOOT_SHUTDOWN})
MISSION: Final = frozenset({MavCmd.MISSION_START, MavCmd.DO_PAUSE_CONTINUE, MavCmd.DO_SET_MISSION_CURRENT})
PROTECTED: Final = ("FENCE_", "ARMING_", "FS_", "SYSID_")
FAILSAFES: Final = re.compile(r"BATT\w?_(FS|LOW|CRT)_|GUID_TIMEOUT", re.IGNORECASE)
"""Not for a tool to set, either. `tool_acts.VELOCITY_HOLDS_S` counts on the last one."""
READ_FILES: Final = frozenset(
    {
        MavFtpOpcode.NONE,
        MavFtpOpcode.TERMINATESESSION,
        MavFtpOpcode.RESETSESSION,
        MavFtpOpcode.LISTDIRECTORY,
        MavFtpOpcode.OPENFILERO,
        MavFtpOpcode.READFILE,
        MavFtpOpcode.CALCFILECRC,
        MavFtpOpcode.BURSTREADFILE,
    }
)
FTP_OPCODE_AT: Final = 3
"""Of a FILE_TRANSFER_PROTOCOL's payload."""


@dataclass(frozen=True)
class Rule:
    name: str
    knows: Callable[[Act, Held], bool]
    why_not: Callable[[Act, Held], str | None]
    """None: the act passes."""
    told: bool = True
    """Whether each act that passes is an event; what only asks is not."""


def judge(act: Act, held: Held) -> tuple[Rule, str | None]:
    """The rule that decides on `act`, and why it may not pass, or None."""
    rule = next(rule for rule in RULES if rule.knows(act, held))
    return rule, rule.why_not(act, held)


def _is_safe(act: Act, _: Held) -> bool:
    match act.command:
        case MavCmd.NAV_RETURN_TO_LAUNCH | MavCmd.NAV_LAND | MavCmd.NAV_LOITER_UNLIM:
            return True
        case MavCmd.DO_SET_MODE:
            return act.params[1] in HOLDING
        case MavCmd.DO_PAUSE_CONTINUE:
            return act.params[0] == 0.0
        case MavCmd.DO_FENCE_ENABLE:
            return act.params[0] == 1.0
    return False


def _passes(_: Act, __: Held) -> None:
    return None


def _with_a_plan(_: Act, held: Held) -> str | None:
    return None if held.approved is not None else NO_PLAN


def _arming(act: Act, held: Held) -> str | None:
    if act.params[1] != 0.0:
        return "not by force: the vehicle's own checks count"
    return _with_a_plan(act, held) if act.params[0] == 1.0 else None


def _starts_mission(act: Act, _: Held) -> bool:
    into_auto = act.command == MavCmd.DO_SET_MODE and act.params[1] == COPTER_MODE_NUMBERS["AUTO"]
    return into_auto or act.command in MISSION or act.name == "MISSION_SET_CURRENT"


def _take_off(act: Act, held: Held) -> str | None:
    if held.approved is None:
        return NO_PLAN
    if held.here is None:
        return "where the vehicle is is not known"
    return held.approved.why_not_to(None, held.here, act.params[6])


def _mode(act: Act, _: Held) -> str | None:
    mode = act.params[1]
    if mode == COPTER_MODE_NUMBERS["GUIDED"]:
        return None
    return f"{mode_name(int(mode)) if math.isfinite(mode) else 'that mode'} may leave the approved plan"


def is_protected(name: str) -> bool:
    """Whether only an upload sets the parameter; ArduPilot takes some names in any case."""
    return name.upper().startswith(PROTECTED)


def _parameter(act: Act, _: Held) -> str | None:
    name: str = act.message.param_id
    return f"{name} keeps the drone in its approved bounds" if is_protected(name) or FAILSAFES.match(name) else None


def _on_the_ground(act: Act, held: Held) -> str | None:
    if act.command == MavCmd.PREFLIGHT_STORAGE and act.params[0] not in (0.0, 1.0):
        return "that would set the fence's parameters back"
    return None if held.armed is False else "not while it is armed"


def _files(act: Act, _: Held) -> str | None:
    return None if act.message.payload[FTP_OPCODE_AT] in READ_FILES else "files on board are not written by a tool"


def _of(*commands: int) -> Callable[[Act, Held], bool]:
    return lambda act, _: act.command in commands


RULES: Final = (
    Rule("safety", _is_safe, _passes),
    Rule("presence", lambda act, _: act.name in PRESENCE, _passes, told=False),
    Rule("uploading", lambda _, held: held.writing, lambda _, __: "a plan is being uploaded"),
    Rule("files", lambda act, _: act.name == "FILE_TRANSFER_PROTOCOL", _files, told=False),
    Rule("reading", lambda act, _: act.name in READING or act.command in ASKING, _passes, told=False),
    Rule("command", lambda _, held: held.commander is not None, lambda _, held: f"{held.commander} holds command"),
    Rule("arming", _of(MavCmd.COMPONENT_ARM_DISARM), _arming),
    Rule("mission", _starts_mission, _with_a_plan),
    Rule("take-off", _of(MavCmd.NAV_TAKEOFF), _take_off),
    Rule("guided", lambda act, _: flies_there(act), why_not_there),
    Rule("mode", _of(MavCmd.DO_SET_MODE), _mode),
    Rule("fence", _of(MavCmd.DO_FENCE_ENABLE), lambda _, __: "the fence stays on"),
    Rule("parameter", lambda act, _: act.name == "PARAM_SET", _parameter),
    Rule("ground", _of(*GROUND), _on_the_ground),
    Rule("payload", _of(*PAYLOAD), _passes),
    Rule("anything else", lambda _, __: True, lambda act, _: f"{act.name} is not for tools"),
)
