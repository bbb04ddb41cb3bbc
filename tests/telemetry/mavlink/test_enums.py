from enum import IntEnum

import pytest
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as peer

from telemetry.mavlink import enums

PREFIXES: dict[type[IntEnum], str] = {
    enums.MavCmd: "MAV_CMD_",
    enums.MavResult: "MAV_RESULT_",
    enums.MavMissionResult: "MAV_MISSION_",
    enums.MavMissionType: "MAV_MISSION_TYPE_",
    enums.MavFrame: "MAV_FRAME_",
    enums.MavState: "MAV_STATE_",
    enums.MavSeverity: "MAV_SEVERITY_",
    enums.MavLandedState: "MAV_LANDED_STATE_",
    enums.MavFtpOpcode: "MAV_FTP_OPCODE_",
    enums.MavFtpErr: "MAV_FTP_ERR_",
    enums.MavType: "MAV_TYPE_",
    enums.MavAutopilot: "MAV_AUTOPILOT_",
}


@pytest.mark.parametrize("enum", PREFIXES, ids=lambda enum: enum.__name__)
def test_numbers_are_the_dialects(enum: type[IntEnum]) -> None:
    for member in enum:
        assert getattr(peer, PREFIXES[enum] + member.name) == member.value


def test_numbers_of_flags_are_the_dialects() -> None:
    for flag in enums.MavModeFlag:
        assert getattr(peer, f"MAV_MODE_FLAG_{flag.name}") == flag.value
    for capability in enums.MavProtocolCapability:
        assert getattr(peer, f"MAV_PROTOCOL_CAPABILITY_{capability.name}") == capability.value


def test_modes_are_arducopters() -> None:
    assert enums.COPTER_MODES.items() <= mavutil.mode_mapping_acm.items()
    assert enums.COPTER_MODES[enums.COPTER_MODE_NUMBERS["SMART_RTL"]] == "SMART_RTL"
    assert enums.mode_name(6) == "RTL"
    assert enums.mode_name(99) == "MODE 99"


def test_any_number_by_name_and_back() -> None:
    assert enums.number("MAV_CMD_DO_WINCH") == peer.MAV_CMD_DO_WINCH
    assert enums.name("MAV_RESULT", 4) == "MAV_RESULT_FAILED"
    assert enums.name("MAV_RESULT", 99) == "MAV_RESULT 99"
