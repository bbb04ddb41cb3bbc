"""A line that the disk has no room for leaves nothing behind, so that later ones can be read."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from telemetry.evidence.flight_log import FlightLog
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.log_verifier import verify_log
from telemetry.writing import append

AT = "2026-11-22T07:15:30+00:00"


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_line_is_whole_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    append(file, b"first\n")
    with room_for(10), pytest.raises(OSError, match="lines"):
        append(file, b"second\n")
    assert file.read_bytes() == b"first\n"
    append(file, b"third\n")
    assert file.read_bytes() == b"first\nthird\n"


def test_the_log_of_flights_goes_on_after_a_full_disk(tmp_path: Path) -> None:
    log, keys = FlightLog(tmp_path / "flights.log"), EvidenceKeys(tmp_path / "keys")
    log.append("20261122T071530Z-UAV-07", "first", AT, keys)
    with room_for((tmp_path / "flights.log").stat().st_size + 100), pytest.raises(OSError, match=r"flights\.log"):
        log.append("20261123T071530Z-UAV-07", "second", AT, keys)
    assert log.head()[0] == 1
    log.append("20261123T071530Z-UAV-07", "second", AT, keys)
    assert log.head()[0] == 2
    assert verify_log(tmp_path / "flights.log", keys.public) == []
