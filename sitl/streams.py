"""Who is told what how often: message intervals per connection, as tables over all connections.

Row c is one connection (a vehicle's TCP or UDP link), column k one kind of message. Rates come from SRx_
parameters, REQUEST_DATA_STREAM and SET_MESSAGE_INTERVAL, as in ArduCopter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np

from sitl.packing import Packer
from sitl.readings import FILLS
from sitl.state import State
from telemetry.mavlink.messages import BY_NAME

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "RAW_SENS": ("RAW_IMU", "SCALED_IMU2", "SCALED_IMU3", "SCALED_PRESSURE", "SCALED_PRESSURE2"),
    "EXT_STAT": (
        "SYS_STATUS",
        "POWER_STATUS",
        "MEMINFO",
        "MISSION_CURRENT",
        "GPS_RAW_INT",
        "NAV_CONTROLLER_OUTPUT",
        "FENCE_STATUS",
        "POSITION_TARGET_GLOBAL_INT",
    ),
    "POSITION": ("GLOBAL_POSITION_INT", "LOCAL_POSITION_NED"),
    "RC_CHAN": ("SERVO_OUTPUT_RAW", "RC_CHANNELS"),
    "EXTRA1": ("ATTITUDE", "SIMSTATE", "AHRS2"),
    "EXTRA2": ("VFR_HUD",),
    "EXTRA3": (
        "AHRS",
        "SYSTEM_TIME",
        "WIND",
        "TERRAIN_REPORT",
        "BATTERY_STATUS",
        "EKF_STATUS_REPORT",
        "VIBRATION",
    ),
}
STREAMS: Final = {
    1: "RAW_SENS",
    2: "EXT_STAT",
    3: "RC_CHAN",
    4: "RAW_CTRL",
    6: "POSITION",
    10: "EXTRA1",
    11: "EXTRA2",
    12: "EXTRA3",
}
"""MAV_DATA_STREAM."""
NAMES: Final = tuple(FILLS)
COLUMN: Final = {name: k for k, name in enumerate(NAMES)}
COLUMN_OF_ID: Final = {BY_NAME[name].id: k for k, name in enumerate(NAMES)}
NEVER: Final = np.inf
FASTEST_S: Final = 0.02
NOT_WITHOUT_POSITION: Final = tuple(COLUMN[n] for n in ("LOCAL_POSITION_NED", "WIND"))
NOT_WITHOUT_HOME: Final = tuple(COLUMN[n] for n in ("HOME_POSITION", "GPS_GLOBAL_ORIGIN"))
TARGET: Final = COLUMN["POSITION_TARGET_GLOBAL_INT"]
FENCE: Final = COLUMN["FENCE_STATUS"]


NEVER_SENT: Final = frozenset(
    (
        *(34, 35, 85, 87, 100, 124, 127, 128, 132, 143, 162, 173, 180, 191, 192, 194, 195, 225, 226, 246, 259, 260),
        *(262, 269, 271, 277, 280, 281, 285, 295, 301, 373, 9005, 11020),
    )
)
"""Messages that ArduCopter takes an interval for and, without the hardware they tell of, never sends."""


class Sink(Protocol):
    """A connection that takes whole frames."""

    version: int
    outbox: list[bytes]


class Streams:
    """The tables. A connection gets a row by `open` and gives it back by `close`."""

    def __init__(self, state: State) -> None:
        self.s = state
        self._packers = [Packer(name) for name in NAMES]
        self._fills = tuple(FILLS.values())
        self._grow_to(max(8, state.count))
        self._free = list(range(self._rows - 1, -1, -1))
        self.messages = 0
        """Frames sent by streams so far."""

    def _grow_to(self, rows: int) -> None:
        kinds = len(NAMES)
        old = getattr(self, "_rows", 0)

        def grown(array: Any, fill: float, dtype: Any, shape: tuple[int, ...]) -> Any:
            new = np.full(shape, fill, dtype)
            if old:
                new[:old] = array
            return new

        self.every = grown(getattr(self, "every", None), NEVER, np.float64, (rows, kinds))
        self.due = grown(getattr(self, "due", None), NEVER, np.float64, (rows, kinds))
        self.vehicle = grown(getattr(self, "vehicle", None), 0, np.intp, (rows,))
        self.system = grown(getattr(self, "system", None), 0, np.int64, (rows,))
        self.seq = grown(getattr(self, "seq", None), 0, np.int64, (rows,))
        self._sinks: list[Sink | None] = [*getattr(self, "_sinks", []), *[None] * (rows - old)]
        self._rows = rows

    def open(self, sink: Sink, vehicle: int, system: int) -> int:
        """A row for a new connection; only heartbeats until rates are set."""
        if not self._free:
            rows = self._rows
            self._grow_to(rows * 2)
            self._free = list(range(self._rows - 1, rows - 1, -1))
        row = self._free.pop()
        self.vehicle[row], self.system[row], self.seq[row] = vehicle, system, 0
        self.every[row] = self.due[row] = NEVER
        self._sinks[row] = sink
        self.set(row, "HEARTBEAT", 1.0)
        return row

    def close(self, row: int) -> None:
        self.every[row] = self.due[row] = NEVER
        self._sinks[row] = None
        self._free.append(row)

    def set(self, row: int, name: str, hertz: float) -> None:
        """Sends `name` so often, 0 for never. Phases are spread so that a fleet does not speak all at once."""
        k = COLUMN[name]
        if hertz <= 0:
            self.every[row, k] = self.due[row, k] = NEVER
            return
        every = max(FASTEST_S, 1.0 / min(hertz, 1e6))
        self.every[row, k] = every
        # Vehicles are spread over the interval, one vehicle's messages stay together as ArduPilot's do.
        phase = (int(self.vehicle[row]) * 0.618034) % 1.0 * every
        self.due[row, k] = np.ceil((self.s.time - phase) / every) * every + phase

    def set_group(self, row: int, group: str, hertz: float) -> None:
        for name in GROUPS.get(group, ()):
            self.set(row, name, hertz)

    def interval_us(self, row: int, name: str) -> int:
        """As MESSAGE_INTERVAL says it: -1 for never."""
        every = float(self.every[row, COLUMN[name]])
        return -1 if every == NEVER else round(every * 1e6)

    def once(self, row: int, name: str) -> None:
        """Sends one now, whatever its rate."""
        self._send(COLUMN[name], np.array([row]))

    def step(self) -> None:
        """Sends everything that is due."""
        s = self.s
        due = self.due <= s.time + 1e-9
        kinds = np.flatnonzero(due.any(axis=0))
        for k in kinds.tolist():
            rows = np.flatnonzero(due[:, k])
            every = self.every[rows, k]
            self.due[rows, k] += every * np.maximum(1.0, np.ceil((s.time - self.due[rows, k]) / every))
            rows = self._wanted(k, rows)
            if rows.size:
                self._send(k, rows)

    def _wanted(self, k: int, rows: Any) -> Any:
        """ArduCopter is silent on positions it does not know and targets it does not have."""
        r = self.vehicle[rows]
        if k in NOT_WITHOUT_POSITION:
            return rows[self.s.attitude_ok[r]]
        if k in NOT_WITHOUT_HOME:
            return rows[self.s.located[r]]
        if k == TARGET:
            return rows[self.s.has_target[r]]
        if k == FENCE:
            return rows[self.s.sensors_enabled[r] & 0x100000 != 0]
        return rows

    def _send(self, k: int, rows: Any) -> None:
        packer = self._packers[k]
        payload = packer.fields(len(rows))
        self._fills[k](self.s, self.vehicle[rows], payload)
        seqs = self.seq[rows]
        self.seq[rows] = seqs + 1
        self.messages += len(rows)
        sinks: Sequence[Sink | None] = self._sinks
        frames = packer.frames(payload, self.system[rows], seqs)
        for index, (row, frame) in enumerate(zip(rows.tolist(), frames, strict=True)):
            sink = sinks[row]
            if sink is None:
                continue
            if sink.version == 1:
                if packer.id > 255:
                    continue
                frame = packer.frame_1(payload[index : index + 1], int(self.system[row]), int(seqs[index]))
            sink.outbox.append(frame)
