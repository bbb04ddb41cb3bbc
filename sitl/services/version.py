"""Who the autopilot is: AUTOPILOT_VERSION, its banner and its modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.vehicle import Vehicle

AUTOPILOT_VERSION: Final = 148
BANNER: Final = ("ArduCopter V4.6.3 (92b0cd78)", "Gd1219c7c4c5404aaa1f6d2a48adfda4", "Frame: QUAD/PLUS")
MISSION_FLOAT, PARAM_FLOAT, MISSION_INT, COMMAND_INT, FTP = 1, 2, 4, 8, 32
ATTITUDE_TARGET, LOCAL_TARGET, GLOBAL_TARGET, TERRAIN = 64, 128, 256, 512
TERMINATION, COMPASS, MAVLINK2, FENCE, RALLY = 2048, 4096, 8192, 16384, 32768
CAPABILITIES: Final = (
    MISSION_FLOAT
    | PARAM_FLOAT
    | MISSION_INT
    | COMMAND_INT
    | FTP
    | ATTITUDE_TARGET
    | LOCAL_TARGET
    | GLOBAL_TARGET
    | TERMINATION
    | COMPASS
    | MAVLINK2
    | FENCE
    | RALLY
)
FIRMWARE_4_6_3_OFFICIAL: Final = 4 << 24 | 6 << 16 | 3 << 8 | 255


def send(v: Vehicle, channel: Channel) -> None:
    channel.send(
        "AUTOPILOT_VERSION",
        capabilities=CAPABILITIES | (TERRAIN if v.params["TERRAIN_ENABLE"] > 0 else 0),
        flight_sw_version=FIRMWARE_4_6_3_OFFICIAL,
        flight_custom_version=tuple(b"92b0cd78"),
        os_custom_version=tuple(b"d1219c7c"),
        uid=v.system,
    )


def send_available_mode(v: Vehicle, channel: Channel, index: int) -> None:
    """AVAILABLE_MODES: one by number from 1, or all for 0."""
    from sitl.modes import MODES  # the modes import the services' neighbours

    kinds = list(MODES.values())
    chosen = range(1, len(kinds) + 1) if index == 0 else (index,) if 1 <= index <= len(kinds) else ()
    for number in chosen:
        mode = kinds[number - 1]
        channel.send(
            "AVAILABLE_MODES",
            number_modes=len(kinds),
            mode_index=number,
            standard_mode=0,
            custom_mode=mode.number,
            properties=0,
            mode_name=mode.name,
        )


def send_current_mode(v: Vehicle, channel: Channel) -> None:
    channel.send("CURRENT_MODE", standard_mode=0, custom_mode=v.mode.number, intended_custom_mode=v.mode.number)
