"""COMMAND_LONG and COMMAND_INT: what ArduCopter does on each command and answers to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sitl import arming
from sitl.modes.auto import Auto
from sitl.modes.guided import Guided
from sitl.services import version
from sitl.storage import GLOBAL_FRAMES, LATITUDE_LIMIT, LONGITUDE_LIMIT
from sitl.streams import COLUMN_OF_ID, NAMES, NEVER_SENT, NOT_WITHOUT_HOME, STREAMS

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.services.router import Services
    from sitl.vehicle import Vehicle
    from telemetry.mavlink.frame import Frame

ACCEPTED, TEMPORARILY_REJECTED, DENIED, UNSUPPORTED, FAILED = 0, 1, 2, 3, 4
COMMAND_INT_ONLY, UNSUPPORTED_FRAME = 8, 9
"""MAV_RESULT."""
FORCE_ARM, FORCE_DISARM = 2989.0, 21196.0
INTEGER_PLACES: Final = frozenset((179, 195, 201, 192, 43003))
"""Commands whose COMMAND_LONG carries degrees."""
INFO: Final = 6


class Order(NamedTuple):
    """A command, whichever message brought it. `x`, `y` degrees · 1e7 where it has a place."""

    command: int
    frame: int
    p1: float
    p2: float
    p3: float
    p4: float
    x: int
    y: int
    z: float
    system: int


class Commands:
    def __init__(self, vehicle: Vehicle, services: Services) -> None:
        self.v, self.services = vehicle, services
        self.handlers = {
            "COMMAND_LONG": self._long,
            "COMMAND_INT": self._int,
            "SET_MODE": self._set_mode_message,
            "REQUEST_DATA_STREAM": self._data_stream,
        }
        self._table: dict[int, Callable[[Channel, Order], int]] = {
            16: self._unsupported_nav,
            17: lambda c, o: self._mode(5),
            20: lambda c, o: self._mode(6),
            21: lambda c, o: self._mode(9),
            22: self._take_off,
            115: self._yaw,
            176: self._set_mode,
            178: self._speed,
            179: self._home,
            185: self._terminate,
            192: self._reposition,
            193: self._pause,
            195: self._roi,
            197: self._no_roi,
            201: self._roi,
            203: self._camera,
            206: self._camera_distance,
            207: self._fence,
            224: self._mission_current,
            246: self._reboot,
            300: self._mission_start,
            400: self._arm,
            401: self._prearm,
            410: self._get_home,
            2000: self._images_start,
            2001: self._images_stop,
            42424: lambda c, o: ACCEPTED if services.compass.start(o.p1) else FAILED,
            42425: lambda c, o: ACCEPTED if services.compass.accept() else FAILED,
            42426: lambda c, o: ACCEPTED if services.compass.cancel() else FAILED,
            42428: self._banner,
            510: self._get_interval,
            511: self._set_interval,
            512: self._request,
            519: self._request_protocol,
            520: self._request_capabilities,
        }

    # arrival
    def _long(self, channel: Channel, frame: Frame, m: Any) -> None:
        if m.command in INTEGER_PLACES:
            if not (abs(m.param5) <= 90.0 and abs(m.param6) <= 180.0):
                self._answer(channel, frame, m.command, DENIED)
                return
            x, y = round(m.param5 * 1e7), round(m.param6 * 1e7)
        else:
            x, y = _whole(m.param5), _whole(m.param6)
        kind = 3 if m.command in (22, 179) else 0
        kind = 0 if m.command == 179 else kind
        order = Order(m.command, kind, m.param1, m.param2, m.param3, m.param4, x, y, m.param7, frame.sysid)
        self._do(channel, frame, order)

    def _int(self, channel: Channel, frame: Frame, m: Any) -> None:
        order = Order(m.command, m.frame, m.param1, m.param2, m.param3, m.param4, m.x, m.y, m.z, frame.sysid)
        self._do(channel, frame, order)

    def _do(self, channel: Channel, frame: Frame, order: Order) -> None:
        handler = self._table.get(order.command)
        numbers = (order.p1, order.p2, order.p3, order.z)
        if handler is not None and not all(math.isfinite(n) for n in numbers) and order.command != 192:
            result = DENIED
        else:
            result = handler(channel, order) if handler is not None else UNSUPPORTED
        self._answer(channel, frame, order.command, result)

    def _answer(self, channel: Channel, frame: Frame, command: int, result: int) -> None:
        channel.send(
            "COMMAND_ACK",
            command=command,
            result=result,
            target_system=frame.sysid,
            target_component=frame.compid,
        )

    # modes, arming, flight
    def _set_mode_message(self, channel: Channel, frame: Frame, m: Any) -> None:
        done = bool(m.base_mode & 1) and self.v.set_mode(m.custom_mode, "gcs")
        self._answer(channel, frame, 11, ACCEPTED if done else FAILED)

    def _set_mode(self, channel: Channel, order: Order) -> int:
        if not int(order.p1) & 1:
            return DENIED
        return self._mode(_whole(order.p2))

    def _mode(self, number: int) -> int:
        return ACCEPTED if self.v.set_mode(number, "gcs") else FAILED

    def _arm(self, channel: Channel, order: Order) -> int:
        if order.p1 == 1.0:
            return ACCEPTED if arming.arm(self.v, force=order.p2 == FORCE_ARM) else FAILED
        if order.p1 == 0.0:
            if self.v.armed and not self.v.landed and order.p2 != FORCE_DISARM:
                return FAILED
            arming.disarm(self.v)
            return ACCEPTED
        return UNSUPPORTED

    def _prearm(self, channel: Channel, order: Order) -> int:
        found = arming.problems(self.v)
        for problem in found:
            self.v.text(2, f"PreArm: {problem}")
        return ACCEPTED

    def _take_off(self, channel: Channel, order: Order) -> int:
        mode = self.v.mode
        if order.frame not in (3, 6):
            return DENIED
        if not self.v.armed or not self.v.landed or not isinstance(mode, Guided):
            if mode.number in (2, 5, 16) and self.v.armed and self.v.landed and order.z > self.v.height:
                self.v.nav.take_off(self.v.home_point[2] + order.z)
                self.v.auto_armed = True
                return ACCEPTED
            return FAILED
        if not mode.take_off(order.z):
            return FAILED
        self.v.auto_armed = True
        return ACCEPTED

    def _mission_start(self, channel: Channel, order: Order) -> int:
        v = self.v
        if not 0 <= order.p1 < 65536 or (order.p1 and order.p1 != order.p2 and order.p2 > 0):
            return DENIED
        new = not isinstance(v.mode, Auto)
        if not v.set_mode(3, "gcs"):
            return FAILED
        v.auto_armed = v.auto_armed or v.armed
        if v.runner.state != 3 and isinstance(v.mode, Auto):
            if new:
                v.runner.start_or_resume(v.mode)  # AUTO begins it once more by itself, as in ArduCopter
            else:
                v.mode.run()
        return ACCEPTED

    def _pause(self, channel: Channel, order: Order) -> int:
        if order.p1 not in (0.0, 1.0):
            return DENIED
        return ACCEPTED if self.v.mode.pause(order.p1 == 0.0) else DENIED

    def _reposition(self, channel: Channel, order: Order) -> int:
        v = self.v
        change = math.isfinite(order.p2) and bool(int(order.p2) & 1)
        if not isinstance(v.mode, Guided) and not change:
            return DENIED
        if abs(order.x) > LATITUDE_LIMIT or abs(order.y) > LONGITUDE_LIMIT or not math.isfinite(order.z):
            return DENIED
        point = v.point(order.frame, order.x, order.y, order.z)
        if point is None:
            return DENIED
        if not v.fence.allows(point[0], point[1], point[2] - v.home_point[2]):
            return FAILED
        if not isinstance(v.mode, Guided) and not v.set_mode(4, "gcs"):
            return FAILED
        if not isinstance(v.mode, Guided) or not v.mode.fly_to(point):
            return FAILED
        if order.p1 > 0:
            v.change_speed(1, order.p1)
        return ACCEPTED

    def _yaw(self, channel: Channel, order: Order) -> int:
        if not 0.0 <= order.p1 <= 360.0 or order.p4 not in (0.0, 1.0):
            return FAILED
        self.v.nav.turn(order.p1, order.p2, order.p3, relative=order.p4 == 1.0)
        return ACCEPTED

    def _speed(self, channel: Channel, order: Order) -> int:
        if not order.p2 > 0.0:
            return DENIED
        return ACCEPTED if self.v.change_speed(_whole(order.p1), order.p2) else DENIED

    def _terminate(self, channel: Channel, order: Order) -> int:
        if order.p1 <= 0.5:
            return FAILED
        arming.disarm(self.v)
        return ACCEPTED

    # places
    def _home(self, channel: Channel, order: Order) -> int:
        v = self.v
        if order.p1 == 1.0 or (order.x == 0 and order.y == 0):
            if not v.boot.position_ok:
                return FAILED
            v.set_home(v.globe(v.nav.position), locked=True)
            return ACCEPTED
        if abs(order.x) > LATITUDE_LIMIT or abs(order.y) > LONGITUDE_LIMIT:
            return DENIED
        point = v.point(order.frame, order.x, order.y, order.z)
        if point is None:
            return UNSUPPORTED_FRAME
        v.set_home(type(v.origin)(order.x, order.y, v.origin.amsl + point[2]), locked=True)
        return ACCEPTED

    def _get_home(self, channel: Channel, order: Order) -> int:
        if self.v.home is None:
            return FAILED
        self.v.send_home(channel)
        self.v.send_origin(channel)
        return ACCEPTED

    def _roi(self, channel: Channel, order: Order) -> int:
        if abs(order.x) > LATITUDE_LIMIT or abs(order.y) > LONGITUDE_LIMIT:
            return FAILED
        point = self.v.point(order.frame if order.frame in GLOBAL_FRAMES else 3, order.x, order.y, order.z)
        self.v.look_at_point(point if order.x or order.y else None)
        return ACCEPTED

    def _no_roi(self, channel: Channel, order: Order) -> int:
        self.v.look_at_point(None)
        return ACCEPTED

    # camera, fence, mission
    def _camera(self, channel: Channel, order: Order) -> int:
        if order.x == 1:
            self.v.camera.shoot()
        return ACCEPTED

    def _camera_distance(self, channel: Channel, order: Order) -> int:
        self.v.camera.every(order.p1)
        if order.p3 == 1.0:
            self.v.camera.shoot()
        return ACCEPTED

    def _images_start(self, channel: Channel, order: Order) -> int:
        if order.p1 < 0:
            return UNSUPPORTED
        return ACCEPTED if self.v.camera.images(order.p1, order.p2, order.p3) else FAILED

    def _images_stop(self, channel: Channel, order: Order) -> int:
        if not 0 <= order.p1 <= 1 or (order.p1 == 1 and not self.v.camera.present):
            return UNSUPPORTED
        self.v.camera.stop()
        return ACCEPTED

    def _fence(self, channel: Channel, order: Order) -> int:
        if order.p1 not in (0.0, 1.0, 2.0):
            return FAILED
        if order.p1 != 2.0:
            self.v.params.set("FENCE_ENABLE", order.p1)
            self.v.parameter_said("FENCE_ENABLE")
        return ACCEPTED

    def _mission_current(self, channel: Channel, order: Order) -> int:
        if order.p2 == 1.0:
            self.v.runner.reset()
        if not 0 <= order.p1 < 65536:
            return FAILED if order.p1 < 0 and order.p2 != 1.0 else ACCEPTED
        return ACCEPTED if self.services.transfers.set_current(int(order.p1)) else FAILED

    def _unsupported_nav(self, channel: Channel, order: Order) -> int:
        return UNSUPPORTED

    # the autopilot itself
    def _reboot(self, channel: Channel, order: Order) -> int:
        if order.p1 not in (1.0, 3.0):
            return UNSUPPORTED
        if self.v.armed:
            return FAILED
        self.v.reboot_soon = True
        return ACCEPTED

    def _banner(self, channel: Channel, order: Order) -> int:
        for text in version.BANNER:
            self.v.text(INFO, text)
        return ACCEPTED

    def _request_capabilities(self, channel: Channel, order: Order) -> int:
        if order.p1 != 1.0:
            return FAILED
        version.send(self.v, channel)
        return ACCEPTED

    def _request_protocol(self, channel: Channel, order: Order) -> int:
        return UNSUPPORTED

    # streams
    def _data_stream(self, channel: Channel, frame: Frame, m: Any) -> None:
        hertz = float(m.req_message_rate) if m.start_stop == 1 else 0.0
        groups = list(STREAMS.values()) if m.req_stream_id == 0 else [STREAMS.get(m.req_stream_id, "")]
        for group in groups:
            name = f"SR{channel.port}_{group}"
            if group and name in self.v.params:
                self.v.params.set(name, min(hertz, 50.0))
                channel.streams.set_group(channel.row, group, min(hertz, 50.0))

    def _set_interval(self, channel: Channel, order: Order) -> int:
        k = COLUMN_OF_ID.get(_whole(order.p1))
        if k is None:
            return ACCEPTED if order.p1 in NEVER_SENT else DENIED
        name, interval = NAMES[k], order.p2
        if interval == 0.0:
            channel.set_rate_to_default(name)
        else:
            channel.streams.set(channel.row, name, 1e6 / interval if interval > 0 else 0.0)
        return ACCEPTED

    def _get_interval(self, channel: Channel, order: Order) -> int:
        number = _whole(order.p1)
        k = COLUMN_OF_ID.get(number)
        if k is None:
            channel.send("MESSAGE_INTERVAL", message_id=number & 0xFFFF, interval_us=0)
            return FAILED
        channel.send(
            "MESSAGE_INTERVAL", message_id=number, interval_us=channel.streams.interval_us(channel.row, NAMES[k])
        )
        return ACCEPTED

    def _request(self, channel: Channel, order: Order) -> int:
        number = _whole(order.p1)
        k = COLUMN_OF_ID.get(number)
        if k is not None:
            if k not in NOT_WITHOUT_HOME or self.v.home is not None:
                channel.streams.once(channel.row, NAMES[k])
            return ACCEPTED
        if number == version.AUTOPILOT_VERSION:
            version.send(self.v, channel)
        elif number == 435:
            version.send_available_mode(self.v, channel, _whole(order.p2))
        elif number == 436:
            version.send_current_mode(self.v, channel)
        else:
            return FAILED
        return ACCEPTED


def _whole(value: float) -> int:
    return int(value) if math.isfinite(value) and abs(value) < 2**31 else -1
