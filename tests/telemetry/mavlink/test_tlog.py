import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink import mavutil

from telemetry.errors import RecordingError
from telemetry.mavlink import tlog
from telemetry.mavlink.messages import encode

START_US = 1_760_000_000_000_000


def frames(count: int) -> list[bytes]:
    return [encode("HEARTBEAT", {"type": 2}, seq=seq, sysid=1, compid=1, version=1 + seq % 2) for seq in range(count)]


def recording(count: int) -> bytes:
    return b"".join(tlog.record(START_US + at, [raw]) for at, raw in enumerate(frames(count)))


def test_real_recording_is_read_to_its_last_byte(data: Path) -> None:
    path = data / "survey.tlog"
    records = list(tlog.read(path))
    assert b"".join(tlog.record(time_us, [frame.raw]) for time_us, frame in records) == path.read_bytes()


def test_pymavlink_reads_what_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.tlog"
    path.write_bytes(tlog.record(START_US, frames(5)) + tlog.record(START_US + 1_500_000, frames(2)))
    log = mavutil.mavlink_connection(str(path))
    times = []
    while (message := log.recv_match()) is not None:
        times.append(message._timestamp)
    assert times == [START_US / 1e6] * 5 + [START_US / 1e6 + 1.5] * 2


@pytest.mark.parametrize("cut", [1, 8, 12, 20])
def test_file_cut_in_its_last_record_gives_all_before_it(cut: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        records = list(tlog.read(recording(10)[:-cut]))
    assert [frame.raw for _, frame in records] == frames(9)
    assert "damaged bytes" in caplog.text


@given(st.binary(min_size=1, max_size=60), st.integers(0, 9))
def test_damage_costs_no_more_than_the_records_it_touches(damage: bytes, place: int) -> None:
    records = [recording(10)[at : at + size] for at, size in _places()]
    damaged = b"".join([*records[:place], damage, *records[place:]])
    read = [frame.raw for _, frame in tlog.read(damaged)]
    # The first record behind the damage may be taken as part of it, where the damage looks like a record's start.
    assert read[:place] == frames(10)[:place]
    assert set(frames(10)[place + 1 :]) <= set(read)


def _places() -> list[tuple[int, int]]:
    at, places = 0, []
    for raw in frames(10):
        places.append((at, 8 + len(raw)))
        at += 8 + len(raw)
    return places


@given(st.binary(max_size=400))
def test_anything_is_read_or_refused(content: bytes) -> None:
    try:
        records = list(tlog.read(content))
    except RecordingError as error:
        assert error.offset == 0
        assert content
    else:
        assert bool(records) == bool(content)


def test_what_is_no_recording_is_named(tmp_path: Path) -> None:
    picture = tmp_path / "picture.tlog"
    picture.write_bytes(b"\x89PNG" * 1000)
    with pytest.raises(RecordingError, match=r"picture\.tlog.*no \.tlog"):
        list(tlog.read(picture))
    with pytest.raises(RecordingError, match=r"none\.tlog"):
        tlog.read(tmp_path / "none.tlog")
    assert list(tlog.read(b"")) == []
