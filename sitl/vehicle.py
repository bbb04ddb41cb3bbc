"""One simulated drone: what it is made of, and how it changes mode, speaks and finds its way about the globe.

Its body is row `row` of the fleet's arrays; everything rare or particular is here in plain Python.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mission.items import WireItem
from sitl import arming, failsafes, limits, report
from sitl.boot import Boot
from sitl.breadcrumbs import Breadcrumbs
from sitl.dataflash import LogBook
from sitl.fence import Fence
from sitl.geo import METRES_PER_E7, offset_m
from sitl.glitch import Glitch
from sitl.modes import MODES
from sitl.modes.base import Mode
from sitl.modes.guided import Guided
from sitl.modes.mission import Runner
from sitl.navigator import Navigator, Point
from sitl.params import Parameters
from sitl.payload import Camera
from sitl.pilot import Pilot
from sitl.rally import nearest
from sitl.state import State, Yaw
from sitl.storage import GLOBAL_FRAMES

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.services.router import Services

log = logging.getLogger(__name__)
EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG = range(8)
"""MAV_SEVERITY."""
TEXT_PART: Final = 50


class Place(NamedTuple):
    """Degrees · 1e7 and metres AMSL."""

    lat: int
    lon: int
    amsl: float


class Vehicle:
    """See the module. `system` is its MAVLink system id."""

    def __init__(self, state: State, row: int, system: int, place: Place, heading_deg: float) -> None:
        self.s, self.row, self.system = state, row, system
        self.params = Parameters(self._parameter_changed)
        self.nav = Navigator(state, row)
        self.channels: list[Channel] = []
        self.origin = place
        state.origin_lat[row], state.origin_lon[row], state.origin_amsl[row] = place
        state.yaw[row] = state.yaw_goal[row] = math.radians(heading_deg)
        self.services: Services | None = None
        self.mission: list[WireItem] = []
        self.fence_items: list[WireItem] = []
        self.rally_items: list[WireItem] = []
        self.log = LogBook(self)
        self.crashed = False
        self._start()
        limits.apply_all(self)

    def _start(self) -> None:
        """State that a reboot clears."""
        self.booted_at = self.s.time
        self.s.boot_at[self.row] = self.s.time
        self.home: Place | None = None
        self.home_point: Point = (0.0, 0.0, 0.0)
        """Home from the origin; the origin itself before home is set."""
        self.home_locked = False
        self.mission_changed = False
        self.boot = Boot(self)
        self.pilot = Pilot(self)
        self.fence = Fence(self)
        self.runner = Runner(self)
        self.camera = Camera(self)
        self.glitch = Glitch(self)
        self.breadcrumbs = Breadcrumbs(self)
        self.auto_armed = False
        self.reboot_soon = False
        self.failsafe = failsafes.Failsafes(self)
        self.armed_at = 0.0
        self.armed_heading = 0.0
        self.ever_flew = False
        self.landed_since = self.idle_since = 0.0
        self.prearm_ok = False
        self.prearm_news = False
        self.prearm_said = 0.0
        self.boot_check_at = 0.4
        self.flight_s = 0.0
        self.messages: deque[tuple[int, str]] = deque(maxlen=60)
        self._text_id = 0
        self.mode: Mode = MODES[self.params.integer("INITIAL_MODE") if "INITIAL_MODE" in self.params else 0](self)
        self.mode_reason = "init"
        self.nav.ground()
        self.gcs_seen: float | None = None
        self.sticks_told: tuple[int, ...] = ()
        report.home(self)
        report.settings(self)

    def reboot(self) -> None:
        """Starts the autopilot anew where the vehicle stands; parameters, mission, fence and rally points stay."""
        arming.disarm(self, quiet=True)
        if self.services is not None:
            self.services.reset()
        self._start()
        limits.apply_all(self)

    # time and place
    @property
    def now(self) -> float:
        """Seconds since boot."""
        return self.s.time - self.booted_at

    @property
    def armed(self) -> bool:
        return bool(self.s.armed[self.row])

    @property
    def landed(self) -> bool:
        return bool(self.s.landed[self.row])

    @property
    def heading(self) -> float:
        """Radians from north."""
        return float(self.s.yaw[self.row])

    def local(self, lat: float, lon: float) -> tuple[float, float]:
        """Metres north and east from the origin."""
        return offset_m(self.origin.lat, self.origin.lon, lat, lon)

    def globe(self, point: Point) -> Place:
        lat = self.origin.lat + point[0] / METRES_PER_E7
        shrink = max(0.01, math.cos(math.radians((self.origin.lat + lat) * 0.5e-7)))
        return Place(int(lat), int(self.origin.lon + point[1] / METRES_PER_E7 / shrink), self.origin.amsl + point[2])

    @property
    def height(self) -> float:
        """Above home, m, as the vehicle believes it."""
        return self.nav.position[2] - self.home_point[2]

    def item_point(self, item: WireItem, fallback: Point) -> Point | None:
        """Where a mission item lies; 0, 0 is where the vehicle is. None where it needs terrain data."""
        if item.frame == 10:
            return None
        north, east = self.local(item.x, item.y) if item.x or item.y else fallback[:2]
        up = item.z - self.origin.amsl if item.frame == 0 else self.home_point[2] + item.z
        if item.z == 0.0 and not (item.x or item.y) and item.command != 22:
            up = fallback[2]
        return north, east, up

    def return_point(self) -> tuple[Point, float]:
        """The rally point or home to return to, and the height above home it asks for."""
        return nearest(self)

    def set_home(self, place: Place, locked: bool = False) -> None:
        self.home = place
        self.home_point = (*self.local(place.lat, place.lon), place.amsl - self.origin.amsl)
        self.home_locked = self.home_locked or locked
        report.home(self)
        self.send_home()

    def send_home(self, channel: Channel | None = None) -> None:
        if self.home is None:
            return
        north, east, up = self.home_point
        nan = math.nan
        fields: dict[str, Any] = {
            "latitude": self.home.lat,
            "longitude": self.home.lon,
            "altitude": round(self.home.amsl * 1000),
            "x": north,
            "y": east,
            "z": -up,
            "q": (nan, nan, nan, nan),
            "approach_x": 0.0,
            "approach_y": 0.0,
            "approach_z": 0.0,
            "time_usec": int(self.now * 1e6),
        }
        self.send("HOME_POSITION", channel, **fields)

    def send_origin(self, channel: Channel | None = None) -> None:
        self.send(
            "GPS_GLOBAL_ORIGIN",
            channel,
            latitude=self.origin.lat,
            longitude=self.origin.lon,
            altitude=round(self.origin.amsl * 1000),
            time_usec=int(self.now * 1e6),
        )

    # speaking
    def send(self, name: str, channel: Channel | None = None, **fields: Any) -> None:
        """Sends to one channel, or to all."""
        for target in (channel,) if channel is not None else tuple(self.channels):
            target.send(name, **fields)

    def text(self, severity: int, text: str) -> None:
        """Says something to every ground station, after the answers of this moment."""
        self.messages.append((severity, text))
        self.log.message(text)

    def flush(self) -> None:
        """Sends what was said."""
        while self.messages:
            severity, text = self.messages.popleft()
            raw = text.encode("ascii", "replace")
            parts = [raw[k : k + TEXT_PART] for k in range(0, len(raw), TEXT_PART)] or [b""]
            number = 0
            if len(parts) > 1:
                self._text_id = number = self._text_id % 65535 + 1
            for chunk, part in enumerate(parts):
                self.send("STATUSTEXT", severity=severity, text=part.decode(), id=number, chunk_seq=chunk)

    def parameter_said(self, name: str, channel: Channel | None = None, index: int = 65535) -> None:
        """PARAM_VALUE; index 65535 is how ArduPilot announces a change."""
        self.send(
            "PARAM_VALUE",
            channel,
            param_id=name,
            param_value=self.params[name],
            param_type=self.params.kind(name),
            param_count=len(self.params),
            param_index=index,
        )

    def count_changed(self, name: str, count: int) -> None:
        """Keeps MIS_TOTAL, FENCE_TOTAL and RALLY_TOTAL, which ground stations watch."""
        if self.params[name] != count and self.params.set(name, count):
            self.parameter_said(name)

    def _parameter_changed(self, name: str, value: float) -> None:
        limits.apply(self, name)
        report.settings(self)
        self.log.parameter(name, value)

    # modes
    def set_mode(self, number: int, reason: str) -> bool:
        """Changes mode unless the mode refuses; says why, in ArduCopter's words."""
        if number == self.mode.number:
            self.mode_reason = reason
            return True
        kind = MODES.get(number)
        if kind is None:
            self.text(WARNING, f"No such mode {number}")
            return False
        mode = kind(self)
        problem = None
        if self.armed and self.landed:
            self.nav.stop_take_off()
        if self.armed:
            if mode.needs_position and not self.boot.position_ok:
                problem = "requires position"
            elif mode.manual_throttle and self.landed and not self.mode.manual_throttle and self.pilot.throttle > 0.1:
                problem = "throttle too high"
        if problem is None and not mode.enter(ignore_checks=not self.armed):
            problem = "init failed"
        if problem is not None:
            self.text(WARNING, f"Mode change to {mode.name} failed: {problem}")
            return False
        self.mode.leave()
        self.mode, self.mode_reason = mode, reason
        self.log.mode(number, reason)
        self.services_heartbeat()
        self.fence.mode_changed()
        return True

    def arrived(self) -> None:
        """The target is at the destination."""
        self.mode.reached()
        self.flush()

    def services_heartbeat(self) -> None:
        """A mode change is told at once."""
        if self.services is not None:
            self.services.heartbeat()

    def attempt(self, logic: Callable[[], None]) -> None:
        """Runs its own logic. A fault in it ends this vehicle and no other: as on a drone whose autopilot hangs, the
        motors stop and nothing more is said or answered; its connections stay open.
        """
        if self.crashed:
            return
        try:
            logic()
        except Exception:  # any fault at all: a whole fleet shares this process and must fly on
            log.exception("sysid %d: the autopilot has crashed and is silent from now on", self.system)
            self._crash()

    def _crash(self) -> None:
        self.crashed = True
        self.s.armed[self.row] = False
        self.nav.ground()
        for channel in list(self.channels):
            channel.close()

    def run(self) -> None:
        """Ten times a second: boot, pilot, failsafes, fence, mode, landing."""
        if self.reboot_soon:
            self.reboot()
        if not self.boot.run():
            return
        arming.watch(self)
        if self.boot.position_ok:
            self.glitch.run()
        self.failsafe.run()
        self.fence.run()
        if self.armed:
            self.mode.run()
            arming.watch_landing(self)
            self.breadcrumbs.run()
        self.log.run()

    @property
    def mission_count(self) -> int:
        return len(self.mission)

    # orders that missions and commands share
    @property
    def guided_mode(self) -> Guided | None:
        """GUIDED, or the part of AUTO that stands in for it."""
        mode = self.mode
        inner = getattr(mode, "sub", None)
        return mode if isinstance(mode, Guided) else inner if isinstance(inner, Guided) else None

    def point(self, frame: int, lat: int, lon: int, alt: float) -> Point | None:
        """A place in one of MAVLink's global frames; None for a frame it cannot be flown in."""
        kept = GLOBAL_FRAMES.get(frame)
        if kept is None or kept == 10:
            return None
        north, east = self.local(lat, lon)
        return north, east, alt - self.origin.amsl if kept == 0 else self.home_point[2] + alt

    def guided_item(self, item: WireItem, *, height_only: bool) -> bool:
        mode = self.guided_mode
        point = self.item_point(item, self.nav.position)
        if mode is None or point is None:
            return False
        if height_only:
            point = (*self.nav.target[:2], point[2])
        return mode.fly_to(point)

    def change_speed(self, kind: int, speed: float) -> bool:
        """DO_CHANGE_SPEED: 0 and 1 over the ground, 2 climbing, 3 sinking; m/s."""
        if not math.isfinite(speed) or speed <= 0 or not 0 <= kind <= 3:
            return False
        array = (self.s.speed, self.s.speed, self.s.speed_up, self.s.speed_down)[kind]
        array[self.row] = min(max(speed, 0.1), 50.0)
        self.nav.change_speed()
        return True

    def home_from_item(self, item: WireItem) -> None:
        if item.param1 == 1 or not (item.x or item.y):
            self.set_home(self.globe(self.nav.position), locked=True)
        else:
            point = self.item_point(item, self.nav.position)
            if point is not None:
                self.set_home(Place(item.x, item.y, self.origin.amsl + point[2]), locked=True)

    def look_at(self, item: WireItem | None) -> None:
        self.look_at_point(None if item is None else self.item_point(item, self.nav.position))

    def look_at_point(self, point: Point | None) -> None:
        """Turns the nose to a place of interest, or lets it follow the path again."""
        if point is None:
            if self.mode.number == 3:
                self.nav.face_ahead()
            else:
                self.nav.keep_heading()
            return
        self.s.roi[self.row] = point
        self.s.yaw_mode[self.row] = Yaw.PLACE
