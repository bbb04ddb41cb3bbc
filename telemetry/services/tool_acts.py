"""What a pilot's own tool asks of the vehicle, whichever of MAVLink's many ways it takes to say it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from mission.geodesy import frame_at
from mission.position import Position
from telemetry.mavlink.enums import MavCmd, MavFrame
from telemetry.mavlink.enums import name as mavlink_name
from telemetry.services.approved import Approved

NO_PLAN: Final = "no approved plan is verified on board"
ABOVE_HOME: Final = frozenset({MavFrame.GLOBAL_RELATIVE_ALT, MavFrame.GLOBAL_RELATIVE_ALT_INT})
AMSL: Final = frozenset({MavFrame.GLOBAL, MavFrame.GLOBAL_INT})
TURNED: Final = frozenset({MavFrame.BODY_NED, MavFrame.BODY_OFFSET_NED, MavFrame.BODY_FRD})
"""North and east stand for ahead and right."""
FROM_HERE: Final = frozenset({MavFrame.LOCAL_OFFSET_NED, MavFrame.BODY_NED, MavFrame.BODY_OFFSET_NED})
NO_POSITION, NO_VELOCITY, NO_ACCELERATION = 7, 56, 448
"""Bits of `type_mask`."""
VELOCITY_HOLDS_S: Final = 3.0
"""So long ArduCopter flies on at a velocity that is not renewed (GUID_TIMEOUT)."""
FLY_THERE, CLIMB_THERE = 2, 3
"""`current` of a mission item that is none, but an order in GUIDED."""


@dataclass(frozen=True)
class Act:
    """One message of a tool. `params` are param1..param7, places in degrees."""

    name: str
    message: Any
    command: int | None = None
    params: tuple[float, ...] = ()
    frame: int = MavFrame.GLOBAL_RELATIVE_ALT

    def told(self) -> dict[str, Any]:
        """For an event: the message's numbers, those that JSON does not have as None."""
        fields = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in self.message._asdict().items()
            if not isinstance(value, tuple)
        }
        return {"message": type(self.message).__name__, "act": self.name, "fields": fields}


@dataclass(frozen=True)
class Held:
    """What is known when a tool's act is judged. `approved` is None while no plan is verified on board."""

    approved: Approved | None
    writing: bool
    """A plan is being uploaded."""
    armed: bool | None = None
    here: Position | None = None
    height_home_m: float | None = None
    heading_deg: float | None = None
    home_amsl_m: float | None = None
    commander: str | None = None
    """Who holds command of the vehicle, if it is somebody else than the pilot whose tools these are."""


def act_of(message: Any) -> Act:
    name = type(message).__name__
    if name == "COMMAND_LONG":
        params = tuple(float(getattr(message, f"param{number}")) for number in range(1, 8))
        return Act(mavlink_name("MAV_CMD", message.command), message, message.command, params)
    if name == "COMMAND_INT":
        four = tuple(float(getattr(message, f"param{number}")) for number in range(1, 5))
        params = (*four, message.x / 1e7, message.y / 1e7, float(message.z))
        return Act(mavlink_name("MAV_CMD", message.command), message, message.command, params, message.frame)
    if name == "SET_MODE":
        return Act(name, message, MavCmd.DO_SET_MODE, (float(message.base_mode), float(message.custom_mode)))
    if name in ("MISSION_ITEM", "MISSION_ITEM_INT"):
        return Act(name, message, params=(message.x, message.y, message.z))
    return Act(name, message)


def flies_there(act: Act) -> bool:
    """Whether it is an order to fly somewhere in GUIDED."""
    if act.name in ("MISSION_ITEM", "MISSION_ITEM_INT"):
        return act.message.current in (FLY_THERE, CLIMB_THERE)
    return act.command == MavCmd.DO_REPOSITION or act.name in (
        "SET_POSITION_TARGET_GLOBAL_INT",
        "SET_POSITION_TARGET_LOCAL_NED",
    )


def why_not_there(act: Act, held: Held) -> str | None:
    """Why the vehicle may not fly where `act` sends it."""
    approved, message = held.approved, act.message
    if approved is None:
        return NO_PLAN
    if act.command == MavCmd.DO_REPOSITION:
        if type(message).__name__ == "COMMAND_LONG":
            return "its height has no frame: send it as COMMAND_INT"
        return _place(held, approved, Position(act.params[4], act.params[5]), act.params[6], act.frame)
    if act.name == "SET_POSITION_TARGET_LOCAL_NED":
        return _local(held, approved, message)
    if act.name == "SET_POSITION_TARGET_GLOBAL_INT":
        if message.type_mask & NO_POSITION == NO_POSITION:
            return _moving(held, approved, message, (message.vx, message.vy, message.vz))
        there = Position(message.lat_int / 1e7, message.lon_int / 1e7)
        return _place(held, approved, there, message.alt, message.coordinate_frame)
    scale = 1e7 if act.name == "MISSION_ITEM_INT" else 1.0
    there = Position(message.x / scale, message.y / scale)
    if message.current == CLIMB_THERE:
        if held.here is None:
            return "where the vehicle is is not known"
        there = held.here
    return _place(held, approved, there, message.z, message.frame)


def _place(held: Held, approved: Approved, there: Position, height_m: float, frame: int) -> str | None:
    if frame in AMSL:
        home_m = held.home_amsl_m if held.home_amsl_m is not None else approved.home_amsl_m
        if home_m is None:
            return "how high home lies is not known"
        return approved.why_not_to(held.here, there, height_m - home_m)
    if frame in ABOVE_HOME:
        return approved.why_not_to(held.here, there, height_m)
    return "a height above ground cannot be judged: give it above home"


def _local(held: Held, approved: Approved, message: Any) -> str | None:
    north, east, down = _turned(held, message.coordinate_frame, (message.x, message.y, message.z))
    if message.type_mask & NO_POSITION == NO_POSITION:
        velocity = _turned(held, message.coordinate_frame, (message.vx, message.vy, message.vz))
        return _moving(held, approved, message, velocity)
    if message.coordinate_frame not in FROM_HERE:
        return "a place counted from the vehicle's own origin cannot be judged: give latitude and longitude"
    return _offset(held, approved, north, east, down)


def _moving(held: Held, approved: Approved, message: Any, velocity: tuple[float, float, float]) -> str | None:
    """Where it would be when it stops by itself."""
    if message.type_mask & NO_VELOCITY == NO_VELOCITY:
        turns_only = message.type_mask & NO_ACCELERATION == NO_ACCELERATION
        return None if turns_only else "an acceleration cannot be judged: give a place or a velocity"
    north, east, down = (speed * VELOCITY_HOLDS_S for speed in velocity)
    return _offset(held, approved, north, east, down)


def _offset(held: Held, approved: Approved, north_m: float, east_m: float, down_m: float) -> str | None:
    if held.here is None or held.height_home_m is None:
        return "where the vehicle is is not known"
    if not all(map(math.isfinite, (north_m, east_m, down_m))) or max(abs(north_m), abs(east_m)) > 1e5:
        return "that is no place near the vehicle"
    frame = frame_at(held.here)
    x, y = frame.to_xy((held.here,))[0].tolist()
    return approved.why_not_to(held.here, frame.position(x + east_m, y + north_m), held.height_home_m - down_m)


def _turned(held: Held, frame: int, vector: tuple[float, float, float]) -> tuple[float, float, float]:
    if frame not in TURNED:
        return vector
    ahead, right, down = vector
    heading = math.radians(held.heading_deg if held.heading_deg is not None else math.nan)
    north = ahead * math.cos(heading) - right * math.sin(heading)
    return north, ahead * math.sin(heading) + right * math.cos(heading), down
