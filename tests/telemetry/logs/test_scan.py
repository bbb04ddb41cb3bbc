"""Places kept in a file, and checksums side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fastcrc import crc16
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.errors import RecordingError
from telemetry.logs import Log, read
from telemetry.logs.checksum import checksums, with_byte


def values(log: Log) -> dict[str, list[bytes]]:
    return {table.name: [table[field].tobytes() for field in table.fields] for table in log}


@pytest.mark.parametrize("name", ["fence-breach.tlog", "survey-start.bin"])
def test_a_log_with_kept_places_is_the_same(data: Path, tmp_path: Path, name: str) -> None:
    path, places = tmp_path / name, tmp_path / "kept" / "places"
    path.write_bytes((data / name).read_bytes()[:-20])
    expected, first = read(path), read(path, places)
    written = places.stat().st_mtime_ns
    again = read(path, places)
    assert places.stat().st_mtime_ns == written
    assert values(first) == values(again) == values(expected)
    assert again.damage == first.damage == expected.damage
    assert expected.damage
    assert (again.kind, again.messages, again.utc) == (expected.kind, expected.messages, expected.utc)


@pytest.mark.parametrize("hurt", [b"", b"\x00", b"\xff" * 100, b"cut"])
def test_a_file_of_places_that_is_not_whole_is_made_anew(data: Path, tmp_path: Path, hurt: bytes) -> None:
    places = tmp_path / "places"
    expected = read(data / "fence-breach.tlog", places).messages
    whole = places.read_bytes()
    places.write_bytes(whole[:-5] if hurt == b"cut" else hurt)
    assert read(data / "fence-breach.tlog", places).messages == expected
    assert places.read_bytes() == whole


@pytest.mark.parametrize("name", ["holiday.tlog", "holiday.bin"])
def test_of_what_is_no_log_nothing_is_kept(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\x06" * 4000)
    with pytest.raises(RecordingError, match="holiday"):
        read(tmp_path / name, tmp_path / "places")
    assert not (tmp_path / "places").exists()


@settings(deadline=None)
@given(st.binary(min_size=400, max_size=3000), st.lists(st.integers(0, 255), min_size=1, max_size=200), st.data())
def test_checksums_side_by_side_are_those_one_by_one(raw: bytes, extra: list[int], draw: st.DataObject) -> None:
    start = np.array([draw.draw(st.integers(8, 100)) for _ in extra])
    length = np.array([draw.draw(st.integers(1, 265)) for _ in extra])
    expected = [
        crc16.mcrf4xx(raw[begin : begin + count] + bytes([last]))
        for begin, count, last in zip(start.tolist(), length.tolist(), extra, strict=True)
    ]
    crcs = checksums(np.frombuffer(raw, dtype=np.uint8), start, length)
    assert with_byte(crcs, np.array(extra, dtype=np.uint16)).tolist() == expected


def test_where_nothing_can_be_kept_the_log_is_read_all_the_same(data: Path, tmp_path: Path) -> None:
    (tmp_path / "full").write_bytes(b"")
    expected = read(data / "fence-breach.tlog").messages
    assert read(data / "fence-breach.tlog", tmp_path / "full" / "places").messages == expected
