"""Traffic of N drones to the gateway's UDP ports: ``python -m tests.bench.live_load KIND N SECONDS PORT…``.

``replayed``: prepared frames, 50 a second and drone, five to a datagram, with right sequence numbers. ``simulated``:
the built-in fleet, 50 messages a second as well, most of them what the gateway asks for. 250 drones share a port, told
apart by their system id. Prints one JSON object at its end: the frames that left, and for how long they did.
"""

from __future__ import annotations

import asyncio
import json
import math
import socket
import sys
import time
from typing import Any, Final

from sitl.fleet import Fleet
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import BY_NAME, decode, encode

PER_LINK: Final = 250
RATE_HZ: Final = 50
PER_DATAGRAM: Final = 5
LOOP: Final = 256 * PER_DATAGRAM
"""Frames that are prepared: their sequence numbers, and the datagrams, go on where they begin again."""
SLOTS: Final = 8
COMMAND_LONG: Final = BY_NAME["COMMAND_LONG"].id
REQUEST_MESSAGE: Final = 512
EACH_SECOND: Final = {
    "HEARTBEAT": 1,
    "BATTERY_STATUS": 1,
    "EKF_STATUS_REPORT": 1,
    "VIBRATION": 1,
    "FENCE_STATUS": 1,
    "EXTENDED_SYS_STATE": 1,
    "SYS_STATUS": 2,
    "GPS_RAW_INT": 2,
    "MISSION_CURRENT": 2,
    "RC_CHANNELS": 3,
    "VFR_HUD": 5,
    "RAW_IMU": 5,
    "SERVO_OUTPUT_RAW": 5,
    "GLOBAL_POSITION_INT": 10,
    "ATTITUDE": 10,
}


def _mix() -> list[str]:
    """The 50 messages of a second, each kind evenly spread: a drone sends its position every tenth of a second."""
    free = set(range(RATE_HZ))
    mix = [""] * RATE_HZ
    for name, times in sorted(EACH_SECOND.items(), key=lambda kind: -kind[1]):
        for number in range(times):
            at = min(free, key=lambda slot: (abs(slot - RATE_HZ / times * number), slot))
            free.remove(at)
            mix[at] = name
    return mix


MIX: Final = _mix()
STREAMS: Final = dict.fromkeys(("SR0_EXTRA1", "SR0_POSITION", "SR0_RAW_SENS"), 0.0)
"""Of a simulated drone, switched off: with what is asked of it and the other streams it sends 50 messages a second."""
HOME: Final = (51.50735, -0.16370)
SPREAD_DEG: Final = 0.02


def fields_of(name: str, link: int, system_id: int, armed: bool) -> dict[str, Any]:
    """As flown over a grid of its own for each of up to 16 links, 300 m apart: fleets do not fly through each other."""
    row, column = divmod(system_id, 16)
    lat = HOME[0] + SPREAD_DEG * (row - 8 + link // 4 % 4 / 4)
    lon = HOME[1] + SPREAD_DEG * (column - 8 + link % 4 / 4)
    known: dict[str, dict[str, Any]] = {
        "HEARTBEAT": {
            "type": 2,
            "autopilot": 3,
            "base_mode": 0x81 if armed else 1,
            "custom_mode": 4,
            "system_status": 3,
            "mavlink_version": 3,
        },
        "GLOBAL_POSITION_INT": {
            "time_boot_ms": 1000,
            "lat": int(lat * 1e7),
            "lon": int(lon * 1e7),
            "alt": 64_000,
            "relative_alt": 40_000,
            "vx": 12,
            "vy": 34,
            "hdg": 9000,
        },
        "ATTITUDE": {"time_boot_ms": 1000, "roll": 0.1, "pitch": 0.05, "yaw": 1.0, "yawspeed": 0.01},
        "SYS_STATUS": {"voltage_battery": 12_400, "current_battery": 1500, "battery_remaining": 80},
        "GPS_RAW_INT": {"fix_type": 3, "satellites_visible": 12, "eph": 90, "lat": 1, "lon": 1, "alt": 1},
        "EKF_STATUS_REPORT": {"flags": 0x337},
    }
    return known.get(name, {})


class Replay:
    """The drones of one link: one socket, one loop of frames per system id, one sequence."""

    def __init__(self, number: int, port: int, drones: int) -> None:
        self._number = number
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        self._socket.connect(("127.0.0.1", port))
        self._reader = FrameReader(f"port {port}")
        self.systems = range(1, drones + 1)
        self.loops = {system_id: _loop(number, system_id) for system_id in self.systems}
        self.sent = 0
        self.refused = 0

    def send(self, system_id: int, step: int) -> None:
        self._put(self.loops[system_id][step % (LOOP // PER_DATAGRAM)], PER_DATAGRAM)

    def heartbeat(self, armed: bool) -> None:
        for system_id in self.systems:
            fields = fields_of("HEARTBEAT", self._number, system_id, armed)
            self._put(encode("HEARTBEAT", fields, seq=0, sysid=system_id, compid=1), 1)

    def answer(self) -> None:
        """Accepts every command, as a vehicle would."""
        while True:
            try:
                data = self._socket.recv(65_535)
            except OSError:
                return
            for frame in self._reader.feed(data):
                message = decode(frame)
                if message is not None and frame.msgid == COMMAND_LONG:
                    self._obey(message)

    def _obey(self, message: Any) -> None:
        system_id = message.target_system
        if message.command == REQUEST_MESSAGE:
            version = {"flight_sw_version": 0x04_06_03_FF}
            self._put(encode("AUTOPILOT_VERSION", version, seq=0, sysid=system_id, compid=1), 1)
        fields = {"command": message.command, "result": 0, "target_system": 255}
        self._put(encode("COMMAND_ACK", fields, seq=0, sysid=system_id, compid=1), 1)

    def _put(self, data: bytes, frames: int) -> None:
        try:
            self._socket.send(data)
            self.sent += frames
        except OSError:  # the system's buffer is full, or nobody listens: it never left
            self.refused += frames


def _loop(link: int, system_id: int) -> list[bytes]:
    frames = []
    for seq in range(LOOP):
        name = MIX[seq % len(MIX)]
        frames.append(encode(name, fields_of(name, link, system_id, True), seq=seq % 256, sysid=system_id, compid=1))
    return [b"".join(frames[at : at + PER_DATAGRAM]) for at in range(0, LOOP, PER_DATAGRAM)]


def replay(count: int, seconds: float, ports: list[int]) -> dict[str, Any]:
    links = [Replay(number, port, min(PER_LINK, count - PER_LINK * number)) for number, port in enumerate(ports)]
    drones = [(link, system_id) for link in links for system_id in link.systems]
    slots = [drones[number::SLOTS] for number in range(SLOTS)]
    period_s = PER_DATAGRAM / RATE_HZ / SLOTS
    begun = due = time.monotonic()
    for turn in range(math.ceil(seconds / period_s)):
        step, slot = divmod(turn, SLOTS)
        for link, system_id in slots[slot]:
            link.send(system_id, step)
        if slot == 0:
            for link in links:
                link.answer()
        due += period_s
        time.sleep(max(0.0, due - time.monotonic()))
    took_s = time.monotonic() - begun
    for _ in range(5):  # landed: the recorder closes its flights
        for link in links:
            link.heartbeat(armed=False)
            link.answer()
        time.sleep(1.0)
    sent = sum(link.sent for link in links)
    return {"sent": sent, "refused": sum(link.refused for link in links), "seconds": took_s}


async def simulate(count: int, seconds: float, ports: list[int]) -> dict[str, Any]:
    """The fleet stands on the ground and sends as in flight."""
    fleets = [
        Fleet(
            count=min(PER_LINK, count - PER_LINK * number),
            base_port=None,
            udp=("127.0.0.1", port),
            home=(HOME[0] + SPREAD_DEG * number, HOME[1], 24.0, 0.0),
            parameters=STREAMS,
        )
        for number, port in enumerate(ports)
    ]
    for fleet in fleets:
        await fleet.start()
    begun = time.monotonic()
    await asyncio.sleep(seconds)
    took_s = time.monotonic() - begun
    late = sum(fleet.late_ticks for fleet in fleets)
    sent = 0
    for fleet in fleets:
        fleet.flush()
        sent += int(fleet.streams.seq[: len(fleet.vehicles)].sum())
        for transport in fleet._transports:  # at once: what it answers while it stops would not be counted
            transport.close()
        await fleet.stop()
    return {"sent": sent, "refused": 0, "seconds": took_s, "late_ticks": late}


def main() -> None:
    kind, count, seconds, *ports = sys.argv[1:]
    numbers = [int(port) for port in ports]
    if kind == "replayed":
        result = replay(int(count), float(seconds), numbers)
    else:
        result = asyncio.run(simulate(int(count), float(seconds), numbers))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
