"""Random and mutated MAVLink against a vehicle on the ground and one in the air: 10,000 frames a run.

It never dies, never arms by accident, and never flies through its fence without its fence action.
"""

from __future__ import annotations

import contextlib
import logging
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sitl.fence import contains
from sitl.fleet import Fleet
from telemetry.mavlink.messages import BY_ID, encode
from tests.sitl.probe import Probe

pytestmark = pytest.mark.timeout(900)
FRAMES_PER_EXAMPLE = 200
EXAMPLES = 50
"""Together 10,000."""
TAKEN = sorted(
    number
    for number, message in BY_ID.items()
    if message.name.startswith(("MISSION", "PARAM", "COMMAND", "SET_", "LOG_", "FILE", "RC_CH", "MANUAL", "REQUEST"))
    or message.name in ("HEARTBEAT", "PING", "TIMESYNC")
)
"""Messages that a vehicle acts on."""
SQUARE = ((4000, -6000), (4000, 6000), (-4000, 6000), (-4000, -6000))
EDGES: dict[str, tuple[Any, ...]] = {
    "f": (math.nan, math.inf, -math.inf, 0.0, -1.0, 1e30, 1.0),
    "i": (0, 1, -1, 2**31 - 1, -(2**31), 515073500, -1637000),
}


def fuzzed(rng: random.Random, system: int) -> bytes:
    """A valid frame with random contents, a mutated one, or noise."""
    chance = rng.random()
    if chance < 0.05:
        return rng.randbytes(rng.randint(1, 60))
    number = rng.choice(TAKEN) if chance < 0.9 else rng.choice(list(BY_ID))
    message = BY_ID[number]
    fields: dict[str, Any] = {}
    for name in message.fields:
        if name in ("target_system", "target"):
            fields[name] = system
        elif name == "target_component":
            fields[name] = 1
    frame = bytearray(encode(message.name, fields, seq=rng.randint(0, 255), sysid=255, compid=190))
    payload = bytearray(message.pack(fields))
    for _ in range(rng.randint(1, 12)):
        payload[rng.randrange(len(payload))] = rng.choice((0, 1, 2, 255, 127, 128, rng.randint(0, 255)))
    _readdress(message, payload, system)
    values = dict(zip(message.fields, message.unpack(bytes(payload)), strict=True))
    if message.name in ("COMMAND_LONG", "COMMAND_INT"):
        values["command"] = rng.choice(
            (16, 20, 21, 22, 115, 176, 178, 179, 192, 193, 195, 300, 511, 512, 224, 207, 206)
        )
        for name in ("param1", "param2", "param3", "param4"):
            if rng.random() < 0.5:
                values[name] = rng.choice(EDGES["f"])
    with contextlib.suppress(ValueError, UnicodeError):
        frame = bytearray(encode(message.name, values, seq=rng.randint(0, 255), sysid=255, compid=190))
    if rng.random() < 0.1:
        frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
    return bytes(frame)


def _readdress(message: Any, payload: bytearray, system: int) -> None:
    """Mutation leaves the address alone, so that the frame is for this vehicle."""
    fields = dict(zip(message.fields, message.unpack(bytes(payload)), strict=True))
    for name, value in (("target_system", system), ("target_component", 1)):
        if name in fields:
            fields[name] = value
    try:
        payload[:] = message.pack(fields)
    except (ValueError, UnicodeError):
        return


def sane(probe: Probe) -> None:
    s = probe.fleet.state
    assert np.isfinite(s.pos).all()
    assert np.isfinite(s.vel).all()
    assert np.isfinite(s.tpos).all()


class Targets:
    """A fleet made ready once; every example takes the next vehicle of it."""

    def __init__(self, *, airborne: bool) -> None:
        self.fleet = Fleet(count=EXAMPLES // 2 + 5, base_port=None)
        while not all(vehicle.boot.position_ok for vehicle in self.fleet.vehicles):
            self.fleet.step()
        self._left = list(range(self.fleet.options.count))
        if airborne:
            for index in self._left:
                probe = Probe(self.fleet, index)
                assert probe.upload(fence(probe), mission_type=1) == 0
                assert probe.command(176, 1, 4) == 0
                assert probe.command(400, 1) == 0
                assert probe.command(22, 0, 0, 0, 0, 0, 0, 15) == 0
                probe.channel.close()
            for _ in range(50 * 15):
                self.fleet.step()

    def next(self) -> Probe:
        return Probe(self.fleet, self._left.pop())


def fence(probe: Probe) -> list[dict[str, Any]]:
    place = probe.vehicle.origin
    return [{"command": 5001, "frame": 0, "param1": 4.0, "x": place.lat + n, "y": place.lon + e} for n, e in SQUARE]


FUZZ = settings(
    max_examples=EXAMPLES // 2,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


def test_on_the_ground_it_never_dies_and_never_arms(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    targets = Targets(airborne=False)

    @FUZZ
    @given(st.integers(0, 2**32))
    def attack(seed: int) -> None:
        rng = random.Random(seed)
        probe = targets.next()
        for _ in range(FRAMES_PER_EXAMPLE):
            probe.deliver(fuzzed(rng, probe.vehicle.system))
            if rng.random() < 0.1:
                probe.run(0.1)
        sane(probe)
        assert not probe.vehicle.armed

    attack()
    assert not [record.getMessage() for record in caplog.records]


def test_in_the_air_it_never_leaves_its_fence_without_the_action(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    targets = Targets(airborne=True)

    @FUZZ
    @given(st.integers(0, 2**32))
    def attack(seed: int) -> None:
        rng = random.Random(seed)
        probe = targets.next()
        vehicle, safe = probe.vehicle, True
        for _ in range(FRAMES_PER_EXAMPLE):
            probe.deliver(fuzzed(rng, vehicle.system))
            probe.run(0.04)
            sane(probe)
            safe = safe and protected(probe)
            if safe and vehicle.armed and not inside(probe):
                probe.run(0.2)
                assert vehicle.mode.number in (6, 9), f"outside its fence in {vehicle.mode.name}"
                safe = False

    attack()
    assert not [record.getMessage() for record in caplog.records]


def protected(probe: Probe) -> bool:
    """A ground station may take the fence away or turn it off; then it protects no more."""
    params = probe.vehicle.params
    on = params["FENCE_ENABLE"] == 1 and params["FENCE_ACTION"] == 1 and params["FENCE_TYPE"] == 7
    return on and len(probe.vehicle.fence_items) == 4


def inside(probe: Probe) -> bool:
    north, east, _ = probe.vehicle.nav.position
    place = probe.vehicle.origin
    square = [probe.vehicle.local(place.lat + n, place.lon + e) for n, e in SQUARE]
    return contains(square, (north, east))
