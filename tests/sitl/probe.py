"""A ground station inside the test: it speaks with one vehicle of a fleet without sockets and as fast as it can.

The fleet's clock is stepped by the test, so a sortie of minutes takes seconds and is the same every time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sitl.channel import Channel
from sitl.fleet import TICK_S, Fleet
from sitl.vehicle import Vehicle
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import decode, encode
from tests.sitl.orders import HOME


class Probe:
    """`said` holds (seconds since boot, message) of everything the vehicle sent."""

    def __init__(self, fleet: Fleet, index: int = 0, system: int = 255) -> None:
        self.fleet, self.system = fleet, system
        self.vehicle: Vehicle = fleet.vehicles[index]
        self.said: list[tuple[float, Any]] = []
        self.raw = bytearray()
        self._reader = FrameReader("probe")
        self._seq = 0
        self.channel = Channel(self.vehicle, fleet.streams, self._hear)

    def _hear(self, frames: list[bytes]) -> None:
        data = b"".join(frames)
        self.raw += data
        for frame in self._reader.feed(data):
            self.said.append((self.vehicle.now, decode(frame)))

    def send(self, name: str, version: int = 2, **fields: Any) -> None:
        fields = {"target_system": self.vehicle.system, "target_component": 1, **fields}
        frame = encode(name, fields, seq=self._seq & 0xFF, sysid=self.system, compid=190, version=version)
        self._seq += 1
        self.deliver(frame)

    def heartbeat(self) -> None:
        frame = encode("HEARTBEAT", {"type": 6, "autopilot": 8}, seq=self._seq & 0xFF, sysid=self.system, compid=190)
        self._seq += 1
        self.deliver(frame)

    def deliver(self, data: bytes) -> None:
        self.channel.receive(data)
        self.channel.flush()

    def command(self, number: int, *params: float, **fields: Any) -> int:
        """Sends COMMAND_LONG and gives its result."""
        values: dict[str, Any] = {f"param{k + 1}": float(p) for k, p in enumerate(params)}
        self.send("COMMAND_LONG", command=number, **values, **fields)
        return int(self.latest("COMMAND_ACK").result)

    def run(self, seconds: float) -> None:
        """Lets simulated time pass."""
        for _ in range(round(seconds / TICK_S)):
            self.fleet.step()
            self.fleet.flush()
        assert not self.vehicle.crashed

    def until(self, condition: Callable[[], bool], limit_s: float = 600.0) -> float:
        """Lets time pass until `condition`; gives the seconds it took. Fails after `limit_s`."""
        begin = self.vehicle.now
        while not condition():
            assert self.vehicle.now - begin < limit_s, f"not within {limit_s} s; last said: {self.texts()[-5:]}"
            self.run(0.1)
        return self.vehicle.now - begin

    def all(self, name: str) -> list[Any]:
        return [m for _, m in self.said if type(m).__name__ == name]

    def latest(self, name: str) -> Any:
        return next(m for _, m in reversed(self.said) if type(m).__name__ == name)

    def texts(self) -> list[str]:
        return [m.text for m in self.all("STATUSTEXT")]

    # a sortie
    def boot(self) -> None:
        self.until(lambda: self.vehicle.boot.position_ok, 60)
        self.run(2.0)

    def take_off(self, height_m: float = 10.0) -> None:
        """GUIDED, armed, at a height above home."""
        assert self.command(176, 1, 4) == 0
        assert self.command(400, 1) == 0
        assert self.command(22, 0, 0, 0, 0, 0, 0, height_m) == 0
        self.until(lambda: self.vehicle.height > height_m - 0.3, 60)

    def fly_mission(self) -> None:
        """GUIDED, armed, started; until it has landed and disarmed."""
        assert self.command(176, 1, 4) == 0
        assert self.command(400, 1) == 0
        assert self.command(300) == 0
        self.until(lambda: not self.vehicle.armed, 300)

    def upload(self, items: list[dict[str, Any]], mission_type: int = 0) -> int:
        """Uploads items and gives the MAV_MISSION_RESULT."""
        self.send("MISSION_COUNT", count=len(items), mission_type=mission_type)
        for seq, item in enumerate(items):
            full = {"frame": 3, "autocontinue": 1, **item, "seq": seq, "mission_type": mission_type}
            self.send("MISSION_ITEM_INT", **full)
        return int(self.latest("MISSION_ACK").type)


def waypoint(north_e7: int, east_e7: int, height: float, command: int = 16, **more: Any) -> dict[str, Any]:
    return {"command": command, "x": HOME[0] + north_e7, "y": HOME[1] + east_e7, "z": height, **more}
