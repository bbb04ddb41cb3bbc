"""The wind estimate against the wind that the simulated drone flew in."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from sitl.fleet import Fleet
from telemetry.logs import read
from telemetry.mavlink import tlog
from telemetry.review.wind import wind_columns, wind_of
from tests.sitl.probe import Probe

BOOTED_US = 1_795_000_000_000_000


class Recorder(Probe):
    """Keeps what it hears as a ground station's .tlog."""

    def __init__(self, fleet: Fleet) -> None:
        self.recorded = bytearray()
        super().__init__(fleet)

    def _hear(self, frames: list[bytes]) -> None:
        self.recorded += tlog.record(BOOTED_US + round(self.vehicle.now * 1e6), frames)
        super()._hear(frames)


def flown(path: Path, legs: int, **parameters: float) -> Path:
    """A square of 80 m at 8 m/s, GUIDED, with ten positions and attitudes a second; then the recording at `path`."""
    probe = Recorder(Fleet(base_port=None, parameters=parameters))
    probe.boot()
    for message in (30, 33):
        assert probe.command(511, message, 100_000) == 0
    probe.take_off(20.0)
    here = probe.latest("GLOBAL_POSITION_INT")
    corners = [(80.0, 0.0), (80.0, 80.0), (0.0, 80.0), (0.0, 0.0)]
    for north, east in corners[:legs]:
        target: dict[str, Any] = {
            "lat_int": here.lat + round(north / 0.0111319),
            "lon_int": here.lon + round(east / 0.0111319 / math.cos(math.radians(here.lat * 1e-7))),
            "alt": 20.0,
        }
        probe.send("SET_POSITION_TARGET_GLOBAL_INT", coordinate_frame=6, type_mask=0b110111111000, **target)
        probe.run(20.0)
    probe.run(60.0 if not legs else 1.0)
    path.write_bytes(probe.recorded)
    return path


@pytest.mark.parametrize(("speed", "from_deg"), [(6.0, 250.0), (2.0, 40.0)])
def test_the_wind_is_the_one_it_flew_in(tmp_path: Path, speed: float, from_deg: float) -> None:
    found = wind_of(read(flown(tmp_path / "windy.tlog", 4, SIM_WIND_SPD=speed, SIM_WIND_DIR=from_deg)))
    assert found is not None
    assert found.speed_m_s == pytest.approx(speed, abs=0.4)
    assert (found.from_deg - from_deg + 180) % 360 - 180 == pytest.approx(0, abs=8)
    assert found.strongest_m_s == pytest.approx(speed, abs=1.0)


def test_in_still_air_there_is_next_to_none(tmp_path: Path) -> None:
    found = wind_of(read(flown(tmp_path / "still.tlog", 4)))
    assert found is not None
    assert found.speed_m_s < 0.4


def test_a_drone_that_only_stands_does_not_tell(tmp_path: Path) -> None:
    assert wind_columns(read(flown(tmp_path / "standing.tlog", 0, SIM_WIND_SPD=6.0))) is None


def test_the_real_autopilots_survey_was_flown_in_still_air(data: Path) -> None:
    found = wind_of(read(data / "survey.bin"))
    assert found is not None
    assert found.speed_m_s < 0.5
