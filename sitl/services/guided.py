"""SET_POSITION_TARGET_* : places and velocities for GUIDED."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sitl.modes.guided import Guided
from sitl.storage import LATITUDE_LIMIT, LONGITUDE_LIMIT

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.navigator import Point
    from sitl.vehicle import Vehicle
    from telemetry.mavlink.frame import Frame

NO_POSITION, NO_VELOCITY, NO_ACCELERATION, FORCE, NO_YAW, NO_YAW_RATE = 7, 56, 448, 512, 1024, 2048
NO_THRUST, NO_ATTITUDE = 64, 128
LOCAL_NED, LOCAL_OFFSET, BODY_NED, BODY_OFFSET = 1, 7, 8, 9
FASTEST_M_S: Final = 50.0


class GuidedTargets:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.handlers = {
            "SET_POSITION_TARGET_GLOBAL_INT": self._global,
            "SET_POSITION_TARGET_LOCAL_NED": self._local,
            "SET_ATTITUDE_TARGET": self._attitude,
        }

    def _global(self, channel: Channel, frame: Frame, m: Any) -> None:
        mode = self.v.guided_mode
        if mode is None:
            return
        point: Point | None = None
        if not m.type_mask & NO_POSITION:
            sane = abs(m.lat_int) <= LATITUDE_LIMIT and abs(m.lon_int) <= LONGITUDE_LIMIT and math.isfinite(m.alt)
            point = self.v.point(m.coordinate_frame, m.lat_int, m.lon_int, m.alt) if sane else None
            if point is None:
                mode.enter(ignore_checks=True)
                return
        self._take(mode, m, point, (m.vx, m.vy, -m.vz))

    def _local(self, channel: Channel, frame: Frame, m: Any) -> None:
        mode = self.v.guided_mode
        if mode is None or m.coordinate_frame not in (LOCAL_NED, LOCAL_OFFSET, BODY_NED, BODY_OFFSET):
            return
        turn = self.v.heading if m.coordinate_frame in (BODY_NED, BODY_OFFSET) else 0.0
        cos, sin = math.cos(turn), math.sin(turn)
        point: Point | None = None
        if not m.type_mask & NO_POSITION:
            if not all(math.isfinite(x) and abs(x) < 1e6 for x in (m.x, m.y, m.z)):
                mode.enter(ignore_checks=True)
                return
            north, east, up = m.x * cos - m.y * sin, m.x * sin + m.y * cos, -m.z
            if m.coordinate_frame != LOCAL_NED:
                here = self.v.nav.position
                north, east, up = north + here[0], east + here[1], up + here[2]
            point = (north, east, up)
        self._take(mode, m, point, (m.vx * cos - m.vy * sin, m.vx * sin + m.vy * cos, -m.vz))

    def _attitude(self, channel: Channel, frame: Frame, m: Any) -> None:
        """A lean and a climb rate: thrust 0.5 keeps the height, 0 and 1 are the fastest down and up."""
        mode = self.v.guided_mode
        size = math.sqrt(sum(x * x for x in m.q))
        if mode is None or m.type_mask & (NO_THRUST | NO_ATTITUDE) or not 0.5 < size < 2.0:
            return
        if not 0.0 <= m.thrust <= 1.0:
            return
        w, x, y, z = (part / size for part in m.q)
        roll = math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
        pitch = math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))
        yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
        climb = (m.thrust - 0.5) * 2.0
        s, i = self.v.s, self.v.row
        mode.lean(roll, pitch, yaw, climb * float(s.speed_up[i] if climb > 0 else s.speed_down[i]))

    def _take(self, mode: Guided, m: Any, point: Point | None, velocity: Point) -> None:
        mask = m.type_mask
        if mask & FORCE and not mask & NO_ACCELERATION:
            return
        yaw = None if mask & NO_YAW or not math.isfinite(m.yaw) else float(m.yaw)
        rate = None if mask & NO_YAW_RATE or not math.isfinite(m.yaw_rate) else float(m.yaw_rate)
        moves = not mask & NO_VELOCITY
        if moves and not all(math.isfinite(x) and abs(x) <= FASTEST_M_S for x in velocity):
            mode.enter(ignore_checks=True)
        elif point is not None:
            mode.fly_to(point, yaw, rate)
        elif moves:
            mode.fly_at(velocity, yaw, rate)
        else:
            mode.enter(ignore_checks=True)
