"""All systems of one link side by side: what is done for each at every tick is done for all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from telemetry.gateway import hearing
from telemetry.gateway.hearing import AROUND, AUTOPILOT, HEARD, Hearing
from telemetry.links import MOST_BYTES, MOST_DATAGRAMS, Datagrams, Peer
from telemetry.mavlink.frame import Frame
from telemetry.mavlink.messages import BY_NAME
from telemetry.vehicle import LINK_LATE_S, Vehicle
from telemetry.vehicle.numbers import LARGEST, numbers_of, show
from telemetry.vehicle.readings import PAYLOAD
from telemetry.vehicle.tape import MOST_AROUND, TAPE, TAPE_BYTES, Tape, rewind

SYSTEMS: Final = 256
NOBODY: Final = -1
MOST_AMID: Final = 10_000
"""Senders remembered to be amid a frame, so that forged ones cannot fill the memory."""
_encode: Final = msgspec.msgpack.Encoder().encode


class Taken(NamedTuple):
    frames: int
    left: list[int]
    """Which datagrams were not taken."""
    noted: list[int]
    """Where in the data frames begin that are to be looked at."""


class Recorded(NamedTuple):
    """`RawVehicle`s as msgpack, one behind the other."""

    encoded: bytes
    vehicles: int
    frames: int


class Shown(NamedTuple):
    """The `LiveVehicle`s of one tile as msgpack, one behind the other."""

    encoded: bytes
    vehicles: int
    tile: int


class Systems:
    """By system id. Those that have been met are recorded and, once they are known to be autopilots, shown."""

    def __init__(self) -> None:
        self._heard = np.zeros(SYSTEMS, HEARD)
        self._numbers = numbers_of(SYSTEMS)
        self._tapes = np.zeros(SYSTEMS, TAPE)
        self._vehicles: dict[int, Vehicle] = {}
        self._names, self._name_ends = _joined({})
        self._words: list[bytes] = []
        self._joined_words, self._word_ends = _joined({})
        self._recorded: list[Recorded] = []
        self._amid_frames: set[int] = set()
        self._left = np.zeros(MOST_DATAGRAMS, np.int64)
        self._noted = np.zeros(MOST_BYTES // AROUND, np.int64)
        self._groups = np.zeros((SYSTEMS, 3), np.int64)

    def hearing(self, system_id: int) -> Hearing:
        return Hearing(self._heard[system_id : system_id + 1])

    def numbers(self, system_id: int) -> NDArray[np.void]:
        """One record of `telemetry.vehicle.numbers`."""
        return self._numbers[system_id : system_id + 1]

    def meet(self, vehicle: Vehicle) -> Tape:
        """From now on the vehicle, which has its `numbers` here, is recorded and shown. Gives its tape."""
        self._vehicles = dict(sorted({**self._vehicles, vehicle.system_id: vehicle}.items()))
        names = {number: _encode(other.name) for number, other in self._vehicles.items()}
        self._names, self._name_ends = _joined(names)
        return Tape(self._tapes[vehicle.system_id : vehicle.system_id + 1])

    def goes_on(self, peer: Peer, between_frames: bool) -> None:
        """Whether what `peer` sends next begins a frame: otherwise it has to be read with what came before."""
        if between_frames:
            self._amid_frames.discard(peer.number)
            return
        if len(self._amid_frames) >= MOST_AMID:
            self._amid_frames.clear()
        self._amid_frames.add(peer.number)

    def take(self, arrived: Datagrams, now: float, now_us: int) -> Taken:
        """Takes what it may; `now` is `time.monotonic()`, `now_us` what the recording says, in µs since 1970."""
        amid = self._amid_frames
        frames, left, noted = hearing.take(
            arrived.data,
            np.array(arrived.ends, np.int64),
            np.array([NOBODY if peer.number in amid else peer.number for peer in arrived.peers], np.int64),
            self._heard,
            self._numbers,
            self._tapes,
            PAYLOAD,
            self._left,
            self._noted,
            now,
            now_us,
        )
        return Taken(frames, self._left[:left].tolist(), self._noted[:noted].tolist())

    def rewind(self) -> None:
        """Makes room on all tapes."""
        into = np.empty(SYSTEMS * (TAPE_BYTES + MOST_AROUND) + len(self._names), np.uint8)
        vehicles, frames, end = rewind(self._tapes, self._names, self._name_ends, into)
        if vehicles:
            self._recorded.append(Recorded(into[:end].tobytes(), vehicles, frames))

    def recorded(self) -> list[Recorded]:
        """What was recorded since the last time."""
        self.rewind()
        recorded, self._recorded = self._recorded, []
        return recorded

    def silent(self, now: float) -> list[Vehicle]:
        """Those whose last HEARTBEAT is so old that their link may be lost, and of whom that is not known yet."""
        late = (now - self._numbers["heartbeat_at"] > LINK_LATE_S) & (self._numbers["link_lost"] == 0.0)
        return [self._vehicles[number] for number in np.flatnonzero(late).tolist() if number in self._vehicles]

    def shown(self, now: float, everyone: bool) -> list[Shown]:
        """Those of whom there is something new, or `everyone`, with the ages of what is known at `now`."""
        words = [vehicle.words for vehicle in self._vehicles.values()]
        if words != self._words:
            self._words = words
            self._joined_words, self._word_ends = _joined(dict(zip(self._vehicles, words, strict=True)))
        into = np.empty(SYSTEMS * LARGEST + len(self._joined_words), np.uint8)
        found = show(self._numbers, self._joined_words, self._word_ends, everyone, now, into, self._groups)
        shown, begin = [], 0
        for tile, vehicles, end in self._groups[:found].tolist():
            shown.append(Shown(into[begin:end].tobytes(), vehicles, tile))
            begin = end
        return shown


def _joined(pieces: Mapping[int, bytes]) -> tuple[bytes, NDArray[np.int64]]:
    """Those of some system ids one behind the other, in the order of the ids, and where that of each id ends."""
    return b"".join(pieces.values()), np.cumsum([len(pieces.get(number, b"")) for number in range(SYSTEMS)])


def warm_up() -> None:
    """Has the machine code made before the first frame comes: at the very first start that takes some seconds."""
    systems = Systems()
    vehicle = Vehicle("", 1, "", False, systems.numbers(1))
    systems.meet(vehicle).put(bytes(8), b"")
    vehicle.hear(Frame(BY_NAME["HEARTBEAT"].id, 1, AUTOPILOT, 0, bytes(AROUND)), 0.0)
    vehicle.snapshot(0.0)
    systems.take(Datagrams(), 0.0, 0)
    systems.recorded()
    systems.shown(0.0, everyone=True)
