"""The .tlog reader against pymavlink, and against damage."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymavlink import mavutil

from telemetry.errors import RecordingError
from telemetry.logs import read
from telemetry.logs.damage import Damage
from telemetry.logs.framing import Records, between, find_records
from telemetry.logs.tlog import SOURCE_FIELDS
from telemetry.mavlink import tlog
from telemetry.mavlink.messages import encode

RECORDINGS = ("survey.tlog", "fence-breach.tlog", "battery-failsafe.tlog")


def records_of(raw: bytes) -> tuple[Records, tuple[Damage, ...]]:
    data = np.frombuffer(raw, dtype=np.uint8)
    blocks, gaps = zip(*find_records(data), strict=True)
    damage, _ = between(data, chain.from_iterable(gaps))
    return Records(*(np.concatenate(column) for column in zip(*blocks, strict=True))), damage


def by_pymavlink(path: Path) -> dict[str, list[Any]]:
    link = mavutil.mavlink_connection(str(path), dialect="ardupilotmega")
    found: dict[str, list[Any]] = defaultdict(list)
    while (message := link.recv_msg()) is not None:
        if message.get_type() != "BAD_DATA":
            found[message.get_type()].append(message)
    return found


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_value_is_pymavlinks(data: Path, name: str) -> None:
    expected = by_pymavlink(data / name)
    log = read(data / name)
    assert set(log.tables) == set(expected)
    for table in log:
        messages = expected[table.name]
        assert len(table) == len(messages)
        assert table.time_s.tolist() == [message._timestamp for message in messages]
        for field in table.fields[: -len(SOURCE_FIELDS)]:
            theirs = [getattr(message, field) for message in messages]
            ours = table[field].tolist()
            if table[field].dtype.kind == "S":
                ours = [text.decode("ascii", "replace") for text in ours]
            for mine, his in zip(ours, theirs, strict=True):
                assert np.array_equal(mine, his, equal_nan=not isinstance(mine, str)), f"{table.name}.{field}"
        assert table["src_system"].tolist() == [message.get_srcSystem() for message in messages]
        assert table["src_component"].tolist() == [message.get_srcComponent() for message in messages]
        assert table["frame_sequence"].tolist() == [message.get_seq() for message in messages]


def test_units_become_si(data: Path) -> None:
    position = read(data / "survey.tlog")["GLOBAL_POSITION_INT"]
    assert position.si("lat")[-1] == pytest.approx(51.50735, abs=1e-3)
    assert position.si("relative_alt").max() == pytest.approx(45.0, abs=0.5)
    assert np.hypot(position.si("vx"), position.si("vy")).max() == pytest.approx(10.0, abs=0.2)


def test_a_recording_cut_in_a_frame_is_read_to_the_cut(data: Path, tmp_path: Path) -> None:
    whole = (data / "survey.tlog").read_bytes()
    (tmp_path / "cut.tlog").write_bytes(whole[:100_003])
    log = read(tmp_path / "cut.tlog")
    assert log.messages == len(list(tlog.read(whole[:100_003])))
    assert [damage.what for damage in log.damage] == ["the file ends in the middle of a record"]
    assert log.damage[0].offset + log.damage[0].bytes == 100_003


def test_what_is_no_recording_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "holiday.tlog").write_bytes(b"\x00\x06" * 4000)
    with pytest.raises(RecordingError, match=r"holiday\.tlog at byte 0"):
        read(tmp_path / "holiday.tlog")
    with pytest.raises(RecordingError, match=r"absent\.tlog"):
        read(tmp_path / "absent.tlog")


def test_an_empty_recording_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.tlog").write_bytes(b"")
    assert read(tmp_path / "empty.tlog").messages == 0


def test_damage_costs_only_what_it_hits(data: Path) -> None:
    """1,000 mutations: every record before the damage and every one behind it is found where it then lies."""
    whole = (data / "survey.tlog").read_bytes()
    chance = random.Random(7)
    for _ in range(1000):
        begin = chance.randrange(len(whole) - 3000)
        piece = whole[begin : begin + 3000]
        sound, _ = records_of(piece)
        at, removed, put = _mutation(piece, chance)
        hurt, damage = records_of(piece[:at] + put + piece[at + removed :])
        ends = sound.start + sound.size
        before = sound.start[ends <= at]
        behind = sound.start[sound.start >= at + removed] + len(put) - removed
        assert set(before.tolist()) | set(behind.tolist()) <= set(hurt.start.tolist())
        assert sum(gap.bytes for gap in damage) <= len(put) + 2 * 600


def _mutation(piece: bytes, chance: random.Random) -> tuple[int, int, bytes]:
    """Where, how many bytes go, and what comes in their place."""
    at = chance.randrange(len(piece))
    flipped = bytes([piece[at] ^ 1 << chance.randrange(8)])
    return chance.choice(
        [
            (at, 1, flipped),
            (at, chance.randrange(1, 200), b""),
            (at, 0, chance.randbytes(chance.randrange(1, 200))),
            (at, 100, bytes([0xFD]) * 100),
            (at, 0, piece[max(0, at - 300) : at]),
        ]
    )


def test_the_same_records_as_stepping_finds(data: Path) -> None:
    whole = (data / "survey.tlog").read_bytes()[:300_000]
    records, _ = records_of(whole)
    stepped = [(time_us, frame.msgid, 8 + len(frame.raw)) for time_us, frame in tlog.read(whole)]
    times = [int.from_bytes(whole[start : start + 8], "big") for start in records.start.tolist()]
    assert list(zip(times, records.msgid.tolist(), records.size.tolist(), strict=True)) == stepped


def test_a_damaged_stamp_is_that_of_the_record_before(data: Path, tmp_path: Path) -> None:
    whole, path = bytearray((data / "survey.tlog").read_bytes()[:100_000]), tmp_path / "hurt.tlog"
    path.write_bytes(whole)
    sound = read(path)
    records, _ = records_of(bytes(whole))
    start = int(records.start[records.msgid == 30][50])  # ATTITUDE
    whole[start + 1] ^= 4
    path.write_bytes(whole)
    hurt = read(path)
    assert hurt["ATTITUDE"].time_s[50] == sound["ATTITUDE"].time_s[49]
    assert np.delete(hurt["ATTITUDE"].time_s, 50).tolist() == np.delete(sound["ATTITUDE"].time_s, 50).tolist()
    assert hurt.span_s == sound.span_s


def test_both_versions_and_signed_frames_are_read(tmp_path: Path) -> None:
    class Signer:
        def signature(self, unsigned: bytes) -> bytes:
            return bytes(13)

    fields = {"lat": 515_073_500, "lon": -1_637_000, "hdg": 9000}
    raws = [
        encode("GLOBAL_POSITION_INT", fields, seq=1, sysid=7, compid=1, version=1),
        encode("GLOBAL_POSITION_INT", fields, seq=2, sysid=7, compid=1),
        encode("GLOBAL_POSITION_INT", fields, seq=3, sysid=7, compid=1, signer=Signer()),
    ]
    path = tmp_path / "mixed.tlog"
    path.write_bytes(tlog.record(1_795_000_000_000_000, raws))
    table = read(path)["GLOBAL_POSITION_INT"]
    assert table["lat"].tolist() == [515_073_500] * 3
    assert table["frame_sequence"].tolist() == [1, 2, 3]
    assert table["src_system"].tolist() == [7, 7, 7]
    heads = read(path)["GLOBAL_POSITION_INT"]
    assert heads["src_system"].tolist() == [7, 7, 7]
    assert heads["frame_sequence"].tolist() == [1, 2, 3]
    assert heads.time_s.tolist() == [1_795_000_000.0] * 3
    assert heads["hdg"].tolist() == [9000] * 3
    assert read(path).damage == ()


@given(pieces=st.integers(1, 8), hurt=st.integers(0, 7), removed=st.integers(0, 300), put=st.binary(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_log_looked_through_in_pieces_holds_the_same_records(
    data: Path, monkeypatch: pytest.MonkeyPatch, pieces: int, hurt: int, removed: int, put: bytes
) -> None:
    """Damage begins exactly where a piece does."""
    whole = (data / "survey.tlog").read_bytes()[:40_000]
    size = -(-len(whole) // pieces)
    at = hurt % pieces * size
    whole = whole[:at] + put + whole[at + removed :]
    expected, damage = records_of(whole)
    with monkeypatch.context() as patched:
        patched.setattr("telemetry.logs.framing._BLOCKS", (size, size))
        found, damage_found = records_of(whole)
    assert damage_found == damage
    assert found.start.tolist() == expected.start.tolist()
    assert found.size.tolist() == expected.size.tolist()
    assert found.msgid.tolist() == expected.msgid.tolist()
