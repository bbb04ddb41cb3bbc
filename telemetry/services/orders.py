"""The orders a person gives a vehicle, by verb. Each waits for the vehicle's COMMAND_ACK and, where its state must
change, for the HEARTBEAT that shows it; an accepted command alone is not yet done.

| verb     | arguments                               | done when                                         |
|----------|-----------------------------------------|---------------------------------------------------|
| arm      |                                         | HEARTBEAT shows armed                             |
| disarm   |                                         | HEARTBEAT shows disarmed                          |
| start    | `arm`: also arm, in GUIDED              | AUTO, and MAV_CMD_MISSION_START accepted          |
| pause    |                                         | MAV_CMD_DO_PAUSE_CONTINUE accepted                |
| continue |                                         | accepted in AUTO; from another mode: AUTO again   |
| return   |                                         | RTL                                               |
| land     |                                         | LAND                                              |
| hold     |                                         | BRAKE, or LOITER where the vehicle refuses BRAKE  |
| takeoff  | `height_home_m`, `arm`                  | GUIDED, and MAV_CMD_NAV_TAKEOFF accepted          |
| goto     | `lat_deg`, `lon_deg`, `height_home_m`   | GUIDED, and MAV_CMD_DO_REPOSITION accepted        |
| mode     | `mode`: ArduCopter's name               | HEARTBEAT shows it                                |
| speed    | `speed_m_s`                             | MAV_CMD_DO_CHANGE_SPEED accepted                  |
| roi      | `lat_deg`, `lon_deg`, `height_home_m`; none of them to end it | MAV_CMD_DO_SET_ROI_… accepted |
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

import msgspec

from telemetry.errors import NotVerified, Refused, ServiceError, VehicleSilent
from telemetry.mavlink.enums import COPTER_MODE_NUMBERS, MavCmd, MavFrame, MavModeFlag, mode_name
from telemetry.services.channel import Channel
from telemetry.services.commands import command, command_at
from telemetry.wire import Reply, Request
from telemetry.words import mode_words, order_words

HEARTBEAT_TIMEOUT_S: Final = 3.5
"""Heartbeats come once a second: three may be lost."""
CHANGE_TIMEOUT_S: Final = 6.0

Degrees90 = Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)]
Degrees180 = Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)]
Height = Annotated[float, msgspec.Meta(ge=-500.0, le=5000.0)]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    arm: bool = False


class TakeOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    height_home_m: Annotated[float, msgspec.Meta(gt=0.0, le=1000.0)]
    arm: bool = False


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lat_deg: Degrees90
    lon_deg: Degrees180
    height_home_m: Height


class RegionOfInterest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lat_deg: Degrees90 | None = None
    lon_deg: Degrees180 | None = None
    height_home_m: Height = 0.0

    def __post_init__(self) -> None:
        if (self.lat_deg is None) != (self.lon_deg is None):
            raise ValueError("lat_deg and lon_deg go together; leave out both to look ahead again")


class Mode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mode: str


class Speed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    speed_m_s: Annotated[float, msgspec.Meta(gt=0.0, le=50.0)]


async def execute(channel: Channel, verb: str, request: Request) -> Reply:
    """Carries the order out. Never raises: a wrong order, a refusal and silence are replies that say so."""
    if verb not in ORDERS:
        return Reply(False, f"There is no order “{verb}”.")
    kind, carry_out = ORDERS[verb]
    try:
        arguments = msgspec.convert(request.arguments, kind)
    except msgspec.ValidationError as error:
        return Reply(False, f"{order_words(verb)}: {error}")
    with channel.overhear() as said:
        try:
            text = await carry_out(channel, arguments)
        except ServiceError as error:
            return Reply(False, _refusal(verb, error), tuple(said))
        return Reply(True, text, tuple(said))


def _refusal(verb: str, error: ServiceError) -> str:
    """What was ordered, by its name for people, then the step of it that ended it, if it was another, then why."""
    why = str(error).removeprefix(f"{error.service}: ")
    step = "" if error.service == verb else f"{order_words(error.service)}: "
    return f"{order_words(verb)}: {step}{why}"


async def state(channel: Channel) -> tuple[bool, int]:
    """Whether the vehicle is armed, and its mode's number, by its next HEARTBEAT. Raises `VehicleSilent`."""
    with channel.listen("HEARTBEAT") as inbox:
        heartbeat = await inbox.get(HEARTBEAT_TIMEOUT_S)
    if heartbeat is None:
        raise VehicleSilent("heartbeat", f"none for {HEARTBEAT_TIMEOUT_S:g} s")
    return _is_armed(heartbeat), int(heartbeat.custom_mode)


def _is_armed(heartbeat: Any) -> bool:
    return bool(heartbeat.base_mode & MavModeFlag.SAFETY_ARMED)


async def _see(channel: Channel, service: str, wanted: Callable[[Any], bool], what: str) -> None:
    """Waits for a HEARTBEAT for which `wanted` is true."""
    now = asyncio.get_running_loop().time
    until = now() + CHANGE_TIMEOUT_S
    with channel.overhear() as said, channel.listen("HEARTBEAT") as inbox:
        heard = None
        while (heartbeat := await inbox.get(until - now())) is not None:
            if wanted(heartbeat):
                return
            heard = heartbeat
    if heard is None:
        raise VehicleSilent(service, f"accepted, then no heartbeat for {CHANGE_TIMEOUT_S:g} s", tuple(said))
    raise NotVerified(service, f"accepted, but {CHANGE_TIMEOUT_S:g} s later the vehicle is not {what}", tuple(said))


async def _see_mode(channel: Channel, service: str, mode: int) -> None:
    await _see(channel, service, lambda heartbeat: heartbeat.custom_mode == mode, f"in {mode_words(mode_name(mode))}")


async def set_mode(channel: Channel, mode: int) -> None:
    """Raises as `command`, and `NotVerified` when the HEARTBEAT does not show the mode."""
    service = f"mode {mode_words(mode_name(mode))}"
    await command(channel, service, MavCmd.DO_SET_MODE, MavModeFlag.CUSTOM_MODE_ENABLED, mode)
    await _see_mode(channel, service, mode)


async def set_armed(channel: Channel, armed: bool) -> None:
    """Raises as `command`, and `NotVerified` when the HEARTBEAT does not show it."""
    service = "arm" if armed else "disarm"
    await command(channel, service, MavCmd.COMPONENT_ARM_DISARM, float(armed))
    await _see(channel, service, lambda heartbeat: _is_armed(heartbeat) == armed, f"{service}ed")


async def _arm(channel: Channel, _: Nothing) -> str:
    await set_armed(channel, True)
    return "Armed."


async def _disarm(channel: Channel, _: Nothing) -> str:
    await set_armed(channel, False)
    return "Disarmed."


async def _start(channel: Channel, arguments: Start) -> str:
    await _ready_in_guided(channel, "start", arguments.arm)
    await command(channel, "start", MavCmd.MISSION_START)
    await _see_mode(channel, "start", COPTER_MODE_NUMBERS["AUTO"])
    return "Mission started."


async def _ready_in_guided(channel: Channel, service: str, arm: bool) -> None:
    """An armed vehicle is left as it is; one that is not is armed in GUIDED: ArduCopter does not arm in AUTO."""
    armed, mode = await state(channel)
    if armed:
        return
    if not arm:
        raise Refused(service, "the vehicle is not armed", 1)
    if mode != COPTER_MODE_NUMBERS["GUIDED"]:
        await set_mode(channel, COPTER_MODE_NUMBERS["GUIDED"])
    await set_armed(channel, True)


async def _pause(channel: Channel, _: Nothing) -> str:
    await command(channel, "pause", MavCmd.DO_PAUSE_CONTINUE, 0)
    return "Paused."


async def _continue(channel: Channel, _: Nothing) -> str:
    mode = (await state(channel))[1]
    if mode == COPTER_MODE_NUMBERS["AUTO"]:
        await command(channel, "continue", MavCmd.DO_PAUSE_CONTINUE, 1)
        return "Mission continued."
    await set_mode(channel, COPTER_MODE_NUMBERS["AUTO"])
    return f"Mission continued from {mode_words(mode_name(mode))}."


async def _return(channel: Channel, _: Nothing) -> str:
    await set_mode(channel, COPTER_MODE_NUMBERS["RTL"])
    return "Returning to launch."


async def _land(channel: Channel, _: Nothing) -> str:
    await set_mode(channel, COPTER_MODE_NUMBERS["LAND"])
    return "Landing where it is."


async def _hold(channel: Channel, _: Nothing) -> str:
    try:
        await set_mode(channel, COPTER_MODE_NUMBERS["BRAKE"])
    except Refused:
        await set_mode(channel, COPTER_MODE_NUMBERS["LOITER"])
        return f"Holding in {mode_words('LOITER')}; {mode_words('BRAKE')} was refused."
    return "Holding."


async def _takeoff(channel: Channel, arguments: TakeOff) -> str:
    await _ready_in_guided(channel, "takeoff", arguments.arm)
    _, mode = await state(channel)
    if mode != COPTER_MODE_NUMBERS["GUIDED"]:
        await set_mode(channel, COPTER_MODE_NUMBERS["GUIDED"])
    await command(channel, "takeoff", MavCmd.NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, arguments.height_home_m)
    return f"Taking off to {arguments.height_home_m:g} m above home."


async def _goto(channel: Channel, place: Place) -> str:
    speed_default, change_mode, radius, yaw_as_it_is = -1.0, 1.0, 0.0, math.nan
    params = (speed_default, change_mode, radius, yaw_as_it_is)
    where = (place.lat_deg, place.lon_deg, place.height_home_m)
    await command_at(channel, "goto", MavCmd.DO_REPOSITION, MavFrame.GLOBAL_RELATIVE_ALT, params, where)
    await _see_mode(channel, "goto", COPTER_MODE_NUMBERS["GUIDED"])
    return f"Going to {place.lat_deg:.6f}, {place.lon_deg:.6f} at {place.height_home_m:g} m above home."


async def _mode(channel: Channel, arguments: Mode) -> str:
    number = COPTER_MODE_NUMBERS.get(arguments.mode.upper())
    if number is None:
        raise Refused("mode", f"ArduCopter has no mode “{arguments.mode}”", 2)
    await set_mode(channel, number)
    return f"In {mode_words(mode_name(number))}."


async def _speed(channel: Channel, arguments: Speed) -> str:
    ground_speed, throttle_as_it_is = 1, -1
    await command(channel, "speed", MavCmd.DO_CHANGE_SPEED, ground_speed, arguments.speed_m_s, throttle_as_it_is)
    return f"Speed {arguments.speed_m_s:g} m/s."


async def _roi(channel: Channel, arguments: RegionOfInterest) -> str:
    if arguments.lat_deg is None or arguments.lon_deg is None:
        await command(channel, "roi", MavCmd.DO_SET_ROI_NONE)
        return "Looking ahead again."
    place = (arguments.lat_deg, arguments.lon_deg, arguments.height_home_m)
    await command_at(
        channel, "roi", MavCmd.DO_SET_ROI_LOCATION, MavFrame.GLOBAL_RELATIVE_ALT, (0.0, 0.0, 0.0, 0.0), place
    )
    return f"Looking at {arguments.lat_deg:.6f}, {arguments.lon_deg:.6f}."


ORDERS: Final[Mapping[str, tuple[type[msgspec.Struct], Callable[[Channel, Any], Awaitable[str]]]]] = {
    "arm": (Nothing, _arm),
    "disarm": (Nothing, _disarm),
    "start": (Start, _start),
    "pause": (Nothing, _pause),
    "continue": (Nothing, _continue),
    "return": (Nothing, _return),
    "land": (Nothing, _land),
    "hold": (Nothing, _hold),
    "takeoff": (TakeOff, _takeoff),
    "goto": (Place, _goto),
    "mode": (Mode, _mode),
    "speed": (Speed, _speed),
    "roi": (RegionOfInterest, _roi),
}
EMERGENCY: Final = frozenset({"return", "land", "hold", "pause"})
"""Verbs that never wait for command authority."""
UPLOAD, RESTORE = "upload", "restore"
"""A plan: the one given, and the one that was verified on board before an upload failed."""
COMMAND_VERBS: Final = ("take", "hand_over", "release")
"""What is ordered of the gateway, not of the vehicle: see `telemetry.gateway.command`."""
